"""Empty registers to fill in: a workbook with drop-downs and explanations in the reader's language, or two text files.

Nothing is written as a formula but the lists of the drop-downs, which are ours. The same call gives the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.convention.territories import all_territories
from opencwc.declarations.model import ACTIVITY_FIELDS, SITE_FIELDS, sheet_quoted
from opencwc.files.csv_cells import csv_of
from opencwc.finding import Message
from opencwc.wording import say, sentence
from opencwc.wording.states import state_name

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SITES, ACTIVITIES, EXPLANATIONS = "sites", "activities", "explanations"
FIELDS = {SITES: SITE_FIELDS, ACTIVITIES: ACTIVITY_FIELDS}
UNITS = ("g", "kg", "t")
LAST_ROW = 20_000
"""The last row of a sheet that has drop-downs."""
_MADE = datetime(2000, 1, 1)
"""What the workbook says of the day it was made: nothing that changes from call to call."""
_WIDTHS = {"chemical": 32, "address": 40, "name": 28, "operator": 28, "remarks": 40, "purpose": 22, "kind": 26}
_AS_TEXT = frozenset(("site", "plant", "cas"))
"""Columns whose cells stay as they are typed: a code of zeros keeps them, a CAS number becomes no day."""
_FIRST_CODE = 4


class TemplateWords(NamedTuple):
    """The words of a template in one language."""

    sheets: Mapping[str, str]
    sites: Mapping[str, str]
    activities: Mapping[str, str]
    activity_words: Mapping[str, str]
    kinds: Mapping[str, str]
    purposes: Mapping[str, str]
    answers: Mapping[str, str]

    def headings(self, table: str) -> Mapping[str, str]:
        """Return what the columns of a table are called, by field."""
        return self.sites if table == SITES else self.activities


@cache
def template_words(lang: str) -> TemplateWords:
    """Return the words of a template in one of the six languages."""
    raw: dict[str, Any] = read_yaml(Path(__file__).parent / "data" / "register_template.yaml")
    return TemplateWords(**raw[lang])


def write_template(stream: IO[bytes], lang: str = "en") -> None:
    """Write a workbook to fill in: the sheets of sites and activities, and one that explains them."""
    from xlsxwriter import Workbook

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(stream, options) as workbook:
        workbook.set_properties({"title": say("declare_template_title", lang), "created": _MADE})
        _Template(workbook, lang).write()


def template_texts(lang: str = "en") -> dict[str, bytes]:
    """Return the two text files to fill in, by name: headings in the language and no row."""
    words = template_words(lang)
    return {
        f"{table}.csv": b"\xef\xbb\xbf" + csv_of([[words.headings(table)[field] for field in FIELDS[table]]])
        for table in FIELDS
    }


class _Template:
    """Writes one template."""

    def __init__(self, workbook: Workbook, lang: str) -> None:
        self.workbook, self.lang = workbook, lang
        self.words = template_words(lang)
        order = 2 if lang == "ar" else 1
        plain = {"font_name": "Arial", "font_size": 10, "valign": "top", "reading_order": order}
        self.head = self.format(plain | {"bold": True, "bottom": 1, "bg_color": "#eef0ee", "text_wrap": True})
        self.title = self.format(plain | {"bold": True, "font_size": 14})
        self.plain = self.format(plain | {"text_wrap": True})
        self.cell = self.format(plain)
        self.as_text = self.format(plain | {"num_format": "@"})
        self.day = self.format(plain | {"num_format": "yyyy-mm-dd"})

    def format(self, properties: Mapping[str, object]) -> Format:
        return self.workbook.add_format(dict(properties))

    def write(self) -> None:
        """Write the three sheets."""
        codes = sorted(
            (territory.code, state_name(territory.code, self.lang))
            for territory in all_territories().values()
            if territory.kind == "present"
        )
        for table in (SITES, ACTIVITIES):
            sheet = self.add_sheet(table)
            self.head_row(sheet, table)
            for at, field in enumerate(self.words.headings(table)):
                if rule := self.rule(table, field, len(codes)):
                    sheet.data_validation(1, at, LAST_ROW, at, rule)
        self.explain(self.add_sheet(EXPLANATIONS), codes)

    def add_sheet(self, name: str) -> Worksheet:
        sheet = self.workbook.add_worksheet(self.words.sheets[name])
        if self.lang == "ar":
            sheet.right_to_left()
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def head_row(self, sheet: Worksheet, table: str) -> None:
        """Write the headings, which stay in sight, and set the columns."""
        for at, (field, heading) in enumerate(self.words.headings(table).items()):
            form = self.as_text if field in _AS_TEXT else self.day if field == "date" else self.cell
            sheet.set_column(at, at, max(_WIDTHS.get(field, 13), len(heading) + 2), form)
            sheet.write_string(0, at, heading, self.head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def rule(self, table: str, field: str, codes: int) -> dict[str, Any] | None:
        """Return the drop-down of a column; ``None`` where anything may stand in it."""
        words = self.words
        listed: Mapping[str, Iterable[str]] = {
            "activity": words.activity_words.values(), "unit": UNITS, "planned": words.answers.values(),
            "kind": words.kinds.values(), "purpose": words.purposes.values(),
        }  # fmt: skip
        if field in listed:
            source: object = list(listed[field])
        elif field in ("country", "partner"):
            name = sheet_quoted(words.sheets[EXPLANATIONS])
            source = f"={name}!$E${_FIRST_CODE + 1}:$E${_FIRST_CODE + codes}"
        else:
            return None
        told = sentence(Message(f"declare_help_{help_of(table, field)}"), self.lang)
        # What is typed otherwise is let through with a word: other people's words are read as well.
        return {
            "validate": "list", "source": source, "error_type": "information", "error_message": told[:255],
            "input_message": told[:255],
        }  # fmt: skip

    def explain(self, sheet: Worksheet, codes: Iterable[tuple[str, str]]) -> None:
        """Write what each column is for, and beside it the codes of States."""
        for at, width in enumerate((18, 24, 90, 3, 8, 40)):
            sheet.set_column(at, at, width)
        sheet.write_string(0, 0, say("declare_template_title", self.lang), self.title)
        sheet.write_string(1, 0, sentence("declare_template_lead", self.lang), self.cell)
        heads = ("declare_template_sheet", "declare_template_column", "declare_template_meaning")
        for at, name in enumerate(heads):
            sheet.write_string(_FIRST_CODE - 1, at, say(name, self.lang), self.head)
        row = _FIRST_CODE
        for table in (SITES, ACTIVITIES):
            for field, heading in self.words.headings(table).items():
                told = sentence(Message(f"declare_help_{help_of(table, field)}"), self.lang)
                for at, text in enumerate((self.words.sheets[table], heading, told)):
                    sheet.write_string(row, at, text, self.plain)
                row += 1
        for at, name in ((4, "declare_template_code"), (5, "declare_template_state")):
            sheet.write_string(_FIRST_CODE - 1, at, say(name, self.lang), self.head)
        for row, (code, state) in enumerate(codes, _FIRST_CODE):
            sheet.write_string(row, 4, code, self.cell)
            sheet.write_string(row, 5, state, self.cell)
        sheet.freeze_panes(_FIRST_CODE, 0)


def help_of(table: str, field: str) -> str:
    """Return the last part of the id of the message that explains a column; both tables share two."""
    return field if table == ACTIVITIES or field in ("site", "plant") else f"site_{field}"
