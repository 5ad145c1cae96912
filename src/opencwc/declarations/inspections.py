"""What of a register may be inspected and how often, what lies near a threshold, and what nobody can say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from opencwc.convention.clauses import in_short
from opencwc.convention.inspection_limits import inspection_limits
from opencwc.declarations.model import Answer, Line
from opencwc.declarations.phrases import amount, place_said
from opencwc.declarations.schedules_2_and_3 import ACTIVITIES_OF
from opencwc.finding import Message, Value
from opencwc.wording.states import state_named

INSPECTED = ("S2", "S3", "OCPF")


class Inspections(NamedTuple):
    """How many inspections a year there are at most: of each of some plant sites, or of a State in whole.

    ``sites`` are those that may be inspected, or that the State declares; ``hours`` is 0 where the rule does not speak
    of it, ``country`` empty for plant sites and for a State that is not named.
    """

    regimes: tuple[str, ...]
    scope: str
    country: str
    sites: tuple[str, ...]
    most: int
    hours: int
    source: str
    evidence: str


def inspections_of(answer: Answer, day: date) -> Iterator[Inspections]:
    """Yield which plant sites are subject to inspection, how often each, and how often the State as a whole.

    Applies s2-inspections (VA VII.22), s3-inspections (VA VIII.15), ocpf-inspections (VA IX.12) and state-inspections
    (VA VIII.16, VA IX.13), which counts the plant sites declared under either Part, each once (our reading). Schedule 1
    facilities are verified on site without such a limit (VA VI.22, VA VI.29).
    """
    limits = inspection_limits(day)
    sites: dict[str, set[str]] = defaultdict(set)
    declared: dict[str, set[str]] = defaultdict(set)
    for line in answer.due:
        if line.regime in INSPECTED and line.site:
            if line.inspection:
                sites[line.regime].add(line.site)
            if line.declaration == "past" and line.regime != "S2":
                declared[line.country].add(line.site)
    for limit in limits:
        found = sorted({site for regime in limit.regimes for site in sites[regime]})
        rule = (limit.source, limit.evidence)
        if limit.scope == "plant_site" and found:
            yield Inspections(limit.regimes, limit.scope, "", tuple(found), limit.most, limit.hours, *rule)
        elif limit.scope == "state_party" and found:
            for country, of_state in sorted(declared.items()):
                most, of_all = limit.most_for(len(of_state)), tuple(sorted(of_state))
                yield Inspections(limit.regimes, limit.scope, country, of_all, most, limit.hours, *rule)


def told_of_inspections(answer: Answer, day: date) -> Iterator[Message]:
    """Yield what `inspections_of` says as messages, of many plant sites the first."""
    for known in inspections_of(answer, day):
        if known.scope == "state_party":
            state = state_named(known.country) if known.country else Message("check_state_unnamed")
            values: dict[str, Value] = {
                "state": state, "sites": str(len(known.sites)), "most": str(known.most),
                "source": in_short(known.source),
            }  # fmt: skip
            yield Message("inspection_state", values)
            continue
        said: dict[str, Value] = {
            "regime": known.regimes[0], "sites": known.sites[:_MOST], "most": str(known.most),
            "hours": str(known.hours), "source": in_short(known.source),
        }  # fmt: skip
        more = len(known.sites) - _MOST
        if more > 0:
            yield Message("inspection_sites_more", said | {"more": str(more)})
        else:
            yield Message("inspection_sites", said)


def told_of_near(answer: Answer) -> Iterator[Message]:
    """Yield what lies at a threshold, or just under it."""
    for near in sorted(answer.near, key=lambda near: (near.kg / near.limit, near.site, near.plant), reverse=True):
        said: dict[str, Value] = {
            "place": place_said(near.site, near.plant), "year": str(near.year), "amount": amount(near.kg),
            "activity": Message(f"check_activity_{near.activity}"), "limit": amount(near.limit),
            "chemical": near.chemical or Message("near_organic"),
        }  # fmt: skip
        yield Message("near_planned" if near.planned else "near_done", said)


def told_of_unknown(answer: Answer) -> Iterator[Message]:
    """Yield the duties that nobody can tell, since a quantity is missing and the rest does not make it due already."""
    due = {(line.site, line.plant, line.key, line.period) for line in answer.due}
    said: set[tuple[str, str, str, int]] = set()
    for activity in answer.register.activities:
        chemical = answer.chemicals.get(activity.row)
        if activity.kg is not None or chemical is None or not _counts(Line(activity, chemical), answer.year):
            continue
        period = answer.year + 1 if activity.planned else answer.year - 1
        key = (activity.site, activity.plant, chemical.key, period)
        if key not in due and key not in said:
            said.add(key)
            yield Message("unknown_duty", {
                "place": place_said(activity.site, activity.plant), "chemical": activity.chemical or chemical.name,
                "activity": Message(f"check_activity_{activity.activity}"), "year": str(activity.year),
                "row": str(activity.row),
            })  # fmt: skip


def _counts(line: Line, year: int) -> bool:
    """Tell whether a line could make a declaration of a year due."""
    activity, chemical = line
    regime = chemical.regime or ("OCPF" if chemical.organic else "")
    if activity.planned:
        return regime in ("S1", "S2", "S3") and activity.year in (year, year + 1)
    back = {"S1": 1, "S2": 3, "S3": 1, "OCPF": 1}.get(regime, 0)
    known = regime == "S1" or activity.activity in ACTIVITIES_OF.get(regime, ("produce",))
    return known and year - back <= activity.year < year


_MOST = 12
