"""`opencwc declare --check-books --unusual`: faults and unusual figures as one ranked list of what to ask about."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli import options
from opencwc.cli.value import displayable
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.declarations.kept import ShownPoint
    from opencwc.declarations.law import Law
    from opencwc.declarations.model import Answer


def write_points(answer: Answer, law: Law, output: Path | None, format: str, lang: str) -> int:
    """Write what to ask about as a table on the screen or as a file; return how many points there are."""
    from opencwc.declarations.kept import asking_of, shown_point
    from opencwc.declarations.point_formats import points_as_csv, points_as_json
    from opencwc.files import open_for_writing

    asking = asking_of(answer, law)
    points = [shown_point(point) for point in asking.points]
    if format:
        write = points_as_csv if format == "csv" else points_as_json
        with open_for_writing(output, binary=True) as stream:
            stream.write(write(points, answer.faults, asking.unusual.proposals, lang).encode())
        return len(points)
    told = Message("ask_points", {"number": str(len(points)), "year": str(answer.year)})
    sys.stdout.write(sentence(told, lang) + "\n\n")
    if points:
        columns = [
            (say(label, lang), {"overflow": "fold", "ratio": ratio})
            for label, ratio in (
                ("label_rank", None), ("check_label_gravity", None), ("ask_found_by", None), ("ask_column_where", 2),
                ("check_label_says", 4),
            )
        ]  # fmt: skip
        rows = [_row(rank, point, lang) for rank, point in enumerate(points[:_MOST], 1)]
        options.print_grid(columns, rows)
        if len(points) > _MOST:
            options.print_more(len(points) - _MOST, lang)
    return len(points)


def _row(rank: int, point: ShownPoint, lang: str) -> list[str]:
    activity = say(f"declare_unusual_activity_{point.activity}", lang) if point.activity else ""
    place = " / ".join(filter(None, (point.site, point.plant)))
    what = " ".join(filter(None, (activity, str(point.year or ""))))
    return [
        str(rank), say(f"check_gravity_{point.gravity}", lang), say(f"ask_found_by_{point.kind}", lang),
        displayable("; ".join(filter(None, (place, point.chemical, what)))), displayable(sentence(point.says, lang)),
    ]  # fmt: skip


_MOST = 200
