"""What only declarations need, as dated data: production ranges, readings where the treaty leaves a choice, profiles.

A profile is what one State asks beyond the Convention: a threshold or a deadline in place of the treaty's. A user's
own stand as YAML files in the folder ``profiles`` of the settings, or are named as a file.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from opencwc.convention.fields import (
    Raw,
    Read,
    cached,
    in_force,
    mappings_in,
    number_in,
    read_record,
    read_yaml,
    stamps,
    text_in,
)
from opencwc.convention.model import (
    EVIDENCE,
    Deadline,
    Grade,
    InForce,
    MaybeText,
    OneOf,
    Source,
    Threshold,
    Words,
)
from opencwc.errors import RuleError

DATA = Path(__file__).parent / "data"
TREATY = "treaty"
"""The profile that is the Convention alone."""
PRODUCED = ("s3", "doc", "psf")


class ProductionRange(NamedTuple):
    """A range in which production is declared, in tonnes, and its code; ``most`` is ``None`` for the last."""

    id: str
    of: Annotated[str, OneOf(PRODUCED)]
    code: str
    least: int
    most: int | None
    up_to_and_with: bool
    source: Source
    evidence: Grade
    code_source: str
    code_evidence: Grade
    in_force: InForce

    def holds(self, tonnes: Decimal) -> bool:
        """Tell whether an amount lies in the range.

        >>> b24 = next(known for known in read_declaration_rules().ranges if known.id == "s3-b24")
        >>> b24.holds(Decimal(100_000)), b24.holds(Decimal("100000.1"))
        (True, False)
        """
        if tonnes < self.least:
            return False
        return self.most is None or tonnes < self.most or (self.up_to_and_with and tonnes == self.most)


class Reading(NamedTuple):
    """Which of several readings of the treaty is taken; ``choices`` are those that it can be turned to."""

    id: str
    choice: str
    choices: tuple[str, ...]
    source: Source
    evidence: Grade
    in_force: InForce


class Profile(NamedTuple):
    """What a State asks: its thresholds and deadlines by the id of the treaty's that they stand in place of.

    ``readings`` are the choices it makes. ``notes`` are what it asks that no table here can hold, as texts by language.
    """

    id: str
    state: MaybeText
    title: Words
    thresholds: Mapping[str, Threshold]
    deadlines: Mapping[str, Deadline]
    readings: Mapping[str, str]
    notes: tuple[Mapping[str, str], ...] = ()


class DeclarationRules(NamedTuple):
    """The ranges and readings, whatever the day."""

    ranges: tuple[ProductionRange, ...]
    readings: tuple[Reading, ...]


def read_declaration_rules(cache: Path | None = None) -> DeclarationRules:
    """Read the ranges and readings; raise `RuleError` where one cannot hold."""
    files = (DATA / "ranges.yaml", DATA / "readings.yaml")

    def read() -> DeclarationRules:
        return DeclarationRules(
            tuple(_range(raw, str(files[0])) for raw in mappings_in(read_yaml(files[0]), "ranges", str(files[0]))),
            tuple(_reading(raw, str(files[1])) for raw in mappings_in(read_yaml(files[1]), "readings", str(files[1]))),
        )

    return cached(cache, "declarations", stamps(files), read, DeclarationRules)


def profile_files(own: Path | None = None) -> dict[str, Path]:
    """Return the file of each profile by its id; one in the user's folder comes before one of the project."""
    folders = [DATA / "profiles", *([own] if own else [])]
    return {file.stem: file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.yaml"))}


def read_profile(file: Path, thresholds: Mapping[str, Threshold], deadlines: Mapping[str, Deadline]) -> Profile:
    """Read a profile over the treaty's rules, by id; raise `RuleError` where it stands in place of no rule."""
    raw, where = read_yaml(file), str(file)
    rules = read_declaration_rules()
    profile = read_record(
        Profile,
        raw,
        where,
        readers={
            "thresholds": lambda raw, field, where: _in_place_of(raw, field, thresholds, where),
            "deadlines": lambda raw, field, where: _in_place_of(raw, field, deadlines, where),
            "readings": lambda raw, field, where: {
                str(id): str(choice) for id, choice in (raw.get(field) or {}).items()
            },
            "notes": lambda raw, field, where: tuple(
                {str(lang): str(text) for lang, text in note.items()} for note in mappings_in(raw, field, where)
            ),
        },
    )
    check_choices(profile.readings, rules.readings, where)
    return profile


def check_choices(chosen: Mapping[str, str], readings: tuple[Reading, ...], where: str) -> None:
    """Raise `RuleError` where a choice is of no reading, or is none of its choices."""
    known = {reading.id: reading for reading in readings}
    for id, choice in chosen.items():
        if id not in known:
            raise RuleError("no_such_reading", where=where, reading=id, known=tuple(sorted(known)))
        if choice not in known[id].choices:
            raise RuleError("no_such_choice", where=where, reading=id, choice=choice, known=known[id].choices)


def _in_place_of(raw: Raw, field: str, treaty: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the national rules of a profile by the id of the treaty's rule; its own fields come first."""
    replaced: dict[str, Any] = {}
    for rule in mappings_in(raw, field, where):
        for id in rule.get("instead_of") or ():
            if id not in treaty:
                raise RuleError("profile_replaces_no_rule", where=where, rule=str(id), known=tuple(sorted(treaty)))
            own = {name: value for name, value in rule.items() if name not in ("instead_of", "in_force")}
            if own.get("evidence") not in EVIDENCE:
                raise RuleError("rule_field_missing", where=where, field="evidence")
            text_in(rule, "source", where)
            given: dict[str, Any] = dict(own, in_force=in_force(rule.get("in_force"), where))
            if field == "deadlines":
                given["state"] = str(raw.get("state", ""))
            unknown = sorted(given.keys() - set(type(treaty[id])._fields))
            if unknown:
                raise RuleError("rule_field_unknown", where=where, field=unknown[0], known=type(treaty[id])._fields)
            replaced[str(id)] = treaty[id]._replace(**given)
    return replaced


def _range(raw: Raw, where: str) -> ProductionRange:
    readers: dict[str, Read] = {
        "least": number_in,
        "most": lambda raw, field, where: number_in(raw, field, where) if field in raw else None,
        "up_to_and_with": lambda raw, field, where: raw.get(field) == "yes",
    }
    return read_record(ProductionRange, raw, where, readers=readers)


def _reading(raw: Raw, where: str) -> Reading:
    reading = read_record(Reading, raw, where)
    if reading.choice not in reading.choices:
        raise RuleError("no_such_choice", where=where, reading=reading.id, choice=reading.choice, known=reading.choices)
    return reading
