"""Proposals as CSV and JSON Lines, the same in every language but for the reason."""

from __future__ import annotations

import csv
import io
import json

from opencwc.declarations.unusual.charts import chart
from opencwc.declarations.unusual.proposals import Proposal, Unusual
from opencwc.records import to_plain
from opencwc.wording import sentence

COLUMNS = (
    "rank", "site", "plant", "chemical", "entry", "activity", "year", "kg", "probability", "reason", "why", "rows",
)  # fmt: skip


def as_texts(proposal: Proposal, lang: str = "en") -> dict[str, str]:
    """Return a proposal by `COLUMNS`, as text; the probability is empty where rules ranked."""
    return {
        "rank": str(proposal.rank), "site": proposal.site, "plant": proposal.plant, "chemical": proposal.chemical,
        "entry": proposal.entry, "activity": proposal.activity, "year": str(proposal.year),
        "kg": f"{proposal.kg.normalize():f}",
        "probability": "" if proposal.probability is None else f"{proposal.probability:.3f}",
        "reason": proposal.reason, "why": sentence(proposal.message, lang), "rows": " ".join(map(str, proposal.rows)),
    }  # fmt: skip


def unusual_as_csv(unusual: Unusual, lang: str = "en") -> str:
    """Return the proposals as CSV; the header also where there are none."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(as_texts(proposal, lang) for proposal in unusual.proposals)
    return out.getvalue()


def unusual_as_json(unusual: Unusual, lang: str = "en") -> str:
    """Return the proposals as JSON Lines, each with its message and its chart (Vega-Lite)."""
    return "".join(
        json.dumps(
            {
                **as_texts(proposal, lang), "rank": proposal.rank, "year": proposal.year,
                "probability": proposal.probability, "rows": list(proposal.rows), "model": unusual.model,
                "weights": unusual.weights, "message": to_plain(proposal.message),
                "chart": chart(proposal.years, proposal.year, lang),
            },
            ensure_ascii=False,
        )
        + "\n"
        for proposal in unusual.proposals
    )  # fmt: skip
