"""A company's or a person's name to words that can be compared across scripts: Latin, Cyrillic, Arabic, Chinese.

Legal forms and titles are taken off. A common word (chemical, trading) is one word in all languages. What is left is
written in Latin letters, and, since romanisations differ, in a coarser spelling; for Arabic, which leaves short vowels
out, the consonants are compared and the long vowels only where both have them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from opencwc.convention.chinese import simplified

WORDS = Path(__file__).parent / "data" / "company_words.yaml"


class Bones(NamedTuple):
    """The consonants of a word, and the vowels before, between and after them (one more than consonants)."""

    consonants: str
    vowels: tuple[str, ...]


class NameWord(NamedTuple):
    """One word of a name.

    ``kind`` is ``word`` (tells who it is), ``common``, ``place``, ``number`` or ``initial``; ``script`` is ``latin``,
    ``cyrillic``, ``arabic`` or ``chinese``; ``written`` as it was written, without case and accents; ``latin`` in
    Latin letters; ``key`` what is equal where two words are the same: the meaning of a common word or a place, else
    the coarse spelling. ``foreign`` is a Chinese word that writes a foreign one by sound, as the dot beside it says.
    """

    kind: str
    script: str
    written: str
    latin: str
    key: str
    foreign: bool = False


def name_words(name: str) -> tuple[NameWord, ...]:
    """Give the words of a name that count, in their order; of a name of legal forms alone, these.

    Only the first 400 characters and 24 words are looked at.

    >>> [word.key for word in name_words("ООО «Северные Химикаты Орвенда»")]
    ['north', 'chemical', 'orvenda']
    >>> [(word.kind, word.key) for word in name_words("上海华源化工有限公司")]
    [('place', 'shanghai'), ('word', 'huaiuan'), ('common', 'chemical')]
    >>> name_words("A.B.C. Trading")[0].key, [word.kind for word in name_words("J. A. Smith")]
    ('abk', ['initial', 'initial', 'word'])
    """
    book = _book()
    parts = list(islice(_joined_servant(_parts(name)), _MOST_WORDS))
    counted: list[NameWord] = []
    dropped: list[NameWord] = []
    place = 0
    while place < len(parts):
        length, sort, meaning = book.at([part.known for part in parts], place)
        if length == 0:
            counted.append(_word(parts[place]))
            length = 1
        elif sort in ("common", "place"):
            written = " ".join(part.written for part in parts[place : place + length])
            if all(word.key != meaning for word in counted):  # import and export is one thing
                counted.append(NameWord(sort, parts[place].script, written, meaning, meaning))
        else:
            dropped += [_word(part) for part in parts[place : place + length]]
        place += length
    return tuple(counted or dropped)


def alike(one: NameWord, other: NameWord) -> float:
    """Tell from 0 to 1 how alike two words are; below some likeness it is 0, since another word is no near miss.

    >>> def like(one, other): return round(alike(name_words(one)[0], name_words(other)[0]), 2)
    >>> like("Мохаммед", "Muhammad"), like("حسين", "Hussein"), like("حسين", "Hassan"), like("Orion", "Orient")
    (0.78, 0.97, 0.77, 0.0)
    >>> like("华源", "Huayuan"), like("chimie", "química"), like("Sigma", "Stigma")
    (0.97, 1.0, 0.71)
    """
    if one.kind != other.kind and "initial" not in (one.kind, other.kind):
        return 0.0 if "number" in (one.kind, other.kind) else _alike_in_writing(one, other)
    if one.kind in ("common", "place", "number") and one.kind == other.kind:
        return float(one.key == other.key)
    if "initial" in (one.kind, other.kind):
        first = {word.key[:1] for word in (one, other)} if other.kind in ("word", "initial") else set()
        if one.kind not in ("word", "initial") or len(first) != 1:
            return 0.0
        return 1.0 if one.kind == other.kind else 0.8
    if one.written == other.written:
        return 1.0
    if one.foreign != other.foreign and "chinese" in (one.script, other.script) and one.script != other.script:
        return _SAME_SOUND if one.key == other.key else _alike_as_heard(one, other)
    if one.script == other.script == "chinese":
        return _HOMOPHONE if one.key == other.key else 0.0
    if (one.script == "arabic") != (other.script == "arabic"):
        return _alike_in_consonants(one, other) if one.script == "arabic" else _alike_in_consonants(other, one)
    if one.key == other.key:
        return _SAME_SOUND
    cyrillic = one.script != other.script
    if len(one.key) >= _SHORTEST and romanised(one.key, cyrillic=cyrillic) & romanised(other.key, cyrillic=cyrillic):
        return _ROMANISED
    return max(_alike_in_letters(one.key, other.key), _alike_in_sound(one.latin, other.latin))


def plural(one: NameWord, other: NameWord) -> float:
    """Tell how alike two words are of which one is the plural of the other, as goods in a company's name: ink, inks.

    A person's name has no plural (Han, Hans), so that it is for the caller to say that these are companies.

    >>> plural(name_words("Ink")[0], name_words("Inks")[0]), plural(name_words("Ink")[0], name_words("Inky")[0])
    (0.9, 0.0)
    """
    short, long = sorted((one.written, other.written), key=len)
    fits = one.kind == other.kind == "word" and one.script == other.script == "latin"
    return _PLURAL if fits and len(short) >= _SHORTEST_NOUN and long in (f"{short}s", f"{short}es") else 0.0


def together(words: tuple[NameWord, ...]) -> Iterator[tuple[tuple[int, ...], NameWord]]:
    """Give two or three neighbours as one word: Hua Yuan Da is Huayuanda; the last may come first: Wei Wang is 王伟.

    >>> [(places, word.key) for places, word in together(name_words("Wei Wang"))]
    [((0, 1), 'veivang'), ((0, 1), 'vangvei')]
    """
    for length in (2, 3):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            script = run[0].script
            if script == "chinese" or any(one.kind not in _JOINED or one.script != script for one in run):
                continue
            for order in (run, (run[-1], *run[:-1])):
                latin = "".join(_latin_of(one) for one in order)
                key = latin if script == "arabic" else coarse(latin)
                word = NameWord("word", script, "".join(one.written for one in order), latin, key)
                yield tuple(range(start, start + length)), word


def _latin_of(word: NameWord) -> str:
    return _in_latin(word.script, word.written) if word.kind == "common" else word.latin


@lru_cache(maxsize=262_144)
def coarse(latin: str) -> str:
    """Give the spelling in which romanisations of one word are alike.

    >>> coarse("tchaikovskiy") == coarse("chaykovsky"), coarse("youssef") == coarse("yusuf")
    (True, False)
    >>> coarse("mohammad"), coarse("khalid") == coarse("halid"), coarse("muller") == coarse("mueller")
    ('mohamad', True, True)
    """
    spelt = _COARSE.sub(lambda found: _SPELT[found[0]], _FIRST_YE.sub("e", latin))
    spelt = _SOFT_C.sub("s", spelt).replace("c", "k").replace("Z", "c")
    spelt = _DOUBLED.sub(r"\1", spelt)
    return _LAST_H.sub(r"\1", spelt)


@lru_cache(maxsize=262_144)
def bones(word: str, *, arabic: bool = False) -> Bones:
    """Take a word apart into consonants and vowels, such that an Arabic word and its romanisations are alike.

    >>> bones("محمد", arabic=True).consonants == bones("mohammed").consonants == "mhmd"
    True
    >>> bones("حسين", arabic=True), bones("hussein")
    (Bones(consonants='hsn', vowels=('', '', 'i', '')), Bones(consonants='hsn', vowels=('', 'u', 'ei', '')))
    """
    if arabic:
        text = "".join(_ARABIC_LETTERS.get(letter, "") for letter in word)
        if text[:1] in ("a", "'"):  # alef, with what it carries, or ain
            text = "A" + text[1:].lstrip("aui")
        elif text[:1] in ("u", "i"):
            text = {"u": "w", "i": "y"}[text[0]] + text[1:]
        text = text.replace("'", "")
    else:
        text = _SOFT.sub("s", _TO_BONES.sub(lambda found: _BONES[found[0]], word)).translate(_BONES_LAST)
        text = "A" + text.lstrip("aeiou") if text[:1] in ("a", "e", "i", "o", "u") else text
    consonants: list[str] = []
    vowels = [""]
    for letter in text:
        if letter in "aeiou" or (letter in "yw" and consonants):
            vowels[-1] += {"y": "i", "w": "u"}.get(letter, letter)
        elif consonants and consonants[-1] == letter and not vowels[-1] and not arabic:
            continue
        else:
            consonants.append(letter)
            vowels.append("")
    if len(consonants) > 2 and consonants[-1] == "h":
        consonants.pop()
        vowels[-2] = ""
        vowels.pop()
    return Bones("".join(consonants), tuple(vowels))


def romanised(key: str, *, cyrillic: bool = True) -> frozenset[str]:
    """Give the spellings in which what Western languages write for one letter is one: of ``cyrillic`` also zh, j, sch.

    A j is French for zh and German for the glide of ya and yu, so that a word with one can be read in two ways.

    >>> romanised(coarse("morosow")) == romanised(coarse("morozov")) == romanised(coarse("morosoff"))
    True
    >>> romanised(coarse("joukov")) & romanised(coarse("schukow")) & romanised(coarse("zhukov"))
    frozenset({'Sukov'})
    >>> romanised(coarse("jakowlewa")) & romanised(coarse("yakovleva"))
    frozenset({'iakovleva'})
    """
    spelt = _LAST_F.sub("v", key.replace("z", "s"))
    if not cyrillic:
        return frozenset({spelt})
    spelt = _LAST_J.sub("i", spelt).replace("J", "S")
    return frozenset({spelt.replace("j", "S"), spelt.replace("j", "i")})


@lru_cache(maxsize=262_144)
def heard(word: NameWord) -> str:
    """Give the consonants of a foreign word as Chinese can write them by sound; empty where they tell too little.

    >>> heard(name_words("伊万·莫罗佐夫")[1]) == heard(name_words("Морозов")[0]) == heard(name_words("Morozov")[0])
    True
    """
    if word.script == "chinese":
        found = "".join(map(_heard_syllable, syllables(word.written)))
    else:
        found = coarse(word.latin).translate(_HEARD)
    found = _DOUBLED.sub(r"\1", "".join(letter for letter in found if letter not in "aeiouy"))
    if len(found) > _LEAST_HEARD:
        found = found.removesuffix("l")  # a last r is often not written
    return found if len(found) >= _LEAST_HEARD else ""


def _heard_syllable(pinyin: str) -> str:
    if pinyin == "er":
        return "l"
    first = next((one for one in _PINYIN if pinyin.startswith(one)), "")
    vowel = pinyin[len(first) :]
    if pinyin in ("wu", "w"):
        return "u"
    return _PINYIN.get(first, "") + ("n" if vowel.endswith(("n", "ng")) else "a")


def _alike_as_heard(one: NameWord, other: NameWord) -> float:
    return _AS_HEARD if heard(one) and heard(one) == heard(other) else 0.0


def _alike_in_writing(one: NameWord, other: NameWord) -> float:
    """Likeness of a word to a common word or a place of which it may be a slip or another spelling."""
    if one.written == other.written:
        return 1.0
    scripts = {one.script, other.script}
    if "word" not in (one.kind, other.kind) or not scripts <= {"latin", "cyrillic"}:
        return 0.0
    ours, theirs = (coarse(_in_latin(word.script, word.written)) for word in (one, other))
    return _SAME_SOUND if ours == theirs else _alike_in_letters(ours, theirs)


def _alike_in_letters(one: str, other: str) -> float:
    longest = max(len(one), len(other))
    if min(len(one), len(other)) < _SHORTEST or one[0] != other[0]:
        return 0.0
    apart = Levenshtein.distance(one, other, score_cutoff=2)
    if apart > (1 if longest < _LONG else 2):
        return 0.0
    return float((1 - apart / longest) ** _STRICT)


def _alike_in_sound(one: str, other: str) -> float:
    """Likeness of Mohammed and Muhammad: the same consonants, and vowels that romanisations take for each other."""
    ours, theirs = bones(one), bones(other)
    if ours.consonants != theirs.consonants or len(ours.consonants) < _SHORTEST - 1:
        return 0.0
    differ = 0
    for left, right in zip(ours.vowels, theirs.vowels, strict=True):
        if left != right:
            if not any({left[:1], right[:1]} <= near for near in _NEAR_VOWELS) or abs(len(left) - len(right)) > 1:
                return 0.0
            differ += 1
    return _SAME_CONSONANTS - _NEAR_VOWEL * differ


def _alike_in_consonants(arabic: NameWord, other: NameWord) -> float:
    if other.script == "chinese":
        return 0.0
    ours = bones(arabic.written, arabic=True)
    best = 0.0
    for spelt in _without_article(other.latin):
        theirs = bones(spelt)
        if ours.consonants == theirs.consonants:
            odd = sum(map(_vowels_differ, ours.vowels, theirs.vowels))
            best = max(best, _SAME_SOUND - _ODD_VOWEL * odd)
        elif min(len(ours.consonants), len(theirs.consonants)) >= _SHORTEST:
            apart = Levenshtein.distance(ours.consonants, theirs.consonants, score_cutoff=1)
            best = max(best, _ONE_CONSONANT if apart == 1 else 0.0)
    return best if best > _LEAST else 0.0


def _vowels_differ(arabic: str, latin: str) -> bool:
    """Whether an Arabic word's long vowels cannot be read as these Latin ones; a short vowel is not written."""
    if not arabic:
        return len(latin) > 1 and latin not in ("ou", "oe", "ue", "ie")
    return not all(any(sound in latin for sound in _SOUNDS[letter]) for letter in arabic)


