"""The picture of a run as the API gives it: plain values, and words where a person reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Literal

from opencwc.finding import Message
from opencwc.reports.rate_changes import Change
from opencwc.reports.region_picture import AreaMonth, AreaRate
from opencwc.web.reports.picture_page import Picture
from opencwc.web.reports.time_line import Step
from opencwc.wording import sentence


def as_answer(picture: Picture, run: int, lang: str, step: Step | Literal[""] = "") -> dict[str, Any]:
    """Return a picture as JSON holds it; without a ``step`` the time line has the one that fits its period."""
    gaps, none, line = picture.gaps, picture.changes.says, picture.time_line(step)
    return {
        "run": run,
        "by": picture.by,
        "months": [_month(month) for month in picture.months],
        "time_line": {"step": line.step, "bars": [asdict(bar) for bar in line.bars], "left_out": line.left_out},
        "rates": [_rate(rate) for rate in picture.rates],
        "changes": [_change(change, lang) for change in picture.changes.changes],
        "changes_none": sentence(none, lang) if none else "",
        "gaps": _said(gaps.says, lang),
        "thin": [{"country": country, "why": _said(why, lang)} for country, why in gaps.thin],
        "silent": [{"region": one.region, "states": list(one.states), "all": one.all} for one in gaps.silent],
    }


def _month(month: AreaMonth) -> dict[str, Any]:
    return {
        "area": month.area, "month": month.month, "events": month.events.ids,
        "kinds": dict(month.kinds), "stages": dict(month.stages), "corroborated": month.corroborated,
        "only_alleged": month.only_alleged,
    }  # fmt: skip


def _rate(one: AreaRate) -> dict[str, Any]:
    return {
        "area": one.area, "kind": one.kind, "events": one.events, "corroborated": one.corroborated,
        "only_alleged": one.only_alleged, "a_month": round(one.rate.a_month, 4), "low": round(one.rate.low, 4),
        "high": round(one.rate.high, 4),
    }  # fmt: skip


def _change(change: Change, lang: str) -> dict[str, Any]:
    return {
        "area": change.area, "kind": change.kind, "month": change.month, "way": change.way, "lasting": change.lasting,
        "says": sentence(change.says, lang), "uneven": change.uneven,
    }  # fmt: skip


def _said(messages: Iterable[Message], lang: str) -> list[str]:
    return [sentence(message, lang) for message in messages]
