"""A letter to the other State's National Authority about figures that differ, for a person to check and sign.

It says what both sides declared and asks to look together; a cause is named as a possibility only. What the ranking
thinks of the pair (its score, why it stands so high) is nobody else's business and is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import NamedTuple

import polars as pl

from opencwc.chemistry.registry_numbers import looks_like_cas
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.publishing.html import visible
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Block,
    Bullets,
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
from opencwc.transfers.document_words import SIGNED, spoken_day, spoken_quantity
from opencwc.transfers.model import Discrepancy
from opencwc.wording import RIGHT_TO_LEFT, say
from opencwc.wording.chemical_names import as_noun, name_said
from opencwc.wording.lists import entry_said
from opencwc.wording.states import state_name

SECOND_FROM = 0.1
"""The probability from which on a second cause is worth naming."""
ASKED = ("letters_ask_figure", "letters_ask_way", "letters_ask_unit")


MOST_LINES = 40
"""How many lines a letter names; how many more there are is told."""
LEAST_SHARE = 0.01
"""What weighs less than this beside the line or match that weighs most is not in question."""


class LetterLine(NamedTuple):
    """A line of a ledger that the letter names: whose it is, its id and row, its day or year as written, its quantity.

    ``state`` is the alpha-3 code of the State that recorded it, ``partner`` that of the other State in it; ``kg`` is
    ``None`` where it could not be read; ``concentration`` is per cent by weight. Lines with the same ``number`` seem to
    be one shipment.
    """

    state: str
    export: bool
    id: str
    day: str
    kg: float | None
    concentration: float | None = None
    partner: str = ""
    chemical: str = ""
    row: int = 0
    number: int = 1


class InQuestion(NamedTuple):
    """The lines that a letter is about, the weightiest first; how many more there are; if some are a third State's."""

    lines: tuple[LetterLine, ...] = ()
    left: int = 0
    third: bool = False


def find_lines_in_question(lines: pl.DataFrame, ours: str, theirs: str) -> InQuestion:
    """Return which lines make the difference of a sum: those that nothing fits, and those that fit but do not agree.

    ``lines`` are those of the sum (``own``) and those elsewhere that they are matched with: ``reporter``, ``partner``,
    ``flow``, ``own``, ``match`` (null for none), ``row``, ``id``, ``day``, ``year``, ``kg``, ``concentration`` and
    ``chemical`` (its name). A match weighs what its own lines leave between the two sides; a line without a quantity
    weighs most. Only lines of the two States are named: what a third one recorded is not ours to tell.
    """
    side = pl.when(~pl.col("own")).then(0.0).when(pl.col("flow") == "export").then("kg").otherwise(-pl.col("kg"))
    alone = -1 - pl.int_range(pl.len(), dtype=pl.Int64)
    weighed = lines.with_columns(group=pl.coalesce(pl.col("match").cast(pl.Int64), alone)).with_columns(
        weight=side.fill_null(math.inf).sum().abs().over("group")
    )
    in_question = weighed.filter((pl.col("weight") > 0) & (pl.col("weight") >= LEAST_SHARE * pl.col("weight").max()))
    named = in_question.filter(pl.col("reporter").is_in([ours, theirs])).sort(
        -pl.col("weight"), "group", pl.col("reporter") != ours, "year", "day", "row", nulls_last=True
    )
    first = named.head(MOST_LINES).with_columns(number=pl.col("group").rle_id() + 1)
    lines = first.select(
        pl.col("reporter").alias("state"), (pl.col("flow") == "export").alias("export"), "id",
        pl.coalesce(pl.col("day").cast(pl.String), pl.col("year").cast(pl.String)).alias("day"), "kg", "concentration",
        "partner", "chemical", "row", "number",
    )  # fmt: skip
    letter_lines = tuple(LetterLine(**row) for row in lines.iter_rows(named=True))
    return InQuestion(letter_lines, len(named) - len(first), len(in_question) > len(named))


def make_letter(
    discrepancy: Discrepancy,
    ours: str,
    lang: str = "en",
    asked: InQuestion = InQuestion(),  # noqa: B008 - it cannot be changed
    reference: str = "",
    made: date | None = None,
    mark: str = "",
) -> Report:
    """Return the letter as the document model; ``ours`` is the alpha-3 code of the State that writes.

    ``asked`` are the lines in question (`find_lines_in_question`). ``made`` dates the letter; ``mark`` is its
    confidentiality mark, as papers have it. Raises `InputError` where the State that writes is neither side of the
    pair.
    """
    if ours not in (discrepancy.exporter, discrepancy.importer):
        raise InputError(
            "letter_from_neither_side",
            state=ours or "no State",
            exporter=discrepancy.exporter,
            importer=discrepancy.importer,
        )
    return _Letter(discrepancy, ours, lang, asked).report(reference, made, mark)


def plain_text(report: Report) -> str:
    """Return a letter as plain text, for an e-mail: its title first, as its subject.

    Tables have a bar between their cells; nothing in it can be seen by one reader and not by another.
    """
    return "\n".join(_text_of(report)).strip() + "\n"


