"""Names of victims, witnesses and other private people in a report, to be masked wherever it is shown.

By rules: a name that stands beside the word for what a private person is to the event, or beside an age. Who speaks or
acts for a body has a public name. Once a name is known, each of its words is masked in the whole report. What no rule
sees stays readable, so a person who passes a report on looks at it first.
"""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.gazetteer import the_gazetteer
from opencwc.reports.model import Span, Told

_WORDS = Path(__file__).parent / "data" / "private_people.yaml"
MASK = "•"
_PARTICLES = r"(?:de(?:l|\s+la|\s+los|\s+las)?|da|dos|do|bin|bint|ibn|al|el|van|von|der|abu|abou|ben|ould)"
_CAPITAL = r"[^\W\d_a-zß-ÿа-яё][^\W\d_A-ZÀ-ÞА-ЯЁ][\w’'-]*"
"""A word with a capital that is not written in capitals."""
_NAMES = re.compile(rf"(?<!\w){_CAPITAL}(?: (?:{_PARTICLES} )?{_CAPITAL}){{0,3}}")
_ARABIC_WORD = "[ء-ي\u064b-\u0652]{2,}"
_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘于蒋"
    "蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫阎段雷侯龙龍"
    "史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯"
)
_SAYS = "(?:[说說称稱（(]|表示|告诉|告訴|回忆|回憶|今年|[，,]\\d)"
_ARABIC_ENDS = frozenset({
    "في", "من", "على", "إلى", "الى", "عن", "إن", "ان", "أن", "الذي", "التي", "وقال", "وقالت", "قال", "قالت", "كان",
    "كانت", "إنه", "إنها", "بعد", "قبل", "عند", "مع", "وهو", "وهي", "لم", "لا", "قد", "ما", "هذا", "هذه", "حين",
    "أنه", "أنها", "تعمل", "يعمل", "توفي", "توفيت", "أصيب", "أصيبت", "يقول", "تقول", "روى", "روت", "فقد", "فقدت",
})  # fmt: skip


class _Rules(NamedTuple):
    """What stands before a private person's name, what behind it, how an age is written there, what joins two names."""

    before: re.Pattern[str]
    behind: re.Pattern[str]
    age: re.Pattern[str]
    joins: re.Pattern[str]


def private_names(told: Told, *, staff: bool = False) -> list[Span]:
    """Return where in `Report.whole` the names of private people stand; with ``staff`` also of those at work."""
    rules, text = _rules(told.lang, staff=staff), told.report.plain.whole
    if rules is None:
        return []
    found = {"zh": _in_chinese, "ar": _in_arabic}.get(told.lang, _with_capitals)
    names = list(found(text, rules))
    return sorted({*_everywhere(text, names, told.lang), *_own_words(text, names, told.lang)})


def _own_words(text: str, names: Iterable[Span], lang: str) -> Iterator[Span]:
    """Yield the words of the names where they stand, short ones too, but for particles; in Chinese the whole name."""
    for start, end in names:
        if lang == "zh":
            yield Span(start, end)
            continue
        for match in re.finditer(r"\S+", text[start:end]):
            if not match[0].islower():
                yield Span(start + match.start(), start + match.end())


def masked(told: Told) -> str:
    """Return `Report.whole` with each letter of the names of private people as a dot: places in it stay the same."""
    return mask(told.report.whole, private_names(told))


def shown_title(told: Told) -> str:
    """Return the title of a report, or its id where it has none, with private names as dots."""
    return masked(told)[: len(told.report.title)] or told.report.id


def mask(text: str, spans: Iterable[Span]) -> str:
    """Return a text with the letters of some stretches as dots.

    >>> mask("Ana Roy said so", [Span(0, 7)])
    '••• ••• said so'
    """
    signs = list(text)
    for start, end in spans:
        signs[start:end] = [sign if sign.isspace() else MASK for sign in signs[start:end]]
    return "".join(signs)


def _with_capitals(text: str, rules: _Rules) -> Iterator[Span]:
    for match in _NAMES.finditer(text):
        start, end = match.span()
        first, _, rest = match[0].partition(" ")
        if rest and rules.before.search(f"{first} "):  # a sentence begins with what the person is: Resident Ana Roy
            if not rest[0].isupper():
                continue  # Vecinos de Viacha
            start += len(first) + 1
        name = text[start:end]
        is_private = rules.age.match(text, end) or rules.before.search(text[max(0, start - _NEAR) : start])
        if (is_private or (" " in name and rules.behind.match(text, end))) and _is_persons(name):
            yield Span(start, end)
            yield from _listed(text, Span(start, end), rules)


