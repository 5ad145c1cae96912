"""What is wrong with a declaration that somebody wrote: every fault with its rule, its place and what to look at.

The form is checked by `tree` against the schema; here the content is held against the Convention: fields that are
missing, ranges, entries, CAS numbers, codes, partners, days, and sums that do not add up.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache

from opencwc.chemistry.registry_numbers import is_valid
from opencwc.convention.clauses import in_short
from opencwc.convention.declaration_rules import DeclarationField, read_codes, read_fields
from opencwc.convention.territories import find_territory
from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.forms.composition import compose
from opencwc.declarations.forms.fault_parts import part_of
from opencwc.declarations.forms.form_fields import fields_asked, is_optional
from opencwc.declarations.forms.model import VERSION, Chemical, Declaration, Document, Field, Figure, Plant, Site
from opencwc.declarations.forms.register_made import KG, register_of
from opencwc.declarations.forms.tree import SCHEMA_RULE, Fault, plain_decimal
from opencwc.declarations.judgement import judge
from opencwc.declarations.law import DECLARED, Law, last_day
from opencwc.declarations.model import Chemical as ReadChemical
from opencwc.declarations.phrases import amount
from opencwc.declarations.schedules_2_and_3 import ACTIVITIES_OF
from opencwc.finding import Message

AHEAD = ("anticipated", "additional")
DEADLINE_OF = {
    ("S1", "aggregate"): "s1-transfers", ("S1", "transfer"): "s1-notice", ("OCPF", "past"): "ocpf-update",
    ("S2", "aggregate"): "s2-past", ("S3", "aggregate"): "s3-past",
}  # fmt: skip
"""The deadline of a declaration where its id is not regime and kind (VA VI.5, VA VI.6, VA VII.2(b), VA VIII.2(b))."""
SITES_RULE = {"S1": "VA VI.15", "S2": "VA VII.6", "S3": "VA VIII.6", "OCPF": "VA IX.4"}
PLANTS_RULE = {"S1": "VA VI.15", "S2": "VA VII.7", "S3": "VA VIII.7", "OCPF": "VA IX.4"}
FIGURES_RULE = {"S1": "VA VI.15", "S2": "VA VII.8", "S3": "VA VIII.8", "OCPF": "VA IX.5"}
TRANSFER_RULE = {"S1": "VA VI.3", "S2": "VA VII.31", "S3": "VA VIII.26"}
AGGREGATE_RULE = {"S1": "VA VI.6", "S2": "VA VII.1", "S3": "VA VIII.1"}
SUMMED = {"S2": ("produce", "process", "consume", "import", "export"), "S3": ("produce",)}
"""The activities that aggregate national data sum over the plants, by regime."""
RANGE_RULE = {"s3": "VA VIII.8(b)", "doc": "VA IX.5", "psf": "VA IX.6"}
_WEIGHT = re.compile(r"([0-9]+(?:\.[0-9]+)?) (kg|g|t)\b")


def check(document: Document, places: Mapping[str, str], law: Law, chemicals: Chemicals) -> list[Fault]:
    """Return the faults of a declaration's content, in the order of the declaration.

    ``places`` say where each part stands in its file, by path (`read_declaration`).
    """
    return [
        fault._replace(place=places.get(fault.path.partition("@")[0], ""), part=part_of(document, fault.path))
        for fault in _Checker(document, law, chemicals).faults()
    ]


class _Checker:
    """Checks one document."""

    def __init__(self, document: Document, law: Law, chemicals: Chemicals) -> None:
        self.document, self.law, self.chemicals = document, law, chemicals

    def faults(self) -> Iterator[Fault]:
        if self.document.version != VERSION:
            yield _fault("@version", SCHEMA_RULE, "form_fault_version", text=self.document.version, known=VERSION)
        seen: dict[tuple[str, ...], str] = {}
        for number, declared in enumerate(self.document.declarations, 1):
            path = f"/declarations[{number}]"
            key = (declared.state, declared.regime, declared.declaration, str(declared.period))
            if seen.setdefault(key, path) != path:
                yield _fault(path, SCHEMA_RULE, "form_fault_declaration_twice", other=seen[key])
            yield from self.declaration(declared, path)
        yield from self.sums()
        yield from self.against_lines()

    def declaration(self, declared: Declaration, path: str) -> Iterator[Fault]:
        yield from self.state(declared.state, f"{path}@state", SITES_RULE[declared.regime], declared.period)
        yield from self.days(declared, path)
        if declared.declaration != "aggregate" and not declared.sites:
            yield _fault(path, SITES_RULE[declared.regime], "form_fault_no_sites")
        codes = Counter(site.code for site in declared.sites)
        for number, site in enumerate(declared.sites, 1):
            at = f"{path}/sites[{number}]"
            if codes[site.code] > 1:
                yield _fault(f"{at}@code", SITES_RULE[declared.regime], "form_fault_site_twice", site=site.code)
            yield from self.site(declared, site, at)
        for number, chemical in enumerate(declared.chemicals, 1):
            yield from self.chemical(declared, chemical, f"{path}/chemicals[{number}]")

    def days(self, declared: Declaration, path: str) -> Iterator[Fault]:
        """Yield what is wrong with the year declared on, the last day, and the day on which it was made."""
        year = self.document.year
        expected = {"past": year - 1, "aggregate": year - 1, "anticipated": year + 1}.get(declared.declaration)
        deadline = self.law.deadline(deadline_of(declared.regime, declared.declaration))
        source = in_short(deadline.source)
        if expected is not None and declared.period != expected:
            yield _fault(
                f"{path}@period", source, "form_fault_period", period=str(declared.period), expected=str(expected),
                year=str(year),
            )  # fmt: skip
        elif expected is not None and declared.due > (last := last_day(deadline, year)):
            yield _fault(f"{path}@due", source, "form_fault_due", due=str(declared.due), last=str(last))
        made = self.document.made
        if made is not None and made > declared.due:
            yield _fault(f"{path}@due", source, "form_fault_late", made=str(made), due=str(declared.due))

    def site(self, declared: Declaration, site: Site, path: str) -> Iterator[Fault]:
        yield from self.state(site.country, f"{path}@country", SITES_RULE[declared.regime], declared.period)
        yield from self.fields(declared, site.fields, "plant_site", path)
        if not site.plants:
            yield _fault(path, PLANTS_RULE[declared.regime], "form_fault_no_plants", site=site.code)
        codes = Counter(plant.code for plant in site.plants)
        for number, plant in enumerate(site.plants, 1):
            at = f"{path}/plants[{number}]"
            if codes[plant.code] > 1:
                yield _fault(f"{at}@code", PLANTS_RULE[declared.regime], "form_fault_plant_twice", plant=plant.code)
            yield from self.plant(declared, plant, at)

    def plant(self, declared: Declaration, plant: Plant, path: str) -> Iterator[Fault]:
        if declared.regime != "OCPF" or any(chemical.of == "psf" for chemical in plant.chemicals):
            yield from self.fields(declared, plant.fields, "plant", path)
        if not plant.chemicals:
            yield _fault(path, FIGURES_RULE[declared.regime], "form_fault_no_chemicals", plant=plant.code)
        for number, chemical in enumerate(plant.chemicals, 1):
            yield from self.chemical(declared, chemical, f"{path}/chemicals[{number}]")

    def fields(self, declared: Declaration, fields: Iterable[Field], form: str, path: str) -> Iterator[Fault]:
        """Yield fields that are missing, that the form does not have, and codes that no table has."""
        asked = {known.id: known for known in fields_asked(declared.regime, declared.declaration, form)}
        present: set[str] = set()
        for number, field in enumerate(fields, 1):
            at = f"{path}/fields[{number}]"
            if field.name not in asked:
                yield _fault(f"{at}@name", SCHEMA_RULE, "form_fault_field_unknown", name=field.name[:80])
                continue
            if field.name in present:
                yield _fault(f"{at}@name", SCHEMA_RULE, "form_fault_field_twice", field=named(asked[field.name]))
            present.add(field.name)
            known = asked[field.name]
            source = in_short(known.source)
            if not field.value and (field.missing or not is_optional(field.name)):
                yield _fault(at, source, "form_missing", field=named(known), rule=source)
            for code in filter(None, field.code.split(",")):
                if code not in codes_of(known.codes):
                    yield _fault(
                        f"{at}@code", source, "form_fault_code", code=code[:80], field=named(known),
                        known=", ".join(sorted(codes_of(known.codes))),
                    )  # fmt: skip
        for id, known in asked.items():
            if id not in present and not is_optional(id):
                source = in_short(known.source)
                yield _fault(path, source, "form_missing", field=named(known), rule=source)

    def chemical(self, declared: Declaration, chemical: Chemical, path: str) -> Iterator[Fault]:
        national = declared.declaration == "aggregate" and declared.regime != "S1"
        if (chemical.of == "chemical") == (declared.regime == "OCPF"):
            yield _fault(f"{path}@of", SCHEMA_RULE, "form_fault_kind_of_chemical", regime=declared.regime)
            return
        if chemical.of == "chemical":
            yield from self.fields(declared, chemical.fields, "aggregate" if national else "chemical", path)
            yield from self.identity(declared, chemical, path)
        yield from self.range(declared, chemical, path)
        for number, figure in enumerate(chemical.figures, 1):
            yield from self.figure(declared, figure, f"{path}/figures[{number}]")
        yield from field_sums(chemical, declared.period, path)

    def identity(self, declared: Declaration, chemical: Chemical, path: str) -> Iterator[Fault]:
        """Yield what name, number and entry of a chemical have against one another."""
        rule = FIGURES_RULE[declared.regime]
        if chemical.cas and not is_valid(chemical.cas):
            yield _fault(f"{path}@cas", rule, "form_fault_cas", cas=chemical.cas[:80])
            return
        if not chemical.name and not chemical.cas:
            yield _fault(path, rule, "form_fault_chemical_unnamed")
            return
        read = self.chemicals.read(chemical.name, chemical.cas)
        if not isinstance(read, ReadChemical):
            yield _fault(f"{path}@name", rule, "form_fault_chemical_unknown", why=read)
            return
        if read.doubt is not None:
            yield _fault(f"{path}@name", rule, "form_fault_chemical_doubtful", why=read.doubt)
        if read.entry != chemical.entry:
            yield _fault(
                f"{path}@entry", f"Annex {read.entry or chemical.entry}" if read.entry or chemical.entry else rule,
                "form_fault_entry" if read.entry else "form_fault_entry_none",
                chemical=chemical.name or chemical.cas, entry=chemical.entry or "–", other=read.entry,
            )  # fmt: skip
        elif read.regime != declared.regime:
            yield _fault(f"{path}@entry", rule, "form_fault_regime", entry=read.entry, regime=declared.regime)
        else:
            yield from self.threshold(declared, chemical, read, path)

    def threshold(self, declared: Declaration, chemical: Chemical, read: ReadChemical, path: str) -> Iterator[Fault]:
        """Yield a plant's chemical of Schedule 2 or 3 that is declared although no figure is above the threshold."""
        limit = self.law.kg(DECLARED[read.group][0]) if read.group in DECLARED else None
        threshold = self.law.threshold(DECLARED[read.group][0]) if limit is not None else None
        if limit is None or threshold is None or declared.declaration == "aggregate":
            return
        if self.law.reading("plans-and-past") == "together" or any(f.quantity is None for f in chemical.figures):
            return
        sums: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
        for figure in chemical.figures:
            if figure.activity in ACTIVITIES_OF[declared.regime]:
                sums[figure.activity, figure.year] += _kg(figure)
        most = max(sums.values(), default=Decimal(0))
        whole = declared.declaration == "additional" and self.law.reading("additional-sum") != "alone"
        if most <= limit and not whole:
            yield _fault(
                path, in_short(threshold.source), "form_fault_under_threshold", amount=amount(most), limit=amount(limit)
            )

    def range(self, declared: Declaration, chemical: Chemical, path: str) -> Iterator[Fault]:
        """Yield a code of a range that the produced weight does not lie in, or that stands where there is none."""
        of = "s3" if declared.regime == "S3" and declared.declaration != "aggregate" else chemical.of
        if of == "chemical":
            if chemical.range:
                yield _fault(f"{path}@range", RANGE_RULE["s3"], "form_fault_range_none", range=chemical.range[:80])
            return
        produced = [f for f in chemical.figures if f.activity == "produce" and f.year == declared.period]
        if any(figure.quantity is None for figure in produced):
            return
        kg = sum(map(_kg, produced), Decimal(0))
        expected = self.law.range_code(of, kg)
        if declared.declaration == "additional" and self.law.reading("additional-sum") != "alone":
            return
        if chemical.range != expected and (kg or chemical.range not in codes_of(f"{of}_range")):
            yield _fault(
                f"{path}@range", RANGE_RULE[of], "form_fault_range", range=chemical.range[:80] or "–",
                amount=amount(kg), expected=expected or "–",
            )  # fmt: skip

    def figure(self, declared: Declaration, figure: Figure, path: str) -> Iterator[Fault]:
        """Yield what is wrong with one weight: none, its year, its plan, its day, its partner."""
        rule = (AGGREGATE_RULE if declared.declaration == "aggregate" else FIGURES_RULE).get(declared.regime, "VA IX.5")
        if figure.quantity is None:
            yield _fault(f"{path}@quantity", rule, "form_fault_quantity_missing")
        back = 2 if declared.regime == "S2" and declared.declaration == "past" else 0
        if not declared.period - back <= figure.year <= declared.period:
            yield _fault(f"{path}@year", rule, "form_fault_year", year=str(figure.year), period=str(declared.period))
        if figure.planned != (declared.declaration in AHEAD) and declared.declaration != "transfer":
            yield _fault(f"{path}@planned", rule, "form_fault_planned")
        if figure.begins is None and declared.declaration in ("additional", "transfer"):
            yield _fault(f"{path}@begins", rule, "form_fault_day_missing")
        if figure.begins is not None and figure.begins.year != figure.year:
            yield _fault(
                f"{path}@begins", rule, "form_fault_day_of_year", day=str(figure.begins), year=str(figure.year)
            )
        if figure.activity in ("import", "export"):
            if not figure.partner:
                yield _fault(f"{path}@partner", rule, "form_fault_partner_missing")
            else:
                yield from self.partner(declared, figure, path)

    def partner(self, declared: Declaration, figure: Figure, path: str) -> Iterator[Fault]:
        """Yield a partner that is no State, that is the State itself, or that is no State Party (VA VII.31)."""
        territory = find_territory(figure.partner)
        rule = TRANSFER_RULE.get(declared.regime, SCHEMA_RULE)
        at = f"{path}@partner"
        if territory is None or territory.code != figure.partner:
            yield _fault(at, SCHEMA_RULE, "form_fault_partner_unknown", partner=figure.partner[:80])
        elif figure.partner == declared.state:
            yield _fault(at, rule, "form_fault_partner_self", partner=figure.partner)
        elif not self.is_party(figure.partner, date(figure.year, 12, 31)):
            yield _fault(at, rule, "form_fault_partner_no_party", partner=figure.partner, year=str(figure.year))

    def state(self, code: str, path: str, rule: str, year: int) -> Iterator[Fault]:
        if not code:
            yield _fault(path, rule, "form_fault_state_missing")
        elif (territory := find_territory(code)) is None or territory.code != code:
            yield _fault(path, SCHEMA_RULE, "form_fault_partner_unknown", partner=code[:80])
        elif not self.is_party(code, date(year, 12, 31)):
            yield _fault(path, rule, "form_fault_state_no_party", state=code, year=str(year))

    def is_party(self, code: str, day: date) -> bool:
        """Tell whether the Convention binds a State; a territory that is no State of its own is left to a person."""
        state = self.law.convention.state(code)
        return state is None or (state.in_force is not None and state.in_force.holds_on(day))

    def sums(self) -> Iterator[Fault]:
        """Yield where the plants of a State together declare more than its aggregate data say."""
        by_plants = self.plant_sums()
        for number, declared in enumerate(self.document.declarations, 1):
            if declared.declaration != "aggregate" or declared.regime not in SUMMED:
                continue
            state, regime, period, rule = declared.state, declared.regime, declared.period, AGGREGATE_RULE
            for at, chemical in enumerate(declared.chemicals, 1):
                national: dict[str, Decimal] = defaultdict(Decimal)
                for figure in chemical.figures:
                    national[figure.activity] += _kg(figure)
                for activity in SUMMED[regime]:
                    whole = by_plants.get((state, regime, period, self.key(chemical), activity), Decimal(0))
                    if whole > national[activity] and not any(f.quantity is None for f in chemical.figures):
                        yield _fault(
                            f"/declarations[{number}]/chemicals[{at}]", rule[regime], "form_fault_sum",
                            activity=Message(f"form_activity_{activity}"), plants=amount(whole),
                            national=amount(national[activity]), chemical=chemical.name or chemical.cas,
                        )  # fmt: skip

    def plant_sums(self) -> dict[tuple[str, str, int, str, str], Decimal]:
        """Return what all plants declare for the past year, in kg, by State, regime, year, chemical and activity."""
        by_plants: dict[tuple[str, str, int, str, str], Decimal] = defaultdict(Decimal)
        for declared in self.document.declarations:
            if declared.declaration != "past" or declared.regime not in SUMMED:
                continue
            of = (declared.state, declared.regime, declared.period)
            for plant in (plant for site in declared.sites for plant in site.plants):
                for chemical in plant.chemicals:
                    for figure in chemical.figures:
                        if figure.year == declared.period:
                            by_plants[*of, self.key(chemical), figure.activity] += _kg(figure)
        return by_plants

    def key(self, chemical: Chemical) -> str:
        read = self.chemicals.read(chemical.name, chemical.cas)
        return read.key if isinstance(read, ReadChemical) else chemical.name.casefold()

    def against_lines(self) -> Iterator[Fault]:
        """Yield where the lines that the declaration brings give other figures, or make more due, than it declares."""
        if not self.document.lines:
            return
        answer = judge(register_of(self.document), self.law, self.document.year, self.chemicals)
        expected = _figures_by_place(compose(answer, self.law))
        declared = _figures_by_place(self.document)
        kinds = {place[:4] for place in declared}
        for place, (_, figures) in expected.items():
            if place[:4] in kinds and place not in declared:
                what = {"site": place[4], "plant": place[5], "chemical": place[6]}
                yield _fault("", FIGURES_RULE[place[1]], "form_fault_not_declared", **what)
            elif place in declared and declared[place][1] != figures:
                yield _fault(declared[place][0], FIGURES_RULE[place[1]], "form_fault_lines_differ")


