"""What is due, and its register, to the declaration: by regime, kind and period, then by plant site, plant, chemical.

A figure is what is counted of a plant's chemical, without mixtures of low concentration (`books`); the lines of the
register that the figures rest on go with it, so that the figures can be checked and the register made again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from opencwc.convention.declaration_rules import read_forms
from opencwc.declarations.aggregates import QUANTITIES
from opencwc.declarations.books import Books
from opencwc.declarations.forms.form_fields import chemical_fields, plant_fields, site_fields
from opencwc.declarations.forms.model import (
    VERSION,
    BookLine,
    Chemical,
    Column,
    Declaration,
    Did,
    Document,
    Field,
    Figure,
    Plant,
    Site,
)
from opencwc.declarations.forms.tree import UNFIT
from opencwc.declarations.law import Law
from opencwc.declarations.model import Activity, Answer, Due, Line
from opencwc.declarations.model import Site as SiteLine
from opencwc.declarations.schedule_1 import MOVED, direction_of
from opencwc.declarations.schedules_2_and_3 import YEARS_BACK
from opencwc.finding import Message

AGGREGATED = {"S1": MOVED, **QUANTITIES}


class Lacking(NamedTuple):
    """What a form needs and the register lacks: the declaration, where in it, and the field."""

    declaration: Declaration
    site: str
    plant: str
    chemical: str
    field: Field


def compose(answer: Answer, law: Law, made: date | None = None, only: Iterable[str] = ()) -> Document:
    """Return the declarations of an answer under the law that it was judged by.

    ``only`` names declarations such as ``s2-past`` or ``ocpf``; all where it is empty.
    """
    return _Composer(answer, law, tuple(only)).document(made)


def missing_in(document: Document) -> Iterator[Lacking]:
    """Yield what the forms of a declaration need and do not have."""
    for held in document.declarations:
        for chemical in held.chemicals:
            yield from _lacking(held, ("", "", chemical.name), chemical.fields)
        for site in held.sites:
            yield from _lacking(held, (site.code, "", ""), site.fields)
            for plant in site.plants:
                yield from _lacking(held, (site.code, plant.code, ""), plant.fields)
                for chemical in plant.chemicals:
                    yield from _lacking(held, (site.code, plant.code, chemical.name), chemical.fields)


def declaration_id(regime: str, declaration: str) -> str:
    """Return the name of a declaration, as ``--only`` has it.

    >>> declaration_id("S2", "past")
    's2-past'
    """
    return f"{regime.lower()}-{declaration}"


def _lacking(held: Declaration, at: tuple[str, str, str], fields: Iterable[Field]) -> Iterator[Lacking]:
    return (Lacking(held, *at, field) for field in fields if field.missing)


class _Composer:
    """Composes the declarations of one answer."""

    def __init__(self, answer: Answer, law: Law, only: tuple[str, ...]) -> None:
        self.answer, self.law = answer, law
        self.register = answer.register
        self.country_of = cache(answer.register.country)
        lines = [
            Line(activity, answer.chemicals[activity.row])
            for activity in self.register.activities
            if activity.row in answer.chemicals
        ]
        self.books = Books(self.register, lines, law)
        self.due = [line for line in answer.due if not only or is_named(line, only)]
        self.counted = {line.activity.row for line in self.books.counted}
        self.at_plant: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
        self.at_site: dict[str, list[Line]] = defaultdict(list)
        self.of_chemical: dict[str, list[Line]] = defaultdict(list)
        for line in self.books.lines:
            activity, chemical = line
            self.at_plant[activity.site, activity.plant, chemical.key].append(line)
            self.at_site[activity.site].append(line)
            self.of_chemical[chemical.key].append(line)
        self.used: dict[int, Activity] = {}
        self.plants_due: dict[tuple[str, str], set[str]] = defaultdict(set)
        for due in answer.due:
            self.plants_due[due.site, due.regime].add(due.plant)
        self.plants_known: dict[str, set[str]] = defaultdict(set)
        for site, plant in self.register.sites:
            if plant:
                self.plants_known[site].add(plant)

    def document(self, made: date | None) -> Document:
        grouped: dict[tuple[str, str, str, int], list[Due]] = defaultdict(list)
        for line in self.due:
            grouped[line.country, line.regime, line.declaration, line.period].append(line)
        declarations = tuple(
            self.declaration(country, regime, declaration, period, lines)
            for (country, regime, declaration, period), lines in grouped.items()
        )
        return Document(
            version=VERSION,
            year=self.answer.year,
            register=settled(self.register.name),
            profile=self.law.profile.id,
            rules_of=self.law.convention.as_of,
            made=made,
            declarations=declarations,
            lines=tuple(self.book_line(activity) for _, activity in sorted(self.used.items())),
        )

    def declaration(self, country: str, regime: str, kind: str, period: int, lines: list[Due]) -> Declaration:
        national = [line for line in lines if not line.site]
        by_site: dict[str, dict[str, list[Due]]] = defaultdict(lambda: defaultdict(list))
        for line in lines:
            if line.site:
                by_site[line.site][line.plant].append(line)
        treaty = [line.treaty_due for line in lines if line.treaty_due]
        return Declaration(
            regime=regime,  # type: ignore[arg-type]
            declaration=kind,  # type: ignore[arg-type]
            period=period,
            due=min(line.due for line in lines),
            treaty_due=min(treaty) if treaty else None,
            state=settled(country),
            form=form_number(regime, kind),
            sites=tuple(self.site(regime, kind, site, plants) for site, plants in by_site.items()),
            chemicals=tuple(self.chemical(line, None) for line in national),
        )

    def site(self, regime: str, kind: str, code: str, plants: Mapping[str, list[Due]]) -> Site:
        line = self.register.site(code) or SiteLine(0, code)
        known = self.known_of_site(regime, code, plants)
        return Site(
            **_of_line(line, self.country_of(code, "")),
            code=settled(code),
            columns=_columns(line),
            fields=tuple(map(_settled_field, site_fields(regime, kind, line, known))),
            plants=tuple(self.plant(regime, kind, line, plant, held) for plant, held in plants.items()),
        )

    def known_of_site(self, regime: str, code: str, plants: Mapping[str, list[Due]]) -> dict[str, str]:
        """Return what of a plant site is counted: its plants of the other Schedule, its PSF plants, its range."""

        def plants_of(other: str) -> str:
            return str(len(self.plants_due.get((code, other), ())))

        whole = next((due for held in plants.values() for due in held if due.key == "doc"), None)
        own = self.plants_known.get(code, set())
        return {
            "s2-site-s3-plants": plants_of("S3"),
            "s3-site-s2-plants": plants_of("S2"),
            "ocpf-site-range": whole.range if whole else "",
            "ocpf-site-psf-plants": str(sum(due.key == "psf" for held in plants.values() for due in held)),
        } | ({"ocpf-site-plants": str(len(own))} if own and regime == "OCPF" else {})

    def plant(self, regime: str, kind: str, site: SiteLine, code: str, lines: Iterable[Due]) -> Plant:
        line = (self.register.site(site.site, code) if code else None) or SiteLine(0, site.site, code)
        chemicals = tuple(self.chemical(due, line) for due in lines)
        fields = plant_fields(regime, kind, line if code else line._replace(name=site.name), site, chemicals)
        return Plant(
            **_of_line(line, line.country),
            code=settled(code),
            columns=_columns(line),
            fields=tuple(map(_settled_field, fields)),
            chemicals=chemicals,
        )

    def chemical(self, due: Due, plant: SiteLine | None) -> Chemical:
        lines = list(self.lines_of(due))
        self.used |= {line.activity.row: line.activity for line in lines}
        known = self.books.chemicals.get(due.key)
        is_sum = due.key in ("doc", "psf")
        figures = (
            (Figure(activity="produce", year=due.period, quantity=due.amount),)
            if is_sum
            else tuple(self.figures(due, lines))
        )
        chemical = Chemical(
            of=due.key if is_sum else "chemical",  # type: ignore[arg-type]
            name=settled(due.chemical),
            cas=known.cas if known else "",
            entry=due.entry,
            due=due.due,
            range=due.range,
            inspection=due.inspection,
            figures=figures,
        )
        written = "" if known is None or known.name.casefold() == due.chemical.casefold() else due.chemical
        fields = chemical_fields(
            due.regime, due.declaration, chemical, known.smiles if known else "", written if known else "",
            plant.more if plant else {}, due.period,
        )  # fmt: skip
        named = known.name if known and known.name else due.chemical
        return _with_fields(chemical, tuple(map(_settled_field, fields)), settled(named))

    def lines_of(self, due: Due) -> Iterator[Line]:
        """Yield the lines of the register that a declaration rests on."""
        if due.key in ("doc", "psf"):
            held = self.at_site[due.site]
            is_in: Callable[[Line], bool] = lambda line: (  # noqa: E731
                line.activity.activity == "produce"
                and line.activity.year == due.period
                and not line.activity.planned
                and (due.key == "doc" or (line.activity.plant == due.plant and line.chemical.psf))
            )
        elif not due.site:
            held = self.of_chemical[due.key]
            is_in = lambda line: (  # noqa: E731
                line.activity.year == due.period
                and not line.activity.planned
                and self.country_of(line.activity.site, line.activity.plant) == due.country
                and self.counted_as(line, due.regime) in AGGREGATED[due.regime]
                and (self.law.reading("aggregate-mixtures") == "counted" or line.activity.row in self.counted)
            )
        else:
            held = self.at_plant[due.site, due.plant, due.key]
            is_in = lambda line: _is_of(line.activity, due)  # noqa: E731
        return (line for line in held if is_in(line))

    def counted_as(self, line: Line, regime: str) -> str:
        """Return as what a line counts in a State's data: its activity, or the import that acquiring abroad is."""
        activity = line.activity
        moved = direction_of(self.books, activity.activity, activity.partner, activity.site, activity.plant)
        return moved or ("" if regime == "S1" else activity.activity)

    def figures(self, due: Due, lines: Iterable[Line]) -> Iterator[Figure]:
        """Yield the weights of a chemical added up, those that the register does not say apart."""
        sums: dict[tuple[int, str, str, str, bool, date | None, bool], Decimal] = defaultdict(Decimal)
        national = not due.site
        for line in lines:
            activity = line.activity
            if not national and due.regime != "S1" and activity.row not in self.counted:
                continue
            did = self.counted_as(line, due.regime) if national else activity.activity
            partner = activity.partner if did in MOVED or activity.activity == "acquire" else ""
            purpose = "" if national and due.regime != "S1" else activity.purpose
            unknown = activity.kg is None
            key = (activity.year, did, partner, purpose, activity.planned, activity.date, unknown)
            sums[key] += activity.content
        for (year, did, partner, purpose, planned, day, unknown), kg in sorted(sums.items(), key=_order_of_figure):
            yield Figure(
                activity=_did(did), year=year, planned=planned, quantity=None if unknown else kg,
                partner=settled(partner), purpose=settled(purpose), begins=day,
            )  # fmt: skip

    def book_line(self, activity: Activity) -> BookLine:
        return BookLine(
            row=activity.row, site=settled(activity.site), activity=_did(activity.activity), year=activity.year,
            plant=settled(activity.plant), chemical=settled(activity.chemical), cas=settled(activity.cas),
            quantity=activity.kg, concentration=activity.share, planned=activity.planned,
            purpose=settled(activity.purpose), partner=settled(activity.partner), day=activity.date,
            remarks=settled(activity.remarks),
            country=settled(self.country_of(activity.site, activity.plant)),
        )  # fmt: skip


