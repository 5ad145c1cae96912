"""The origins of an event over time, drawn on the server: a row an origin, a dot a report.

The drawing is SVG without script or style of its own: classes of ``watch.css`` colour it, the first dot of a row is
full, and the list beside it says the same in words.
"""

from __future__ import annotations

from opencwc.reports.summaries import EventSummary

WIDTH, ROW, EDGE, MOST_ROWS = 440, 22, 34, 24


def timeline(summary: EventSummary, *, mirrored: bool = False) -> str:
    """Return the drawing; ``mirrored`` where one reads from right to left."""
    start, end = summary.first.timestamp(), summary.last.timestamp()
    length = max(end - start, 1.0)

    def place(at: float) -> float:
        x = EDGE + (WIDTH - 2 * EDGE) * (at - start) / length
        return WIDTH - x if mirrored else x

    rows = []
    for number, origin in enumerate(summary.origins[:MOST_ROWS]):
        y = ROW * number + ROW / 2
        places = [place(line.told.report.published.timestamp()) for line in origin]
        line = f'<path class="of-origin" d="M{places[0]:.0f} {y:.0f}H{places[-1]:.0f}"/>' if len(places) > 1 else ""
        dots = "".join(
            f'<circle class="{"first" if at == 0 else "copy"}" cx="{x:.0f}" cy="{y:.0f}" r="6"/>'
            for at, x in enumerate(places)
        )
        label = WIDTH - 12 if mirrored else 12
        rows.append(f'<text x="{label}" y="{y + 4:.0f}" text-anchor="middle">{number + 1}</text>{line}{dots}')
    height = ROW * max(1, len(rows))
    head = f'<svg class="origins" viewBox="0 0 {WIDTH} {height}" aria-hidden="true" focusable="false">'
    return f"{head}{''.join(rows)}</svg>"
