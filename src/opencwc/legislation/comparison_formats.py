"""A comparison of two versions of a law as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json

from opencwc.legislation.model import NONE, Answer, Checked
from opencwc.legislation.report import title_of
from opencwc.legislation.version_comparison import Change, Compared, Pair
from opencwc.records import to_plain
from opencwc.wording import sentence

COMPARED_COLUMNS = (
    "measure", "change", "before", "after", "came", "went", "section_before", "section_after", "words_came",
    "words_went", "text_before", "text_after",
)  # fmt: skip
"""The columns of the CSV; in the texts what went stands as ``[-word-]``, what came as ``{+word+}``."""


def compared_csv(compared: Compared, lang: str = "en") -> str:
    """Return one line a measure."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COMPARED_COLUMNS)
    for change in compared.changes:
        writer.writerow(
            (
                change.after.measure.id, change.change, change.before.verdict, change.after.verdict,
                ";".join(change.came), ";".join(change.went), _section(change.before), _section(change.after),
                "; ".join(_words(change, 1)),
                "; ".join(_words(change, 0)), *_marked(change),
            )
        )  # fmt: skip
    return stream.getvalue()


def _words(change: Change, side: int) -> list[str]:
    return [word for pair in change.pairs for word in pair.words[side] if word]


def _marked(change: Change) -> tuple[str, str]:
    """Return the passages before and after, each on one line, the words that differ in brackets."""
    sides = (("[-", "-]"), ("{+", "+}"))
    texts: list[list[str]] = [[], []]
    for pair in change.pairs:
        for text, pieces, (opens, closes) in zip(texts, pair.pieces, sides, strict=True):
            if pieces:
                said = "".join(f"{opens}{piece.text}{closes}" if piece.tone else piece.text for piece in pieces)
                text.append(" ".join(said.split()))
    before, after = (" | ".join(text) for text in texts)
    return before, after


def compared_json(compared: Compared, lang: str = "en") -> str:
    """Return the changes as JSON."""
    rows = [
        {
            "measure": change.after.measure.id,
            "title": title_of(change.after.measure, lang),
            "change": change.change,
            "before": change.before.verdict,
            "after": change.after.verdict,
            "came": list(change.came),
            "went": list(change.went),
            "section_before": _section(change.before),
            "section_after": _section(change.after),
            "still_stands_in": list(change.still),
            "passages": [_pair_to_plain(pair) for pair in change.pairs],
        }
        for change in compared.changes
    ]
    law = compared.after.law
    texts = {"before": _names(compared.before), "after": _names(compared.after)}
    notes = [to_plain(note) | {"said": sentence(note, lang)} for note in compared.notes]
    said = {"state": law.state, "as_of": law.as_of.isoformat(), "texts": texts, "notes": notes, "measures": rows}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _pair_to_plain(pair: Pair) -> dict[str, object]:
    went, came = pair.words
    sides = {
        name: {"file": one.passage.section.file, "section": one.passage.section.id, "text": one.passage.text}
        if one
        else None
        for name, one in (("before", pair.before), ("after", pair.after))
    }
    return {**sides, "words_went": list(went), "words_came": list(came)}


def _names(checked: Checked) -> list[str]:
    return [text.name for text in checked.law.texts]


def _section(answer: Answer) -> str:
    return answer.shown[0].passage.section.id if answer.shown and answer.verdict != NONE else ""