def field_sums(chemical: Chemical, period: int, path: str) -> Iterator[Fault]:
    """Yield fields whose weights are not those of the figures of the year declared on."""
    known = {"produced": "produce", "processed": "process", "consumed": "consume", "imported": "import",
             "exported": "export"}  # fmt: skip
    for number, field in enumerate(chemical.fields, 1):
        activity = known.get(field.name.rpartition("-")[2])
        weights = [Decimal(value) * KG[unit] for value, unit in _WEIGHT.findall(field.value)]
        if activity is None or (not weights and field.value):
            continue
        figures = [f for f in chemical.figures if f.activity == activity and f.year == period]
        said, whole = sum(weights, Decimal(0)), sum(map(_kg, figures), Decimal(0))
        if said != whole:
            yield _fault(
                f"{path}/fields[{number}]@value", field.rule, "form_fault_field_sum", field=amount(said),
                figures=amount(whole),
            )  # fmt: skip


def deadline_of(regime: str, declaration: str) -> str:
    """Return the id of the deadline of a declaration.

    >>> deadline_of("S2", "anticipated"), deadline_of("OCPF", "past")
    ('s2-anticipated', 'ocpf-update')
    """
    id = DEADLINE_OF.get((regime, declaration), f"{regime.lower()}-{declaration}")
    return id if id in _KNOWN_DEADLINES else f"{regime.lower().replace('ocpf', 's3')}-past"


