"""Rule files in, records out; a file that says something that cannot hold is refused, with its place.

A list is one YAML file with its entries under ``entries``, or a folder with that file as ``list.yaml`` and further
files beside it, each one entry. The same holds for the lists of the project and for a user's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from opencwc.convention.fields import (
    Raw,
    Read,
    cached,
    check_digit_fits,
    day,
    day_or_year,
    mappings_in,
    one_of,
    read_record,
    read_yaml,
    refuse_unknown,
    source_in,
    stamps,
    text_in,
)
from opencwc.convention.model import (
    DAY_OF_YEAR,
    EVIDENCE,
    Chemical,
    DatedRules,
    Deadline,
    Duty,
    Entry,
    Policy,
    RuleList,
    Rules,
    State,
    Structure,
    Threshold,
)
from opencwc.errors import RuleError

DATA = Path(__file__).parent / "data"
BUILT_IN = ("CWC", "AG")
"""The lists that are checked where none is named."""
ON_DEMAND = ("EU", "ML", "UN88")
"""The lists that come along and are read only where they are asked for by name."""


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
    named: dict[str, Raw] = {}
    return dict(header, entries=[_with_rule_of(entry, named) for entry in entries], file=str(header_file))


def _with_rule_of(entry: Raw, named: dict[str, Raw]) -> Raw:
    """Return an entry with the rule of the one that ``same_as`` names, such as ``CWC 2B04``; its own fields come first.

    ``named`` keeps the built-in entries that were read already, by name.
    """
    if "same_as" not in entry:
        return entry
    name = str(entry["same_as"])
    list_name = name.partition(" ")[0]
    if list_name in BUILT_IN and not any(known.startswith(f"{list_name} ") for known in named):
        entries = read_list(DATA / "lists" / list_name)["entries"]
        named.update({f"{list_name} {other.get('id')}": other for other in entries})
    if name not in named:
        raise RuleError("same_as_names_nothing", where=str(entry.get("file", "")), name=name)
    taken = {field: named[name][field] for field in _RULE_FIELDS if field in named[name]}
    own = {field: value for field, value in entry.items() if field != "same_as"}
    return {**taken, "see_also": [name], **own}


_RULE_FIELDS = (
    "title", "meaning", "kind", "salts", "places", "structure", "doubt", "exempt", "examples", "related",
)  # fmt: skip
"""What an entry takes from the one that it is the same as: all but its name, its days and its sources."""


def build_list(raw: Raw) -> RuleList:
    """Turn the YAML of one list into records; raise `RuleError` at the first thing that cannot hold."""
    where = str(raw.get("file", ""))
    refuse_unknown(raw, {"list", "title", "authority", "text_of", "source", "evidence", "entries", "file"}, where)
    name = text_in(raw, "list", where)
    entries = tuple(_entry(name, entry) for entry in raw["entries"])
    for earlier, later in _overlaps(entries):
        raise RuleError("entry_twice_for_same_days", where=later.file or earlier.file, entry=later.id)
    text_of: dict[str, Read] = {"text_of": lambda raw, field, where: day_or_year(raw.get(field), where)}
    return read_record(RuleList, raw, where, given={"id": name, "entries": entries}, readers=text_of, beside=None)


def build_duties(raw: list[Raw], where: str = str(DATA / "duties.yaml")) -> tuple[Duty, ...]:
    """Turn the YAML of duties into records; raise `RuleError` where one has no source."""
    return tuple(read_record(Duty, duty, where, beside=None) for duty in raw)


def build_thresholds(raw: list[Raw], where: str = str(DATA / "thresholds.yaml")) -> tuple[Threshold, ...]:
    """Turn the YAML of thresholds into records; raise `RuleError` where one has no source or no amount."""
    return tuple(_threshold(threshold, where) for threshold in _each_once(raw, "id", where))


def build_deadlines(raw: list[Raw], where: str = str(DATA / "deadlines.yaml")) -> tuple[Deadline, ...]:
    """Turn the YAML of deadlines into records; raise `RuleError` where one has no source or no time."""
    return tuple(_deadline(deadline, where) for deadline in _each_once(raw, "id", where))


def build_states(raw: Raw, field: str = "states", where: str = str(DATA / "states.yaml")) -> tuple[State, ...]:
    """Turn the YAML of States (``sources`` and ``states``) into records, by code; raise `RuleError` as above."""
    sources = dict(raw.get("sources") or {})
    states = _each_once(mappings_in(raw, field, where), "state", where)
    return tuple(sorted(_state(state, sources, where) for state in states))


def read_dated(cache: Path | None) -> DatedRules:
    """Read the thresholds, deadlines and States, from ``cache`` where nothing changed; screening never needs them."""
    files = {name: DATA / f"{name}.yaml" for name in ("thresholds", "deadlines", "states")}

    def read() -> DatedRules:
        made = {name: read_yaml(file) for name, file in files.items()}
        states = made["states"]
        return DatedRules(
            build_thresholds(mappings_in(made["thresholds"], "thresholds", "thresholds.yaml")),
            build_deadlines(mappings_in(made["deadlines"], "deadlines", "deadlines.yaml")),
            build_states(states),
            build_states(states, "invented"),
            day(states.get("known_until"), str(files["states"])),
        )

    return cached(cache, "dated", stamps(files.values()), read, DatedRules)


def read_rules(lists: Iterable[Path], cache: Path | None) -> Rules:
    """Read the lists, policies and duties at once, from ``cache`` where nothing changed since: YAML is slow to read."""
    paths = list(lists)

    def read() -> Rules:
        read_lists: dict[str, Raw] = {}
        for raw in map(read_list, paths):
            name = str(raw.get("list"))
            if name in read_lists:
                earlier = str(read_lists[name].get("file"))
                raise RuleError("list_there_already", where=str(raw.get("file")), list=name, file=earlier)
            read_lists[name] = raw
        policies = mappings_in(read_yaml(DATA / "policies.yaml"), "policies", "policies.yaml")
        return Rules(
            tuple(map(build_list, read_lists.values())),
            tuple(read_record(Policy, policy, str(DATA / "policies.yaml"), beside=None) for policy in policies),
            build_duties(list(_duties())),
        )

    return cached(cache, "rules", ([str(path) for path in paths], stamps(rule_files(paths))), read, Rules)


def rule_files(lists: Iterable[Path]) -> list[Path]:
    """Return the files that `read_rules` reads for these lists, each a file or a folder of files."""
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
    where = " ".join(part for part in (str(raw.get("file", "")), f"entry {raw['id']}" if "id" in raw else "") if part)

    def structures(raw: Raw, field: str, where: str) -> tuple[Structure, ...]:
        places = {str(key): str(value) for key, value in dict(raw.get("places") or {}).items()}
        items = mappings_in(raw, field, where)
        return tuple(read_record(Structure, item, where, given={"places": places}) for item in items)

    def chemicals(raw: Raw, field: str, where: str) -> tuple[Chemical, ...]:
        return tuple(_chemical(item, where) for item in mappings_in(raw, field, where))

    readers: dict[str, Read] = {
        **dict.fromkeys(("structure", "doubt"), structures),
        **dict.fromkeys(("exempt", "examples", "related"), chemicals),
    }
    return read_record(Entry, raw, where, given={"list": list_name}, readers=readers, beside=("places",))


def _threshold(raw: Raw, where: str) -> Threshold:
    readers: dict[str, Read] = {}
    given: dict[str, Any] = {}
    if raw.get("comparator") in ("none", "declaration"):  # which need no amount
        given = {"quantity": None, "above": None, "unit": ""}
    elif raw.get("comparator") != "between":
        readers = {"above": lambda raw, field, where: None}
    threshold = read_record(Threshold, raw, where, given=given, readers=readers, beside=_APPLIED)
    _check_applied(raw, where)
    return threshold


def _deadline(raw: Raw, where: str) -> Deadline:
    due = raw.get("due")
    unused: tuple[str, ...] = ("anchor",) if due in DAY_OF_YEAR else ("month", "day")
    unused += () if due in ("after", "before") else ("amount", "unit")
    empty: dict[str, Any] = {"amount": None, "unit": "", "anchor": "", "month": None, "day": None}
    readers: dict[str, Read] = {field: lambda raw, field, where: empty[field] for field in unused}
    deadline = read_record(Deadline, raw, where, readers=readers, beside=_APPLIED)
    if deadline.month is not None and not _is_day_of_year(deadline.month, deadline.day or 0):
        raise RuleError("no_day_of_year", where=where, month=deadline.month, day=deadline.day)
    _check_applied(raw, where)
    return deadline


def _is_day_of_year(month: int, day: int) -> bool:
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


_LEAP_YEAR = 2024


def _check_applied(raw: Raw, where: str) -> None:
    """Refuse a rule that no code applies without the reason, and a reason without ``applied: no``."""
    applied, because = raw.get("applied"), raw.get("because")
    if raw.keys().isdisjoint(_APPLIED) or (applied is False and because) or (applied == "shown" and because is None):
        return
    raise RuleError("rule_applied_without_reason", where=where, rule=str(raw.get("id")))


_APPLIED = ("applied", "because")


def _state(raw: Raw, sources: Mapping[str, Raw], where: str) -> State:
    refuse_unknown(raw, {"state", "signed", "deposited", "instrument", "in_force", "rests_on"}, where)
    code = text_in(raw, "state", where)
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise RuleError("not_an_alpha3_code", where=where, text=code)
    rests_on = sources[one_of(raw, "rests_on", tuple(sources), where)]
    source = {"source": source_in(rests_on, "source", where), "evidence": one_of(rests_on, "evidence", EVIDENCE, where)}
    state = read_record(State, raw, where, given={"code": code, **source}, beside=None)
    first = state.in_force.start if state.in_force else None
    if first and state.deposited and first < state.deposited:
        raise RuleError("bound_before_deposit", where=where, state=code)
    return state


def _each_once(raw: list[Raw], field: str, where: str) -> list[Raw]:
    seen: set[tuple[str, str]] = set()
    for mapping in raw:
        key = (text_in(mapping, field, where), str(mapping.get("in_force")))
        if key in seen:
            raise RuleError("treaty_status_twice_for_same_days", where=where, state=key[0])
        seen.add(key)
    return raw


def _chemical(raw: Raw, where: str) -> Chemical:
    chemical = read_record(Chemical, raw, where)
    if not check_digit_fits(chemical.cas):
        raise RuleError("cas_number_wrong", where=where, cas=chemical.cas)
    return chemical


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
