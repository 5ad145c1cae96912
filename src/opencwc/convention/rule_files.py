"""Rule files in, records out; a file that says something that cannot hold is refused, with its place.

A list is one YAML file with its entries under ``entries``, or a folder with that file as ``list.yaml`` and further
files beside it, each one entry. The same holds for the lists of the project and for a user's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from opencwc.convention.fields import (
    Raw,
    cached_json,
    check_digit_fits,
    day,
    day_or_year,
    in_force,
    mappings_in,
    number_in,
    one_of,
    read_yaml,
    refuse_unknown,
    source_in,
    text_in,
    words_in,
)
from opencwc.convention.model import (
    EVIDENCE,
    SALTS,
    Chemical,
    Deadline,
    Duty,
    Entry,
    Policy,
    RuleList,
    State,
    Structure,
    Threshold,
)
from opencwc.errors import RuleError

DATA = Path(__file__).parent / "data"


def load_list(path: Path) -> RuleList:
    """Read one list from a YAML file or a folder; raise `RuleError` where it cannot hold."""
    return build_list(read_list(path))


def read_list(path: Path) -> Raw:
    """Read the YAML of one list without judging it: the header with all entries under ``entries``."""
    header_file = path / "list.yaml" if path.is_dir() else path
    header = read_yaml(header_file)
    entries = [dict(entry, file=str(header_file)) for entry in mappings_in(header, "entries", str(header_file))]
    if path.is_dir():
        beside = (file for file in sorted(path.glob("*.yaml")) if file.name != "list.yaml")
        entries += [dict(read_yaml(file), file=str(file)) for file in beside]
    return dict(header, entries=entries, file=str(header_file))


def build_list(raw: Raw) -> RuleList:
    """Turn the YAML of one list into records; raise `RuleError` at the first thing that cannot hold."""
    where = str(raw.get("file", ""))
    refuse_unknown(raw, {"list", "title", "authority", "text_of", "source", "evidence", "entries", "file"}, where)
    name = text_in(raw, "list", where)
    entries = tuple(_entry(name, entry) for entry in raw["entries"])
    for earlier, later in _overlaps(entries):
        raise RuleError("entry_twice_for_same_days", where=later.file or earlier.file, entry=later.id)
    return RuleList(
        id=name,
        title=words_in(raw, "title", where),
        authority=text_in(raw, "authority", where),
        text_of=day_or_year(raw.get("text_of"), where),
        source=source_in(raw, where),
        evidence=one_of(raw, "evidence", EVIDENCE, where),
        entries=entries,
    )


def build_policies(raw: list[Raw], where: str = str(DATA / "policies.yaml")) -> tuple[Policy, ...]:
    """Turn the YAML of policies into records; raise `RuleError` where one has no source."""
    return tuple(
        Policy(
            id=text_in(one, "id", where),
            choice=text_in(one, "choice", where),
            source=source_in(one, where),
            evidence=one_of(one, "evidence", EVIDENCE, where),
            in_force=in_force(one.get("in_force"), where),
        )
        for one in raw
    )


def build_duties(raw: list[Raw], where: str = str(DATA / "duties.yaml")) -> tuple[Duty, ...]:
    """Turn the YAML of duties into records; raise `RuleError` where one has no source."""
    return tuple(
        Duty(
            id=text_in(one, "id", where),
            says=text_in(one, "says", where),
            applies_to=tuple(str(item) for item in one.get("applies_to", ())),
            values=MappingProxyType({str(key): str(value) for key, value in dict(one.get("values", {})).items()}),
            source=source_in(one, where),
            evidence=one_of(one, "evidence", EVIDENCE, where),
            in_force=in_force(one.get("in_force"), where),
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
    states = _each_once(mappings_in(raw, "states", where), "state", where)
    return tuple(sorted(_state(state, sources, where) for state in states))


def build_invented_states(raw: Raw, where: str = str(DATA / "states.yaml")) -> tuple[State, ...]:
    """Turn the YAML of States that do not exist into records: for examples, and never among the others."""
    return build_states({**raw, "states": raw.get("invented")}, where)


def known_until(raw: Raw, where: str = str(DATA / "states.yaml")) -> date:
    """Return the day up to which the YAML of States was looked into."""
    return day(raw.get("known_until"), where)


def read_dated(cache: Path | None) -> Raw:
    """Read the thresholds, deadlines and States, from ``cache`` where nothing changed; screening never needs them."""
    files = {name: DATA / f"{name}.yaml" for name in ("thresholds", "deadlines", "states")}

    def read() -> Raw:
        return {name: read_yaml(file) for name, file in files.items()}

    stamps = [[str(file), file.stat().st_mtime_ns, file.stat().st_size] for file in files.values()]
    made: Raw = cached_json(cache, "dated", stamps, read)
    return {
        "thresholds": mappings_in(made["thresholds"], "thresholds", "thresholds.yaml"),
        "deadlines": mappings_in(made["deadlines"], "deadlines", "deadlines.yaml"),
        "states": made["states"],
    }


def read_all(lists: Iterable[Path], cache: Path | None) -> Raw:
    """Read the lists, policies and duties at once, from ``cache`` where nothing changed since: YAML is slow to read."""
    paths = list(lists)
    files = rule_files(paths)
    stamps = [[str(file), file.stat().st_mtime_ns, file.stat().st_size] for file in files if file.exists()]

    def read() -> Raw:
        return {
            "lists": [read_list(path) for path in paths],
            "policies": mappings_in(read_yaml(DATA / "policies.yaml"), "policies", "policies.yaml"),
            "duties": list(_duties()),
        }

    made: Raw = cached_json(cache, "rules", [[str(path) for path in paths], stamps], read)
    return made


def rule_files(lists: Iterable[Path]) -> list[Path]:
    """Return the files that `read_all` reads for these lists, each a file or a folder of files."""
    files = [file for path in lists for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    return [*files, *(DATA / f"{name}.yaml" for name in ("policies", "duties", *_RULES_IN))]


def _duties() -> Iterator[Raw]:
    """Read the duties; one that names a rule of another file rests on it, once for each of the rule's dated values."""
    rules = {name: mappings_in(read_yaml(DATA / f"{name}.yaml"), field, name) for name, field in _RULES_IN.items()}
    for duty in mappings_in(read_yaml(DATA / "duties.yaml"), "duties", "duties.yaml"):
        field = next((field for field in _NAMED_BY_DUTIES if field in duty), "")
        if not field:
            yield duty
            continue
        file, values = _NAMED_BY_DUTIES[field]
        named = [rule for rule in rules[file] if rule["id"] == duty[field]]
        if not named:
            raise RuleError(
                "duty_names_nothing", where="duties.yaml", duty=str(duty.get("id")), field=field, name=duty[field]
            )
        for rule in named:
            given = {value: rule[key] for value, key in values.items() if key in rule}
            yield {**{key: rule[key] for key in _RESTS_ON}, "values": given, **duty}