_KNOWN_DEADLINES = (
    "s1-past", "s1-anticipated", "s1-transfers", "s1-notice", "s2-past", "s2-anticipated", "s2-additional", "s3-past",
    "s3-anticipated", "s3-additional", "ocpf-update",
)  # fmt: skip


@cache
def codes_of(table: str) -> frozenset[str]:
    """Return the codes of a table."""
    return frozenset(known.code for known in read_codes() if known.table == table)


@cache
def field_named(id: str) -> Message | str:
    """Return a field by its id, in every language."""
    return next((named(known) for known in read_fields() if known.id == id), id)


def named(field: DeclarationField) -> Message:
    """Return the name of a field in every language."""
    return Message("by_language", {**field.name})


Place = tuple[str, str, str, str, str, str, str]


def _figures_by_place(document: Document) -> dict[Place, tuple[str, tuple[tuple[str, ...], ...]]]:
    """Return the figures of each declared chemical as texts without order, and its path, by where it is declared."""
    texts_at: dict[Place, tuple[str, tuple[tuple[str, ...], ...]]] = {}
    for number, part in enumerate(document.declarations, 1):
        head = (part.state, part.regime, part.declaration, str(part.period))
        path = f"/declarations[{number}]"
        chemicals = [("", "", f"{path}/chemicals[{at}]", one) for at, one in enumerate(part.chemicals, 1)]
        chemicals += [
            (site.code, plant.code, f"{path}/sites[{s}]/plants[{p}]/chemicals[{c}]", one)
            for s, site in enumerate(part.sites, 1)
            for p, plant in enumerate(site.plants, 1)
            for c, one in enumerate(plant.chemicals, 1)
        ]
        for site_code, plant_code, at_path, chemical in chemicals:
            day = next((f.begins.isoformat() for f in chemical.figures if f.begins), "")
            what = chemical.name if chemical.of == "chemical" else chemical.of
            texts = sorted(
                (f.activity, str(f.year), str(f.planned), "?" if f.quantity is None else plain_decimal(_kg(f)),
                 f.partner, f.purpose, str(f.begins or ""))
                for f in chemical.figures
            )  # fmt: skip
            texts_at[*head, site_code, plant_code, f"{what} {day}".strip()] = (at_path, tuple(texts))
    return texts_at


def _kg(figure: Figure) -> Decimal:
    return (figure.quantity or Decimal(0)) * KG[figure.unit]


def _fault(path: str, rule: str, id: str, /, **values: Message | str) -> Fault:
    return Fault("", path, rule, Message(id, {**values}))
