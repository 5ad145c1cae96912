"""The faults of a judged register and its amounts just under a threshold, as lists that are searched and sorted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from opencwc.declarations.kept import KeptDeclarations, ShownNear, ShownProblem
from opencwc.declarations.phrases import amount
from opencwc.finding import Message, Value
from opencwc.web.declarations.due_list import chemicals_said
from opencwc.web.server.listing import ListAsked, ListColumn, ListShown, listed
from opencwc.wording import amount_said, cited, say, sentence

Part = Literal["faults", "near"]
TITLES: Mapping[str, str] = {"faults": "page_declarations_faults", "near": "page_declarations_near"}
FIRST = 20
"""How many rows of these lists stand below what is due; the whole of a longer one is a view of its own."""


def _where(problem: ShownProblem, lang: str) -> str:
    table = Message(f"declare_table_{problem.table}")
    return say(Message("check_where", {"table": table, "row": str(problem.row)}) if problem.row else table, lang)


FAULT_COLUMNS: Sequence[ListColumn[ShownProblem]] = (
    ListColumn("where", "page_declarations_where", _where, lambda problem: (problem.table, problem.row)),
    ListColumn("column", "page_declarations_column", lambda problem, _: problem.column),
    ListColumn("text", "page_declarations_stands", lambda problem, _: problem.text),
    ListColumn("says", "page_declarations_wrong", lambda problem, lang: sentence(problem.says, lang)),
    ListColumn(
        "verdict", "label_verdict",
        lambda problem, lang: say("verdict_unreadable" if problem.unjudged else "verdict_review", lang),
    ),
)  # fmt: skip


def near_columns(called: Mapping[str, str]) -> Sequence[ListColumn[ShownNear]]:
    """Return the columns of amounts just under a threshold; ``called`` is what their chemicals are called."""

    def chemical(near: ShownNear, lang: str) -> str:
        name = called.get(near.chemical, near.chemical) or say("declare_organic_chemicals", lang)
        return f"{name} {near.entry}".strip()

    def activity(near: ShownNear, lang: str) -> str:
        planned = f" {say('page_declarations_planned', lang)}" if near.planned else ""
        done: dict[str, Value] = {"activity": Message(f"declare_act_{near.activity}"), "year": str(near.year)}
        return f"{say(Message('activity_in_year', done), lang)}{planned}"

    return (
        ListColumn(
            "site", "declare_label_site", lambda near, _: " / ".join(filter(None, (near.site, near.plant))),
        ),
        ListColumn("chemical", "declare_label_chemical", chemical),
        ListColumn("activity", "page_declarations_activity", activity),
        ListColumn(
            "amount", "page_declarations_amount", lambda near, lang: amount_said(amount(near.kg), lang),
            lambda near: near.kg, number=True,
        ),
        ListColumn(
            "threshold", "page_declarations_threshold", lambda near, lang: amount_said(amount(near.limit), lang),
            lambda near: near.limit, number=True,
        ),
        ListColumn("source", "report_source", lambda near, lang: cited(near.source, lang)),
    )  # fmt: skip


def part_listed(part: Part, kept: KeptDeclarations, asked: ListAsked, lang: str) -> ListShown[Any]:
    """Return one of the two lists as it is asked for."""
    if part == "faults":
        return listed(kept.problems, FAULT_COLUMNS, asked, lang)
    return listed(kept.near, near_columns(chemicals_said(kept, lang)), asked, lang)


def first_of(part: Part, kept: KeptDeclarations, lang: str, most: int = FIRST) -> ListShown[Any]:
    """Return the first rows of one of the two lists, whose headings do not sort: the page has a list of its own."""
    if part == "faults":
        return listed(kept.problems[:most], _fixed(FAULT_COLUMNS), ListAsked(), lang)
    return listed(kept.near[:most], _fixed(near_columns(chemicals_said(kept, lang))), ListAsked(), lang)


def _fixed(columns: Sequence[ListColumn[Any]]) -> list[ListColumn[Any]]:
    return [replace(column, sorts=False) for column in columns]
