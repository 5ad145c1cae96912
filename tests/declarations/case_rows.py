"""The rows of cases of declarations, to a register.

A row of activities reads ``SITE/PLANT | activity | quantity unit | chemical | year``, then marks in any order:
``planned``, ``30 %``, ``on 2026-06-01``, ``with DEU``, ``for medical``, ``cas 111-48-8``. A row of sites reads
``SITE/PLANT | country | kind``; ``-`` stands for what is empty.
"""

from __future__ import annotations

from typing import Any

from opencwc.declarations.model import Register
from opencwc.declarations.register_cells import RowReader

MARKS = {"on": "date", "with": "partner", "for": "purpose", "cas": "cas"}


def place(text: str) -> dict[str, str]:
    site, _, plant = text.partition("/")
    return {"site": site, "plant": plant}


def cells(text: str) -> list[str]:
    return ["" if cell.strip() == "-" else cell.strip() for cell in text.split("|")]


def activity_texts(text: str) -> dict[str, str]:
    """Return a row of activities as the cells of a table."""
    where, activity, weight, chemical, year, *marks = cells(text)
    quantity, _, unit = weight.rpartition(" ")
    texts = {
        **place(where),
        "activity": activity,
        "quantity": quantity,
        "unit": unit,
        "chemical": chemical,
        "year": year,
    }
    for mark in marks:
        name, _, value = mark.partition(" ")
        if mark.endswith("%"):
            texts["concentration"] = mark
        elif mark == "planned":
            texts["planned"] = "yes"
        else:
            texts[MARKS[name]] = value
    return texts


def site_texts(text: str) -> dict[str, str]:
    where, country, kind = [*cells(text), "", ""][:3]
    return {**place(where), "country": country, "kind": kind}


def register_of(case: dict[str, Any]) -> Register:
    reader = RowReader()
    rows = [site_texts(text) for text in case["register"].get("sites", ())]
    sites = [site for number, row in enumerate(rows, 1) if (site := reader.site(number, row)) is not None]
    read = [
        activity
        for number, text in enumerate(case["register"].get("activities", ()), 1)
        if (activity := reader.activity(number, activity_texts(text))) is not None
    ]
    assert not [problem for problem in reader.problems if problem.unjudged], case["name"]
    return Register(case["name"], {(site.site, site.plant): site for site in sites}, tuple(read))
