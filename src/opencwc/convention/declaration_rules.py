"""What only declarations need, as dated data: ranges, readings of what the treaty leaves open, codes, fields, profiles.

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
    mappings_in,
    number_in,
    one_of,
    read_record,
    read_yaml,
    refuse_unknown,
    stamps,
    text_in,
    texts_in,
)
from opencwc.convention.model import (
    Deadline,
    Grade,
    InForce,
    MaybeText,
    OneOf,
    Source,
    Threshold,
    Words,
)
from opencwc.convention.rule_files import build_deadlines, build_thresholds
from opencwc.errors import RuleError

DATA = Path(__file__).parent / "data"
TREATY = "treaty"
"""The profile that is the Convention alone."""
PRODUCED = ("s3", "doc", "psf")
REGIMES = ("S1", "S2", "S3", "OCPF")
CODE_TABLES = (
    "main_activity", "s3_purpose", "s1_purpose", "product_group", "s3_range", "doc_range", "psf_range",
)  # fmt: skip
FORM_OBJECTS = ("plant_site", "plant", "chemical", "aggregate", "facility", "facility_ahead", "transfers")
"""What a field belongs to; the last three are of Schedule 1: a facility's year, its coming year, a year's transfers."""
FIELD_KINDS = (
    "text", "formula", "cas", "count", "yes_no", "choice", "quantity", "quantities_by_state", "moved", "period",
    "purposes", "range",
)  # fmt: skip
COVERED = ("contacts", "s1_initial", "s1_new_facility", "s1_past", "s1_anticipated", "s2", "s3", "ocpf", "all")


UNITS = ("mg", "g", "kg", "t", "percent", "l")
ACTIVITIES = ("produce", "process", "consume", "import", "export")
"""What a national rule may be limited to."""


def _trade(id: str, regime: str, chemicals: str) -> Threshold:
    return Threshold(
        id, regime, "declare", chemicals, "trade", "operator", "previous", "gt", None, None, "", "", "", "unverified",
        InForce(None),
    )  # fmt: skip


NATIONAL = {"s2-trade": _trade("s2-trade", "S2", "s2"), "s3-trade": _trade("s3-trade", "S3", "s3")}
"""Thresholds that the Convention does not have, for profiles to fill: import and export that an operator declares."""


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


class ProfileNote(NamedTuple):
    """What a State asks, or its sources leave open, that no table here can hold."""

    text: Words
    source: Source
    evidence: Grade


class Profile(NamedTuple):
    """What a State asks: its thresholds and deadlines by the id of the treaty's that they stand in place of.

    A rule for some activities alone stands under `of_activity`. ``readings`` are the choices that the State makes.
    """

    id: str
    state: MaybeText
    title: Words
    thresholds: Mapping[str, Threshold]
    deadlines: Mapping[str, Deadline]
    readings: Mapping[str, str]
    notes: tuple[ProfileNote, ...] = ()


class DeclarationCode(NamedTuple):
    """A code that declarations use: ``DeclarationCode("main_activity", "B01", {"en": "production", ...}, ...)``.

    ``range`` is the id of the production range that the code stands for, empty for another code.
    """

    table: Annotated[str, OneOf(CODE_TABLES)]
    code: str
    name: Words
    range: MaybeText
    source: Source
    evidence: Grade
    in_force: InForce

    @property
    def id(self) -> str:
        """The name of the code among all: two tables may use one code."""
        return f"{self.table}-{self.code}"


class DeclarationField(NamedTuple):
    """What a declaration has to say: ``DeclarationField("s2-plant-capacity", "S2", "plant", "quantity", ...)``.

    ``form`` is what it belongs to, ``holds`` what is written there; ``codes`` the table that its values are chosen
    from, empty where there is none.
    """

    id: str
    regime: Annotated[str, OneOf(REGIMES)]
    form: Annotated[str, OneOf(FORM_OBJECTS)]
    holds: Annotated[str, OneOf(FIELD_KINDS)]
    codes: Annotated[str, OneOf(("", *CODE_TABLES))]
    name: Words
    source: Source
    evidence: Grade
    in_force: InForce


class DeclarationForm(NamedTuple):
    """A form that sources name; ``number`` is empty where it is not known for sure."""

    id: str
    issuer: str
    number: MaybeText
    covers: Annotated[str, OneOf(COVERED)]
    source: Source
    evidence: Grade


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


def read_codes(cache: Path | None = None) -> tuple[DeclarationCode, ...]:
    """Read the codes of declarations, whatever the day, in the order of the file; raise `RuleError` as above.

    >>> [known.code for known in read_codes() if known.table == "s3_purpose"]
    ['B11', 'B12', 'B13']
    """
    file = DATA / "declaration_codes.yaml"

    def read() -> tuple[DeclarationCode, ...]:
        ranges = {known.id: known for known in read_declaration_rules(cache).ranges}
        return tuple(_code(raw, ranges, str(file)) for raw in _with_common(read_yaml(file), "codes", str(file)))

    files = (file, DATA / "ranges.yaml")
    return cached(cache, "declaration-codes", stamps(files), read, tuple[DeclarationCode, ...])


def read_fields(cache: Path | None = None) -> tuple[DeclarationField, ...]:
    """Read what each declaration has to say, whatever the day, in the order of a form; raise `RuleError` as above.

    >>> next(field.name["en"] for field in read_fields() if field.id == "s2-plant-capacity")
    'production capacity for each declared chemical'
    """
    file = DATA / "declaration_fields.yaml"

    def read() -> tuple[DeclarationField, ...]:
        raw = _with_common(read_yaml(file), "fields", str(file))
        return tuple(read_record(DeclarationField, field, str(file)) for field in _each_once(raw, str(file)))

    return cached(cache, "declaration-fields", stamps([file]), read, tuple[DeclarationField, ...])


def read_forms() -> tuple[DeclarationForm, ...]:
    """Read which forms of declarations are known; raise `RuleError` as above."""
    file = DATA / "declaration_fields.yaml"
    raw = _each_once(mappings_in(read_yaml(file), "forms", str(file)), str(file))
    return tuple(read_record(DeclarationForm, form, str(file)) for form in raw)


def profile_files(own: Path | None = None) -> dict[str, Path]:
    """Return the file of each profile by its id; one in the user's folder comes before one of the project."""
    folders = [DATA / "profiles", *([own] if own else [])]
    return {file.stem: file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.yaml"))}


def of_activity(id: str, activity: str) -> str:
    """Return the id under which a profile keeps a rule for one activity alone.

    >>> of_activity("s1-notice", "export")
    's1-notice-export'
    """
    return f"{id}-{activity}"


def read_profile(file: Path, thresholds: Mapping[str, Threshold], deadlines: Mapping[str, Deadline]) -> Profile:
    """Read a profile over the treaty's rules, by id; raise `RuleError` where it stands in place of no rule."""
    raw, where = read_yaml(file), str(file)
    rules = read_declaration_rules()
    profile = read_record(
        Profile,
        raw,
        where,
        readers={
            "thresholds": lambda raw, field, where: _in_place_of(raw, field, {**thresholds, **NATIONAL}, where),
            "deadlines": lambda raw, field, where: _in_place_of(raw, field, deadlines, where),
            "readings": _choices,
        },
    )
    check_choices(profile.readings, rules.readings, where)
    return profile


def _choices(raw: Raw, field: str, where: str) -> dict[str, str]:
    choices = raw.get(field) or {}
    if not isinstance(choices, dict):
        raise RuleError("rule_file_is_no_mapping", where=f"{where} {field}")
    return {str(id): str(choice) for id, choice in choices.items()}


def check_choices(chosen: Mapping[str, str], readings: tuple[Reading, ...], where: str) -> None:
    """Raise `RuleError` where a choice is of no reading, or is none of its choices."""
    known = {reading.id: reading for reading in readings}
    for id, choice in chosen.items():
        if id not in known:
            raise RuleError("no_such_reading", where=where, reading=id, known=tuple(sorted(known)))
        if choice not in known[id].choices:
            raise RuleError("no_such_choice", where=where, reading=id, choice=choice, known=known[id].choices)


def _in_place_of(raw: Raw, field: str, treaty: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the national rules of a profile by the id of the rule that each stands in place of."""
    replaced: dict[str, Any] = {}
    for number, rule in enumerate(mappings_in(raw, field, where), 1):
        place = f"{where} {field} {number}"
        refuse_unknown(rule, _FIELDS_OF[field], place)
        activities = texts_in(rule, "only_for", place)
        if unknown := sorted(set(activities) - set(ACTIVITIES)):
            raise RuleError("field_value_unknown", where=place, field="only_for", value=unknown[0], known=ACTIVITIES)
        for id in texts_in(rule, "instead_of", place) or ("",):
            if id not in treaty:
                raise RuleError("profile_replaces_no_rule", where=place, rule=id, known=tuple(sorted(treaty)))
            national = _national(rule, field, treaty, id, str(raw.get("state", "")), place)
            for key in [of_activity(id, activity) for activity in activities] or [id]:
                if key in replaced:
                    raise RuleError("rule_twice", where=place, rule=key)
                replaced[key] = national
    return replaced


def _national(rule: Raw, field: str, treaty: Mapping[str, Any], id: str, state: str, where: str) -> Any:
    """Return a national rule: that of ``same_as``, or the treaty's with what the profile says in its place."""
    if "same_as" in rule:
        name = text_in(rule, "same_as", where)
        if name not in treaty:
            raise RuleError("profile_replaces_no_rule", where=where, rule=name, known=tuple(sorted(treaty)))
        return treaty[name]
    plain = {name: value for name, value in treaty[id]._asdict().items() if value not in (None, "")}
    resting: Raw = {name: rule.get(name, "") for name in ("source", "evidence", "in_force")}
    own = {name: value for name, value in rule.items() if name not in ("instead_of", "only_for")}
    if own.get("due") is True:  # YAML reads a bare `on` as yes
        own["due"] = "on"
    if field == "deadlines":
        return build_deadlines([{**plain, "state": state, **resting, **own}], where)[0]
    if own.get("comparator") == "none":  # such a rule has no amount, and no note on one
        plain = {name: value for name, value in plain.items() if name not in ("quantity", "above", "unit", "note")}
    else:
        one_of({**plain, **own}, "unit", UNITS, where)
    if plain.get("note") == "exactly" and "quantity" in own:  # it speaks of the treaty's own amount
        del plain["note"]
    return build_thresholds([{**plain, **resting, **own}], where)[0]


_FIELDS_OF = {
    "thresholds": {"instead_of", "only_for", "same_as", "quantity", "above", "unit", "comparator", "scope", "window",
                   "note", "source", "evidence", "in_force"},
    "deadlines": {"instead_of", "only_for", "same_as", "due", "amount", "unit", "anchor", "month", "day", "source",
                  "evidence", "in_force"},
}  # fmt: skip
"""What a national rule may say; all else is as in the rule that it stands in place of."""


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


def _with_common(raw: Raw, field: str, where: str) -> list[Raw]:
    """Return the items of a file, each with the source, grade and day that the file gives for all, or its own."""
    common: Raw = {name: raw[name] for name in ("source", "evidence", "in_force") if name in raw}
    return [{**common, **item} for item in mappings_in(raw, field, where)]


def _each_once(raw: list[Raw], where: str) -> list[Raw]:
    """Return items, each of its own id; raise `RuleError` where two have one."""
    ids = [str(item.get("id")) for item in raw]
    for id in ids:
        if ids.count(id) > 1:
            raise RuleError("rule_twice", where=where, rule=id)
    return raw


def _code(raw: Raw, ranges: Mapping[str, ProductionRange], where: str) -> DeclarationCode:
    """Read a code; that of a range is the range's own, and as sure as the range says it is."""
    code = read_record(DeclarationCode, raw, where)
    if not code.range:
        return code
    known = ranges.get(code.range)
    if known is None or known.code != code.code:
        raise RuleError("code_of_no_range", where=where, text=code.code, range=code.range)
    return code._replace(source=known.code_source, evidence=known.code_evidence)
