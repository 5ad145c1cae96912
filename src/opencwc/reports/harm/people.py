"""The numbers of a sentence that count people, with those that a word for one or two says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from opencwc.language.whole_numbers import Number, find_numbers
from opencwc.reports.harm.lists import ANDS, COMMAS, STOPS, Harm, harm_pattern, listed
from opencwc.reports.harm.sentence import UNCOUNTED, HarmWord, Sentence


def people_in(sentence: Sentence, words: Sequence[HarmWord]) -> list[Number]:
    """Return the numbers that may be of people, with those that a word for one person, or for two, says."""
    text, lang = sentence.text, sentence.lang
    numbers: list[Number] = []
    found = [_later_of(text, number, lang) for number in find_numbers(text, lang)]
    for at, number in enumerate(found):
        following = found[at + 1] if at + 1 < len(found) else None
        named = any(0 <= word.start - number.end <= 1 for word in words)
        if at and not named and _is_age_too(text, found[at - 1], number, lang):
            continue
        if following and _shares_unit(text, number, following, lang, words):
            continue
        added = number.article and bool(numbers) and _is_added(text, numbers[-1], number, lang)
        if added or _may_be_people(text, number, lang, words):
            numbers.append(number)
    for name, value in (("two_people", 2), ("uncounted", UNCOUNTED)):
        for match in listed(name, lang).finditer(text):
            if any(one.start == match.end() for one in numbers):
                continue
            numbers = [one for one in numbers if not (one.article and 0 < match.start() - one.end < 2)]
            if not any(number.start < match.end() and match.start() < number.end for number in numbers):
                numbers.append(Number(match.start(), match.end(), value))
    if lang == "ar":
        numbers.extend(_struck_two(text, words, numbers))
    counted = [number for number in found if not number.article and not number.rank]
    numbers.extend(one for one in _single(sentence, numbers) if not _is_counted(text, one, counted, lang))
    numbers = [number for number in numbers if not _is_pool_ahead(text, number, numbers, lang)]
    numbers.extend(_named_by_age(text, numbers, lang))
    ranks = [number for number in numbers if number.rank]
    numbers = sorted(number for number in numbers if not any(_by_rank(text, number, rank) for rank in ranks))
    return [
        number for at, number in enumerate(numbers) if not (at and _is_pool(text, numbers[at - 1], number, lang, words))
    ]


def _struck_two(text: str, words: Sequence[HarmWord], numbers: Sequence[Number]) -> Iterator[Number]:
    """Give the two people whom a noun in the dual right behind an Arabic verb of harm tells of: "توفي راعيان"."""
    for word in words:
        noun = _DUAL.match(text, word.end) if word.behind else None
        if noun is None or listed("no_dual", "ar").fullmatch(noun[1]) or listed("things", "ar").fullmatch(noun[1]):
            continue
        if not any(number.start < noun.end(1) and noun.start(1) < number.end for number in numbers):
            yield Number(noun.start(1), noun.end(1), 2)


_DUAL = re.compile(r"\s+(?:(?:اليوم|امس|ايضا|مساء|صباحا|ليلا) )?(?!ال)([^\W\d_]{2,}(?:ان|تان))(?!\w)")


def _named_by_age(text: str, numbers: Sequence[Number], lang: str) -> Iterator[Number]:
    """Give one person for an age beside a name: "Mary Ellison, 29, who died"."""
    around, ahead = (12, 8) if lang == "zh" else (45, 30)
    for match in listed("age", lang).finditer(text):
        clause = STOPS_OF_SENTENCE.split(text[max(0, match.start() - around) : match.start()])[-1]
        low = match.start() - len(clause)
        if not any(low <= number.start < match.end() + ahead for number in numbers):
            yield Number(match.start(), match.end(), 1, article=True)


STOPS_OF_SENTENCE = re.compile(r"[;:!?؛；。]|\. ")


def _later_of(text: str, number: Number, lang: str) -> Number:
    """Return what a number rose or fell to: "from 85 to 120" is 120; "between 30 and 40" is at least 30."""
    before = text[max(0, number.start - 8) : number.start].rstrip()
    rose = listed("total", lang).search(text[max(0, number.start - 50) : number.end + 30]) or _HEADLINE.search(before)
    if number.high and rose and any(match.end() == len(before) for match in listed("from", lang).finditer(before)):
        last = re.search(r"\S+$" if lang != "zh" else r".$", text[number.start : number.end])
        start = number.start + last.start() if last else number.start
        return Number(start, number.end, number.high)
    return number


_HEADLINE = re.compile(r": \S+$")
"""What rose is left out in a headline: "Mustard shells: from 3 to 5 dead"."""


def _is_counted(text: str, one: Number, counted: Sequence[Number], lang: str) -> bool:
    """Tell whether a word for one person only names who is counted before it: "not sixteen people"."""
    if lang not in ("ru", "ar"):
        return False
    asked = re.search(r"(?:сколько|много|несколько|(?<!\w)كم) $", text[: one.start])
    touching = any(0 < one.start - number.end <= 1 for number in counted)
    return asked is not None or (lang == "ru" and touching)


def _is_age_too(text: str, before: Number, number: Number, lang: str) -> bool:
    """Tell whether a number goes with one that counts nobody: "aged 17 and 20", "not twenty and two"."""
    told = text[max(0, before.start - 14) : before.start].rstrip()
    if not any(
        match.end() == len(told) for name in ("aged", "not_this") for match in listed(name, lang).finditer(told)
    ):
        return False
    gap = text[before.end : number.start].replace(",", " ").strip()
    return ANDS[lang].fullmatch(gap) is not None and gap not in (
        "а",
        "но",
        "but",
        "mais",
        "pero",
        "while",
        "as",
        "mientras",
    )


def _shares_unit(text: str, number: Number, following: Number, lang: str, words: Sequence[HarmWord]) -> bool:
    """Tell whether a number has the unit of the next one, which is not people: "17 and 20 years", "aged 17 and 20"."""
    gap = text[number.end : following.start]
    before = text[max(0, number.start - 12) : number.start]
    if lang == "zh":
        return gap in ("和", "、", "及", "至", "岁和", "岁、", "岁及") and text.startswith("岁", following.end)
    plain = gap.replace(",", " ").strip() + (" و" if lang == "ar" and text[following.start] == "و" else "")
    if number.article or (plain.strip() and not ANDS[lang].fullmatch(plain.strip())):
        return False
    aged = any(match.end() == len(before.rstrip()) for match in listed("aged", lang).finditer(before.rstrip()))
    return aged or _counts_things(following, text[following.end : following.end + 40], lang, words)


def _is_added(text: str, people: Number, article: Number, lang: str) -> bool:
    """Tell whether an article adds one to the people before it: "13 bathers and a lifeguard"."""
    gap = text[people.end : article.start]
    named = listed("people", lang).match(gap.lstrip()) is not None and not people.article
    behind = text[article.end : article.end + 30].split()
    thing = not behind or listed("things", lang).fullmatch(behind[0]) is not None
    return (
        named and not thing and len(gap.split()) <= 3 and ANDS[lang].search(gap) is not None and not STOPS.search(gap)
    )


def _is_pool_ahead(text: str, number: Number, numbers: Sequence[Number], lang: str) -> bool:
    """Tell whether a number says first of how many the next one is: "of the 52 passengers, 19 were treated"."""
    before = text[max(0, number.start - 14) : number.start].rstrip()
    if not any(match.end() == len(before) for match in listed("out_of", lang).finditer(before)):
        return False
    following = [other for other in numbers if other.start >= number.end][:1]
    if _is_told_harmed(text[number.end : number.end + 30], lang):
        return False
    return any(COMMAS.search(text, number.end, other.start) or lang == "ar" for other in following)


def _is_told_harmed(behind: str, lang: str) -> bool:
    """Tell whether those of whom some are told next are themselves said to be harmed: "of the seven taken ill"."""
    if lang in ("ar", "zh"):
        return False
    harm = harm_pattern(lang).search(STOPS.split(behind)[0])
    return harm is not None and harm.lastgroup == "affected" and len(behind[: harm.start()].split()) <= 1


def _is_pool(text: str, part: Number, number: Number, lang: str, words: Sequence[HarmWord]) -> bool:
    """Tell whether a number says only of how many the number before it is: "ten of the 64 on shift"."""
    if not listed("of", lang).fullmatch(text[part.end : number.start].strip()):
        return False
    return not any(0 <= word.start - number.end < 3 or 0 <= number.start - word.end < 3 for word in words)


def _by_rank(text: str, number: Number, rank: Number) -> bool:
    """Tell whether an article or a person belongs to an order: "un segundo bombero" are two."""
    gap = text[number.end : rank.start] if number.end <= rank.start else text[rank.end : number.start]
    return number.article and len(gap) < 12 and len(gap.split()) <= 1


def _single(sentence: Sentence, numbers: Sequence[Number]) -> Iterator[Number]:
    """Give the people that are told of as one without a number: in a headline, or where a language has no article."""
    text, lang = sentence.text, sentence.lang
    possessive, definite = listed("possessive", lang), listed("definite", lang)
    last_end = 0
    for match in listed("one_person", lang).finditer(text):
        if lang == "ar" and match[0].startswith(_DEFINITE) and not text.startswith(" و", match.end()):
            continue
        if lang == "ru" and any(0 <= number.start - match.end() <= 1 for number in numbers):  # "человек тридцать"
            continue
        before = text[max(0, match.start() - 12) : match.start()].split()
        owned = any(possessive.fullmatch(one) for one in before[-2:])
        leads = not text[: match.start()].strip() or text[: match.start()].endswith(": ")
        leads = leads or (
            match.start() - last_end in (5, 4) and ANDS[lang].search(text[last_end : match.start()]) is not None
        )
        if not owned and not leads and listed("at_work", lang).fullmatch(match[0]):
            continue
        owned = owned or (bool(before) and before[-1].endswith(("'s", "’s")))
        known = bool(before) and definite.fullmatch(re.split("[’']", before[-1])[0]) is not None
        if _does_it(text, match.end(), lang):
            continue
        if not (owned or known or sentence.is_title or leads or lang in ("ru", "ar", "zh")):
            continue
        beside = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if lang == "zh" and (
            beside[0] in ("名", "位", "个", "些") or not any(one in ("和", "与", "及", "其") for one in beside)
        ):
            continue
        joined = lang == "zh" or (lang == "ar" and match[0].startswith("و"))
        before_it = [text[number.end : match.start()] for number in numbers if number.start <= match.start()]
        if not joined and any(_is_next(gap, lang) for gap in before_it):
            continue
        if leads:
            last_end = match.end()
        yield Number(match.start(), match.end(), 1, article=True)


_DEFINITE = ("ال", "وال", "بال", "لل", "كال", "فال")


def _is_next(gap: str, lang: str) -> bool:
    """Tell whether a word still belongs to the number before it."""
    divided = STOPS.search(gap) or ANDS[lang].search(gap) or harm_pattern(lang).search(gap)
    return len(gap.split()) <= 2 and not divided


def _may_be_people(text: str, number: Number, lang: str, words: Sequence[HarmWord]) -> bool:
    """Tell whether a number can count people, by what stands behind it and before it."""
    behind = text[number.end : number.end + 40]
    before = text[max(0, number.start - 12) : number.start]
    if _reads_like_a_number(text, number, behind, lang):
        return False
    if number.rank:
        return _is_rank_of_people(before, behind, number, lang, words)
    if _counts_no_people(before, behind, number, lang):
        return False
    if lang == "zh":
        return _counts_chinese_people(text, number, words)
    if number.article:
        return _is_article_of_one(text, number, lang, words)
    if lang == "ar" and text.startswith("ال", number.start) and number.value > 1:  # behind whom it counts
        return True
    if lang == "ru" and _COLLECTIVE.fullmatch(text, number.start, number.end):
        return _DAYS_OR_GATES.match(behind) is None
    return not _counts_things(number, behind, lang, words)


def _reads_like_a_number(text: str, number: Number, behind: str, lang: str) -> bool:
    """Tell whether a word of number is none here: a family, a Monday, "anyone", half of an order."""
    if lang == "ru":
        return text.startswith("семью", number.start) and not listed("people", lang).match(behind.lstrip())
    if lang != "ar":
        return False
    monday = _MONDAY.fullmatch(text, number.start, number.end) and not _THE_TWO.match(behind)
    so_far = text[: number.end]
    return bool(monday or _NOBODY.search(so_far) or _ORDINAL.search(so_far))


_ORDINAL = re.compile(r"ال(?:حادي|ثاني|ثالث|رابع|خامس|سادس|سابع|ثامن|تاسع)ة و\S+$")


_NOBODY = re.compile(r"(?<!\w)و?(?:لم|لا|لن)(?: \S+){1,5} ب?احد$")


_MONDAY = re.compile("[وف]?(?:ال|لل)اثنين")


_COLLECTIVE = re.compile("(?:дво|тро|четвер|пятер|шестер|семер|восьмер|девятер|десятер)(?:е|о|их|ых|им|ым|ими|ыми)")
"""Russian numbers that count people, young animals, and what has no singular."""


_DAYS_OR_GATES = re.compile(
    r"\s+(?:\w+ )?(?:сут|ворот|дверей|дверц|часов|сан(?:ей|и)|ножниц|щен|котят|телят|ягнят|козлят|порос)"
)


_THE_TWO = re.compile(r"\s+(?:ال(?:اخرين|باقيين)|كلاهما|معا)")


def _is_rank_of_people(before: str, behind: str, rank: Number, lang: str, words: Sequence[HarmWord]) -> bool:
    """Tell whether an order is that of somebody who died or was hurt: "the third man has died"."""
    if lang == "ar" and any(listed("things", lang).fullmatch(one) for one in before.split()[-1:]):
        return False
    named = listed("people", lang).match(behind.lstrip()) is not None
    wide = 25 if not named or lang == "zh" else 80
    near = [word for word in words if 0 <= word.start - rank.end < 25 or 0 <= rank.start - word.end < 25]
    if any(word.harm == "killed" for word in words if 0 <= word.start - rank.end < wide) or any(
        word.harm == "killed" for word in near
    ):
        return True
    touched = any(abs(word.start - rank.end) <= 6 or abs(rank.start - word.end) <= 1 for word in near)
    return lang != "zh" and bool(near) and (named or touched)


def _counts_chinese_people(text: str, number: Number, words: Sequence[HarmWord]) -> bool:
    """Tell whether a Chinese number counts people: by its measure word, or by who is counted in front of it."""
    behind = text[number.end : number.end + 40]
    if _CHINESE_POOL.match(behind):
        return any(0 <= number.start - word.end <= 1 for word in words)
    counted = _CHINESE_COUNTED.search(text, max(0, number.start - 14), number.start)
    if counted and re.match(r"[多余餘]?[人名个位]?(?:[，。；、,;（(]|$)", behind):
        return True
    return _CHINESE_PEOPLE.match(behind) is not None or any(word.start == number.end for word in words)


def _is_article_of_one(text: str, article: Number, lang: str, words: Sequence[HarmWord]) -> bool:
    """Tell whether an article is that of one person: "a welder", "a baker, his wife", "an injured man"."""
    behind = text[article.end : article.end + 40]
    if lang != "ar":
        touching = [word for word in words if 0 <= word.start - article.end <= 1]
        if any(_calls_a_person(text[word.start : word.end], word.harm, lang) for word in touching):
            return True
        if listed("kin", lang).match(behind):
            return True
    if _does_it(text, article.end, lang):
        return False
    return is_one_of(behind, lang) or is_one(behind, lang) or _is_first_of_a_list(behind, lang)


def _is_first_of_a_list(behind: str, lang: str) -> bool:
    """Tell whether people are counted right behind, as in "a judge, two clerks and 19 listeners"."""
    noun = re.match(r"\s(?P<noun>[^\W\d_]+)(?:, | (?:and|et|y) )", behind)
    following = find_numbers(behind[noun.end() :], lang) if noun else []
    if noun is None or not following or following[0].start or listed("things", lang).fullmatch(noun["noun"]):
        return False
    return listed("people", lang).match(behind[noun.end() :][following[0].end :].lstrip()) is not None


def _does_it(text: str, at: int, lang: str) -> bool:
    """Tell whether one person does or says it rather than suffers it: "a man threw acid", "a coordinator said"."""
    clause = STOPS.split(text[at : at + 60])[0]
    does = listed("doer", lang).search(clause)
    harmed = harm_pattern(lang).search(clause)
    return does is not None and (harmed is None or does.start() <= harmed.start())


def _calls_a_person(word: str, harm: Harm, lang: str) -> bool:
    """Tell whether a word of harm right behind an article stands for a person: "un blessé", "an injured man"."""
    if listed("of_things", lang).match(word):
        return False
    return harm == "killed" or any(listed(name, lang).fullmatch(word) for name in ("injury", "participle"))


def _counts_no_people(before: str, behind: str, number: Number, lang: str) -> bool:
    """Tell whether what touches a number makes it an age, a price, a name, a year, or a figure that does not hold."""
    if before.endswith(", ") and behind.startswith(","):  # an age: "a neighbour, 70, was treated"
        return True
    if _CODE.search(before) and lang not in ("ar", "zh"):
        return True
    if _BEFORE_NO_PEOPLE.search(before) or BEHIND_NO_PEOPLE.match(behind):
        return True
    if number.value in range(1900, 2101) and not listed("people", lang).match(behind.strip()):
        return True
    end = len(before.rstrip())
    return any(
        match.end() == end for name in ("not_this", "aged") for match in listed(name, lang).finditer(before.rstrip())
    )


_CODE = re.compile(r"[a-zа-яё]$")
"""A letter right at a number: a road, a type."""


_BEFORE_NO_PEOPLE = re.compile(r"[$€£№%§]\s?$|[\w]-$|\bno\. $|\d[.,:]$")


BEHIND_NO_PEOPLE = re.compile(
    r"s\b|-(?:я|й|го|му|е|х|ю|ой|ый|ая|ое|ую|ых)\b|(?:e|ème|er|re|st|nd|rd|th|ª|º|°)\b|\s?[%$€£℃°]|[.:,-]\d|-?[^\W\d_]*-?(?:year|ans|летн|лет)"
    r"|-(?:lit|ton|kilo|met|foot|hour|day)"
)


def _counts_things(number: Number, behind: str, lang: str, words: Sequence[HarmWord]) -> bool:
    """Tell whether the words behind a number name what is no person."""
    people, things = listed("people", lang), listed("things", lang)
    found = list(re.finditer(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\w\s]|\d+", behind))
    for match in found[: 1 if lang == "ar" and found and found[0][0] != "من" else 2]:
        if people.fullmatch(match[0]) or any(word.start == number.end + match.start() for word in words):
            return False
        if things.fullmatch(match[0]):
            return lang != "en" or not _is_of_people_word(behind[match.end() :], lang)
        if _is_agent_word(match[0], lang):
            return False
        if not match[0][0].isalpha():
            break
    return False


def _is_of_people_word(behind: str, lang: str) -> bool:
    """Tell whether the next word is of people, and so the one before it only says which: "three sheep farmers"."""
    word = re.match(r"[\s-]([\w-]+)", behind)
    return word is not None and word[1] not in ("in", "of", "more") and bool(listed("people", lang).fullmatch(word[1]))


_CHINESE_POOL = re.compile(r"[人名个位][^，。、,;；]{0,6}(?<!其)中(?!毒)")


_CHINESE_COUNTED = re.compile(
    r"(?:伤者|伤员|伤亡者|患者|病人|死者|遇难者|受害者|中毒者|受伤者|死亡|受伤|遇难|中毒)(?:人数|总数|人员)?[^，。；、]{0,6}?(?:至|为|达|到|过|逾|有|共|是|超|仅)?$"
)


_CHINESE_PEOPLE = re.compile(
    r"[余餘多]?(?!人?(?:升至|增至|上升|增加|降至|下调|减至|改为))(?:个?人|个(?!月|小时|星期|礼拜|钟头|国|村|县|省|市|镇|乡|区|城|州|地|点|部|工厂|厂|学校|油|罐|桶|箱|袋|瓶|气|钢|仓|车|站|集|样|项|方|问|案|百|阶|批|层|单|组|队|家|物|炸|弹|装|口|洞|坑|房|院|社|街|团|营|师|旅|世|年|季|学期|回|字|词|版|频|视|账|网|电|水|蛋|包|盒|鱼|鸡|牛|羊|猪|狗|仍)|名|位|具|条(?:人命|生命|性命)|座(?:新)?坟|口棺|例|口|死|伤|亡|者|工人|员工|学生|儿童|居民|村民|男子|女子|士兵|警察|平民|乘客|孩子|妇女)"
)


def is_agent(behind: str, lang: str) -> bool:
    """Tell whether the first word is formed like a word for people who do something."""
    word = re.match(r"\s*([\w-]+)", behind)
    return word is not None and _is_agent_word(word[1], lang)


def _is_agent_word(word: str, lang: str) -> bool:
    none = any(listed(name, lang).fullmatch(word) for name in ("things", "no_agent"))
    return not none and listed("agent", lang).fullmatch(word) is not None


def is_one(behind: str, lang: str) -> bool:
    """Tell whether what follows an article is a person: "a 41-year-old worker"."""
    clause = STOPS.split(behind)[0]
    first = re.match(r"\s*([\w-]+)", clause)
    if first and lang in ("fr", "es") and listed("things", lang).fullmatch(first[1]):
        return False
    if first and lang in ("fr", "es") and _is_agent_word(first[1], lang):
        return True
    found = listed("one_person", lang).search(clause) or next(
        (
            one
            for one in listed("agent", lang).finditer(clause)
            if lang in ("en", "ru") and _is_agent_word(one[0], lang)
        ),
        None,
    )
    if found is None:
        return False
    between = clause[: found.start()]
    return len(between.split()) <= 3 and not _SMALL.search(between) and not harm_pattern(lang).search(between)


def is_one_of(behind: str, lang: str) -> bool:
    """Tell whether one of several people is meant: "one of the workers"."""
    told = listed("one_of", lang).match(behind.lstrip())
    return told is not None and listed("people", lang).search(behind[:35]) is not None


_SMALL = re.compile(
    r"\b(?:of|at|in|on|by|to|for|from|with|that|who|de|du|des|à|en|dans|par|del|al|por|para|que|qui|и|в|на|с)\b"
)