def _listed(text: str, one: Span, rules: _Rules) -> Iterator[Span]:
    """Yield the names that stand in one list with a name, behind it and before it: Ana Roy, Li Wei and Pía Mora."""
    words, at = text[one.start : one.end].count(" "), one.end
    while joined := rules.joins.match(text, at):
        name = _NAMES.match(text, joined.end())
        if name is None or not _may_be_listed(name[0], words):
            break
        yield Span(*name.span())
        at = name.end()
    before = [match.span() for match in _NAMES.finditer(text, max(0, one.start - _LONGEST_LIST), one.start)]
    at = one.start
    for start, end in reversed(before):
        joined = rules.joins.match(text, end)
        if joined is None or joined.end() != at or not _may_be_listed(text[start:end], words):
            break
        yield Span(start, end)
        at = start


def _may_be_listed(name: str, spaces: int) -> bool:
    """Tell whether a name can stand in a list beside one with so many spaces: a whole name beside a whole one."""
    return (spaces == 0 or " " in name) and _is_persons(name)


def _is_persons(name: str) -> bool:
    """Tell whether words with capitals may be a person's name."""
    return _ORDINARY.isdisjoint(name.lower().split()) and not _is_elsewhere(name)


def _in_arabic(text: str, rules: _Rules) -> Iterator[Span]:
    """Yield names that begin with a given name: nothing else tells an Arabic name from the words around it."""
    for match in re.finditer(rf"(?<!\w)(?:{_given_names()})(?:\s+{_ARABIC_WORD}){{1,2}}", text):
        words = _until(match[0].split(), rules)
        end = match.start() + len(" ".join(words))
        if len(words) > 1 and (
            rules.age.match(text, end)
            or rules.before.search(text[max(0, match.start() - _NEAR) : match.start()])
            or rules.behind.match(text, end)
        ):
            yield Span(match.start(), end)
            yield from _listed_in_arabic(text, end, rules)


def _listed_in_arabic(text: str, end: int, rules: _Rules) -> Iterator[Span]:
    """Yield the names that are joined to one that ends here."""
    following = re.compile(rf"\s*[،,]?\s+و?((?:{_given_names()})(?:\s+{_ARABIC_WORD}){{1,2}})")
    while match := following.match(text, end):
        words = _until(match[1].split(), rules)
        if len(words) < _WHOLE:
            return
        end = match.start(1) + len(" ".join(words))
        yield Span(match.start(1), end)


def _until(words: list[str], rules: _Rules) -> list[str]:
    """Return the words of a name: those before the first that is none, or that begins the next name."""
    joined = re.compile(rf"و(?:{_given_names()})")
    ends = (
        at
        for at, word in enumerate(words)
        if word in _ARABIC_ENDS or (at and (joined.fullmatch(word) or rules.before.search(f"{word} ")))
    )
    return words[: next(ends, len(words))]


def _in_chinese(text: str, rules: _Rules) -> Iterator[Span]:
    name = rf"[{_SURNAMES}](?:某[某一-鿿]?|[一-鿿]{{1,2}}?)"
    foreign = rf"[{_BY_SOUND}]{{1,6}}(?:[·•・‧][{_BY_SOUND}]{{1,7}})+"
    for pattern in (
        rf"(?:{rules.before.pattern}|\d{{1,2}}\s*[岁歲]的?)({foreign})",
        rf"({foreign})(?=女士|先生|{rules.age.pattern}|[，,的](?:当地|當地|一名)?(?:{rules.behind.pattern}))",
        rf"(?:{rules.before.pattern})({name})(?={_SAYS})",
        rf"(?<![一-鿿])({name})(?=女士|先生|{rules.age.pattern}|[，,](?:当地|當地|一名)?(?:{rules.behind.pattern}))",
    ):
        yield from (Span(*match.span(1)) for match in re.finditer(pattern, text))
    yield from _listed_in_chinese(text, rules, rf"(?:{foreign}|{name})")


def _listed_in_chinese(text: str, rules: _Rules, name: str) -> Iterator[Span]:
    """Yield the names of lists: behind what the people are, or before it."""
    joins = rules.joins.pattern
    ends = "(?=[，,。；;：:等说称表（(]|[一二两三四五六七八九十\\d]+[人名位]|$)"
    last = rf"(?:{name}{ends}|[{_SURNAMES}][一-鿿]{{2}})"  # better one sign too many is hidden than one too few
    names = rf"({name}(?:(?:{joins}){name})*(?:{joins}){last})"
    for pattern in (
        rf"(?:{rules.before.pattern})[：:]?{names}",
        rf"(?<![一-鿿])({name}(?:(?:{joins}){name})+)(?=[，,]?(?:等|都是|均为|皆为|[一二两三四五六七八九十]+[名位])*(?:{rules.behind.pattern}))",
    ):
        for match in re.finditer(pattern, text):
            for part in re.finditer(rf"(?:(?!{joins}).)+", match[1]):
                yield Span(match.start(1) + part.start(), match.start(1) + part.end())


