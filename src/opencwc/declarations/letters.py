"""A letter to an operator with questions about its plant site, and the form to answer on: PDF, DOCX, XLSX and JSON.

The workbook has one row a question and marked cells to fill; the JSON holds the same. Both are read back by `replies`.
"""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from opencwc.declarations.model import Place, Register
from opencwc.declarations.questions import Question, Shown, field_label
from opencwc.finding import Message, Value
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    RIGHT_TO_LEFT,
    Block,
    Bullets,
    Fact,
    Facts,
    Paragraph,
    Report,
    Section,
    Signature,
    Table,
    Text,
)
from opencwc.wording import say, sentence
from opencwc.wording.chemical_names import as_heading

KIND = "opencwc-questions-1"
"""What the JSON of a letter says of itself."""
ANSWERS = ("corrected", "confirmed", "withdrawn")
SHEET = "answers"
COLUMNS = ("id", "number", "where", "question", "figures", "now", "answer", "value", "reason")
FILLED = ("answer", "value", "reason")
"""The columns of the form that the operator fills."""
LABELS_ROW = "#"
"""What stands in the column of ids in the row that says in words what the columns are."""
SIGNED = ("papers_sign_name", "papers_sign_function", "papers_sign_place", "papers_sign_signature")


class Letter(NamedTuple):
    """One letter: to the operator of a plant site, with its questions."""

    site: str
    operator: str
    questions: tuple[Question, ...]


def letters_for(questions: Iterable[Question], operators: Mapping[str, str]) -> tuple[Letter, ...]:
    """Return one letter a plant site; ``operators`` are by the code of the site.

    Questions for the Authority itself stand in none.
    """
    by_site: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if not question.to_authority:
            by_site[question.site].append(question)
    return tuple(Letter(site, operators.get(site, ""), tuple(held)) for site, held in sorted(by_site.items()))


def operators_of(register: Register) -> dict[str, str]:
    """Return who operates each plant site: its own line says it, else the first of its plants that does."""
    operators: dict[str, str] = {}
    for (site, plant), line in sorted(register.sites.items(), key=lambda item: (item[0][0], bool(item[0][1]))):
        if line.operator and (site not in operators or not plant):
            operators[site] = line.operator
    return operators


def file_stem(letter: Letter, taken: Iterable[str] = ()) -> str:
    """Return a name for the files of a letter that is safe on every disk and that none has yet.

    >>> file_stem(Letter("Site A/1", "", ())), file_stem(Letter("..", "", ())), file_stem(Letter("A", "", ()), ["a"])
    ('Site-A-1', 'register', 'A-2')
    """
    stem = re.sub(r"[^\w]+", "-", letter.site).strip("-_")[:60] or "register"
    known = {name.casefold() for name in taken}
    number, free = 1, stem
    while free.casefold() in known:
        number += 1
        free = f"{stem}-{number}"
    return free


def make_letter(
    letter: Letter, year: int, lang: str = "en", made: date | None = None, until: date | None = None
) -> Report:
    """Return a letter as the document model; ``until`` is the day by which an answer is asked for."""
    return _Writer(letter, year, lang).report(made, until)


def answer_form_json(letter: Letter, year: int, lang: str = "en") -> bytes:
    """Return the form to answer on as JSON, with empty answers."""
    plain = {
        "kind": KIND, "site": letter.site, "year": year, "lang": lang, "answers": [
            {**dict(_cells(question, number, lang)), "answer": "", "value": "", "reason": ""}
            for number, question in enumerate(letter.questions, 1)
        ],
    }  # fmt: skip
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()


def answer_form_workbook(letter: Letter, year: int, lang: str = "en") -> bytes:
    """Return the form to answer on as a workbook: what to fill is marked, the kind of answer is chosen from a list."""
    from xlsxwriter import Workbook

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as workbook:
        order = 2 if lang in RIGHT_TO_LEFT else 1
        plain: dict[str, Any] = {"text_wrap": True, "valign": "top", "reading_order": order}
        given = workbook.add_format(plain | {"locked": True})
        filled = workbook.add_format(plain | {"bg_color": "#fff2cc", "border": 1, "locked": False, "num_format": "@"})
        head = workbook.add_format(plain | {"bold": True, "bg_color": "#eef0ee"})
        sheet = workbook.add_worksheet(SHEET)
        if order == 2:
            sheet.right_to_left()
        for at, column in enumerate(COLUMNS):
            sheet.write_string(0, at, column, head)
            sheet.write_string(1, at, LABELS_ROW if column == "id" else say(f"ask_column_{column}", lang), head)
        for number, question in enumerate(letter.questions, 1):
            cells = dict(_cells(question, number, lang))
            for at, column in enumerate(COLUMNS):
                if column in FILLED:
                    sheet.write_blank(number + 1, at, None, filled)
                else:
                    sheet.write_string(number + 1, at, cells[column], given)
        choices = [say(f"ask_answer_{answer}", lang) for answer in ANSWERS]
        at = COLUMNS.index("answer")
        sheet.data_validation(2, at, len(letter.questions) + 1, at, {"validate": "list", "source": choices})
        for at, width in enumerate((18, 8, 24, 50, 40, 20, 18, 24, 40)):
            sheet.set_column(at, at, width)
        sheet.freeze_panes(2, 0)
        words = workbook.add_worksheet("read me")
        words.set_column(0, 0, 100)
        told = (say(Message("ask_title", {"site": letter.site, "year": str(year)}), lang), *_how(lang))
        for number, text in enumerate(told):
            words.write_string(number, 0, text, given)
    return content.getvalue()


