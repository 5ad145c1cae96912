"""The years of a pattern as bars, two a year, drawn on the server: classes of ``transfers.css`` colour them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDE, HIGH, FOOT, BAR = 560, 110, 18, 14
_FEW = 12
"""Years that are all written under their bars; of more, the first and the last are."""


def years_drawn(years: Sequence[tuple[int, float, float]], start: str, end: str) -> Markup | None:
    """Draw what two sides say of each year, in kg; those outside the pattern are pale.

    One year is a number and no drawing: then return ``None``.
    """
    largest = max((max(both) for _, *both in years), default=0.0)
    if len(years) < 2 or not largest:
        return None
    step = WIDE / len(years)
    bar = min(BAR, step / 3)
    marks = []
    for place, (year, *both) in enumerate(years):
        middle = (place + 0.5) * step
        within = int(start[:4]) <= year <= int(end[:4])
        for side, kg in enumerate(both):
            high = HIGH * kg / largest
            marks.append(
                f'<rect class="s-{side}{"" if within else " pale"}" x="{middle - bar + side * bar:.1f}"'
                f' y="{HIGH - high:.1f}" width="{bar - 1:.1f}" height="{high:.1f}"/>'
            )
        if len(years) <= _FEW or place in (0, len(years) - 1):
            marks.append(f'<text x="{middle:.0f}" y="{HIGH + FOOT - 3}">{year}</text>')
    svg = (
        f'<svg viewBox="0 0 {WIDE} {HIGH + FOOT}" aria-hidden="true" focusable="false">'
        f'<path class="ground" d="M0 {HIGH}H{WIDE}"/>{"".join(marks)}</svg>'
    )
    return Markup(svg)  # noqa: S704 - made here of numbers alone