def _everywhere(text: str, names: list[Span], lang: str) -> list[Span]:
    """Return every place at which a word of the names stands; in Chinese the whole name."""
    words: set[str] = set()
    for start, end in names:
        whole = text[start:end]
        words |= {whole} if lang == "zh" else {word for word in whole.split() if len(word) > 2 and not word.islower()}
    if not words:
        return []
    longest = sorted(words, key=len, reverse=True)
    ends = "" if lang == "zh" else r"(?!\w)"
    begins = "" if lang == "zh" else r"(?<!\w)"
    pattern = re.compile(rf"{begins}(?:{'|'.join(map(re.escape, longest))}){ends}")
    return [Span(*match.span()) for match in pattern.finditer(text)]


def _is_elsewhere(name: str) -> bool:
    """Tell whether a name is one of a place or of a body."""
    return any(found.end - found.start == len(name) for found in the_gazetteer().named(name))


@cache
def _rules(lang: str, *, staff: bool) -> _Rules | None:
    plain = read_yaml(_WORDS).get(lang)
    if plain is None:
        return None
    roles, named = plain["roles"], plain.get("named", "(?!)")
    if staff:
        roles = f"{roles}|{plain['staff']}"
    if lang == "zh":
        patterns = rf"(?:{roles})(?:{plain['are']})?", roles, plain["age"], plain["joins"]
    else:
        before = rf"(?<!\w)(?:{roles})(?:[ ,:«“\"(]{{1,3}}|,? (?:{named}|{plain['are']}):? [«“\"]?)(?:{_TITLE})?$"
        behind = rf"\s*[,(—–-]\s*(?:\w+\s+){{0,2}}(?:{roles})(?!\w)"
        aged = r"(?:\s*\(\d{1,2}[^)]{0,12}\)|,\s*\d{1,2}(?=,))?"
        joins = rf"{aged}(?:\s*[,;،]\s*(?:(?:{plain['joins']})\s+)?|\s+(?:{plain['joins']})\s+)(?:{_TITLE})?"
        patterns = before, behind, rf"\s*{plain['age']}", joins
    return _Rules(*(re.compile(pattern, re.IGNORECASE) for pattern in patterns))


@cache
def _given_names() -> str:
    return "|".join(read_yaml(_WORDS)["arabic_given_names"])


_NEAR = 60
_LONGEST_LIST = 400
_WHOLE = 2
"""Words of a whole name."""
_TITLE = r"(?:Drs?|Mrs?|Ms|Mme|Mlle|Sra?|Dra|Prof|Pr|г-н|г-жа)\.? "
_BY_SOUND = (
    "阿埃艾爱安昂奥澳巴拜班邦保鲍贝本比毕别彬宾波勃伯博布采策查察昌达戴黛代丹当道德登邓迪蒂丁杜敦多朵厄俄恩尔法范菲费芬丰冯夫弗福富盖甘冈高戈格根贡古瓜"
    "圭哈海罕汉翰豪赫黑亨洪胡华怀惠霍吉基季加佳贾简杰捷金津卡凯坎康考柯科可克肯孔库夸奎昆拉莱赖兰朗劳勒雷蕾黎里理丽利莉连廉列林琳刘龙隆卢鲁路露伦罗洛吕"
    "马玛迈麦曼芒毛梅门蒙孟米密敏明缪莫默姆木穆纳娜乃奈南瑙内嫩尼妮年涅宁纽努诺欧帕潘庞佩彭皮珀平蒲普奇齐恰强乔切钦琼丘曲让热仁日荣茹儒瑞若撒萨塞赛桑"
    "瑟森莎沙山珊尚绍舍申生圣施诗什史士舒斯丝松苏素孙索塔泰坦汤唐陶特腾提惕廷通图托瓦万旺威韦维卫魏温文翁沃乌伍武西希锡夏显香肖谢辛欣兴休许雪逊雅亚扬耶"
    "叶伊依易因英尤约宰赞早扎泽曾詹珍芝治朱茱卓兹子佐"
)
"""The signs with which Chinese writes a foreign name by its sound."""
_ORDINARY = frozenset({
    *map(str.lower, [*month_name[1:], *day_name]), "in", "on", "at", "en", "the", "a", "an", "le", "les", "el", "two",
    "three", "four", "five", "six", "seven", "eight", "nine", "ten", "some", "many", "most", "one", "no",
    "another", "again",
})  # fmt: skip
"""Words with a capital that begin no person's name."""
