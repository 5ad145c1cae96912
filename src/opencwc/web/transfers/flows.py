"""Flows drawn on the server: lines between States on a map of the world, and a Sankey of who sends what to whom.

Both are SVG without script or style of their own: classes of ``transfers.css`` colour them, dashes and patterns say
the same without colour, and the table beside each has the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import dist, hypot, sqrt
from textwrap import wrap
from typing import NamedTuple
from unicodedata import east_asian_width

from markupsafe import Markup, escape

from opencwc.convention.territories import all_territories
from opencwc.web.server.world_map import WIDTH, Point, View, centres, outline, view_of

MOST_LINES, MOST_NUMBERED = 60, 12
MOST_NODES = 9
SANKEY_HEIGHT, NODE_WIDTH, GAP = 460, 14, 10
SIZES = WIDE, NARROW = float(WIDTH), 460.0
"""How wide drawings are: for a desk, and for a phone."""
_LONGEST, _LINE, _MARGIN = 22, 15.0, 170.0
_LETTER, _WIDE_SIGN, _LEAST_SPAN = 7.0, 13.0, 100.0
_SHORT = 60.0
_APART = 17.0
_STEP = 6.0
_HEAD, _HEAD_OF_WIDTH = 9.0, 2.2
_AROUND = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
_PLACES = (0.5, 0.6, 0.4, 0.7, 0.3)


class Flow(NamedTuple):
    """What both sides say of one chemical between two States, in kg; ``stands`` is among `STANDS`."""

    exporter: str
    importer: str
    exported: float
    imported: float
    over: bool
    chemical: str = ""

    @property
    def kg(self) -> float:
        """The larger of the two figures."""
        return max(self.exported, self.imported)

    @property
    def difference(self) -> float:
        """What the exporter declares more than the importer; less than nothing where it declares less."""
        return self.exported - self.imported

    @property
    def stands(self) -> str:
        """How the two sides stand to each other: a word of the messages ``page_transfers_stands_...``."""
        if not self.over:
            return "agreed"
        if not self.exported or not self.imported:
            return "silent"
        return "more_exported" if self.exported > self.imported else "more_imported"


STANDS = ("agreed", "more_exported", "more_imported", "silent")


def world_map(flows: Sequence[Flow], names: Mapping[str, str], drawn: float = WIDE) -> tuple[Markup, list[Flow]]:
    """Return the map with the largest flows, numbered as in the table, and the flows that have no place on it.

    It shows what the flows span, and the names of States as far as there is room; ``drawn`` is `WIDE` or `NARROW`.
    """
    places = centres()
    on_map = [flow for flow in flows if flow.exporter in places and flow.importer in places]
    off_map = [flow for flow in flows if flow not in on_map]
    largest = max((flow.kg for flow in on_map), default=1.0) or 1.0
    view = (
        view_of([places[end] for flow in on_map for end in flow[:2]], drawn, _LEAST_SPAN)
        if on_map
        else View(drawn=drawn)
    )
    marks, numbers = [], []
    taken: list[Point] = []
    lines: list[_Line] = []
    for place, flow in enumerate(flows[:MOST_LINES]):
        if flow not in on_map:
            continue
        width = round(1.25 + 6 * sqrt(flow.kg / largest), 1)
        arrow = _arrow(view.at(places[flow.exporter]), view.at(places[flow.importer]), width)
        lines.append(_Line(arrow.points, width / 2 + 2))
        route = f"{names.get(flow.exporter, flow.exporter)} → {names.get(flow.importer, flow.importer)}"
        marks.append(
            f"<g><title>{escape(route)}</title>"
            f'<path class="flow f-{flow.stands}" d="{arrow.line}" stroke-width="{width}"/>'
            f'<path class="head f-{flow.stands}" d="{arrow.head}"/></g>'
        )
        if place < MOST_NUMBERED:
            x, y = _free(arrow.along, taken)
            taken.append((x, y))
            numbers.append(
                f'<g class="number"><circle cx="{x:.0f}" cy="{y:.0f}" r="8"/>'
                f'<text x="{x:.0f}" y="{y + 4:.0f}">{place + 1}</text></g>'
            )
    states = dict.fromkeys(end for flow in on_map[:MOST_LINES] for end in flow[:2])
    svg = (
        f'<svg class="world {_size(drawn)}" viewBox="0 0 {drawn:.0f} {view.height:.0f}" aria-hidden="true"'
        f' focusable="false"><path class="land" d="{outline(view)}"/>{"".join(reversed(marks))}'
        f"{''.join(_named(states, names, view, taken, lines))}{''.join(numbers)}</svg>"
    )
    return Markup(svg), off_map  # noqa: S704 - made here; what is not ours is escaped


def _size(drawn: float) -> str:
    return "wide" if drawn == WIDE else "narrow"


class _Line(NamedTuple):
    """Points along a line of the map, and how far it reaches to either side."""

    points: Sequence[Point]
    reach: float

    def within(self, box: _Box) -> int:
        """Count the points that lie on a box."""
        near = _Box(box.x - self.reach, box.y - self.reach, box.width + 2 * self.reach, box.height + 2 * self.reach)
        return sum(near.x < x < near.x + near.width and near.y < y < near.y + near.height for x, y in self.points)


def _named(
    states: Iterable[str], names: Mapping[str, str], view: View, numbers: Sequence[Point], lines: Sequence[_Line]
) -> Iterator[str]:
    """Give the States' marks, and their names where no other name and no number stands; invented ones come first.

    Of the places beside a mark a name takes the one that the fewest lines cross.
    """
    invented = all_territories()
    taken = [_Box(x - 9, y - 9, 18, 18) for x, y in numbers]
    for code in sorted(states, key=lambda code: invented[code].at is None):
        x, y = view.at(centres()[code])
        name = names.get(code, code)
        at_sea = invented[code].at is not None
        mark = f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{5 if at_sea else 2.5}"/>'
        wide = sum(_WIDE_SIGN if east_asian_width(sign) == "W" else _LETTER for sign in name)
        free = next(filter(None, (_free_boxes(x, y, wide, away, view, taken) for away in (8, 20))), [])
        box = min(free, key=lambda box: sum(line.within(box) for line in lines), default=None)
        said = ""
        if box:
            taken.append(box)
            said = f'<text x="{box.x + wide / 2:.0f}" y="{box.y + 13:.0f}">{escape(name)}</text>'
        yield f'<g class="{"at-sea" if at_sea else "state"}">{mark}{said}</g>'


def _free_boxes(x: float, y: float, wide: float, away: float, view: View, taken: Sequence[_Box]) -> list[_Box]:
    """Return the places around a mark where a name lies on the drawing and on no other name or number."""
    around = (_Box(x - wide / 2 + across * (wide / 2 + away), y - 8 + down * (8 + away), wide, 16)
              for across, down in _AROUND)  # fmt: skip
    within = [box for box in around if 0 <= box.x <= view.drawn - wide and 0 <= box.y <= view.height - 16]
    return [box for box in within if not any(box.meets(other) for other in taken)]


class _Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    def meets(self, other: _Box) -> bool:
        """Whether the two lie on each other."""
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height


def shared_marks() -> Markup:
    """Return the patterns that the drawings refer to, in a drawing of no size."""
    return Markup(
        '<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
        '<pattern id="only-exported" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<path d="M-1 1 1-1M0 6 6 0M5 7 7 5"/></pattern>'
        '<pattern id="only-imported" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<circle cx="3" cy="3" r="1.3"/></pattern></defs></svg>'
    )


def _free(along: Sequence[Point], taken: Sequence[Point]) -> Point:
    """Return the first of some places that is not under a number already; the first of all where there is none."""
    return next((at for at in along if all(dist(at, point) > _APART for point in taken)), along[0])


class _Arrow(NamedTuple):
    """A bent line and its head, places for its number (its middle first), and points along it."""

    line: str
    head: str
    along: tuple[Point, ...]
    points: list[Point]


def _arrow(start: Point, end: Point, width: float) -> _Arrow:
    """Draw an arrow from one point to another; the line ends where the head, which is wider, begins."""
    (x1, y1), (x2, y2) = start, end
    length = hypot(x2 - x1, y2 - y1) or 1.0
    bend = min(60.0, 0.18 * length)
    x, y = (x1 + x2) / 2 + (y2 - y1) / length * bend, (y1 + y2) / 2 - (x2 - x1) / length * bend
    aside = 0.0 if length > _SHORT else 16.0  # so that the number does not cover the line

    def point(at: float) -> Point:
        return (
            (1 - at) ** 2 * x1 + 2 * at * (1 - at) * x + at**2 * x2,
            (1 - at) ** 2 * y1 + 2 * at * (1 - at) * y + at**2 * y2,
        )

    size = max(_HEAD, _HEAD_OF_WIDTH * width)
    until = max(1 - size / length, 0.5)
    x3, y3 = point(until)
    far = dist((x3, y3), end) or 1.0
    aside_x, aside_y = -(y2 - y3) / far * size / 2, (x2 - x3) / far * size / 2
    line = f"M{x1:.0f} {y1:.0f}Q{x1 + (x - x1) * until:.0f} {y1 + (y - y1) * until:.0f} {x3:.0f} {y3:.0f}"
    head = f"M{x3 + aside_x:.1f} {y3 + aside_y:.1f}L{x2:.0f} {y2:.0f} {x3 - aside_x:.1f} {y3 - aside_y:.1f}z"
    along = tuple((x, y - aside) for x, y in map(point, _PLACES))
    steps = max(int(length / _STEP), 2)
    return _Arrow(line, head, along, [point(step / steps) for step in range(steps + 1)])


# --------------------------------------------------------------------------------------------------- the Sankey


class _Node(NamedTuple):
    name: str
    x: float
    y: float
    height: float


class Ribbon(NamedTuple):
    """What goes from one node to the next, in kg: what both sides say, and what only one side says."""

    start: str
    end: str
    both: float
    extra: float
    stands: str


def ribbons_of(flows: Iterable[Flow], other: str, names: Mapping[str, str]) -> tuple[list[Ribbon], list[Ribbon]]:
    """Return the ribbons from exporters to chemicals, and from chemicals to importers.

    Beyond the `MOST_NODES` largest of a kind all go into one that is called ``other``.
    """
    flows = list(flows)
    keep = [
        _largest(flows, lambda flow: names.get(flow.exporter, flow.exporter)),
        _largest(flows, lambda flow: flow.chemical),
        _largest(flows, lambda flow: names.get(flow.importer, flow.importer)),
    ]
    left: dict[tuple[str, str], list[float]] = {}
    right: dict[tuple[str, str], list[float]] = {}
    for flow in flows:
        ends = (names.get(flow.exporter, flow.exporter), flow.chemical, names.get(flow.importer, flow.importer))
        first, middle, last = (end if end in kept else other for end, kept in zip(ends, keep, strict=True))
        for side, pair in ((left, (first, middle)), (right, (middle, last))):
            amounts = side.setdefault(pair, [0.0, 0.0, 0.0])
            amounts[0] += min(flow.exported, flow.imported)
            amounts[1 if flow.exported > flow.imported else 2] += abs(flow.exported - flow.imported)
    return tuple(  # type: ignore[return-value]
        [
            Ribbon(start, end, both, more + less, "more_exported" if more >= less else "more_imported")
            for (start, end), (both, more, less) in sorted(side.items(), key=lambda item: -sum(item[1]))
        ]
        for side in (left, right)
    )


def _largest(flows: Sequence[Flow], name_of: object) -> set[str]:
    sums: dict[str, float] = {}
    for flow in flows:
        name = name_of(flow)  # type: ignore[operator]
        sums[name] = sums.get(name, 0.0) + flow.kg
    ranked = sorted(sums, key=lambda name: (-sums[name], name))
    return set(ranked if len(ranked) <= MOST_NODES + 1 else ranked[:MOST_NODES])


def sankey(left: Sequence[Ribbon], right: Sequence[Ribbon], *, mirrored: bool = False, drawn: float = WIDE) -> Markup:
    """Return the Sankey of two rows of ribbons; ``mirrored`` where one reads from right to left.

    Names stand beside the bars: outside them where it is `WIDE`, inside where it is `NARROW`.
    """
    columns = [_sums(left, "start"), _most(_sums(left, "end"), _sums(right, "start")), _sums(right, "end")]
    total = max((sum(column.values()) for column in columns), default=0.0) or 1.0
    rows = max((len(column) for column in columns), default=1)
    scale = max(SANKEY_HEIGHT - GAP * (rows - 1), 60) / total
    margin = _MARGIN if drawn == WIDE else 0.0
    edges = (margin, (drawn - NODE_WIDTH) / 2, drawn - margin - NODE_WIDTH)
    nodes = [_stacked(sums, x, scale) for sums, x in zip(columns, edges, strict=True)]
    ribbons = [*_ribbons(left, nodes[0], nodes[1], scale), *_ribbons(right, nodes[1], nodes[2], scale)]
    height = max((node.y + node.height for column in nodes for node in column.values()), default=60.0) + 24
    boxes = [
        _bar(node, number, drawn, mirrored=mirrored) for number, column in enumerate(nodes) for node in column.values()
    ]
    turned = f' transform="translate({drawn:.0f} 0) scale(-1 1)"' if mirrored else ""
    svg = (
        f'<svg class="sankey {_size(drawn)}" viewBox="0 0 {drawn:.0f} {height:.0f}" aria-hidden="true"'
        f' focusable="false"><g{turned}>{"".join(ribbons)}</g>{"".join(boxes)}</svg>'
    )
    return Markup(svg)  # noqa: S704 - made here; what is not ours is escaped


def _sums(ribbons: Iterable[Ribbon], end: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for ribbon in ribbons:
        name = getattr(ribbon, end)
        sums[name] = sums.get(name, 0.0) + ribbon.both + ribbon.extra
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _most(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    return {name: max(kg, second.get(name, 0.0)) for name, kg in first.items()}


def _stacked(sums: Mapping[str, float], x: float, scale: float) -> dict[str, _Node]:
    nodes, y = {}, 22.0
    for name, kg in sums.items():
        height = max(kg * scale, 1.0)
        nodes[name] = _Node(name, x, y, height)
        room = _LINE * len(wrap(name, _LONGEST)) + 6
        y += height + max(GAP, room - height)
    return nodes


def _ribbons(
    ribbons: Iterable[Ribbon], starts: Mapping[str, _Node], ends: Mapping[str, _Node], scale: float
) -> Sequence[str]:
    out = {name: node.y for name, node in starts.items()}
    into = {name: node.y for name, node in ends.items()}
    beneath: list[str] = []
    above: list[str] = []  # what only one side says is drawn above what both do, else that would hide it
    for ribbon in ribbons:
        for kg, kind in ((ribbon.both, "both"), (ribbon.extra, ribbon.stands)):
            if kg <= 0:
                continue
            height = kg * scale
            x1, x2 = starts[ribbon.start].x + NODE_WIDTH, ends[ribbon.end].x
            y1, y2, bend = out[ribbon.start], into[ribbon.end], (x1 + x2) / 2
            out[ribbon.start], into[ribbon.end] = y1 + height, y2 + height
            (beneath if kind == "both" else above).append(
                f'<path class="ribbon r-{kind}" d="M{x1:.0f} {y1:.1f}C{bend:.0f} {y1:.1f} {bend:.0f} {y2:.1f} {x2:.0f}'
                f" {y2:.1f}V{y2 + height:.1f}C{bend:.0f} {y2 + height:.1f} {bend:.0f} {y1 + height:.1f} {x1:.0f}"
                f' {y1 + height:.1f}Z"/>'
            )
    return [*beneath, *above]


def _bar(node: _Node, column: int, drawn: float, *, mirrored: bool) -> str:
    """Return a bar with its name beside it: the first column's before it where there is a margin, else after it."""
    x = drawn - node.x - NODE_WIDTH if mirrored else node.x
    before = column == 2 if drawn < WIDE else column == 0
    at, anchor = (x - 6, "end") if before != mirrored else (x + NODE_WIDTH + 6, "start")
    lines = wrap(node.name, _LONGEST)
    y = node.y + node.height / 2 + 4 - _LINE * (len(lines) - 1) / 2
    said = "".join(
        f'<tspan x="{at:.0f}" y="{y + _LINE * number:.0f}">{escape(line)}</tspan>' for number, line in enumerate(lines)
    )
    return (
        f'<rect class="node" x="{x:.0f}" y="{node.y:.1f}" width="{NODE_WIDTH}" height="{node.height:.1f}"/>'
        f'<text class="node-name" text-anchor="{anchor}" direction="ltr">{said}</text>'
    )
