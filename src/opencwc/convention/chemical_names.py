"""What chemicals are called: the curated names and numbers, words with an ordinary meaning, and HS subheadings.

They help to find a chemical in what people write; none of them lists one. ``data/names`` holds a file a schedule, one
for the Australia Group, and one for neighbours that no list names and that share a name with a listed chemical.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import (
    Raw,
    cached,
    check_digit_fits,
    mappings_in,
    one_of,
    read_record,
    read_yaml,
    refuse_unknown,
    stamps,
    text_in,
    words_in,
)
from opencwc.convention.model import EVIDENCE, Grade, Words
from opencwc.convention.rule_files import DATA
from opencwc.convention.translated_names import translate_names
from opencwc.errors import RuleError

KINDS = ("official", "common", "trade", "abbreviation", "code", "formula")
"""What a name is: the Convention's own, a common or a trade name, an abbreviation, a military code, a formula."""

LANGS = ("any", "en", "fr", "es", "ar", "ru", "zh", "de", "pt", "it", "nl", "pl", "tr", "fa", "ja", "ko", "uk")
"""The languages of curated names; ``any`` is for what belongs to none: formulas, codes, trade names."""

NEEDS = ("context", "chemical", "agent", "capitals")
"""What a word needs to be taken for a chemical: signs of goods in its text, such as an amount; signs of chemicals, such
as a registry number or "nerve agent"; a chemical of Schedule 1 in one list with it; capital letters.
"""


UNVERIFIED = ("", "unverified")
"""Source and grade of a name that nobody has read in a source."""


class Name(NamedTuple):
    """One name: ``lang`` is ``any`` where it belongs to no language; ``source`` is empty where it is unverified."""

    text: str
    lang: str
    kind: str
    source: str
    evidence: str


class NamedChemical(NamedTuple):
    """A chemical with what it is called; ``smiles`` only where no list draws it."""

    cas: str
    name: str
    names: tuple[Name, ...]
    ec: tuple[str, ...] = ()
    un: tuple[str, ...] = ()
    smiles: str = ""


class OrdinaryWord(NamedTuple):
    """A word that names a chemical and also something else; ``also`` says what, ``needs`` is among `NEEDS`.

    ``not_before`` and ``not_after`` are words that make it ordinary where they follow or precede it, ``not_with`` where
    they stand anywhere in the text.
    """

    word: str
    lang: str
    also: Words
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class Subheading(NamedTuple):
    """An HS 2022 subheading: ``alone`` where it is for these chemicals only, and not for all that is left over."""

    code: str
    title: Words
    chemicals: tuple[str, ...]
    alone: bool
    source: str
    evidence: Grade


class Naming(NamedTuple):
    """All that is known of names: chemicals by their CAS numbers, ordinary words, subheadings."""

    chemicals: tuple[NamedChemical, ...]
    ordinary: tuple[OrdinaryWord, ...]
    subheadings: tuple[Subheading, ...]


def read_naming(cache: Path | None) -> Naming:
    """Read the names, from ``cache`` where nothing changed since; raise `RuleError` where a file cannot hold."""
    *tables, translated, ordinary, codes = naming_files()

    def read() -> Naming:
        words = mappings_in(read_yaml(ordinary), "words", str(ordinary))
        subheadings = mappings_in(read_yaml(codes), "subheadings", str(codes))
        named = (chemical for file in tables for chemical in build_names(read_yaml(file), str(file)))
        parts = read_yaml(translated)
        chemicals = _joined([*named, *_translated(parts, str(translated))])
        return Naming(
            tuple(chemical._replace(names=_as_typed(chemical.names, parts["typed"])) for chemical in chemicals),
            tuple(_word(word, str(ordinary)) for word in words),
            tuple(_subheading(subheading, str(codes)) for subheading in subheadings),
        )

    return cached(cache, "names", stamps(naming_files()), read, Naming)


def naming_files() -> list[Path]:
    """Return the files that `read_naming` reads: tables of names, parts of names, ordinary words, subheadings."""
    alone = (DATA / file for file in ("translated_names.yaml", "words.yaml", "hs.yaml"))
    return [*sorted((DATA / "names").glob("*.yaml")), *alone]


def _as_typed(names: Iterable[Name], typed: Mapping[str, Sequence[Mapping[str, str]]]) -> tuple[Name, ...]:
    """Return names, each followed by how it is typed where a letter is not at hand (Phosphonsaeure) or is left out."""
    written: list[Name] = []
    for name in names:
        tables = ({ord(letter): instead for letter, instead in letters.items()} for letters in typed.get(name.lang, ()))
        forms = [name.text, *map(name.text.translate, tables)]
        written += [name._replace(text=text) for text in dict.fromkeys(forms)]
    return tuple(written)


def _translated(raw: Raw, where: str) -> Iterator[NamedChemical]:
    """Yield the chemicals whose systematic names are put together in more languages; nobody has read these names."""
    names: dict[str, list[Name]] = {}
    for cas, lang, text in translate_names(raw, where):
        names.setdefault(cas, []).append(Name(text, lang, "common", *UNVERIFIED))
    for cas, written in names.items():
        yield NamedChemical(cas, "", tuple(written))