def form_number(regime: str, declaration: str) -> str:
    """Return the number of the Handbook's form for a declaration; empty where it is not known.

    >>> form_number("S1", "past"), form_number("S1", "transfer"), form_number("S2", "past")
    ('C-3', '', '')
    """
    covers = f"{regime.lower()}_{'past' if declaration == 'aggregate' else declaration}" if regime == "S1" else ""
    return next((str(form.number) for form in read_forms() if form.issuer == "OPCW" and form.covers == covers), "")


def settled(text: str) -> str:
    """Write characters that no declaration can hold as their code points.

    >>> settled("a\\x07b")
    'a⟨U+0007⟩b'
    """
    return UNFIT.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def _is_of(activity: Activity, due: Due) -> bool:
    """Tell whether a line of a plant's chemical belongs to what is declared: by year, plan and day."""
    if due.declaration == "past":
        back = YEARS_BACK.get(due.regime, 1)
        return not activity.planned and due.period - back < activity.year <= due.period
    if due.declaration == "anticipated":
        return activity.planned and activity.date is None and activity.year == due.period
    day = str(due.why.values.get("date", ""))
    if activity.date is None or activity.date.isoformat() != day:
        return False
    return activity.planned if due.declaration == "additional" else activity.activity in MOVED


def is_named(line: Due, only: Iterable[str]) -> bool:
    """Tell whether names such as ``s2-past``, ``s3`` or ``anticipated`` name what is due."""
    return bool({declaration_id(line.regime, line.declaration), line.regime.lower(), line.declaration} & set(only))


