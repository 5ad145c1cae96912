"""What to ask about as CSV and JSON Lines: one line a point, the same in every language but for the reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from opencwc.declarations.kept import ShownFault, ShownPoint, ShownProposal
from opencwc.declarations.model import Fault
from opencwc.declarations.unusual.proposals import Proposal
from opencwc.records import to_plain
from opencwc.wording import sentence

POINT_FIELDS = (
    "rank", "kind", "gravity", "checks", "reason", "site", "plant", "chemical", "entry", "activity", "year", "table",
    "row", "field", "now", "probability", "question", "why",
)  # fmt: skip
"""``kind`` is ``check``, ``unusual`` or ``both``; ``checks`` are the ids of the checks, ``reason`` that of the ranking.

``question`` is the id that letters and answers bear; ``row`` is empty for a line that is missing.
"""
Faults = Sequence[Fault] | Sequence[ShownFault]
Proposals = Sequence[Proposal] | Sequence[ShownProposal]


def points_as_texts(
    points: Iterable[ShownPoint], faults: Faults, proposals: Proposals, lang: str = "en"
) -> Iterator[dict[str, str]]:
    """Yield points by `POINT_FIELDS`, as text; ``faults`` and ``proposals`` are those that they name."""
    for rank, point in enumerate(points, 1):
        proposal = proposals[point.proposal - 1] if point.proposal else None
        probability = proposal.probability if proposal else None
        yield {
            "rank": str(rank), "kind": point.kind, "gravity": point.gravity,
            "checks": " ".join(dict.fromkeys(faults[at].check for at in point.faults)),
            "reason": proposal.reason if proposal else "", "site": point.site, "plant": point.plant,
            "chemical": point.chemical, "entry": point.entry, "activity": point.activity,
            "year": str(point.year or ""), "table": point.table, "row": str(point.row or ""), "field": point.field,
            "now": point.now, "probability": "" if probability is None else f"{probability:.3f}",
            "question": point.question, "why": sentence(point.says, lang),
        }  # fmt: skip


def points_as_csv(points: Iterable[ShownPoint], faults: Faults, proposals: Proposals, lang: str = "en") -> str:
    """Return points as CSV; the header also where there are none."""
    out = io.StringIO()
    writer = csv.DictWriter(out, POINT_FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(points_as_texts(points, faults, proposals, lang))
    return out.getvalue()


def points_as_json(points: Sequence[ShownPoint], faults: Faults, proposals: Proposals, lang: str = "en") -> str:
    """Return points as JSON Lines, each with its message."""
    lines = zip(points, points_as_texts(points, faults, proposals, lang), strict=True)
    return "".join(
        json.dumps(
            {**texts, "rank": int(texts["rank"]), "year": point.year or None, "row": point.row or None,
             "message": to_plain(point.says)},
            ensure_ascii=False,
        )
        + "\n"
        for point, texts in lines
    )  # fmt: skip