def _joined(chemicals: Iterable[NamedChemical]) -> Iterator[NamedChemical]:
    """Yield each chemical once, with what all files say of it."""
    joined: dict[str, NamedChemical] = {}
    for chemical in chemicals:
        before = joined.get(chemical.cas)
        joined[chemical.cas] = chemical if before is None else _both(before, chemical)
    return iter(joined.values())


def _both(one: NamedChemical, other: NamedChemical) -> NamedChemical:
    return NamedChemical(
        one.cas,
        one.name or other.name,
        (*one.names, *other.names),
        (*one.ec, *other.ec),
        (*one.un, *other.un),
        one.smiles or other.smiles,
    )


def build_names(raw: Raw, where: str) -> tuple[NamedChemical, ...]:
    """Turn the YAML of one table of names into records; raise `RuleError` where it cannot hold."""
    refuse_unknown(raw, {"sources", "chemicals"}, where)
    sources = {"unverified": UNVERIFIED}
    for key, source in dict(raw.get("sources") or {}).items():
        sources[str(key)] = (text_in(source, "title", where), one_of(source, "evidence", EVIDENCE, where))
    return tuple(_chemical(mapping, sources, where) for mapping in mappings_in(raw, "chemicals", where))


def _chemical(raw: Raw, sources: Mapping[str, tuple[str, str]], where: str) -> NamedChemical:
    refuse_unknown(raw, {"cas", "name", "names", "ec", "un", "smiles"}, where)
    cas = text_in(raw, "cas", where)
    where = f"{where} {cas}"
    if not check_digit_fits(cas):
        raise RuleError("cas_check_digit_fails", where=where, cas=cas)
    names = []
    for kind, by_language in _mapping(raw.get("names"), where).items():
        one_of({"kind": kind}, "kind", KINDS, where)
        for lang, by_source in _mapping(by_language, where).items():
            one_of({"lang": lang}, "lang", LANGS, where)
            for written, (source, evidence) in _sourced(by_source, sources, where):
                names.append(Name(written, str(lang), str(kind), source, evidence))
    numbers = {field: tuple(number for number, _ in _sourced(raw.get(field), sources, where)) for field in ("ec", "un")}
    for ec in numbers["ec"]:
        if not ec_digit_fits(ec):
            raise RuleError("ec_check_digit_fails", where=where, ec=ec)
    for un in numbers["un"]:
        if not _UN.fullmatch(un):
            raise RuleError("un_number_not_valid", where=where, number=un)
    return NamedChemical(cas, text_in(raw, "name", where), tuple(names), **numbers, smiles=str(raw.get("smiles", "")))


def ec_digit_fits(ec: str) -> bool:
    """Apply the check digit of EC numbers: the digits before it, weighted 1 to 6 from the left, modulo 11.

    >>> ec_digit_fits("203-049-8"), ec_digit_fits("203-049-7"), ec_digit_fits("203-0498")
    (True, False, False)
    """
    if not _EC.fullmatch(ec):
        return False
    digits = [int(digit) for digit in ec.replace("-", "")]
    return sum(weight * digit for weight, digit in enumerate(digits[:6], 1)) % 11 == digits[6]


def _sourced(raw: Any, sources: Mapping[str, tuple[str, str]], where: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for source, written in _mapping(raw, where).items():
        if str(source) not in sources:
            raise RuleError("source_not_of_this_file", where=where, source=source)
        if not isinstance(written, list | None):
            raise RuleError("names_are_no_list", where=where, source=source, names=repr(written))
        for name in written or ():
            if not isinstance(name, str):  # NO is read as false, and 2811 as a number
                raise RuleError("chemical_name_is_no_text", where=where, name=repr(name))
            if not name.strip():
                raise RuleError("chemical_name_empty", where=where)
            yield name.strip(), sources[str(source)]


def _mapping(raw: Any, where: str) -> Mapping[Any, Any]:
    if not isinstance(raw, dict | None):
        raise RuleError("names_not_by_language", where=where, found=repr(raw))
    return raw or {}


def _word(raw: Raw, where: str) -> OrdinaryWord:
    def also(raw: Raw, field: str, where: str) -> Words:
        return words_in(raw, field, where) if raw.get(field) else {}

    def needs(raw: Raw, field: str, where: str) -> tuple[str, ...]:
        words = raw.get(field) or ()
        words = (words,) if isinstance(words, str) else tuple(words)
        return tuple(one_of({field: word}, field, NEEDS, where) for word in words)

    return read_record(OrdinaryWord, raw, where, readers={"also": also, "needs": needs})


def _subheading(raw: Raw, where: str) -> Subheading:
    refuse_unknown(raw, {*Subheading._fields, "chemicals_unverified"}, where)
    written = text_in(raw, "code", where)
    where = f"{where} {written}"
    if not _HS.fullmatch(written):
        raise RuleError("hs_subheading_not_valid", where=where, text=written)
    chemicals = tuple(str(one) for field in ("chemicals", "chemicals_unverified") for one in raw.get(field) or ())
    for cas in chemicals:
        if not check_digit_fits(cas):
            raise RuleError("cas_check_digit_fails", where=where, cas=cas)
    given = {"code": written.replace(".", ""), "chemicals": chemicals, "alone": bool(raw.get("alone"))}
    return read_record(Subheading, raw, where, given=given, beside=None)


_EC = re.compile("[0-9]{3}-[0-9]{3}-[0-9]")
_UN = re.compile("[0-9]{4}")
_HS = re.compile("[0-9]{4}[.][0-9]{2}")