def _without_article(latin: str) -> tuple[str, ...]:
    fused = len(latin) >= _LONG - 2 and latin[:2] in ("al", "el")
    return (latin, latin[2:]) if fused else (latin,)


class _Part(NamedTuple):
    script: str
    written: str
    known: str
    foreign: bool = False


def _parts(name: str) -> Iterator[_Part]:
    """Cut a name into words; a run of Chinese characters at the words that the book knows."""
    text = name[:_LONGEST_NAME]
    if text.isascii():
        text = text.lower()
        text = _APOSTROPHES.sub("", _ELIDED.sub(" ", text)) if "'" in text or "`" in text else text
    else:
        text = unicodedata.normalize("NFKC", text).casefold()
        text = _APOSTROPHES.sub("", _ELIDED.sub(" ", text))
    text = _DOTTED.sub(_undotted, text) if "." in text else text
    for found in _RUNS.finditer(text):
        run = found[0]
        if len(run) == 1 and text[found.end() : found.end() + 1] == "." and found.lastgroup in ("latin", "cyrillic"):
            cyrillic = found.lastgroup == "cyrillic"
            yield _Part("cyrillic" if cyrillic else "latin", run if cyrillic else _plain_latin(run), f"{run}.")
        elif found.lastgroup == "han" and _is_foreign(text, found):
            yield _Part("chinese", simplified(run), "", foreign=True)
        elif found.lastgroup == "han":
            yield from _chinese_parts(simplified(run))
        elif found.lastgroup == "arabic":
            plain = _plain_arabic(run)
            if plain:
                yield _Part("arabic", plain, plain)
        elif found.lastgroup == "number":
            yield _Part("number", str(int(run)), str(int(run)))
        else:
            cyrillic = found.lastgroup == "cyrillic"
            plain = _CYRILLIC_MARKS.sub("", run) if cyrillic else _plain_latin(run)
            yield _Part("cyrillic" if cyrillic else "latin", plain, _stem(plain) if cyrillic else plain)


