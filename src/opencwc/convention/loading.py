"""Rule files in, records out; a file that says something that cannot hold is refused, with its place.

A list is one YAML file with its entries under ``entries``, or a folder with that file as ``list.yaml`` and further
files beside it, each one entry. The same holds for the lists of the project and for a user's own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zlib import crc32

from opencwc.convention.model import (
    EVIDENCE,
    SALTS,
    Chemical,
    Deadline,
    Duty,
    Entry,
    InForce,
    Policy,
    RuleList,
    State,
    Structure,
    Threshold,
    Words,
)
from opencwc.errors import RuleError

DATA = Path(__file__).parent / "data"

Raw = dict[str, Any]


def load_list(path: Path) -> RuleList:
    """Read one list from a YAML file or a folder; raise `RuleError` where it cannot hold."""
    return build_list(read_list(path))


def read_list(path: Path) -> Raw:
    """Read the YAML of one list without judging it: the header with all entries under ``entries``."""
    header_file = path / "list.yaml" if path.is_dir() else path
    header = _read_yaml(header_file)
    entries = [dict(entry, file=str(header_file)) for entry in _mappings(header, "entries", str(header_file))]
    if path.is_dir():
        beside = (file for file in sorted(path.glob("*.yaml")) if file.name != "list.yaml")
        entries += [dict(_read_yaml(file), file=str(file)) for file in beside]
    return dict(header, entries=entries, file=str(header_file))


def build_list(raw: Raw) -> RuleList:
    """Turn the YAML of one list into records; raise `RuleError` at the first thing that cannot hold."""
    where = str(raw.get("file", ""))
    _refuse_unknown(raw, {"list", "title", "authority", "text_of", "source", "evidence", "entries", "file"}, where)
    name = _text(raw, "list", where)
    entries = tuple(_entry(name, entry) for entry in raw["entries"])
    for earlier, later in _overlaps(entries):
        raise RuleError(
            f"entry {later.id} stands twice for the same days",
            where=later.file or earlier.file,
            remedy="Give the earlier wording an 'until' before the later one's 'from'.",
        )
    return RuleList(
        id=name,
        title=_words(raw, "title", where),
        authority=_text(raw, "authority", where),
        text_of=_day_or_year(raw.get("text_of"), where),
        source=_text(raw, "source", where),
        evidence=_one_of(raw, "evidence", EVIDENCE, where),
        entries=entries,
    )


def build_policies(raw: list[Raw], where: str = str(DATA / "policies.yaml")) -> tuple[Policy, ...]:
    """Turn the YAML of policies into records; raise `RuleError` where one has no source."""
    return tuple(
        Policy(
            id=_text(one, "id", where),
            choice=_text(one, "choice", where),
            source=_text(one, "source", where),
            evidence=_one_of(one, "evidence", EVIDENCE, where),
            in_force=_in_force(one.get("in_force"), where),
        )
        for one in raw
    )


def build_duties(raw: list[Raw], where: str = str(DATA / "duties.yaml")) -> tuple[Duty, ...]:
    """Turn the YAML of duties into records; raise `RuleError` where one has no source."""
    return tuple(
        Duty(
            id=_text(one, "id", where),
            says=_text(one, "says", where),
            applies_to=tuple(str(item) for item in one.get("applies_to", ())),
            values=MappingProxyType({str(key): str(value) for key, value in dict(one.get("values", {})).items()}),
            source=_text(one, "source", where),
            evidence=_one_of(one, "evidence", EVIDENCE, where),
            in_force=_in_force(one.get("in_force"), where),
        )
        for one in raw
    )


def build_thresholds(raw: list[Raw], where: str = str(DATA / "thresholds.yaml")) -> tuple[Threshold, ...]:
    """Turn the YAML of thresholds into records; raise `RuleError` where one has no source or no amount."""
    return tuple(_threshold(one, where) for one in _each_once(raw, "id", where))


def build_deadlines(raw: list[Raw], where: str = str(DATA / "deadlines.yaml")) -> tuple[Deadline, ...]:
    """Turn the YAML of deadlines into records; raise `RuleError` where one has no source or no time."""
    return tuple(_deadline(one, where) for one in _each_once(raw, "id", where))


def build_states(raw: Raw, where: str = str(DATA / "states.yaml")) -> tuple[State, ...]:
    """Turn the YAML of States (``sources`` and ``states``) into records, by code; raise `RuleError` as above."""
    sources = dict(raw.get("sources") or {})
    states = _each_once(_mappings(raw, "states", where), "state", where)
    return tuple(sorted(_state(one, sources, where) for one in states))


def known_until(raw: Raw, where: str = str(DATA / "states.yaml")) -> date:
    """Return the day up to which the YAML of States was looked into."""
    return _day(raw.get("known_until"), where)


def read_dated(cache: Path | None) -> Raw:
    """Read the thresholds, deadlines and States, from ``cache`` where nothing changed; screening never needs them."""
    files = {name: DATA / f"{name}.yaml" for name in ("thresholds", "deadlines", "states")}

    def read() -> Raw:
        return {name: _read_yaml(file) for name, file in files.items()}

    stamps = [[str(file), file.stat().st_mtime_ns, file.stat().st_size] for file in files.values()]
    made: Raw = cached_json(cache, "dated", stamps, read)
    return {
        "thresholds": _mappings(made["thresholds"], "thresholds", "thresholds.yaml"),
        "deadlines": _mappings(made["deadlines"], "deadlines", "deadlines.yaml"),
        "states": made["states"],
    }


def read_all(lists: Iterable[Path], cache: Path | None) -> Raw:
    """Read the lists, policies and duties at once, from ``cache`` where nothing changed since: YAML is slow to read."""
    paths = list(lists)
    files = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    files += [DATA / "policies.yaml", DATA / "duties.yaml"]
    stamps = [[str(file), file.stat().st_mtime_ns, file.stat().st_size] for file in files if file.exists()]

    def read() -> Raw:
        return {
            "lists": [read_list(path) for path in paths],
            "policies": _mappings(_read_yaml(DATA / "policies.yaml"), "policies", "policies.yaml"),
            "duties": _mappings(_read_yaml(DATA / "duties.yaml"), "duties", "duties.yaml"),
        }

    made: Raw = cached_json(cache, "rules", [[str(path) for path in paths], stamps], read)
    return made


def cached_json(cache: Path | None, name: str, key: object, make: Callable[[], Any]) -> Any:
    """Return what ``make`` makes, kept as JSON in the cache folder for as long as ``key`` stays the same.

    A cache that cannot be read or written costs time and nothing else.
    """
    said = json.dumps(key, default=str)
    file = cache / f"{name}-{crc32(said.encode()):08x}.json" if cache else None
    if file is not None:
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            if kept["key"] == said:
                return kept["made"]
        except (OSError, ValueError, KeyError, TypeError):
            pass  # not there, or broken: it is made again below
    text = json.dumps({"key": said, "made": make()}, default=str)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished = file.with_suffix(f".{os.getpid()}.part")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(file)
        except OSError:
            pass  # a read-only home: the next run makes it again
    return json.loads(text)["made"]


def _entry(list_name: str, raw: Raw) -> Entry:
    where = _place(raw)
    known = {
        "id", "title", "meaning", "schedule", "part", "kind", "mark", "in_force", "source", "evidence", "salts",
        "places", "structure", "doubt", "except_entries", "exempt", "examples", "related", "see_also", "file",
    }  # fmt: skip
    _refuse_unknown(raw, known, where)
    places = {str(key): str(value) for key, value in dict(raw.get("places") or {}).items()}
    return Entry(
        list=list_name,
        id=_text(raw, "id", where),
        title=_words(raw, "title", where),
        meaning=_words(raw, "meaning", where) if "meaning" in raw else MappingProxyType({}),
        schedule=_number(raw, "schedule", where) if "schedule" in raw else None,
        part=str(raw.get("part", "")),
        kind=_one_of(raw, "kind", ("family", "chemicals"), where),
        mark=str(raw.get("mark", "")),
        in_force=_in_force(raw.get("in_force"), where),
        source=_text(raw, "source", where),
        evidence=_one_of(raw, "evidence", EVIDENCE, where),
        salts=_one_of(raw, "salts", SALTS, where),
        structure=tuple(_structure(item, places, where) for item in _mappings(raw, "structure", where)),
        doubt=tuple(_structure(item, places, where) for item in _mappings(raw, "doubt", where)),
        except_entries=tuple(str(item) for item in raw.get("except_entries", ())),
        exempt=tuple(_chemical(item, where) for item in _mappings(raw, "exempt", where)),
        examples=tuple(_chemical(item, where) for item in _mappings(raw, "examples", where)),
        related=tuple(_chemical(item, where) for item in _mappings(raw, "related", where)),
        see_also=tuple(str(item) for item in raw.get("see_also", ())),
        file=str(raw.get("file", "")),
    )


def _threshold(raw: Raw, where: str) -> Threshold:
    words = ("id", "regime", "purpose", "chemicals", "activity", "scope", "window")
    _refuse_unknown(raw, {*words, "comparator", "quantity", "above", "unit", "note", *_RESTS_ON}, where)
    comparator = _one_of(raw, "comparator", ("gt", "le", "lt", "between", "none", "declaration"), where)
    measured = comparator in ("gt", "le", "lt", "between")
    if not measured:
        _refuse_unknown(raw, {*words, "comparator", "note", *_RESTS_ON}, where)
    return Threshold(
        id=_text(raw, "id", where),
        regime=_text(raw, "regime", where),
        purpose=_text(raw, "purpose", where),
        chemicals=_text(raw, "chemicals", where),
        activity=_text(raw, "activity", where),
        scope=_text(raw, "scope", where),
        window=_text(raw, "window", where),
        comparator=comparator,
        quantity=_number(raw, "quantity", where) if measured else None,
        above=_number(raw, "above", where) if comparator == "between" else None,
        unit=_text(raw, "unit", where) if measured else "",
        note=str(raw.get("note", "")),
        source=_text(raw, "source", where),
        evidence=_one_of(raw, "evidence", EVIDENCE, where),
        in_force=_in_force(raw.get("in_force"), where),
    )


def _deadline(raw: Raw, where: str) -> Deadline:
    known = {"id", "regime", "act", "due", "amount", "unit", "anchor", "month", "day", "state", *_RESTS_ON}
    _refuse_unknown(raw, known, where)
    due = _one_of(raw, "due", ("after", "before", "by", "on"), where)
    counted = due in ("after", "before")
    return Deadline(
        id=_text(raw, "id", where),
        regime=_text(raw, "regime", where),
        act=_text(raw, "act", where),
        due=due,
        amount=_number(raw, "amount", where) if counted else None,
        unit=_one_of(raw, "unit", ("days", "hours"), where) if counted else "",
        anchor="" if due == "on" else _text(raw, "anchor", where),
        month=_number(raw, "month", where) if due == "on" else None,
        day=_number(raw, "day", where) if due == "on" else None,
        state=str(raw.get("state", "")),
        source=_text(raw, "source", where),
        evidence=_one_of(raw, "evidence", EVIDENCE, where),
        in_force=_in_force(raw.get("in_force"), where),
    )


def _state(raw: Raw, sources: Mapping[str, Raw], where: str) -> State:
    _refuse_unknown(raw, {"state", "signed", "deposited", "instrument", "in_force", "rests_on"}, where)
    code = _text(raw, "state", where)
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise RuleError(f"{code!r} is no ISO 3166 alpha-3 code", where=where)
    rests_on = _one_of(raw, "rests_on", tuple(sources), where)
    state = State(
        code=code,
        signed=_day(raw["signed"], where) if "signed" in raw else None,
        deposited=_day(raw["deposited"], where) if "deposited" in raw else None,
        instrument=str(raw.get("instrument", "")),
        in_force=_in_force(raw["in_force"], where) if "in_force" in raw else None,
        source=_text(sources[rests_on], "source", where),
        evidence=_one_of(sources[rests_on], "evidence", EVIDENCE, where),
    )
    first = state.in_force.start if state.in_force else None
    if first and state.deposited and first < state.deposited:
        raise RuleError(f"{code} is bound before it deposited its instrument", where=where)
    return state


def _each_once(raw: list[Raw], field: str, where: str) -> list[Raw]:
    seen: set[tuple[str, str]] = set()
    for one in raw:
        key = (_text(one, field, where), str(one.get("in_force")))
        if key in seen:
            raise RuleError(f"{key[0]} stands twice for the same days", where=where)
        seen.add(key)
    return raw


_RESTS_ON = ("source", "evidence", "in_force")


def _structure(raw: Raw, places: Mapping[str, str], where: str) -> Structure:
    known = {"core", "form", "rest", "where", "counter_ions", "tautomers", "because"}
    _refuse_unknown(raw, known, where)
    return Structure(
        core=_text(raw, "core", where),
        places=MappingProxyType(dict(places)),
        form=_one_of({"form": "free", **raw}, "form", ("free", "protonated", "alkylated"), where),
        rest=_one_of({"rest": "closed", **raw}, "rest", ("closed", "free"), where),
        where=tuple(str(item) for item in raw.get("where", ())),
        counter_ions=str(raw.get("counter_ions", "")),
        tautomers=_one_of({"tautomers": "", **raw}, "tautomers", ("", "free"), where),
        because=str(raw.get("because", "")),
    )


def _chemical(raw: Raw, where: str) -> Chemical:
    _refuse_unknown(raw, {"name", "cas", "smiles", "names", "accessions", "salts"}, where)
    cas = _text(raw, "cas", where)
    if not _check_digit_fits(cas):
        raise RuleError(
            f"the CAS number {cas} fails its own check digit", where=where, remedy="Look the number up again."
        )
    return Chemical(
        name=_text(raw, "name", where),
        cas=cas,
        smiles=str(raw.get("smiles", "")),
        names=MappingProxyType({str(k): tuple(map(str, v)) for k, v in dict(raw.get("names", {})).items()}),
        accessions=tuple(str(item) for item in raw.get("accessions", ())),
        salts=str(raw.get("salts", "")),
    )


def _check_digit_fits(cas: str) -> bool:
    """Apply the CAS check digit: the last is the weighted sum of the others, counted from the right, modulo 10."""
    digits = cas.replace("-", "")
    if not digits.isdigit() or cas.count("-") != 2:
        return False
    return sum(weight * int(d) for weight, d in enumerate(reversed(digits[:-1]), 1)) % 10 == int(digits[-1])


def _overlaps(entries: tuple[Entry, ...]) -> list[tuple[Entry, Entry]]:
    seen: dict[str, list[Entry]] = {}
    clashes = []
    for entry in entries:
        for other in seen.setdefault(entry.id, []):
            starts = max(other.in_force.start or date.min, entry.in_force.start or date.min)
            if starts <= min(other.in_force.end or date.max, entry.in_force.end or date.max):
                clashes.append((other, entry))
        seen[entry.id].append(entry)
    return clashes


def _read_yaml(path: Path) -> Raw:
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"the rule file cannot be read ({error})", where=str(path)) from error
    try:
        raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, ValueError) as error:
        raise RuleError(f"this is not YAML ({error})", where=str(path), remedy="Mend the line it names.") from error
    if not isinstance(raw, dict):
        raise RuleError("a rule file is a mapping of fields", where=str(path), remedy="See docs/how-to/add-a-list.md.")
    return raw


def _place(raw: Raw) -> str:
    return " ".join(part for part in (str(raw.get("file", "")), f"entry {raw['id']}" if "id" in raw else "") if part)


def _refuse_unknown(raw: Raw, known: set[str], where: str) -> None:
    unknown = sorted(set(map(str, raw)) - known)
    if unknown:
        raise RuleError(
            f"unknown field {unknown[0]!r}",
            where=where,
            remedy=f"The fields are: {', '.join(sorted(known - {'file'}))}.",
        )


def _mappings(raw: Raw, field: str, where: str) -> list[Raw]:
    items = raw.get(field) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise RuleError(f"{field!r} must be a list of mappings", where=where)
    return items


def _text(raw: Raw, field: str, where: str) -> str:
    value = raw.get(field)
    if value is None or not str(value).strip():
        raise RuleError(f"the field {field!r} is missing", where=where, remedy="Every value carries its source.")
    return str(value).strip()


def _number(raw: Raw, field: str, where: str) -> int:
    value = raw.get(field)
    if not isinstance(value, int):
        raise RuleError(f"the field {field!r} must be a number, and is {value!r}", where=where)
    return value


def _words(raw: Raw, field: str, where: str) -> Words:
    value = raw.get(field)
    if isinstance(value, str) and value.strip():
        return MappingProxyType({"en": value.strip()})
    if isinstance(value, dict) and value.get("en"):
        return MappingProxyType({str(lang): str(text).strip() for lang, text in value.items()})
    raise RuleError(f"the field {field!r} must be a text, or texts by language with 'en' among them", where=where)


def _one_of(raw: Raw, field: str, allowed: tuple[str, ...], where: str) -> str:
    value = str(raw.get(field, ""))
    if value not in allowed:
        raise RuleError(
            f"{field} is {value!r}" if value else f"the field {field!r} is missing",
            where=where,
            remedy=f"It is one of: {', '.join(option for option in allowed if option)}.",
        )
    return value


def _in_force(value: object, where: str) -> InForce:
    if isinstance(value, dict):
        _refuse_unknown(value, {"from", "until"}, where)
        first = None if value.get("from") == "unknown" else _day(value.get("from"), where)
        return InForce(first, _day(value["until"], where) if value.get("until") else None)
    return InForce(None if value == "unknown" else _day(value, where))


def _day_or_year(value: object, where: str) -> str:
    text = str(value)
    return text if len(text) == 4 and text.isdigit() else _day(value, where).isoformat()


def _day(value: object, where: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise RuleError(
            f"{value!r} is no date" if value else "the field 'in_force' is missing",
            where=where,
            remedy="Write the day as 2020-06-07, or 'unknown' where nobody has said it.",
        ) from None
