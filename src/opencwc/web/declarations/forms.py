"""The forms of a register to judge, of a declaration to check and of answers, as pages and programs send them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from opencwc.convention.declaration_rules import read_declaration_rules
from opencwc.declarations.law import profiles
from opencwc.declarations.reader import BEFORE, TRADE
from opencwc.declarations.reader import REGISTER as REGISTER_ROLE
from opencwc.declarations.register_tables import ACTIVITIES, SITES
from opencwc.declarations.register_words import fields_of
from opencwc.declarations.verb import VERB
from opencwc.errors import InputError
from opencwc.web.casebook.upload_forms import FILE, SentForm, UploadForm, several_files
from opencwc.web.declarations.year_before_files import SUBMISSION, with_submission
from opencwc.web.server.service import Service

TABLES = (SITES, ACTIVITIES)
YEARS = range(1997, 2101)
MARGINS = range(101)
"""Per cent under a threshold that may be near it."""
READINGS = read_declaration_rules().readings
"""What the treaty leaves open, each with its choices."""
_LONGEST_COLUMN = 300
_PROFILE = {"type": "string", "description": "`treaty`, or the profile of a State, such as `ESP`."}


def _question(service: Service, sent: SentForm) -> dict[str, Any]:
    return {
        "year": _number(sent.texts, "year", sent.day.year, YEARS),
        "profile": asked_profile(sent.texts),
        "margin": _number(sent.texts, "margin", 10, MARGINS),
        "given": given_of(sent.texts),
        "roles": list(sent.fields),
        "readings": readings_of(sent.texts),
    }


def register_alone(sent: SentForm) -> SentForm:
    """Return what was sent without the books that the register is only compared with."""
    files = [(upload, role) for upload, role in zip(sent.uploads, sent.fields, strict=True) if role == REGISTER_ROLE]
    return sent._replace(uploads=[upload for upload, _ in files], fields=tuple(role for _, role in files))


def readings_of(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the choice of each reading that a form turns; raise `InputError` where it is none of its choices."""
    named = {reading: texts.get(f"reading-{reading.id}", "").strip() for reading in READINGS}
    for reading, choice in named.items():
        if choice and choice not in reading.choices:
            raise InputError(
                "no_such_choice", where=f"reading-{reading.id}", reading=reading.id, choice=choice[:50],
                known=reading.choices,
            )  # fmt: skip
    return {reading.id: choice for reading, choice in named.items() if choice}


def given_of(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return which column of a table the person named for a field.

    >>> given_of({"map-sites-name": "Works", "map-sites-plant": "", "map-activities-unit": "=kg"})
    {'sites': {'name': 'Works'}, 'activities': {'unit': '=kg'}}
    """
    given: dict[str, dict[str, str]] = {}
    for table in TABLES:
        named = {field: texts.get(f"map-{table}-{field}", "").strip()[:_LONGEST_COLUMN] for field in fields_of(table)}
        given[table] = {field: column for field, column in named.items() if column}
    return given


def asked_profile(texts: Mapping[str, str]) -> str:
    """Return the profile that a form asks for, else that of the treaty; raise `InputError` where it is not known."""
    known, profile = profiles(), texts.get("profile", "").strip() or "treaty"
    if profile not in known:
        raise InputError("no_such_profile", where="profile", profile=profile, known=tuple(known), guess="")
    return profile


def _number(texts: Mapping[str, str], name: str, usual: int, known: range) -> int:
    """Return a number of the form; raise `InputError` where it is none of those that are known."""
    text = texts.get(name, "").strip()
    if not text:
        return usual
    number = int(text) if text.isdecimal() and len(text) < 5 else -1
    if number not in known:
        raise InputError("number_not_between", where=name, text=text, least=known.start, most=known.stop - 1)
    return number


REGISTER = UploadForm(
    VERB,
    {
        REGISTER_ROLE: several_files(
            "The register: a workbook with the sheets `sites` and `activities`, JSON, a ZIP file of the two tables, or "
            "the two tables."
        ),
        BEFORE: several_files("Last year's register to compare with, or its declaration as XML, JSON or XLSX."),
        TRADE: FILE | {"description": "A ledger of customs or of a partner State to compare trade with."},
    },
    missing=partial(InputError, "register_file_missing", where="file"),
    question=_question,
    completed=with_submission,
    texts={
        SUBMISSION: {
            "type": "string",
            "pattern": "^[0-9]{1,18}$",
            "description": "The number of last year's submission, whose last version is compared with.",
        },
        "year": {
            "type": "string",
            "pattern": "^[0-9]{4}$",
            "description": "The calendar year in which declarations fall due; that of the day where left out.",
        },
        "profile": _PROFILE,
        "margin": {"type": "string", "description": "How many per cent under a threshold are near; 10 where left out."},
        **{
            f"reading-{reading.id}": {
                "type": "string",
                "enum": ["", *reading.choices],
                "description": f"How this is read ({reading.source}); as the profile has it where left out.",
            }
            for reading in READINGS
        },
        **{
            f"map-{table}-{field}": {
                "type": "string",
                "description": f"The column of the {table} with `{field}`, or `=` and a value for all rows.",
            }
            for table in TABLES
            for field in fields_of(table)
        },
    },
)
DECLARATION = UploadForm(
    VERB,
    {"file": FILE | {"description": "A declaration that somebody wrote: XML, JSON or XLSX."}},
    missing=partial(InputError, "declaration_file_missing", where="file"),
    texts={"profile": _PROFILE},
)
"""The form of a declaration to check, which is not kept."""
ANSWERS = UploadForm(
    VERB,
    {"file": several_files("Answer forms that operators filled: XLSX or JSON.")},
    missing=partial(InputError, "answers_file_missing", where="file"),
)
"""The form of answers to hold against the questions of a register; the files are not kept."""