_RULES_IN = {"thresholds": "thresholds", "deadlines": "deadlines", "transfers": "rules"}
"""The files that a duty may name a rule of, and the field under which the rules stand there."""
_NAMED_BY_DUTIES = {
    "threshold": ("thresholds", {"quantity": "quantity", "unit": "unit"}),
    "deadline": ("deadlines", {"days": "amount"}),
    "transfer_rule": ("transfers", {"date": "in_force"}),
}
"""How a duty names a rule, the rule's file, and which values of the duty's sentence are which fields of the rule."""
_RESTS_ON = ("source", "evidence", "in_force")


def _entry(list_name: str, raw: Raw) -> Entry:
    where = _place(raw)
    known = {
        "id", "title", "meaning", "schedule", "part", "kind", "mark", "in_force", "source", "evidence", "salts",
        "places", "structure", "doubt", "except_entries", "exempt", "examples", "related", "see_also", "file",
    }  # fmt: skip
    refuse_unknown(raw, known, where)
    places = {str(key): str(value) for key, value in dict(raw.get("places") or {}).items()}
    return Entry(
        list=list_name,
        id=text_in(raw, "id", where),
        title=words_in(raw, "title", where),
        meaning=words_in(raw, "meaning", where) if "meaning" in raw else MappingProxyType({}),
        schedule=number_in(raw, "schedule", where) if "schedule" in raw else None,
        part=str(raw.get("part", "")),
        kind=one_of(raw, "kind", ("family", "chemicals"), where),
        mark=str(raw.get("mark", "")),
        in_force=in_force(raw.get("in_force"), where),
        source=source_in(raw, where),
        evidence=one_of(raw, "evidence", EVIDENCE, where),
        salts=one_of(raw, "salts", SALTS, where),
        structure=tuple(_structure(item, places, where) for item in mappings_in(raw, "structure", where)),
        doubt=tuple(_structure(item, places, where) for item in mappings_in(raw, "doubt", where)),
        except_entries=tuple(str(item) for item in raw.get("except_entries", ())),
        exempt=tuple(_chemical(item, where) for item in mappings_in(raw, "exempt", where)),
        examples=tuple(_chemical(item, where) for item in mappings_in(raw, "examples", where)),
        related=tuple(_chemical(item, where) for item in mappings_in(raw, "related", where)),
        see_also=tuple(str(item) for item in raw.get("see_also", ())),
        file=str(raw.get("file", "")),
    )


def _threshold(raw: Raw, where: str) -> Threshold:
    words = ("id", "regime", "purpose", "chemicals", "activity", "scope", "window")
    refuse_unknown(raw, {*words, "comparator", "quantity", "above", "unit", "note", *_APPLIED, *_RESTS_ON}, where)
    _check_applied(raw, where)
    comparator = one_of(raw, "comparator", ("gt", "le", "lt", "between", "none", "declaration"), where)
    measured = comparator in ("gt", "le", "lt", "between")
    if not measured:
        refuse_unknown(raw, {*words, "comparator", "note", *_APPLIED, *_RESTS_ON}, where)
    return Threshold(
        id=text_in(raw, "id", where),
        regime=text_in(raw, "regime", where),
        purpose=text_in(raw, "purpose", where),
        chemicals=text_in(raw, "chemicals", where),
        activity=text_in(raw, "activity", where),
        scope=text_in(raw, "scope", where),
        window=text_in(raw, "window", where),
        comparator=comparator,
        quantity=number_in(raw, "quantity", where) if measured else None,
        above=number_in(raw, "above", where) if comparator == "between" else None,
        unit=text_in(raw, "unit", where) if measured else "",
        note=str(raw.get("note", "")),
        source=source_in(raw, where),
        evidence=one_of(raw, "evidence", EVIDENCE, where),
        in_force=in_force(raw.get("in_force"), where),
    )