class _Letter:
    """Writes one letter in one language."""

    def __init__(self, discrepancy: Discrepancy, ours: str, lang: str, asked: InQuestion) -> None:
        self.discrepancy = discrepancy
        self.ours = ours
        self.lang = lang
        self.asked = asked
        self.theirs = discrepancy.importer if ours == discrepancy.exporter else discrepancy.exporter

    def report(self, reference: str, made: date | None, mark: str) -> Report:
        substance, year = self.discrepancy.substance, str(self.discrepancy.year)
        heads = [
            Fact(self.say("letters_to"), (self.authority(self.theirs),)),
            Fact(self.say("letters_from"), (self.authority(self.ours),)),
        ]
        if made:
            heads.append(Fact(self.say("letters_date"), (spoken_day(made, self.lang),)))
        if reference:
            heads.append(Fact(self.say("letters_reference"), (Text(reference, verbatim=True),)))
        greeting = Paragraph((self.say("letters_greeting"),))
        named = as_noun(name_said(substance.name, self.lang))
        opening = Paragraph((self.say("letters_opening", chemical=named, year=year),))
        title = self.say("letters_title", chemical=named, year=year)
        marks = ("letters_draft_mark", *((f"casebook_mark_{mark}",) if mark else ()))
        return Report(
            title=title,
            lang=self.lang,
            labels=labels_in(self.lang),
            sections=(
                Section("letter", self.say("letters_authority", state=state_name(self.theirs, self.lang)), (
                    Facts(tuple(heads)), greeting, opening,
                )),
                Section("figures", self.say("letters_figures"), tuple(self.figures())),
                Section("explanation", self.say("letters_explanation"), tuple(self.explanation())),
                Section("lines", self.say("letters_lines"), tuple(self.lines())),
                Section("request", self.say("letters_request"), tuple(self.request())),
            ),
            closing=(self.say("letters_draft"),),
            main="letter",
            marking=" · ".join(map(self.say, marks)),
            made=made,
        )  # fmt: skip

    def figures(self) -> Iterator[Block]:
        """Say both figures, what lies between them, and whether it counts; those of the other half where there is one.

        A half that is with a third State is not told: what we trade with others is not the reader's business.
        """
        pair = self.discrepancy
        substance = pair.substance
        chemical: list[Words] = [name_said(substance.name, self.lang)]
        if substance.key != substance.name:
            key = f"CAS {substance.key}" if looks_like_cas(substance.key) else substance.key
            chemical.append(Text(key, verbatim=True))
        chemical += (entry_said(entry, self.lang) for entry in substance.entries if entry.startswith("CWC "))
        has_threshold = substance.threshold_kg is not None
        exporter, importer = (state_name(state, self.lang) for state in (pair.exporter, pair.importer))
        yield Facts((
            Fact(self.say("letters_chemical"), tuple(chemical)),
            Fact(self.say("letters_year"), (str(pair.year),)),
            Fact(self.say("letters_exported", state=exporter), (self.kg(pair.exported_kg),)),
            Fact(self.say("letters_imported", state=importer), (self.kg(pair.imported_kg),)),
            Fact(self.say("letters_difference"), (spoken_quantity(abs(pair.difference_kg), "kg", self.lang),)),
            Fact(self.say("letters_threshold"), (
                spoken_quantity(pair.threshold_kg, "kg", self.lang) if has_threshold
                else self.say("letters_no_threshold"),
            )),
        ))  # fmt: skip
        also = pair.also
        if also is not None and (also.exporter, also.importer) == (pair.exporter, pair.importer):
            figures = {"exported": self.kg(also.exported_kg), "imported": self.kg(also.imported_kg)}
            title = self.say("letters_also", chemical=name_said(also.chemical, self.lang), year=str(also.year))
            yield Facts((Fact(title, (self.say("letters_also_figures", **figures),)),))
        if has_threshold:
            yield Paragraph((self.say("letters_over" if pair.over_threshold else "letters_not_over"),))

    def explanation(self) -> Iterator[Block]:
        """Name the likeliest cause as a possibility, and the next one where it is worth naming."""
        causes = self.discrepancy.causes
        if not causes or causes[0][0] == "unexplained":
            yield Paragraph((self.say("letters_unexplained"),))
            return
        yield Paragraph((self.possibility("letters_cause", *causes[0]),))
        others = [cause for cause in causes[1:] if cause[0] != "unexplained" and cause[1] >= SECOND_FROM]
        for cause, probability in others[:1]:
            yield Paragraph((self.possibility("letters_second", cause, probability),))

    def possibility(self, says: str, cause: str, probability: float) -> str:
        return say(
            Message(says, {"cause": Message(f"letters_cause_{cause}"), "percent": about(probability)}), self.lang
        )

    def request(self) -> Iterator[Block]:
        """Ask, say that we look as well, and close."""
        yield Bullets(tuple(self.say(line) for line in ASKED))
        yield Paragraph((self.say("letters_ours"),))
        yield Paragraph((self.say("letters_thanks"),))
        lines = tuple(self.say(line) for line in SIGNED)
        yield Signature(self.authority(self.ours), lines)

    def lines(self) -> Iterator[Block]:
        """Name the lines in question, or say why none can be named."""
        question = self.asked
        if question.lines:
            yield self.table()
            yield Paragraph((self.say("letters_lines_numbers"),))
        if question.left:
            yield Paragraph((self.say("letters_lines_left", count=question.left),))
        if question.third:
            yield Paragraph((self.say("letters_lines_third"),))
        if not question.lines and not question.third:
            yield Paragraph((self.say("letters_lines_none"),))

    def table(self) -> Table:
        """List the lines, those that seem to be one shipment under one another.

        The other State and the chemical have a column where they are not those of the letter in every line, and
        concentrations where one is known.
        """
        lines, name = self.asked.lines, self.discrepancy.substance.name
        known = any(line.concentration is not None for line in lines)
        strange = any({line.state, line.partner} != {self.ours, self.theirs} for line in lines)
        several = any((line.chemical or name) != name for line in lines)
        headings = ("line_number", "line_state", "line_flow", *["line_partner"] * strange, *["chemical"] * several,
                    "line_id", "line_date", "line_kg", *["line_concentration"] * known)  # fmt: skip
        quantity = headings.index("line_kg")
        return Table(
            self.say("letters_lines"),
            tuple(self.say(f"letters_{heading}") for heading in headings),
            tuple(
                (
                    str(line.number),
                    state_name(line.state, self.lang),
                    self.say("letters_export" if line.export else "letters_import"),
                    *[state_name(line.partner, self.lang) if line.partner else "—"] * strange,
                    *[name_said(line.chemical or name, self.lang)] * several,
                    Text(line.id, note=self.say("letters_line_row", row=line.row) if line.row else "", verbatim=True),
                    self.day(line.day),
                    "—" if line.kg is None else spoken_quantity(line.kg, "kg", self.lang),
                    *[self.concentration(line)] * known,
                )
                for line in lines
            ),
            numbers=(quantity, quantity + 1) if known else (quantity,),
        )

    def concentration(self, line: LetterLine) -> str:
        return "—" if line.concentration is None else spoken_quantity(line.concentration, "%", self.lang)

    def authority(self, state: str) -> str:
        return self.say("letters_authority", state=state_name(state, self.lang))

    def day(self, written: str) -> Words:
        """Say the day of a line as the language writes it; a ledger may have its year only."""
        whole = len(written) == len("2026-11-04")
        return spoken_day(date.fromisoformat(written), self.lang) if whole else Text(written, verbatim=True)

    def kg(self, quantity: float) -> str:
        return spoken_quantity(quantity, "kg", self.lang) if quantity else self.say("letters_none")

    def say(self, name: str, **values: str | int) -> str:
        return say(Message(name, dict(values)), self.lang)


