"""The origins of an event, drawn on the server: a row a report, an edge from the report that it rests on.

The drawing is SVG without script or style of its own: classes of ``watch.css`` colour it, the first report of an origin
is a full disc, and the table beside it says the same in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

from opencwc.reports.origin_graph import Node
from opencwc.web.server.foreign_text import DRAWN_APART, foreign_text
from opencwc.wording import RIGHT_TO_LEFT

WIDTH, ROW, RADIUS, STEP = 340, 34, 11, 26
MOST_ROWS, MOST_STEPS = 40, 4
"""Reports that are drawn, and from how many steps on they are drawn no further in."""
SIGN = 7.2
"""How wide a letter is at most, roughly; a Chinese one is two."""


def origin_drawing(nodes: Sequence[Node], lang: str) -> str:
    """Return the drawing for readers of a language, mirrored where they read from right to left."""
    mirrored = lang in RIGHT_TO_LEFT
    shown = nodes[:MOST_ROWS]
    row_of = {node.number: row for row, node in enumerate(shown)}
    steps = [min(node.depth, MOST_STEPS) for node in shown]

    def across(x: float) -> float:
        return WIDTH - x if mirrored else x

    def place(row: int) -> tuple[float, float]:
        return 14 + STEP * steps[row], ROW * row + ROW / 2

    edges, discs = [], []
    for row, node in enumerate(shown):
        x, y = place(row)
        if node.earlier:
            from_x, from_y = place(row_of[node.earlier])
            edges.append(_edge((across(from_x), from_y), (across(x), y), node.how, mirrored=mirrored))
        discs.append(_disc(node, across(x), y))
        discs.append(_name(node, across(x + RADIUS + 6), y, WIDTH - x - RADIUS - 10, lang))
    height = ROW * max(1, len(shown))
    head = f'<svg class="origins" viewBox="0 0 {WIDTH} {height}" aria-hidden="true" focusable="false">'
    return f"{head}{''.join((*edges, *discs))}</svg>"


def _edge(start: tuple[float, float], end: tuple[float, float], how: str, *, mirrored: bool) -> str:
    """Return a line down from the earlier report and across to the later one, with an arrow at its end."""
    (from_x, from_y), (x, y) = start, end
    towards = -1 if mirrored else 1
    if from_x == x:  # as deep as is drawn: around the discs between, from the side
        side = x - towards * (RADIUS + 4)
        path = f"M{x - towards * RADIUS:.0f} {from_y:.0f}H{side:.0f}V{y:.0f}H{x - towards * (RADIUS + 1):.0f}"
    else:
        path = f"M{from_x:.0f} {from_y + RADIUS:.0f}V{y:.0f}H{x - towards * (RADIUS + 1):.0f}"
    tip = x - towards * (RADIUS + 1)
    head = f"M{tip:.0f} {y:.0f}l{-5 * towards} -4v8z"
    return f'<path class="edge {how}" d="{path}"/><path class="tip" d="{head}"/>'


def _disc(node: Node, x: float, y: float) -> str:
    kind = "first" if node.how == "first" else "later"
    return (
        f'<circle class="{kind}" cx="{x:.0f}" cy="{y:.0f}" r="{RADIUS}"/>'
        f'<text class="{kind}" x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">{node.number}</text>'
    )


def _name(node: Node, x: float, y: float, room: float, lang: str) -> str:
    report = node.line.told.report
    name = foreign_text(_shortened(report.source or report.id, room), lang, DRAWN_APART)
    anchor = "end" if lang in RIGHT_TO_LEFT else "start"
    return f'<text direction="ltr" x="{x:.0f}" y="{y + 4:.0f}" text-anchor="{anchor}">{name}</text>'


def _shortened(name: str, room: float) -> str:
    """Return as much of a name as there is room for."""
    width = 0.0
    for at, sign in enumerate(name):
        width += SIGN * (2 if east_asian_width(sign) in "WF" else 1)
        if width > room:
            return f"{name[: max(1, at - 1)]}…"
    return name
