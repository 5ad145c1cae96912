"""The signs in a report by which its kind, stage and stance are judged: which words stand where, and beside which."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from opencwc.reports.confirmed_steps import is_confirming, without_steps
from opencwc.reports.model import Report
from opencwc.reports.offices import without_names
from opencwc.reports.words import CERTAINTY, Hit, load_words

RULES = Path(__file__).parent / "data" / "kinds.yaml"
ZONES = ("title", "lead", "rest")
UNDERTAKINGS = frozenset(("destruction", "inspection", "policy", "other", "transfer", "technology"))
"""Kinds of events that can be over; every other is a single act."""
_LEAD = {"zh": 60}
_LEAD_ELSEWHERE = 170
"""Signs of the text that count as its opening."""
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_OLDEST = 1900
_READ = 20_000
"""Signs of a report that are read; what it tells of stands before them."""
_UNTITLED = 0.5
"""Where a report has no title, this share of the opening stands for it."""


class Read(NamedTuple):
    """The words found in a report, and where its title and its opening end."""

    hits: Sequence[Hit]
    title_ends: int
    lead_ends: int
    past: bool
    """Whether title or opening name a year that lies two years or more before the report."""
    only_steps: bool = False
    """Whether all that is confirmed in it is a step of a body's own work: an inquiry, tests, a report received."""

    def zone(self, hit: Hit) -> str:
        """Return where a hit stands."""
        return "title" if hit.start < self.title_ends else "lead" if hit.start < self.lead_ends else "rest"


def read(report: Report, lang: str) -> Read:
    """Return the words of a report."""
    length = _LEAD.get(lang, _LEAD_ELSEWHERE)
    title_ends = report.body_at or int(length * _UNTITLED)
    lead_ends = title_ends + length
    years = [int(match[0]) for match in _YEAR.finditer(report.whole[:lead_ends])]
    past = any(_OLDEST <= year <= report.published.year - 2 for year in years)
    text = report.whole[:_READ]
    words = load_words(lang).find(text)
    happened = list(without_steps(words, text, lang))
    only_steps = len(happened) < len(words) and not any(is_confirming(hit) for hit in happened)
    return Read(without_names(happened, text, lang, report.body_at), title_ends, lead_ends, past, only_steps)


class Pair(NamedTuple):
    """Groups that mean more together: one of each of ``all``, none of ``none``."""

    all: tuple[frozenset[str], ...]
    none: frozenset[str]

    def fits(self, groups: set[str]) -> bool:
        """Tell whether a title and opening with words of these groups has the pair."""
        return all(some & groups for some in self.all) and not self.none & groups


class Rules(NamedTuple):
    """One question: its answers, and for each sign how far it speaks for each of them."""

    classes: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    pairs: Mapping[str, Pair]


@lru_cache(maxsize=4)
def load_rules(path: Path = RULES) -> Mapping[str, Rules]:
    """Read the weights set by hand for ``kind``, ``stage`` and ``stance``, once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe
    return {question: _rules(fields) for question, fields in raw.items()}


def _rules(fields: Mapping[str, Any]) -> Rules:
    classes = tuple(fields["classes"])
    table: dict[str, Mapping[str, float]] = {"bias": fields["bias"]}
    for group, weights in fields["groups"].items():
        table |= {f"{group}@{zone}": weights for zone in ZONES}
    table |= {f"{group}@any": weights for group, weights in fields.get("anywhere", {}).items()}
    table |= {f"given={value}": weights for value, weights in fields.get("given", {}).items()}
    pairs: Mapping[str, Any] = fields.get("pairs", {})
    table |= {f"pair={name}": pair["weights"] for name, pair in pairs.items()}
    rows = tuple(tuple(float(weights.get(one, 0.0)) for one in classes) for weights in table.values())
    made = {
        f"pair={name}": Pair(tuple(map(frozenset, pair["all"])), frozenset(pair["none"]))
        for name, pair in pairs.items()
    }
    return Rules(classes, tuple(table), rows, made)


def kind_signs(found: Read, pairs: Mapping[str, Pair]) -> dict[str, float]:
    """Return the signs of a report's kind, each with its strength."""
    signs = _counted(found, (hit for hit in found.hits if hit.group not in CERTAINTY or hit.group == "refuse"))
    opening = {hit.group for hit in found.hits if hit.start < found.lead_ends}
    return signs | {name: 1.0 for name, pair in pairs.items() if pair.fits(opening)} | {"bias": 1.0}


def certainty_signs(found: Read, kind: str) -> dict[str, float]:
    """Return the signs of how far an event of a kind is known, each with its strength."""
    told = [hit for hit in found.hits if hit.group in CERTAINTY]
    bodies = {hit.sentence for hit in told if hit.group == "body"}
    more = [hit._replace(group="confirmed") for hit in told if hit.group == "confirm" and hit.sentence in bodies]
    if kind in UNDERTAKINGS:
        more += [hit._replace(group="ended") for hit in told if hit.group == "over"]
    anywhere = {f"{hit.group}@any": 1.0 for hit in [*told, *more]}
    anywhere |= {"past@any": 1.0} if found.past else {}
    return _counted(found, [*told, *more]) | anywhere | {f"given={kind}": 1.0, "bias": 1.0}


def _counted(found: Read, hits: Iterable[Hit]) -> dict[str, float]:
    """Count hits by group and zone: the title counts most, and what is said often not much more than once."""
    counts = Counter((hit.group, found.zone(hit)) for hit in hits)
    return {f"{group}@{zone}": _strength(zone, count) for (group, zone), count in counts.items()}


def _strength(zone: str, count: int) -> float:
    if zone == "rest":
        return round(0.5 * math.log1p(count), 4)
    return (1.0 if zone == "title" else 0.6) * min(count, 2)