def _deadline(raw: Raw, where: str) -> Deadline:
    known = {"id", "regime", "act", "due", "amount", "unit", "anchor", "month", "day", "state", *_APPLIED, *_RESTS_ON}
    refuse_unknown(raw, known, where)
    _check_applied(raw, where)
    due = one_of(raw, "due", ("after", "before", "by", "on"), where)
    counted = due in ("after", "before")
    return Deadline(
        id=text_in(raw, "id", where),
        regime=text_in(raw, "regime", where),
        act=text_in(raw, "act", where),
        due=due,
        amount=number_in(raw, "amount", where) if counted else None,
        unit=one_of(raw, "unit", ("days", "hours"), where) if counted else "",
        anchor="" if due == "on" else text_in(raw, "anchor", where),
        month=number_in(raw, "month", where) if due == "on" else None,
        day=number_in(raw, "day", where) if due == "on" else None,
        state=str(raw.get("state", "")),
        source=source_in(raw, where),
        evidence=one_of(raw, "evidence", EVIDENCE, where),
        in_force=in_force(raw.get("in_force"), where),
    )


def _check_applied(raw: Raw, where: str) -> None:
    """Refuse a rule that no code applies without the reason, and a reason without ``applied: no``."""
    if raw.keys().isdisjoint(_APPLIED) or (raw.get("applied") is False and raw.get("because")):
        return
    raise RuleError("rule_applied_without_reason", where=where, rule=str(raw.get("id")))


_APPLIED = ("applied", "because")


def _state(raw: Raw, sources: Mapping[str, Raw], where: str) -> State:
    refuse_unknown(raw, {"state", "signed", "deposited", "instrument", "in_force", "rests_on"}, where)
    code = text_in(raw, "state", where)
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise RuleError("not_an_alpha3_code", where=where, text=code)
    rests_on = one_of(raw, "rests_on", tuple(sources), where)
    state = State(
        code=code,
        signed=day(raw["signed"], where) if "signed" in raw else None,
        deposited=day(raw["deposited"], where) if "deposited" in raw else None,
        instrument=str(raw.get("instrument", "")),
        in_force=in_force(raw["in_force"], where) if "in_force" in raw else None,
        source=source_in(sources[rests_on], where),
        evidence=one_of(sources[rests_on], "evidence", EVIDENCE, where),
    )
    first = state.in_force.start if state.in_force else None
    if first and state.deposited and first < state.deposited:
        raise RuleError("bound_before_deposit", where=where, state=code)
    return state


def _each_once(raw: list[Raw], field: str, where: str) -> list[Raw]:
    seen: set[tuple[str, str]] = set()
    for one in raw:
        key = (text_in(one, field, where), str(one.get("in_force")))
        if key in seen:
            raise RuleError("treaty_status_twice_for_same_days", where=where, state=key[0])
        seen.add(key)
    return raw


def _structure(raw: Raw, places: Mapping[str, str], where: str) -> Structure:
    known = {"core", "form", "rest", "where", "counter_ions", "tautomers", "because"}
    refuse_unknown(raw, known, where)
    return Structure(
        core=text_in(raw, "core", where),
        places=MappingProxyType(dict(places)),
        form=one_of({"form": "free", **raw}, "form", ("free", "protonated", "alkylated"), where),
        rest=one_of({"rest": "closed", **raw}, "rest", ("closed", "free"), where),
        where=tuple(str(item) for item in raw.get("where", ())),
        counter_ions=str(raw.get("counter_ions", "")),
        tautomers=one_of({"tautomers": "", **raw}, "tautomers", ("", "free"), where),
        because=str(raw.get("because", "")),
    )


def _chemical(raw: Raw, where: str) -> Chemical:
    refuse_unknown(raw, {"name", "cas", "smiles", "names", "accessions", "salts"}, where)
    cas = text_in(raw, "cas", where)
    if not check_digit_fits(cas):
        raise RuleError("cas_number_wrong", where=where, cas=cas)
    return Chemical(
        name=text_in(raw, "name", where),
        cas=cas,
        smiles=str(raw.get("smiles", "")),
        names=MappingProxyType({str(k): tuple(map(str, v)) for k, v in dict(raw.get("names", {})).items()}),
        accessions=tuple(str(item) for item in raw.get("accessions", ())),
        salts=str(raw.get("salts", "")),
    )


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


def _place(raw: Raw) -> str:
    return " ".join(part for part in (str(raw.get("file", "")), f"entry {raw['id']}" if "id" in raw else "") if part)