def _is_foreign(text: str, found: re.Match[str]) -> bool:
    """Whether a run of Chinese stands beside the dot that parts the names of a foreigner."""
    beside = text[max(0, found.start() - 1) : found.start()] + text[found.end() : found.end() + 1]
    return len(found[0]) > 1 and not _FOREIGN_DOTS.isdisjoint(beside)


def _stem(russian: str) -> str:
    """Take the ending off a Russian word, so that полимеров and полимеры are one.

    >>> _stem("полимеров"), _stem("химия"), _stem("ооо")
    ('полимер', 'хими', 'ооо')
    """
    return _ENDINGS.sub("", russian)


def _undotted(found: re.Match[str]) -> str:
    """Write S.A.R.L. and A.B.C. as one word, but the initials J.A. of a person as two."""
    joined = found[0].replace(".", "")
    known = (joined,) in _book().known
    return joined if known or len(joined) > 2 else " ".join(f"{letter}." for letter in joined)


def _joined_servant(parts: Iterator[_Part]) -> Iterator[_Part]:
    """Make one word of Abd al-Rahman, Abdel Rahman and Abdulrahman, however it is written."""
    held: _Part | None = None
    for part in parts:
        if held is not None:
            if part.known in _ARTICLES:
                continue
            yield held._replace(written=held.written + part.written, known=held.known + part.written)
            held = None
            continue
        start = _SERVANT_ARABIC if part.script == "arabic" else _SERVANT
        if found := start.fullmatch(part.written):
            root = "عبد" if part.script == "arabic" else "abd"
            rest = found[1] or ""
            joined = part._replace(written=root + rest, known=root + rest)
            if rest:
                yield joined
            else:
                held = joined
        else:
            yield part
    if held is not None:
        yield held


