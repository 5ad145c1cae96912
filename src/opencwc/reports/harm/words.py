"""The words of harm in a sentence, without those that only call people by what befell them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencwc.language.whole_numbers import find_numbers
from opencwc.reports.harm.lists import ANDS, COMMAS, STOPS, Harm, harm_pattern, listed
from opencwc.reports.harm.people import BEHIND_NO_PEOPLE
from opencwc.reports.harm.sentence import HarmWord, Sentence


def harms_in(sentence: Sentence) -> list[HarmWord]:
    """Return the words of harm, without those that call people by what befell them before: "two injured men died"."""
    found: list[HarmWord] = []
    if all(listed(name, sentence.lang).search(sentence.text) for name in ("exercise", "plays")):
        return []
    for match in harm_pattern(sentence.lang).finditer(sentence.text):
        word = _harm_word(match)
        if _takes_back(sentence, found, word, match[0]):
            found.pop()
        if _tells_no_harm(sentence, word, match[0]) or _is_cause(sentence, found, word):
            continue
        if found and _is_over_again(sentence, found[-1], word, match[0]):
            found.pop()
        found.append(word)
    found = [word for at, word in enumerate(found) if not _names_the_dead(sentence, found, at)]
    if listed("coroner", sentence.lang).search(sentence.text) and not any(word.harm == "killed" for word in found):
        return [_as_death(sentence, word) for word in found]
    return found


def _harm_word(match: re.Match[str]) -> HarmWord:
    name = match.lastgroup or "neither"
    harm: Harm = "killed" if name.startswith("killed") else "affected" if name.startswith("affected") else "neither"
    return HarmWord(match.start(), match.end(), harm, name.endswith("_behind"))


def _takes_back(sentence: Sentence, found: Sequence[HarmWord], word: HarmWord, death: str) -> bool:
    """Tell whether a word of death right behind makes a word of harm say only who died: "injured men died"."""
    if not found or word.harm != "killed" or word.behind or found[-1].harm != "affected":
        return False
    gap = sentence.text[found[-1].end : word.start]
    return len(gap.split()) <= 1 and not STOPS.search(gap) and not ANDS[sentence.lang].search(gap)


def _tells_no_harm(sentence: Sentence, word: HarmWord, said: str) -> bool:
    """Tell whether what stands around a word of harm makes it tell none."""
    lang, before = sentence.lang, sentence.text[max(0, word.start - 25) : word.start].rstrip()
    if any(one.end() == len(before) for one in listed("no_harm", lang).finditer(before)):
        return True
    if not sentence.is_news and listed("survivor", lang).match(sentence.text, word.start):
        return True
    if before[-1:] in "«“\"'‘" and before and listed("exercise", lang).search(sentence.drill):
        return True
    asked = [one.end() for one in listed("anyone", lang).finditer(before)]
    if asked and len(before[asked[-1] :].split()) <= 3:
        return True
    animals = word.harm != "neither" and _befell_animals(sentence, word.start, word.end)
    return animals or _names_the_event(before, said, lang)


def _is_cause(sentence: Sentence, found: Sequence[HarmWord], word: HarmWord) -> bool:
    """Tell whether a word of harm only says what people died of."""
    if not found or found[-1].harm != "killed" or word.harm != "affected":
        return False
    gap = sentence.text[found[-1].end : word.start]
    cause = None if STOPS.search(gap) else listed("cause", sentence.lang).match(gap)
    return cause is not None and not find_numbers(gap, sentence.lang)


def _is_over_again(sentence: Sentence, last: HarmWord, word: HarmWord, said: str) -> bool:
    """Tell whether a word of harm says anew, and for all, what befell those of the word before."""
    if word.harm == "killed":
        same = _is_of_the_same(sentence, last, word.start, said)
        return same or _is_told_of_the_dead(sentence, last, word.start)
    gap = sentence.text[last.end : word.start]
    seen_to = last.harm == "neither" and word.harm == "affected"
    return seen_to and ANDS[sentence.lang].fullmatch(gap.strip()) is not None and not STOPS.search(gap)


def _as_death(sentence: Sentence, word: HarmWord) -> HarmWord:
    choked = listed("choked", sentence.lang).match(sentence.text, word.start)
    return word._replace(harm="killed") if choked else word


def _names_the_event(before: str, word: str, lang: str) -> bool:
    """Tell whether a word of harm names the event: "l'intoxication", "жертвы отравления"."""
    if listed("event_of_harm", lang).fullmatch(word) is None:
        return False
    return lang == "ar" or any(match.end() == len(before) for match in listed("event_noun", lang).finditer(before))


def _befell_animals(sentence: Sentence, start: int, end: int) -> bool:
    """Tell whether animals stand at a word of harm: "300 dead fish", "the dog died"."""
    text, lang, animals = sentence.text, sentence.lang, listed("animals", sentence.lang)
    before = _ANY_STOP.split(text[max(0, start - 30) : start])[-1]
    behind = _ANY_STOP.split(text[end : end + 25])[0]
    if lang == "zh":
        near = animals.search(before[-2:]) or animals.search(behind[:6])
        return near is not None and "人" not in before
    words = before.split()
    led = words[-1] if words else ""
    if listed("auxiliary", lang).fullmatch(led) and len(words) > 1:
        led = words[-2]
    following = behind.split()[: 3 if find_numbers(behind[:12], lang) else 1]
    return animals.fullmatch(led) is not None or any(animals.fullmatch(one) for one in following)


_ANY_STOP = re.compile(r"[;:.!?()；：。，、,،؛—–«»“”\"]")


def _is_of_the_same(sentence: Sentence, word: HarmWord, start: int, death: str) -> bool:
    """Tell whether somebody told to be harmed is told to have died right behind: "was poisoned and died"."""
    gap = sentence.text[word.end : start]
    if word.harm != "affected" or word.behind or len(gap.split()) > 3 or STOPS.search(gap):
        return False
    dies = listed("dies", sentence.lang).fullmatch(death) is not None
    return dies and ANDS[sentence.lang].search(gap) is not None and not find_numbers(gap, sentence.lang)


def _is_told_of_the_dead(sentence: Sentence, word: HarmWord, end: int) -> bool:
    """Tell whether a word of harm only says which people died: "one of the workers admitted on Friday has died"."""
    text, lang = sentence.text, sentence.lang
    if word.harm != "affected" or word.behind or lang in ("ar", "zh"):
        return False
    gap, before = text[word.end : end], text[max(0, word.start - 20) : word.start].rstrip()
    if len(gap.split()) > 14 or ANDS[lang].search(gap) or re.search("[;:.]", gap):
        return False
    numbers = (number for number in find_numbers(gap, lang) if not number.article)
    if any(not BEHIND_NO_PEOPLE.match(gap[number.end :]) for number in numbers) or listed("nobody", lang).search(gap):
        return False
    if any(match.end() > end for match in listed("nobody_killed", lang).finditer(text, word.end)):
        return False
    if lang == "ru":
        return text[word.start : word.end].endswith(("ых", "их", "ого", "ый", "ая", "ой", "ий", "ные", "шие"))
    if word.start and listed("state_by", lang).match(text, word.start) and not COMMAS.search(gap):
        return True
    led = any(match.end() == len(before) for match in listed("auxiliary", lang).finditer(before))
    return not led and listed("participle", lang).fullmatch(text[word.start : word.end]) is not None


def _names_the_dead(sentence: Sentence, words: Sequence[HarmWord], at: int) -> bool:
    """Tell whether a word of harm only says who died: "скончался третий пострадавший", "murieron dos heridos"."""
    if sentence.lang == "zh" or not at or words[at].harm != "affected" or words[at - 1].harm != "killed":
        return False
    gap = sentence.text[words[at - 1].end : words[at].start]
    if sentence.lang == "ar" and sentence.text[words[at].start] == "و":
        return False
    if not gap.strip() or len(gap.split()) > 4 or STOPS.search(gap) or ANDS[sentence.lang].search(gap):
        return False
    if len(find_numbers(gap, sentence.lang)) != 1:
        return False
    before = sentence.text[max(0, words[at - 1].start - 25) : words[at - 1].start]
    counted = find_numbers(before, sentence.lang)
    return words[at - 1].behind or not counted or len(before[counted[-1].end :].split()) > 1


def is_spared(sentence: Sentence, word: HarmWord) -> bool:
    """Tell whether a word of harm is denied of somebody: "were not hurt"."""
    text, lang = sentence.text, sentence.lang
    before = text[max(0, word.start - 30) : word.start]
    told = list(listed("negation", lang).finditer(before))
    if word.harm == "killed" and listed("denies_itself", lang).fullmatch(text, word.start, word.end):
        return False
    around = text[max(0, word.start - 30) + (told[-1].start() if told else 0) : word.end + 20]
    if not told or listed("breath", lang).match(text, word.start) or listed("only", lang).search(around):
        return False
    gap = before[told[-1].end() :]
    few = len(gap.strip()) <= 2 if lang == "zh" else len(gap.split()) <= 2
    return few and not STOPS.search(gap) and not find_numbers(gap, lang)
