"""The words of ``data/commerce.yaml``, made plain and compiled to what a line is held against."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from opencwc.convention.fields import cached, load_yaml, stamps
from opencwc.errors import RuleError
from opencwc.settings import cache_folder

DATA = Path(__file__).parents[1] / "data" / "commerce.yaml"
Forms: TypeAlias = Mapping[str, Iterable[str]]


@dataclass(frozen=True, slots=True)
class CommerceWords:
    """The words of ``commerce.yaml``, made plain and ready to be looked for.

    ``starts`` are the first words of everything that has a meaning without a number before it, with the forms that
    begin with each: the pattern of the rest, what it is (``packaging``, ``counted``, ``hs_strong`` ...), what it means.
    ``told_by_accent`` has, for a plain word of two meanings, that of each spelling.
    ``units`` are the same as ``starts`` for what stands behind a number. ``han`` and ``han_units`` find those in
    Chinese, which has no spaces between its words.
    """

    signs: Mapping[int, str | None]
    starts: Mapping[str, tuple[tuple[str, str, str, str], ...]]
    names: frozenset[str]
    told_by_accent: Mapping[str, Mapping[str, str]]
    han: re.Pattern[str]
    han_names: Mapping[str, tuple[str, str, str]]
    units: Mapping[str, tuple[tuple[str, str, str], ...]]
    han_units: re.Pattern[str]
    han_meanings: Mapping[str, tuple[str, str]]
    percent: re.Pattern[str]
    rates: frozenset[str]
    range_words: re.Pattern[str]
    qualifier: re.Pattern[str]
    qualifier_behind: re.Pattern[str]
    other_percent: re.Pattern[str]
    other_percent_before: re.Pattern[str]
    other_percent_behind: re.Pattern[str]
    adjectives_end: re.Pattern[str]
    adjectives_only: re.Pattern[str]
    label_tail: re.Pattern[str]
    cas_label: re.Pattern[str]
    ec_label: re.Pattern[str]
    joined: re.Pattern[str]
    money: re.Pattern[str]
    decimal_comma: frozenset[str]


@lru_cache(maxsize=4)
def load_words(path: Path = DATA) -> CommerceWords:
    """Read and compile the words once; raise `RuleError` where the file cannot be read or holds what is no word."""
    try:
        raw = cached(cache_folder(), "commerce", (_FORMAT, stamps([path])), lambda: _read(path))
    except OSError as error:
        raise RuleError("commerce_words_unreadable", where=str(path), reason=str(error)) from error
    return _compiled(raw)


def _compiled(raw: Mapping[str, Any]) -> CommerceWords:
    signs = _signs()

    def forms(named: Forms) -> list[str]:
        return list(dict.fromkeys(form.translate(signs).strip() for many in named.values() for form in many))

    starts: dict[str, list[tuple[str, str, str, str, int]]] = {}
    han: dict[str, tuple[str, str, str]] = {}
    for kind, meaning, count, form in _all_starts(raw, forms):
        if is_unspaced(form):
            han.setdefault(form, (kind, meaning, count))
            continue
        for first, rest in _first_and_rest(form, particles=True):
            starts.setdefault(first, []).append((rest, kind, meaning, count, len(form)))
            if kind == "packaging":  # 18xIBC
                starts.setdefault(f"x{first}", []).append((rest, kind, meaning, count, len(form)))
    units: dict[str, list[tuple[str, str, str, int]]] = {}
    han_units: dict[str, tuple[str, str]] = {}
    for form, meaning, kind in _all_measures(raw, forms):
        if is_unspaced(form) or not WORD.match(form):
            han_units.setdefault(form, (meaning, kind))
            continue
        for first, rest in _first_and_rest(form):
            units.setdefault(first, []).append((rest, meaning, kind, len(form)))
    other, linking = _alternatives(forms(raw["not_concentration"])), _alternatives(forms(raw["linking"]))
    other_behind = _alternatives([*forms(raw["not_concentration"]), *forms(raw["not_concentration_behind"])])
    adjectives = _alternatives(forms(raw["adjectives"]))
    tail = rf"""(?:{_alternatives(forms(raw["words_of_labels"]))}|[\s.:#=()\[\]°№/*'"-]){{0,12}}"""
    behind = _alternatives(forms(raw["percent_behind"]))
    return CommerceWords(
        signs=signs,
        starts={
            first: tuple(form[:4] for form in sorted(many, key=lambda form: -form[4])) for first, many in starts.items()
        },
        names=frozenset(starts),
        told_by_accent=_told_by_accent(raw["packaging"], signs),
        han=re.compile(_longest_first(han)),
        han_names=han,
        units={
            first: tuple(form[:3] for form in sorted(many, key=lambda form: -form[3])) for first, many in units.items()
        },
        han_units=re.compile(_longest_first(han_units)),
        han_meanings=han_units,
        percent=re.compile(
            rf"(?:\s?\+?[\s-]?(?:{_alternatives(forms(raw['percent_before']))}\.?[\s-]?)?%\+?"
            rf"|[\s-]?{_alternatives(forms(raw['percent']))})"
            rf"(?:\s?\({behind}\.?\)|\s?{behind}(?![/\w]))?"
        ),
        rates=frozenset(forms(raw["rates"])),
        range_words=re.compile(rf"(?:\s?[-~]\s?[<≤]?\s?|\s?{_alternatives(forms(raw['ranges']))}\s?)(?=[0-9])"),
        qualifier=re.compile(rf"{_qualifiers(raw['qualifiers'], forms)}[\s.:(]{{0,3}}$"),
        qualifier_behind=re.compile(rf"[\s,(]{{0,2}}{_qualifiers(raw['qualifiers_behind'], forms)}"),
        other_percent=re.compile(other_behind),
        other_percent_before=re.compile(rf"{other}(?:[\s.:=('-]{{0,3}}{linking}){{0,3}}[\s.:=(<>≤≥~'-]{{0,4}}$"),
        other_percent_behind=re.compile(
            rf"[\s('-]{{0,2}}(?:{linking}[\s']){{0,2}}{other_behind}"
            r"(?!\W{0,2}(?:free|paid|unpaid|excl|incl|exempt))(?![^%;,|\n]{0,12}[0-9]\s?%)"
        ),
        adjectives_end=re.compile(rf"(?:[\s,(*-]{{0,2}}{adjectives}\.?){{0,4}}[\s/,.(*-]{{0,3}}$"),
        adjectives_only=re.compile(rf"[\s.-]{{0,2}}(?:{adjectives}[\s.-]{{1,2}}){{0,3}}"),
        label_tail=re.compile(tail),
        cas_label=re.compile(rf"{_alternatives(forms(raw['cas_number']))}{tail}$"),
        ec_label=re.compile(rf"{_alternatives(forms(raw['ec_number']))}{tail}$"),
        joined=re.compile(rf"[\s,;]{{0,3}}(?:{_alternatives(forms(raw['joined']))})?[\s,;]{{0,2}}"),
        money=re.compile(_alternatives(forms(raw["money"]))),
        decimal_comma=frozenset(forms(raw["decimal_comma"])),
    )


def _read(path: Path) -> dict[str, Any]:
    import yaml

    text = path.read_text(encoding="utf-8")
    try:
        raw = load_yaml(text)
    except (yaml.YAMLError, ValueError) as error:
        raise RuleError("not_yaml", where=str(path), reason=str(error)) from error
    if not isinstance(raw, dict) or set(raw) != set(_FIELDS):
        odd = ", ".join(sorted(map(str, set(raw) ^ set(_FIELDS)))) if isinstance(raw, dict) else "it is no mapping"
        raise RuleError("commerce_words_fields_wrong", where=str(path), fields=odd)
    for place, form in _every_form(raw, ""):
        if not isinstance(form, str) or not form.strip():
            raise RuleError("commerce_word_is_no_word", where=str(path), word=repr(form), place=place)
    plain: dict[str, Any] = _keys_as_text(raw)
    return plain


def _every_form(raw: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from _every_form(value, f"{place} {key}".strip())
    elif isinstance(raw, list):
        yield from ((place, form) for form in raw)
    else:
        yield place, None


def _keys_as_text(raw: Any) -> Any:
    return {str(key): _keys_as_text(value) for key, value in raw.items()} if isinstance(raw, dict) else raw


def _signs() -> dict[int, str | None]:
    """Return what each sign becomes: one plain sign, or nothing where it is invisible or a mark on another."""
    signs: dict[int, str | None] = {}
    for first, last in _FOLDED_BLOCKS:
        for code in range(first, last + 1):
            sign = chr(code)
            if unicodedata.category(sign) in ("Cf", "Mn"):
                signs[code] = None
            elif sign.isdecimal():
                signs[code] = str(int(sign))
            else:
                kept = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
                signs[code] = (kept if len(kept) == 1 else sign).lower()[0]
    signs |= {ord(sign): plain for sign, plain in zip(*_SPECIAL_SIGNS, strict=True)}
    signs |= dict.fromkeys(map(ord, _DASHES), "-")
    signs |= dict.fromkeys(map(ord, _SPACES), " ")
    signs[0x0640] = None  # the stroke that draws an Arabic word out
    return signs


def _all_starts(raw: Mapping[str, Any], forms: Callable[[Forms], list[str]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what has a meaning of its own: kind, meaning, count, form."""
    for kind in PACKINGS:
        for meaning, named in raw[kind].items():
            yield from ((kind, meaning, "", form) for form in forms(named))
    yield from (("no_packing", "", "", form) for form in forms(raw["no_packing"]))
    for named in raw["of_two"].values():
        for meaning, many in named.items():
            yield from (("packaging", meaning, "2", form) for form in forms({"": many}))
    for strength, named in raw["hs_code"].items():
        yield from ((f"hs_{strength}", "", "", form) for form in forms(named))
    for kind in ("un_number", "cas_number"):
        yield from ((kind, "", "", form) for form in forms(raw[kind]))


def _told_by_accent(raw: Mapping[str, Forms], signs: Mapping[int, str | None]) -> dict[str, dict[str, str]]:
    """Return the packings that only an accent tells apart: French bidon, Spanish bidón."""
    written: dict[str, dict[str, str]] = {}
    for meaning, named in raw.items():
        for many in named.values():
            for form in many:
                written.setdefault(form.translate(signs), {})[form] = meaning
    return {plain: forms for plain, forms in written.items() if len(set(forms.values())) > 1}


def _all_measures(raw: Mapping[str, Any], forms: Callable[[Forms], list[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield what may stand behind a number: form, meaning, and whether a unit, a factor or a sign of percentage."""
    for field_name, kind in (("units", "unit"), ("scales", "scale")):
        for meaning, named in raw[field_name].items():
            yield from ((form, meaning, kind) for form in forms(named))
    for field_name in ("percent", "percent_before"):
        yield from ((form, "%", "percent") for form in forms(raw[field_name]))


def _first_and_rest(form: str, *, particles: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the first word of a form, in each way an Arabic word may begin, and the pattern of what follows it."""
    first, *others = _PIECES.findall(form)
    rest = ""
    for piece in others:
        gap = r"[\s-]?" if is_unspaced(piece) else r"[\s./-]{1,2}" if piece[0].isalpha() else ""
        rest += gap + re.escape(piece)
    if rest and not is_unspaced(form[-1]):
        rest += _NO_LETTER
    for particle in _PARTICLES if particles and "\u0600" <= form[0] <= "\u06ff" else ("",):
        yield particle + first, rest


rest_of = lru_cache(maxsize=1024)(re.compile)
"""The pattern of the rest of a form, compiled when its first word is met."""


def _qualifiers(raw: Mapping[str, Forms], forms: Callable[[Forms], list[str]]) -> str:
    groups = {sign: name for name, sign in SIGNS.items()}
    return "(?:" + "|".join(f"(?P<{groups[sign]}>{_alternatives(forms(named))})" for sign, named in raw.items()) + ")"


def _alternatives(forms: Iterable[str]) -> str:
    """Return a pattern of any of the forms, whole words only; a form with a star at its end is the start of a word."""
    whole: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    signs: list[str] = []
    for form in sorted(forms, key=lambda form: -len(form)):
        stem = form.removesuffix("*")
        pattern = r"\s{1,2}".join(map(re.escape, stem.split()))
        if not stem[0].isalpha() or is_unspaced(stem):
            signs.append(pattern)
        else:
            rest = pattern[1:] + ("" if stem == form else _REST_OF_WORD)
            (whole if stem == form and stem[-1].isalpha() else stems).setdefault(stem[0], []).append(rest)
    words = [f"(?:{_by_first_letter(whole)}){_NO_LETTER}"] * bool(whole) + [_by_first_letter(stems)] * bool(stems)
    return "(?:" + "|".join([f"{_NO_LETTER_BEFORE}(?:{'|'.join(words)})"] * bool(words) + signs) + ")"


def _by_first_letter(rests: Mapping[str, Iterable[str]]) -> str:
    return "|".join(f"{first}(?:{'|'.join(many)})" for first, many in rests.items())


def _longest_first(forms: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form))))})"


def is_unspaced(form: str) -> bool:
    """Tell whether a form is Chinese, Japanese or Korean, and may stand in a line without spaces."""
    return "\u3040" <= form[0] <= "\u9fff" or "\uac00" <= form[0] <= "\ud7af"


_FORMAT = 1
PACKINGS = ("packaging", "counted")
_FIELDS = (
    "units", "rates", "scales", "ranges", "percent", "percent_before", "percent_behind", "qualifiers",
    "qualifiers_behind", "not_concentration", "not_concentration_behind", "linking", "packaging", "counted",
    "no_packing", "of_two", "adjectives", "hs_code", "words_of_labels", "un_number", "cas_number", "ec_number",
    "joined", "money", "decimal_comma",
)  # fmt: skip
_FOLDED_BLOCKS = (
    (0x41, 0x5A), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x600, 0x6FF), (0x900, 0x9EF), (0x1E00, 0x1EFF),
    (0x2000, 0x206F), (0x3000, 0x3002), (0xFE30, 0xFE6F), (0xFE70, 0xFEFC), (0xFEFF, 0xFEFF), (0xFF01, 0xFF5E),
)  # fmt: skip
_SPECIAL_SIGNS = ("×✕⨯٪٫٬’‘ʼةىکی", "***%.''''هيكي")
# What stands for the hyphen between digits: the same as `opencwc.chemistry.registry_numbers` takes.
_DASHES = "\u00ad\u058a\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d\u30fc"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PARTICLES = ("", "ال", "و", "وال", "ب", "بال", "ف", "ل", "لل", "ك", "وب")
_NO_LETTER = "(?![a-z\u00df-\u058f\u0620-\u065f\u066e-\u06ff])"
_REST_OF_WORD = r"[^\W\d_]{0,12}"
_NO_LETTER_BEFORE = "(?<![a-z\u00df-\u058f])"
SIGNS = {"": "", "ge": ">=", "le": "<=", "gt": ">", "lt": "<", "about": "~"}
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[^\W\d_{_UNSPACED}]+")
_PIECES = re.compile(rf"[^\W\d_{_UNSPACED}]+|[{_UNSPACED}]+|[0-9]+")