@lru_cache(maxsize=65_536)
def _word(part: _Part) -> NameWord:
    if part.script == "number":
        return NameWord("number", "latin", part.written, part.written, part.written)
    latin = _in_latin(part.script, part.written)
    kind = "initial" if len(part.written) == 1 and part.script in ("latin", "cyrillic") else "word"
    key = latin if part.script == "arabic" else coarse(latin)
    return NameWord(kind, part.script, part.written, latin, key, part.foreign)


@lru_cache(maxsize=262_144)
def _in_latin(script: str, written: str) -> str:
    if script == "cyrillic":
        return _plain_latin("".join(_CYRILLIC.get(letter, letter) for letter in written))
    if script == "arabic":
        return "".join(_ARABIC_LETTERS.get(letter, "") for letter in written)
    if script == "chinese":
        return "".join(syllables(written))
    return written


@lru_cache(maxsize=65_536)
def syllables(chinese: str) -> tuple[str, ...]:
    """Give the pinyin of Chinese characters without tones, one a character.

    >>> syllables("华源")
    ('hua', 'yuan')
    """
    from pypinyin import lazy_pinyin

    return tuple(_plain_latin(one) for one in lazy_pinyin(chinese, v_to_u=False))


def _chinese_parts(run: str) -> Iterator[_Part]:
    book = _book()
    start = place = 0
    while place < len(run):
        length = next((n for n in range(min(book.longest, len(run) - place), 0, -1) if run[place : place + n] in book.chinese), 0)  # fmt: skip  # noqa: E501
        # One character is taken for a word only at the end of a run: elsewhere it may be a part of a name.
        if length > 1 or (length == 1 and place > 1 and place == len(run) - 1):
            if place > start:
                yield _Part("chinese", run[start:place], run[start:place])
            yield _Part("chinese", run[place : place + length], run[place : place + length])
            place += length
            start = place
        else:
            place += 1
    if start < len(run):
        yield _Part("chinese", run[start:], run[start:])


