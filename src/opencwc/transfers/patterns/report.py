"""What patterns were found, as tables for machines and as a report with charts for a person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from opencwc.finding import Message
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Badge,
    Block,
    Bullets,
    Card,
    Cards,
    Fact,
    Figure,
    Filter,
    Key,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.records import to_plain
from opencwc.transfers.model import Ledger
from opencwc.transfers.patterns import PATTERN_KINDS
from opencwc.transfers.patterns.base import Proposal
from opencwc.wording import amount_said, say, sentence
from opencwc.wording.chemical_names import name_said
from opencwc.wording.lists import entry_said

COLUMNS = (
    "rank", "kind", "chemical", "key", "entry", "exporter", "importer", "via", "start", "end", "kg", "measure",
    "value", "tests", "adjusted", "verdict", "why", "lines",
)  # fmt: skip
DRAWN = 500
"""Proposals that the report shows with a chart; the rest is counted, and stands in the other formats."""


def as_rows(proposals: Sequence[Proposal], lang: str = "en") -> Iterator[dict[str, str | int | float]]:
    """Give a row for each proposal, with `COLUMNS`; ``lines`` names ledger, row and id of the first lines."""
    for rank, proposal in enumerate(proposals, start=1):
        substance, unusual = proposal.substance, proposal.unusual
        yield {
            "rank": rank, "kind": proposal.kind, "chemical": substance.name, "key": substance.key,
            "entry": " ".join(substance.entries[:1]), "exporter": proposal.exporter, "importer": proposal.importer,
            "via": proposal.via, "start": proposal.start, "end": proposal.end, "kg": round(proposal.figures["kg"], 3),
            "measure": unusual.measure, "value": unusual.value, "tests": unusual.tests, "adjusted": unusual.adjusted,
            "verdict": str(proposal.verdict), "why": sentence(proposal.message, lang),
            "lines": "; ".join(f"{line.ledger}:{line.row}:{line.id}" for line in proposal.lines),
        }  # fmt: skip


def as_json_lines(proposals: Sequence[Proposal], lang: str = "en") -> Iterator[str]:
    """Give each proposal as a line of JSON: the row, its figures, its lines, its years and its chart (Vega-Lite)."""
    for row, proposal in zip(as_rows(proposals, lang), proposals, strict=True):
        plain: dict[str, Any] = {
            **row, "figures": dict(proposal.figures), "lines": [line._asdict() for line in proposal.lines],
            "line_count": proposal.line_count, "message": to_plain(proposal.message),
            "chart": proposal.chart(lang),
        }  # fmt: skip
        yield json.dumps(_finite(plain), ensure_ascii=False)


def told(proposals: Sequence[Proposal], ledgers: Sequence[Ledger]) -> tuple[Message, ...]:
    """Say what was looked at, and that all of it is for a person."""
    lines = sum(len(ledger.lines) for ledger in ledgers)
    names = ", ".join(ledger.name for ledger in ledgers)
    return (
        Message("pattern_told", {"count": len(proposals), "lines": lines, "ledgers": names}),
        Message("pattern_caution"),
    )


def report(proposals: Sequence[Proposal], ledgers: Sequence[Ledger], lang: str = "en") -> Report:
    """Return the report as a document, for any writer of `opencwc.publishing`."""
    titles = {"checked": say("report_checked", lang), "patterns": say("pattern_title", lang)}
    sections = (
        Section("checked", titles["checked"], _checked(proposals, ledgers, lang), wide=False),
        Section("patterns", titles["patterns"], _found(proposals, lang)),
    )
    return Report(
        title=say("pattern_title", lang),
        lang=lang,
        labels=labels_in(lang),
        lead=tuple(sentence(message, lang) for message in told(proposals, ledgers)),
        contents=tuple(titles.items()),
        sections=sections,
        closing=(say("report_person", lang),),
        main="patterns",
    )


def _checked(proposals: Sequence[Proposal], ledgers: Sequence[Ledger], lang: str) -> Iterator[Block]:
    yield Bullets(tuple(sentence(message, lang) for message in told(proposals, ledgers)))
    counts = {kind: sum(proposal.kind == kind for proposal in proposals) for kind in PATTERN_KINDS}
    rows = tuple((say(f"pattern_kind_{kind}", lang), str(count)) for kind, count in counts.items())
    yield Table(
        say("pattern_title", lang), (say("pattern_label_kind", lang), say("pattern_label_count", lang)), rows, (1,)
    )


def _found(proposals: Sequence[Proposal], lang: str) -> Iterator[Block]:
    if not proposals:
        yield Paragraph((sentence("pattern_none", lang),))
        return
    filters = (Filter("kind", say("pattern_label_kind", lang)), Filter("chemical", say("label_chemical", lang)))
    yield Cards((_card(rank, proposal, lang) for rank, proposal in enumerate(proposals[:DRAWN], start=1)), filters)
    if len(proposals) > DRAWN:
        yield Paragraph((sentence(Message("pattern_more", {"count": len(proposals) - DRAWN}), lang),), "note")


def _card(rank: int, proposal: Proposal, lang: str) -> Card:
    kind = say(f"pattern_kind_{proposal.kind}", lang)
    way = " > ".join(filter(None, (proposal.exporter, proposal.via, proposal.importer)))
    period = proposal.start if proposal.start == proposal.end else f"{proposal.start} – {proposal.end}"
    place = (
        Fact(say("pattern_label_way", lang), (Text(way, verbatim=True),)),
        Fact(say("pattern_label_when", lang), (Text(period, verbatim=True),)),
    )
    first_lines = tuple(Text(f"{line.ledger}:{line.row} {line.id}", verbatim=True) for line in proposal.lines)
    lines: tuple[Words, ...] = (
        sentence(Message("pattern_lines", {"count": proposal.line_count, "shown": len(first_lines)}), lang),
        *first_lines,
    )  # fmt: skip
    text, named = sentence(proposal.message, lang), name_said(proposal.substance.name, lang)
    return Card(
        f"pattern-{rank}",
        (f"{rank}.", named, entry_said(" ".join(proposal.substance.entries[:1]), lang)),
        Badge(kind, "doubt"),
        place,
        _drawing(proposal, lang),
        (Paragraph((text,)), Paragraph(lines, "note")),
        {"kind": kind, "chemical": named},
    )


def _drawing(proposal: Proposal, lang: str) -> Figure:
    """Draw the years as bars: what the exporter says beside what the importer says; the years meant are full."""
    sides = ("oc-place-0", "oc-core")
    keys = ("pattern_side_out", "pattern_side_in") if proposal.kind == "hub_share" else _SIDES
    known = {year: kg for year, *kg in proposal.years}
    years = list(range(min(known), max(known) + 1)) if known else []
    top = max((max(kg) for kg in known.values()), default=0.0) or 1.0
    step = min(_STEP, _WIDTH / max(1, len(years)))
    width, bar = max(step * len(years), _STEP * 3), step * 0.4
    first, last = int(proposal.start[:4]), int(proposal.end[:4])
    parts = []
    for place, year in enumerate(years):
        for side, kg in enumerate(known.get(year, [0.0, 0.0])):
            height = _HEIGHT * kg / top
            said = amount_said(f"{kg:.0f} kg", lang)
            seen = "1" if first <= year <= last else "0.45"
            x = place * step + step * 0.1 + side * bar
            parts.append(
                f'<rect class="{sides[side]}" x="{x:.1f}" y="{_TOP + _HEIGHT - height:.1f}" width="{bar:.1f}" '
                f'height="{height:.1f}" opacity="{seen}"><title>{year}: {said}</title></rect>'
            )
        if step >= _LABELLED or place % 3 == 0:
            middle = place * step + step / 2
            parts.append(
                f'<text class="oc-note" x="{middle:.1f}" y="{_TOP + _HEIGHT + 16}" text-anchor="middle" '
                f'font-size="11">{year}</text>'
            )
    line = f'<path class="oc-line" d="M0 {_TOP + _HEIGHT + 0.5}H{width:.0f}" fill="none"/>'
    scale = f'<text class="oc-note" x="0" y="11" font-size="11">{amount_said(f"{top:.0f} kg", lang)}</text>'
    label = escape(say(proposal.message, lang), quote=True)
    svg = (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {width:.0f} {_TOP + _HEIGHT + 22}" width="{width:.0f}" '
        f'height="{_TOP + _HEIGHT + 22}" direction="ltr">{scale}{"".join(parts)}{line}</svg>'
    )
    legend = tuple(Key(style, "", say(key, lang)) for style, key in zip(sides, keys, strict=True))
    return Figure(svg, "", legend)


def _finite(value: Any) -> Any:
    """Write what JSON has no number for as null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and value in (float("inf"), float("-inf")) else value


_SIDES = ("pattern_side_exporter", "pattern_side_importer")
_WIDTH, _HEIGHT, _TOP, _STEP, _LABELLED = 420.0, 120, 18, 48.0, 30.0