def _of_line(line: SiteLine, country: str) -> dict[str, Any]:
    texts = {name: settled(getattr(line, name)) for name in ("name", "operator", "address", "kind")}
    return {"row": line.row, "country": settled(country), **texts}


def _columns(line: SiteLine) -> tuple[Column, ...]:
    return tuple(Column(settled(name), settled(value)) for name, value in line.more.items())


def _settled_field(field: Field) -> Field:
    return Field(field.name, field.rule, settled(field.value), field.code, field.missing)


def _with_fields(chemical: Chemical, fields: tuple[Field, ...], named: str) -> Chemical:
    from msgspec.structs import replace

    fields = tuple(
        replace(field, value=named) if field.name.endswith("chemical-name") and named else field for field in fields
    )
    return replace(chemical, fields=fields)


def _order_of_figure(item: tuple[tuple[int, str, str, str, bool, date | None, bool], Decimal]) -> tuple[str, ...]:
    (year, did, partner, purpose, planned, day, unknown), _ = item
    return (str(9999 - year), did, partner, purpose, str(planned), str(day or ""), str(unknown))


def _did(activity: str) -> Did:
    return activity  # type: ignore[return-value]


def why_missing(lacking: Lacking) -> Message:
    """Say what is missing, and which paragraph asks for it."""
    from opencwc.convention.declaration_rules import read_fields

    names = next((dict(known.name) for known in read_fields() if known.id == lacking.field.name), {})
    named = Message("by_language", {**names}) if names else lacking.field.name
    return Message("form_missing", {"field": named, "rule": lacking.field.rule})
