"""A declaration as a paper, in the document model: for PDF, in one language, with a blank for what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from opencwc.convention.declaration_rules import DeclarationField, read_codes, read_fields
from opencwc.declarations.forms.composition import missing_in
from opencwc.declarations.forms.fault_parts import title_of
from opencwc.declarations.forms.json_file import hash_of
from opencwc.declarations.forms.model import Chemical, Column, Declaration, Document, Field, Figure, Plant, Site
from opencwc.declarations.forms.register_made import KG
from opencwc.declarations.model import ACTIVITIES
from opencwc.declarations.phrases import amount
from opencwc.finding import Message
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Block,
    Fact,
    Facts,
    Form,
    Paragraph,
    Report,
    Section,
    Signature,
    Table,
    Text,
    Words,
)
from opencwc.publishing.model import Field as FormField
from opencwc.wording import amount_said, day_said, say, sentence
from opencwc.wording.chemical_names import chemical_by_number, chemical_name
from opencwc.wording.states import state_name

SIGNED = ("papers_sign_name", "papers_sign_function", "papers_sign_place", "papers_sign_signature")
_NUMBER, _DAY = re.compile(r"[0-9]+(?:\.[0-9]+)?"), re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
UNTOLD = "–"
FIGURE_HEADINGS = ("activity", "year", "quantity", "partner", "purpose", "begins")


def make_report(document: Document, lang: str = "en", days: Callable[[date, str], str] = day_said) -> Report:
    """Return a declaration as the document model; it names the SHA-256 of the same declaration as JSON.

    ``days`` writes the days as the place has them where it is shown.
    """
    return _Paper(document, lang, days).report()


class _Paper:
    """Makes the paper of one document in one language."""

    def __init__(self, document: Document, lang: str, days: Callable[[date, str], str]) -> None:
        self.document, self.lang, self.day_said = document, lang, days
        self.fields: dict[str, DeclarationField] = {known.id: known for known in read_fields()}
        self.codes = {(known.table, known.code): known.name for known in read_codes()}

    def report(self) -> Report:
        document = self.document
        sections = [Section("about", self.say("form_about"), (self.about(),))]
        sections += [
            Section(f"declaration-{number}", self.title_of(held), tuple(self.declaration(held)))
            for number, held in enumerate(document.declarations, 1)
        ]
        sections.append(Section("missing", self.say("form_missing_title"), tuple(self.missing())))
        signed = tuple(self.say(line) for line in SIGNED)
        sections.append(Section("signature", self.say("form_signature"), (Signature(self.say("form_signs"), signed),)))
        return Report(
            title=say(Message("form_title_of", {"year": str(document.year)}), self.lang),
            lang=self.lang,
            labels=labels_in(self.lang),
            sections=tuple(sections),
            closing=(sentence("form_no_official_format", self.lang),),
            main="about",
            made=document.made,
        )

    def about(self) -> Facts:
        document = self.document
        facts = [
            ("register", document.register), ("profile", document.profile),
            ("rules_of", self.day_said(document.rules_of, self.lang) if document.rules_of else ""),
            ("made", self.day_said(document.made, self.lang) if document.made else ""), ("hash", hash_of(document)),
        ]  # fmt: skip
        return Facts(
            tuple(Fact(self.say(f"form_label_{name}"), (Text(text, verbatim=True),)) for name, text in facts if text)
        )

    def title_of(self, held: Declaration) -> str:
        return say(title_of(held), self.lang)

    def declaration(self, held: Declaration) -> Iterator[Block]:
        due: list[Words] = [self.day(held.due)]
        facts = [Fact(self.say("declare_label_due"), tuple(due))]
        if held.treaty_due and held.treaty_due != held.due:
            facts.append(Fact(self.say("form_label_treaty_due"), (self.day(held.treaty_due),)))
        if held.state:
            facts.append(Fact(self.say("form_label_state"), (self.state(held.state),)))
        if held.form:
            facts.append(Fact(self.say("form_label_form"), (Text(held.form, verbatim=True),)))
        yield Facts(tuple(facts))
        for chemical in held.chemicals:
            yield from self.chemical(held, chemical, 1)
        for site in held.sites:
            yield from self.site(held, site)

    def site(self, held: Declaration, site: Site) -> Iterator[Block]:
        yield Paragraph((say(Message("form_site", {"site": site.code}), self.lang),), "lead", 1)
        yield from self.form(site.fields, site.columns)
        for plant in site.plants:
            yield from self.plant(held, plant)

    def plant(self, held: Declaration, plant: Plant) -> Iterator[Block]:
        heading = Message("form_plant", {"plant": plant.code}) if plant.code else Message("form_whole_site")
        yield Paragraph((say(heading, self.lang),), "lead", 2)
        yield from self.form(plant.fields, plant.columns)
        for chemical in plant.chemicals:
            yield from self.chemical(held, chemical, 3)

    def chemical(self, held: Declaration, chemical: Chemical, level: int) -> Iterator[Block]:
        drawn = {field.value for field in chemical.fields if field.name.endswith("-formula")}
        written = "" if chemical.name in drawn else chemical.name
        known = written or chemical_by_number(chemical.cas) or chemical.name
        words: list[Words] = [chemical_name(chemical.cas, known, self.lang) or self.say(f"form_of_{chemical.of}")]
        words += [Text(text, verbatim=True) for text in (chemical.cas, chemical.entry) if text]
        yield Paragraph(tuple(words), "lead", level)
        facts = []
        if chemical.range:
            facts.append(Fact(self.say("declare_label_range"), (self.range(held, chemical),)))
        if chemical.due and chemical.due != held.due:
            facts.append(Fact(self.say("declare_label_due"), (self.day(chemical.due),)))
        if facts:
            yield Facts(tuple(facts))
        yield from self.form(chemical.fields, ())
        if chemical.figures:
            yield self.figures(chemical.figures)

    def form(self, fields: Iterable[Field], columns: Iterable[Column]) -> Iterator[Block]:
        """Yield the fields of a form, without those that may stay empty and are no quantity, and the own columns.

        Of a quantity that may stay empty it is said that the register gives none: that is not the same as nil.
        """
        shown = tuple(
            FormField(
                self.field_name(field),
                self.value(field) if field.value else () if field.missing else (self.say("form_not_given"),),
                say(Message("form_blank", {"rule": field.rule}), self.lang),
            )
            for field in fields
            if field.value or field.missing or self.is_quantity(field)
        )
        if shown:
            yield Form(shown)
        further = tuple(Fact(column.name, (column.value,)) for column in columns)
        if further:
            yield Paragraph((self.say("form_further"),), "note")
            yield Facts(further)

    def is_quantity(self, field: Field) -> bool:
        """Tell whether a field holds a quantity, or quantities by State or sender."""
        known = self.fields.get(field.name)
        return known is not None and known.holds in ("quantity", "quantities_by_state", "moved")

    def value(self, field: Field) -> tuple[Words, ...]:
        known = self.fields.get(field.name)
        holds = known.holds if known else "text"
        if holds == "yes_no" and field.value in ("yes", "no"):
            return (self.say(f"declare_{field.value}"),)
        meanings = [
            f"{code}: {names.get(self.lang, names['en'])}"
            for code in field.code.split(",")
            if known and (names := self.codes.get((known.codes, code)))
        ]
        if holds == "quantity":
            field = replace(field, value="; ".join(map(self.weight, field.value.split("; "))))
        if holds in ("quantities_by_state", "moved"):
            return tuple(Text(self.moved(part)) for part in field.value.split("; "))
        if holds in ("text", "purposes", "choice"):
            return (field.value, *(Text(meaning) for meaning in meanings))
        return (Text(field.value, verbatim=holds != "quantity"), *(Text(meaning) for meaning in meanings))

    def moved(self, text: str) -> str:
        """Return a weight of a field with what was done and the other State in words: ``export DEU 200 kg``."""
        activity, _, rest = text.partition(" ")
        partner, _, weight = rest.partition(" ")
        if activity not in ACTIVITIES:
            return text
        if activity in ("export", "import") and partner and weight:
            told = Message(f"form_moved_{activity}", {"state": self.state(partner), "weight": self.weight(weight)})
            return say(told, self.lang)
        parts = (self.say(f"form_activity_{activity}"), self.state(partner), self.weight(weight))
        return self.say("phrase_separator").join(filter(None, parts))

    def weight(self, text: str) -> str:
        """Return a weight of a field, and the day that stands behind it, as the language writes them."""
        number, _, rest = text.partition(" ")
        unit, _, day = rest.partition(" ")
        if unit not in KG or not _NUMBER.fullmatch(number):
            return text
        said = amount_said(amount(Decimal(number) * KG[unit]), self.lang)
        if not _DAY.fullmatch(day):
            return f"{said} {day}".strip()
        return f"{said}{self.say('phrase_separator')}{self.day_said(date.fromisoformat(day), self.lang)}"

    def day(self, day: date) -> Words:
        """Return a day as the language writes it."""
        return Text(self.day_said(day, self.lang), verbatim=self.lang == "en" and self.day_said is day_said)

    def range(self, held: Declaration, chemical: Chemical) -> Words:
        table = {"S3": "s3_range"}.get(held.regime, f"{chemical.of}_range")
        names = self.codes.get((table, chemical.range), {})
        return Text(chemical.range, verbatim=True, note=names.get(self.lang, names.get("en", "")))

    def figures(self, figures: Iterable[Figure]) -> Table:
        """Return a table of figures; a column in which nothing stands is left out."""
        columns = [
            (name, column)
            for name, column in zip(FIGURE_HEADINGS, zip(*map(self.figure, figures), strict=True), strict=True)
            if any(cell != UNTOLD for cell in column)
        ]
        rows = zip(*(column for _, column in columns), strict=True)
        names = [name for name, _ in columns]
        headings = tuple(self.say(f"form_heading_{name}") for name in names)
        return Table(self.say("form_figures"), headings, tuple(rows), numbers=(names.index("quantity"),))

    def figure(self, figure: Figure) -> tuple[Words, ...]:
        """Return the cells of a figure, in the order of `FIGURE_HEADINGS`."""
        quantity = self.say("form_not_known")
        if figure.quantity is not None:
            quantity = amount_said(amount(figure.quantity * KG[figure.unit]), self.lang)
        return (
            self.say(f"form_activity_{figure.activity}"),
            str(figure.year),
            quantity,
            self.state(figure.partner) if figure.partner else UNTOLD,
            figure.purpose or UNTOLD,
            self.day(figure.begins) if figure.begins else UNTOLD,
        )

    def missing(self) -> Iterator[Block]:
        rows = tuple(
            (
                self.title_of(lacking.declaration), lacking.site or UNTOLD, lacking.plant or UNTOLD,
                lacking.chemical or UNTOLD,
                self.field_name(lacking.field), Text(lacking.field.rule, verbatim=True),
            )
            for lacking in missing_in(self.document)
        )  # fmt: skip
        if not rows:
            yield Paragraph((self.say("form_missing_none"),))
            return
        headings = [say(f"declare_label_{name}", self.lang) for name in ("declaration", "site", "plant", "chemical")]
        headings += [self.say("form_heading_field"), self.say("form_heading_rule")]
        yield Table(self.say("form_missing_title"), tuple(headings), rows)

    def field_name(self, field: Field) -> str:
        known = self.fields.get(field.name)
        return known.name.get(self.lang, known.name["en"]) if known else field.name

    def state(self, code: str) -> str:
        name = state_name(code, self.lang)
        return name if name == code else say(Message("name_and_code", {"name": name, "code": code}), self.lang)

    def say(self, id: str) -> str:
        return say(id, self.lang)