def _plain_latin(text: str) -> str:
    if text.isascii():
        return text
    spelt = unicodedata.normalize("NFD", text.translate(_LATIN_LETTERS))
    return "".join(letter for letter in spelt if not unicodedata.combining(letter))


def _plain_arabic(run: str) -> str:
    text = _ARABIC_MARKS.sub("", run).translate(_ARABIC_FORMS)
    for start in ("وال", "بال", "ال", "لل"):
        if text.startswith(start) and len(text) > len(start) + 1:
            return text[len(start) :]
    return text


class _Book:
    """The words that tell little, by how they are written; a word is a sequence of parts."""

    def __init__(self, raw: Mapping[str, Mapping[str, object]]) -> None:
        self.chinese: frozenset[str] = frozenset()
        self.longest = 0
        self.known: dict[tuple[str, ...], tuple[str, str]] = {}
        self.first: dict[str, int] = {}
        for sort, name in (("common", "common"), ("places", "place")):
            for meaning, by_language in raw[sort].items():
                self._add(by_language, name, meaning)
        for sort in ("forms", "small"):
            self._add(raw[sort], sort, "")

    def _add(self, by_language: object, sort: str, meaning: str) -> None:
        assert isinstance(by_language, Mapping)  # noqa: S101 - our own file
        for language, words in by_language.items():
            for word in words:
                if language == "zh" and not word.isascii():
                    simple = simplified(word)
                    self.chinese = self.chinese | {simple}
                    self.longest = max(self.longest, len(simple))
                    key: tuple[str, ...] = (simple,)
                else:
                    key = tuple(_spelt_apart(word))
                    if sort == "common" and language in ("en", "fr", "es") and len(word) > 2:
                        self.known.setdefault((*key[:-1], key[-1] + "s"), (sort, meaning))
                        self.first.setdefault((*key[:-1], key[-1] + "s")[0], len(key))
                for one in {key, ("".join(key),)} if all(len(part) == 1 for part in key) else {key}:
                    self.known.setdefault(one, (sort, meaning))
                    self.first[one[0]] = max(self.first.get(one[0], 0), len(one))

    def at(self, parts: list[str], place: int) -> tuple[int, str, str]:
        """Give how many parts from here are a known word, its sort and its meaning; 0 where none is."""
        for length in range(self.first.get(parts[place], 0), 0, -1):
            if found := self.known.get(tuple(parts[place : place + length])):
                return length, *found
        return 0, "", ""


