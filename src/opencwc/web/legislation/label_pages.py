"""The house's own labels of laws: what people put on the shelf, and whether it is enough to learn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import Response

from opencwc.legislation.corrections import Corrections
from opencwc.legislation.own_labels import LEAST_LABELS, LEAST_LAWS, LEAST_OF_EACH
from opencwc.web.legislation.parts import law_page
from opencwc.web.server import downloads
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListShown, ListWanted, listed
from opencwc.web.server.page import language_of
from opencwc.web.server.service import Router
from opencwc.wording import say
from opencwc.wording.states import state_name

router = Router(include_in_schema=False)
MOST_SHOWN = 500
Label = Mapping[str, Any]


def _verdict_said(name: str, label: Label, lang: str) -> str:
    return say(f"law_verdict_{label[name]}", lang)


COLUMNS: tuple[ListColumn[Label], ...] = (
    ListColumn(
        "state", "law_column_state", lambda label, lang: state_name(label["state"], lang) if label["state"] else ""
    ),
    ListColumn("measure", "law_column_measure", lambda label, _: str(label["measure"])),
    ListColumn("proposed", "law_column_proposed", lambda label, lang: _verdict_said("proposed", label, lang)),
    ListColumn("verdict", "law_column_decision", lambda label, lang: _verdict_said("verdict", label, lang)),
    ListColumn("elements", "law_column_wrong_elements", lambda label, _: ", ".join(label.get("elements", ()))),
    ListColumn("by", "page_audit_who", lambda label, _: str(label["by"])),
    ListColumn("at", "page_audit_moment", lambda label, _: str(label["at"])),
    ListColumn("reason", "casebook_column_why", lambda label, _: str(label["reason"])),
)


@router.get("/law/labels", action="decide")
def show_labels(request: Request, wanted: ListWanted) -> Response:
    """Show the labels of the house, the latest first, and what is still wanting before they can teach the model."""
    rows, left_out = Corrections.of_house().rows()
    table, some = _as_list(wanted, language_of(request)), wanted.part(0, MOST_SHOWN)
    laws = {str(row["country"]) for row in rows}
    return law_page(
        request, "legislation/labels.html", "check", list=table, shown_rows=table.rows[some],
        texts=table.texts[some], more=max(0, len(table.rows) - some.stop), labels=len(rows), laws=len(laws),
        enough=len(rows) >= LEAST_LABELS and len(laws) >= LEAST_LAWS, least=LEAST_LABELS, least_laws=LEAST_LAWS,
        each=LEAST_OF_EACH, left_out=left_out,
    )  # fmt: skip


@router.get("/law/labels.{ending}", action="decide")
def give_labels(request: Request, ending: Ending, wanted: ListWanted) -> Response:
    """Give the labels of the house as a file, in which no cell is a formula."""
    lang = language_of(request)
    return downloads.download(_as_list(wanted, lang).file(ending, "page_law_own_labels", lang), f"labels.{ending}")


def _as_list(wanted: ListAsked, lang: str) -> ListShown[Label]:
    return listed(reversed(Corrections.of_house().all()), COLUMNS, wanted, lang)
