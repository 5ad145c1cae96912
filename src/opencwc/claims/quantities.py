"""Numbers that a sentence states: with unit and range, and whether they call themselves about or at least.

Figures of every script and words of six languages; tonnes and kilograms are one unit, and so are shares and percent,
hours and days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import Plain
from opencwc.language.whole_numbers import find_numbers, in_figures
from opencwc.reports.amounts import units_of
from opencwc.reports.model import Span

DATA = Path(__file__).parent / "data" / "quantities.yaml"
_FRACTION = re.compile(r"(?<![\d.,])(\d+)[.,٫](\d{1,2})(?![\d.,]*\d)")
_CHINESE_FRACTION = re.compile(
    r"([零一二三四五六七八九十百]+|\d+)[点.]([零〇一二三四五六七八九]+|\d+)(?=[吨公千万亿米%％倍个元百])"
)
_CHINESE_TENTHS = re.compile(r"(?:百分之)?([一二三四五六七八九])成(半)?(?!立|员|功|分|果|为|本)")
_CHINESE_PARTS = re.compile(r"([二三四五六七八九十]+)分之([一二三四五六七八九])")
_AHEAD, _BEHIND = 28, 22
_NOUN_AHEAD = 14
_GAP = re.compile(r"[ \u00a0-]*(?:[^\W\d_]+ )?")
_TENTH = 0.1
_IN_BASE = {
    "t": ("kg", 1000.0), "kg": ("kg", 1.0), "g": ("kg", 0.001), "quintals": ("kg", 100.0),
    "L": ("L", 1.0), "m3": ("L", 1000.0), "gal": ("L", 3.785), "minutes": ("days", 1 / 1440), "hours": ("days", 1 / 24),
    "days": ("days", 1.0), "weeks": ("days", 7.0), "months": ("days", 30.4375), "years": ("days", 365.25),
    "mm": ("m", 0.001), "m": ("m", 1.0), "km": ("m", 1000.0), "miles": ("m", 1609.0), "nautical": ("m", 1852.0),
    "m2": ("m2", 1.0), "ha": ("m2", 10_000.0), "km2": ("m2", 1_000_000.0), "hundredths": ("%", 1.0),
}  # fmt: skip
"""What each measure is compared in."""
_SCALES = re.compile(
    r"\s*(?:(?P<k>thousand|mille|mil|тыс\w*|الف|الاف|千)|(?P<w>万|萬)|(?P<m>million\w*|millones|millón|млн|миллион\w*|مليون\w*|ملايين|百万)"
    r"|(?P<b>billion\w*|milliards?|млрд|миллиард\w*|مليار\w*))(?!\w)|\s*(?P<y>[亿億])"
)
_AND_A_HALF = re.compile(
    r"\s*(?:(?:and a half|et demie?|y medi[oa]|с половиной|و ?(?:ال)?نصف)(?!\w)"
    r"|(?:个半|(?<!一)半)(?=小时|天|年|吨|\W|$))"
)
_TIMES = {"k": 1e3, "w": 1e4, "m": 1e6, "b": 1e9, "y": 1e8}
_RUSSIAN_PEOPLE = re.compile(r"(?:двое|трое|четверо|пятеро|шестеро|семеро|восьмеро|девятеро|десятеро)(?!\w)")
_EXPLICIT_ONE = frozenset(
    ["one", "один", "одна", "одно", "одного", "одной", "одну", "1", "واحد", "واحدة", "seule", "seul"]
)
_ONE_OF = frozenset(["一", "احد", "احدى", "احدي", "1"])
_ORDER = re.compile(r"(?<!\w)[وفبل]?ال(?:حادية?|ثانية?|ثالثة?|رابعة?|خامسة?|سادسة?|سابعة?|ثامنة?|تاسعة?) وال\w+$")
"""The twenty-first: one number in two words."""
_CHANGED = re.compile(
    r"(?:вырос|увелич|возрос|сниз|сократ|подн|упал|достиг|subi|aument|reduj|baj|asc[ei]nd|augment|pass|port|rose|grew|fell)"
    r"\w* \D{0,24}$"
)
_NO_NUMBER = re.compile(r"(?:the|this|that|no|any|each|every|ни|не|ولا|last)\s$")
_OF_NAME = re.compile(r"(?<![^\W\d_])[a-zа-я]{1,3}[-–]?$")
"""The letters of a road, a flight or a chemical before its number: M5, A-234."""
_OF_NIGHT = re.compile(
    r"(?:nuit|journée|matinée|soirée|noche|madrugada|jornada|tarde) (?:du|del) (?:\d{1,2} (?:au|al) )?$"
    r"|ночь (?:на|с) (?:\d{1,2}(?:-го)? на )?$"
)
"""What stands before the days of a night: the night of the 8th to the 9th."""
_PRONOUN = re.compile(r"\s*(?:of|in|who|which|that|is|was|had|has|from|из|[,.;:)])(?!\w)")
_ONLY = re.compile(
    r"(?:only|just|single|un seul|une seule|un solo|una sola|лишь|только|всего|فقط|سوى|仅|只有)\W*(?:\w+\W+)?$"
)
_AND = re.compile(r"\s*(?:and|et|y|и|و|零|又)?\s*")
_OF_A = re.compile(r" (?:of an? |d['’]une? |de una? |de )?")
_LONGEST_SHARE = 10
_FAR_BEYOND = 3
"""So many times a lower bound nobody would name that bound any more."""
_MEASURES = frozenset(["kg", "L", "m", "m2"])
_HUNDRED, _THOUSAND = 100, 1000


class Quantity(NamedTuple):
    """A number from ``low`` to ``high`` in a unit (``kg``, ``L``, ``%``, ``people``, ``money`` or none), and its place.

    ``about`` says that it calls itself approximate; ``least`` and ``most`` that it is a lower or an upper bound;
    ``article`` that it may be no more than an article: a worker; ``said`` is the number in its own unit.
    """

    low: float
    high: float
    unit: str
    start: int
    end: int
    about: bool = False
    least: bool = False
    most: bool = False
    article: bool = False
    said: float = 0.0

    def fits(self, recorded: Quantity) -> bool:
        """Tell whether a recorded number bears this one out: the same, within its range, or a tenth of about it."""
        slack = 1e-6 * max(abs(recorded.high), abs(self.high), 1.0)
        if self.unit == recorded.unit == "days":
            slack = 0.02 * max(recorded.high, self.high)  # months are not all as long
        elif self.unit == recorded.unit == "m":
            slack = 0.01 * max(recorded.high, self.high)  # miles and kilometres
        if self.low <= recorded.high + slack and recorded.low <= self.high + slack:
            return True
        if self.least or recorded.most:
            return self.low <= recorded.high <= (_FAR_BEYOND * self.low if self.least else recorded.high)
        if self.most or recorded.least:
            return recorded.low <= self.high <= (_FAR_BEYOND * recorded.low if recorded.least else self.high)
        apart = max(self.low - recorded.high, recorded.low - self.high)
        return (self.about or recorded.about) and apart <= _TENTH * max(recorded.high, 1e-9)


def find_quantities(plain: Plain, lang: str, taken: Sequence[Span]) -> list[Quantity]:
    """Return the numbers of a sentence in its order, but for those within the spans ``taken`` (dates, times).

    Spans count in the text as written.
    """
    text = plain.text
    found: list[Quantity] = []
    free = [one for one in _all(text, lang) if not _is_taken(plain.span(one.start, one.end), taken)]
    for one in sorted(free, key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    together = _with_unit(_in_sum(_of_each(found, text, lang), text))
    placed = [_in_text(one, plain) for one in together]
    return [one for one in placed if one.end > one.start]


def _with_unit(found: Sequence[Quantity]) -> list[Quantity]:
    """Give a large bare number the measure of one about as large: 1,850 tonnes, and then 1,580."""
    measured = [one for one in found if one.unit in ("kg", "L", "money", "m", "m2") and one.said]
    full = []
    for one in found:
        like = next((other for other in measured if 0.3 < one.low / other.said < 3.5), None)
        if like and not one.unit and one.low >= _HUNDRED:
            times = like.low / like.said
            full.append(one._replace(low=one.low * times, high=one.high * times, unit=like.unit))
        else:
            full.append(one)
    return full


def _in_text(one: Quantity, plain: Plain) -> Quantity:
    start, end = plain.span(one.start, one.end)
    return one._replace(start=start, end=end)


def _is_taken(place: tuple[int, int], taken: Sequence[Span]) -> bool:
    return any(first < place[1] and place[0] < last for first, last in taken)


def _all(text: str, lang: str) -> Iterator[Quantity]:
    words = _words(lang)
    for start, end, low, high, article in _numbers(text, lang):
        if not text.startswith("百分之", start) and not words.listed.search(text[max(0, start - 20) : start]):
            yield _quantity(text, lang, start, end, low, high, article=article)
    yield from _shares(text, lang)
    for value, pattern in ((1.5, words.one_and_a_half), (0.5, words.half), (1.0, words.one)):
        for match in pattern.finditer(text):
            unit, times, stop = _unit(text, lang, match.end(), match.end())
            if unit:
                behind = text[stop : stop + _BEHIND]
                half = _AND_A_HALF.match(text, stop)
                about = bool(words.about_before.search(text[max(0, match.start() - _AHEAD) : match.start()]))
                amount = value * times
                ahead = text[max(0, match.start() - _AHEAD) : match.start()]
                least = bool(words.least_before.search(ahead) or words.least_behind.match(behind))
                about = about or (unit == "days" and value < 1)  # half a month, a fortnight
                yield Quantity(amount, amount, unit, match.start(), half.end() if half else stop, about, least)
    if lang == "ar":
        yield from _duals(text)


def _numbers(text: str, lang: str) -> Iterator[tuple[int, int, float, float, bool]]:
    fractions = list(_fractions(text, lang))
    for start, end, value in fractions:
        yield start, end, value, value, False
    rank_until = -9
    for number in find_numbers(text, lang):
        inside = any(start < number.end and number.start < end for start, end, _ in fractions)
        ahead = text[max(0, number.start - _AHEAD) : number.start]
        inside = inside or _OF_NAME.search(ahead[-4:]) is not None or _OF_NIGHT.search(ahead) is not None
        of_rank = lang == "ar" and (
            0 <= number.start - rank_until <= 2 or _ORDER.search(text[max(0, number.start - 16) : number.end])
        )
        if number.rank or of_rank:  # the sixteenth is one number in two words
            rank_until = number.end
        elif not inside:
            written = text[number.start : number.end].strip()
            alone = number.article or written in _EXPLICIT_ONE or written in _ONE_OF
            article = alone and not _is_said(text, number.start, number.end)
            yield number.start, number.end, float(number.value), float(number.high or number.value), article


def _is_said(text: str, start: int, end: int) -> bool:
    """Tell whether "one" is meant as a number."""
    word = text[start:end].strip()
    if _ONLY.search(text[max(0, start - 16) : start]):
        return True
    return (
        word in _EXPLICIT_ONE
        and not _NO_NUMBER.search(text[max(0, start - 6) : start])
        and (_PRONOUN.match(text, end) is None)
    )


def _fractions(text: str, lang: str) -> Iterator[tuple[int, int, float]]:
    if lang == "zh":
        for match in _CHINESE_FRACTION.finditer(in_figures(text)):
            whole = next((float(one.value) for one in find_numbers(match[1], "zh")), 0.0)
            part = "".join(
                str("〇一二三四五六七八九".find(sign)) if not sign.isdecimal() else sign for sign in match[2]
            )
            if part.replace("-1", "0").isdecimal():
                yield match.start(), match.end(), whole + float(f"0.{part.replace('-1', '0')}")
        return
    for match in _FRACTION.finditer(in_figures(text)):
        yield match.start(), match.end(), float(f"{match[1]}.{match[2]}")


def _quantity(text: str, lang: str, start: int, end: int, low: float, high: float, *, article: bool) -> Quantity:
    words = _words(lang)
    scale = _SCALES.match(text, end)
    if scale and high < 1000:
        times = _TIMES[scale.lastgroup or "k"]
        low, high, end = low * times, high * times, scale.end()
    if half := _AND_A_HALF.match(text, end):
        low, high, end = low + 0.5, high + 0.5, half.end()
    before, behind = text[max(0, start - _AHEAD) : start], text[end : end + _BEHIND]
    unit, times, stop = _unit(text, lang, start, end)
    if unit and low == high and (half := _AND_A_HALF.match(text, stop)):
        low, high, stop = low + 0.5, high + 0.5, half.end()
    if not unit and lang == "ru" and _RUSSIAN_PEOPLE.fullmatch(text, start, end):
        unit, stop = "people", end
    chinese = lang == "zh"
    least = bool(words.least_before.search(before) or (chinese and words.least_behind.match(behind)))
    if chinese and (text[end - 1 : end] in "余多" or text[end : end + 1] in ("多", "余")):
        high = low + 10 ** (len(f"{low:.0f}") - len(f"{low:.0f}".rstrip("0"))) - 1
        least = False
    about = bool(words.about_before.search(before) or words.about_behind.match(text, stop))
    about = about or words.round.search(text[max(0, start - _NOUN_AHEAD) : end]) is not None
    about = about or (chinese and text[end : end + 1] == "来")
    if chinese and unit in _MEASURES and low == high and text[stop : stop + 1] in ("多", "余"):
        high = low + 1  # two tonnes and more
    most = not least and bool(words.most_before.search(before) or (chinese and words.most_behind.match(behind)))
    most = most and not _CHANGED.search(text[max(0, start - 48) : start])
    stop = stop if unit else end
    article = article and low == 1 and not (unit in _MEASURES or (unit == "days" and times > 1))
    return Quantity(
        low * times, high * times, unit, start, stop, about, least, most, article, low
    )  # fmt: skip


def _unit(text: str, lang: str, start: int, end: int) -> tuple[str, float, int]:
    """Return the unit of a number, what makes it the one to compare in, and where it ends."""
    words = _words(lang)
    if match := words.percent.match(text, end):
        return "%", 1.0, match.end()
    if lang == "zh" and text[max(0, start - 3) : start] == "百分之":
        return "%", 1.0, end
    gap = _GAP.match(text, end)
    measures = units_of(lang)
    for place in dict.fromkeys((end, end + 1, gap.end() if gap else end)):
        best: tuple[int, str] = (place, "")
        if measures and (match := measures.match(text, place)):
            best = (match.end(), match.lastgroup or "")
        for unit, pattern in words.units.items():
            if (match := pattern.match(text, place)) and match.end() > best[0]:
                best = (match.end(), unit)
        if best[1]:
            unit, times = _IN_BASE.get(best[1], (best[1], 1.0))
            return unit, times, best[0]
    return "", 1.0, end


def _shares(text: str, lang: str) -> Iterator[Quantity]:
    for share, pattern in _words(lang).shares.items():
        for match in pattern.finditer(text):
            of = _OF_A.match(text, match.end())
            unit, times, stop = _unit(text, lang, match.end(), of.end() if of else match.end())
            if unit in _MEASURES and of:  # a quarter of a tonne
                yield Quantity(times * share / 100, times * share / 100, unit, match.start(), stop)
            else:
                yield Quantity(share, share, "%", match.start(), match.end(), about=share not in (25, 50, 75))
    if lang == "zh":
        for match in _CHINESE_TENTHS.finditer(text):
            value = 10.0 * ("一二三四五六七八九".index(match[1]) + 1) + (5 if match[2] else 0)
            about = bool(_words(lang).about_before.search(text[max(0, match.start() - _AHEAD) : match.start()]))
            more = text[match.end() : match.end() + 1] in ("多", "余")
            yield Quantity(value, value, "%", match.start(), match.end(), about or more, more)
        for match in _CHINESE_PARTS.finditer(text):
            whole, part = (next((float(one.value) for one in find_numbers(each, "zh")), 0.0) for each in match.groups())
            if 0 < part < whole <= _LONGEST_SHARE:
                yield Quantity(100 * part / whole, 100 * part / whole, "%", match.start(), match.end(), about=True)
        return
    words = _words(lang)
    for match in words.every.finditer(text):
        number = next(iter(find_numbers(text[match.end() : match.end() + 20], lang)), None)
        if number and number.start == 0 and 2 < number.value <= _LONGEST_SHARE:
            share = 100 / number.value
            yield Quantity(share, share, "%", match.start(), match.end() + number.end, about=True)


def _of_each(found: Sequence[Quantity], text: str, lang: str) -> list[Quantity]:
    """Make a share of two numbers: six of every ten."""
    pattern = _words(lang).of_each
    joined: list[Quantity] = []
    for one in found:
        last = joined[-1] if joined else None
        share = _share_of(last, one, text, lang) if last else 0.0
        if last and share and pattern and pattern.fullmatch(text[last.end : one.start]):
            joined[-1] = Quantity(share, share, "%", last.start, one.end, about=True, least=last.least, most=last.most)
        else:
            joined.append(one)
    return joined


def _share_of(part: Quantity, whole: Quantity, text: str, lang: str) -> float:
    """Return how much one small number is of another in a hundred, 0 where it is no share."""
    of = _number_of(whole, text, lang)
    every = whole.unit == "%" and _words(lang).every.match(text, whole.start)
    if (
        (whole.unit == "%" and not every)
        or part.unit not in ("", "people")
        or not part.low == part.high < of <= _LONGEST_SHARE
    ):
        return 0.0
    return 100 * part.low / of


def _number_of(one: Quantity, text: str, lang: str) -> float:
    return next((float(number.value) for number in find_numbers(text[one.start : one.end], lang)), one.high) or one.high


def _in_sum(found: Sequence[Quantity], text: str) -> list[Quantity]:
    """Make one of years and the months behind them: four years and six months."""
    joined: list[Quantity] = []
    for one in found:
        last = joined[-1] if joined else None
        gap = text[last.end : one.start] if last else ""
        longer = last and last.unit == one.unit == "days" and last.low > one.low and _AND.fullmatch(gap)
        larger = last and last.low >= _THOUSAND > one.low / last.low and not last.unit and _is_joined(text, last, one)
        if last and (longer or larger):
            joined[-1] = last._replace(low=last.low + one.low, high=last.high + one.high, end=one.end, unit=one.unit)
        else:
            joined.append(one)
    return joined


def _is_joined(text: str, last: Quantity, one: Quantity) -> bool:
    """Tell whether the thousands of an Arabic number stand behind its millions: a million and two hundred thousand."""
    return one.low < last.low and text[one.start : one.start + 2].lstrip().startswith("و") and one.start - last.end <= 1


def _duals(text: str) -> Iterator[Quantity]:
    for match in _dual().finditer(text):
        unit, times = _duals_of()[match["of"]]
        base, more = _IN_BASE.get(unit, (unit, 1.0))
        value, end = 2.0 * times * more, match.end()
        if match["last"] == "ا" and (times == 1 or text.startswith(" و", end)):
            value /= 2  # one of it, as an object
            if times == 1:
                continue
        if times > 1 and not match["last"].endswith("ن"):  # two million of something
            base, more, end = _unit(text, "ar", match.start(), match.end())
            value *= more
        yield Quantity(value, value, base, match.start(), end)


@cache
def _dual() -> re.Pattern[str]:
    stems = "|".join(sorted(_duals_of(), key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:و|ف)?(?:ب|ل|ك)?(?:ال)?(?P<of>{stems})(?P<last>ان|ين|ا|ي)(?!\w)(?<!يوما)(?<!عاما)(?<!شهرا)"
    )


@cache
def _duals_of() -> Mapping[str, tuple[str, float]]:
    return {str(stem): (str(unit), float(times)) for stem, (unit, times) in read_yaml(DATA)["duals"].items()}


class _Words(NamedTuple):
    about_before: re.Pattern[str]
    about_behind: re.Pattern[str]
    least_before: re.Pattern[str]
    least_behind: re.Pattern[str]
    most_before: re.Pattern[str]
    most_behind: re.Pattern[str]
    percent: re.Pattern[str]
    shares: dict[float, re.Pattern[str]]
    units: dict[str, re.Pattern[str]]
    one_and_a_half: re.Pattern[str]
    half: re.Pattern[str]
    one: re.Pattern[str]
    of_each: re.Pattern[str] | None
    every: re.Pattern[str]
    listed: re.Pattern[str]
    round: re.Pattern[str]


@cache
def _words(lang: str) -> _Words:
    raw = read_yaml(DATA)
    lang = lang if lang in raw["about"] else "en"
    edge = "" if lang == "zh" else r"(?<!\w)"
    ends = "" if lang == "zh" else r"(?!\w)"

    def before(name: str) -> re.Pattern[str]:
        return re.compile(f"{edge}{raw[name][lang]}(?:\\s+[^\\W\\d_]+)?\\s*$")

    def behind(name: str) -> re.Pattern[str]:
        return re.compile(f"\\s*{raw[name][lang]}{ends}")

    each = raw["of_each"][lang]
    return _Words(
        before("about"), behind("about"), before("least"), behind("least"), before("most"), behind("most"),
        re.compile(f"\\s*{raw['percent'][lang]}"),
        {float(share): re.compile(f"{edge}(?:{words}){ends}") for share, words in raw["shares"][lang].items()},
        {unit: re.compile(f"(?:{words[lang]}){ends}") for unit, words in raw["units"].items()},
        re.compile(f"{edge}(?:{raw['one_and_a_half'][lang]})"),
        re.compile(f"{edge}(?:{raw['half'][lang]})"),
        re.compile(f"{edge}(?:{raw['one'][lang]})"),
        re.compile(f"\\s*(?:[^\\W\\d_]+ )?{each}\\s*") if each else None,
        re.compile(f"{edge}{raw['every'][lang]}"),
        re.compile(f"{edge}{raw['listed'][lang]}\\s*(?:[\\d.]+[-–]?)?$"),
        re.compile(f"{edge}(?:{raw['round'][lang]})$"),
    )  # fmt: skip


def is_of_nothing(text: str, lang: str) -> bool:
    """Tell whether words before something say that there was none of it."""
    return _nothing(lang).search(text) is not None


@cache
def _nothing(lang: str) -> re.Pattern[str]:
    raw: dict[str, Any] = read_yaml(DATA)["none"]
    edge = ("", "") if lang == "zh" else (r"(?<!\w)", r"(?!\w)")
    return re.compile(f"{edge[0]}{raw.get(lang, raw['en'])}{edge[1]}")