def _spelt_apart(word: str) -> Iterator[str]:
    text = unicodedata.normalize("NFKC", word).casefold()
    for found in _RUNS.finditer(text):
        if found.lastgroup == "arabic":
            yield _plain_arabic(found[0])
        elif found.lastgroup == "cyrillic":
            yield _stem(_CYRILLIC_MARKS.sub("", found[0]))
        else:
            yield _plain_latin(found[0])


@cache
def _book() -> _Book:
    from opencwc.convention.fields import read_yaml

    return _Book(read_yaml(WORDS))


_RUNS = re.compile(
    "(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)|(?P<arabic>[\u0620-\u065f\u0670-\u06d3\u06ee-\u06ef\u06fa-\u06ff]+)"
    "|(?P<cyrillic>[\u0400-\u052f\u0300]+)|(?P<number>[0-9]+)|(?P<latin>[^\\W\\d_]+)"
)
_APOSTROPHES = re.compile("['’‘ʼʻ`´ʹ\u0640\u200b-\u200f]")
_ELIDED = re.compile(r"\b[dl]['’](?=\w{3})")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?(?![^\W\d_])")
_CYRILLIC_MARKS = re.compile("[\u0300-\u036fъь]")
_ENDINGS = re.compile(
    "(?<=....)(?:[аяыи]ми|[оеё]го|[ое]му|[ыи]х|[оеё]в|[еоыи]й|[ая]я|[оеыи]е|[аяое]м|[ая]х|[ыиаяоеуюй])$"
)
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u0621]")
_ARABIC_FORMS = str.maketrans("أإآٱىیکةؤئگپچژڤ", "ااااييكهويكبجزف")
_LATIN_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "þ": "th"})
_CYRILLIC = {
    **dict(zip("абвгґдеёєзиіїйклмнопрстуфыэўјћқңғүұһәө", "abvggdeeeziiiyklmnoprstufyeujcknguuhao", strict=True)),
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ъ": "", "ь": "",
    "ђ": "dj", "љ": "lj", "њ": "nj", "џ": "dz",
}  # fmt: skip
_ARABIC_LETTERS = {
    **dict(zip("بتثجحخدذرزسشصضطظغفقكلمنهوي", "bttjhhddrzsSsdtzjfkklmnhui", strict=True)),
    "ا": "a", "ع": "'",
}  # fmt: skip
_SOUNDS = {"a": "ae", "u": "ou", "i": "ie", "'": "aeiou"}
_SPELT = {
    "schtsch": "S", "chtch": "S", "tsch": "C", "tch": "C", "shch": "S", "sch": "S", "sh": "S", "ch": "C", "zh": "J",
    "kh": "h", "gh": "g", "gue": "ge", "gui": "gi", "ph": "f", "th": "t", "dh": "d", "ck": "k", "qu": "k", "q": "k",
    "x": "ks", "tz": "Z", "ts": "Z", "cz": "Z", "ou": "u", "oo": "u", "ee": "i", "iy": "i", "ij": "i", "yi": "i",
    "iye": "ie", "y": "i", "w": "v", "ae": "a", "oe": "o", "ue": "u",
}  # fmt: skip
_COARSE = re.compile("|".join(sorted(_SPELT, key=len, reverse=True)))
_LAST_F = re.compile("f$")
_LAST_J = re.compile("j$")
_FOREIGN_DOTS = frozenset("·•‧・∙⋅")
_PINYIN = {
    "zh": "S", "ch": "S", "sh": "S", "z": "s", "c": "s", "s": "s", "x": "s", "j": "S", "q": "S", "r": "S", "b": "p",
    "p": "p", "d": "t", "t": "t", "g": "k", "k": "k", "f": "f", "w": "f", "m": "m", "n": "n", "l": "l", "h": "h",
}  # fmt: skip
_HEARD = str.maketrans({"C": "S", "J": "S", "j": "S", "z": "s", "c": "s", "b": "p", "d": "t", "g": "k", "v": "f",
                        "r": "l"})  # fmt: skip