def _how(lang: str) -> tuple[str, ...]:
    return tuple(sentence(f"ask_how_{answer}", lang) for answer in ANSWERS)


def _cells(question: Question, number: int, lang: str) -> Iterator[tuple[str, str]]:
    yield "id", question.id
    yield "number", str(number)
    yield "where", place_of(question, lang)
    yield "question", sentence(question.says, lang)
    yield "figures", say("clause_separator", lang).join(figure_of(shown, lang) for shown in question.figures)
    yield "now", question.now


def figure_of(shown: Shown, lang: str) -> str:
    """Return a figure with what it is of."""
    return say(Message("ask_shown", {"label": shown.label, "value": shown.value}), lang)


def place_of(question: Question, lang: str) -> str:
    """Return where a question is about: the plant, the chemical, and the cell of the register."""
    where = cell_of(question.place, lang)
    parts = dict.fromkeys(text for text in (question.plant, as_heading(say(question.subject, lang)), where) if text)
    return say("clause_separator", lang).join(parts)


def cell_of(place: Place, lang: str) -> str:
    """Return a cell of the register in words; of a line that is missing, that it is a new row."""
    values: dict[str, Value] = {
        "table": Message(f"declare_table_{place.table}"), "row": str(place.row) if place.row else "–",
        "field": field_label(place.field) if place.field else "–",
    }  # fmt: skip
    missing = place.table == "activities" and not place.row and place.field
    return say(Message("ask_where_new" if missing else "ask_where", values), lang)


class _Writer:
    """Writes one letter in one language."""

    def __init__(self, letter: Letter, year: int, lang: str) -> None:
        self.letter, self.year, self.lang = letter, year, lang

    def report(self, made: date | None, until: date | None) -> Report:
        title = self.say("ask_title", site=self.letter.site, year=str(self.year))
        return Report(
            title=title,
            lang=self.lang,
            labels=labels_in(self.lang),
            sections=(
                Section("letter", self.letter.operator or self.letter.site, tuple(self.opening(made, until))),
                Section("questions", self.say("ask_questions"), (self.table(),)),
                Section("answer", self.say("ask_answer"), tuple(self.how())),
            ),
            closing=(sentence("ask_draft", self.lang),),
            main="letter",
            made=made,
        )

    def opening(self, made: date | None, until: date | None) -> Iterator[Block]:
        facts = [Fact(self.say("declare_label_site"), (Text(self.letter.site, verbatim=True),))]
        for id, day in (("letters_date", made), ("ask_until", until)):
            if day is not None:
                facts.append(Fact(self.say(id), (Text(day.isoformat(), verbatim=True),)))
        yield Facts(tuple(facts))
        yield Paragraph((self.say("ask_greeting"),))
        yield Paragraph((sentence(Message("ask_opening", {"number": str(len(self.letter.questions))}), self.lang),))

    def table(self) -> Table:
        shown = ("number", "where", "question", "figures", "now")
        rows = []
        for number, question in enumerate(self.letter.questions, 1):
            cells = dict(_cells(question, number, self.lang))
            note = question.rule if question.rule not in cells["question"] else ""
            texts = [cells[name] or "–" for name in shown]
            asked = Text(texts[2], note=note) if note else texts[2]
            rows.append((Text(texts[0], verbatim=True), texts[1], asked, texts[3], texts[4]))
        return Table(self.say("ask_questions"), tuple(self.say(f"ask_column_{name}") for name in shown), tuple(rows))

    def how(self) -> Iterator[Block]:
        yield Paragraph((sentence("ask_fill", self.lang),))
        yield Bullets(_how(self.lang))
        yield Paragraph((self.say("letters_thanks"),))
        yield Signature(self.say("form_signs"), tuple(self.say(line) for line in SIGNED))

    def say(self, id: str, **values: str) -> str:
        return say(Message(id, {**values}), self.lang)