def about(probability: float) -> int:
    """Return a probability in per cent as one says it: to the next five, never none and never all.

    >>> about(0.718), about(0.999), about(0.001)
    (70, 99, 1)
    """
    return min(max(5 * round(20 * probability), 1), 99)


def _text_of(report: Report) -> Iterator[str]:
    colon, lang = say("label_colon", report.lang), report.lang
    yield _line(report.title, lang=lang)
    for head in (report.marking, *report.closing):
        if head:
            yield f"[{_line(head, lang=lang)}]"
    for section in report.sections:
        if section.id != "letter":
            yield f"\n{_line(section.title, lang=lang)}"
        for block in section.blocks:
            yield from _text_of_block(block, colon, partial(_line, lang=lang))


def _text_of_block(block: Block, colon: str, _line: Callable[..., str]) -> Iterator[str]:
    match block:
        case Paragraph():
            yield f"\n{_line(*block.words)}"
        case Facts():
            yield ""
            yield from (f"{_line(fact.label)}{colon}{_line(*fact.values)}" for fact in block.facts)
        case Form():
            yield ""
            yield from (f"{_line(field.label)}{colon}{_line(*field.values) or field.blank}" for field in block.fields)
        case Bullets():
            yield from (f"- {_line(item)}" for item in block.items)
        case Table():
            yield " | ".join(map(_line, block.headings))
            yield from (" | ".join(map(_line, row)) for row in block.rows)
        case Signature():
            yield f"\n{_line(block.who)}"
            yield from (f"{_line(line)}{colon}..." for line in block.lines)


def _line(*words: Words, lang: str) -> str:
    text = " ".join(word if isinstance(word, str) else _cell(word, lang) for word in words)
    return " ".join(str(visible(text)).split(" ")).replace("\n", " ").strip()


def _cell(word: Text, lang: str) -> str:
    """Write a number, a day or a code so that a line from right to left does not turn its parts round."""
    text = f"\u200e{word.text}\u200e" if word.verbatim and lang in RIGHT_TO_LEFT else word.text
    return say(Message("name_and_code", {"name": text, "code": word.note}), lang) if word.note else text