"""What Chinese hears as one: voiced and voiceless, r and l, the sibilants."""
_FIRST_YE = re.compile("^ye(?=[^aeiou])")
_SOFT_C = re.compile("c(?=[ei])")
_DOUBLED = re.compile(r"(.)\1+")
_LAST_H = re.compile(r"([aeiou])h$")
_BONES = {
    "kh": "h", "sh": "S", "ch": "S", "gh": "j", "dj": "j", "zh": "j", "th": "t", "dh": "d", "ph": "f", "ck": "k",
    "qu": "k",
}  # fmt: skip
_TO_BONES = re.compile("^ou(?=[aeiou])|" + "|".join(_BONES))
_BONES["ou"] = "w"
_SOFT = re.compile("c(?=[ei])")
_BONES_LAST = str.maketrans({"g": "j", "q": "k", "c": "k", "p": "b", "v": "f"})
_ARTICLES = ("al", "el", "ul", "as", "ar", "an", "ash", "ad", "ال")
_SERVANT = re.compile("abd(?:(?:[aeou]l?l?|ou?l|ur|us|ush|as|ash|ar|er|es|en|an)(?:-?([^\\W\\d_]{4,}))?)?")
_SERVANT_ARABIC = re.compile("عبد(?:ال(\\w{2,}))?")
_LONGEST_NAME = 400
_MOST_WORDS = 24
_JOINED = ("word", "initial", "common")
_NEAR_VOWELS = ({"a", "e"}, {"o", "u"}, {"e", "i"})
_SAME_CONSONANTS = 0.88
_NEAR_VOWEL = 0.05
_HOMOPHONE = 0.6
_ROMANISED = 0.92
_AS_HEARD = 0.85
_LEAST_HEARD = 3
_SAME_SOUND = 0.97
_ODD_VOWEL = 0.2
_ONE_CONSONANT = 0.72
_LEAST = 0.5
_PLURAL = 0.9
_SHORTEST_NOUN = 3
_SHORTEST = 4
_LONG = 9
_STRICT = 1.9
"""How much of a word may differ: one letter in up to 8, two in more; a short word must be the same."""
