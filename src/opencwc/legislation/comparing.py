"""Two versions of a State's law side by side: which measures gained or lost, and which words came or went."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from opencwc.finding import Message
from opencwc.legislation.formats import element_words
from opencwc.legislation.model import NONE, VERDICTS, Answer, Checked
from opencwc.legislation.reporting import badge, title_of
from opencwc.publishing import Block, Count, Counts, Paragraph, Report, Section, Table, Text, Words
from opencwc.publishing.labels import labels_in
from opencwc.wording import RIGHT_TO_LEFT, say, sentence
from opencwc.wording.states import state_named

CHANGES = ("gained", "lost", "reworded", "same")
"""What became of a measure: more of it is covered, less, the same in other words, or nothing changed."""
COMPARED_COLUMNS = ("measure", "change", "before", "after", "came", "went", "section_before", "section_after")
_ORDER = {verdict: place for place, verdict in enumerate(reversed(VERDICTS))}
_SAME = 0.995


@dataclass(frozen=True, slots=True)
class Change:
    """One measure before and after: the change, the elements that came and those that went."""

    before: Answer
    after: Answer
    change: str
    came: tuple[str, ...]
    went: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """Two versions of a State's law, measure by measure."""

    before: Checked
    after: Checked
    changes: tuple[Change, ...]


def compare(before: Checked, after: Checked) -> Compared:
    """Compare two readings of one State's law against the same measures."""
    earlier = {one.measure.id: one for one in before.answers}
    changes = tuple(_change(earlier[one.measure.id], one) for one in after.answers if one.measure.id in earlier)
    return Compared(before, after, changes)


def _change(before: Answer, after: Answer) -> Change:
    came = tuple(one for one in after.met if one not in before.met)
    went = tuple(one for one in before.met if one not in after.met)
    step = _ORDER[after.verdict] - _ORDER[before.verdict]
    if step or came or went:
        change = "gained" if step > 0 or (not step and len(came) > len(went)) else "lost"
        if not step and len(came) == len(went):
            change = "reworded"
    else:
        change = "same" if after.verdict == NONE or _alike(before, after) else "reworded"
    return Change(before, after, change, came, went)


def _alike(before: Answer, after: Answer) -> bool:
    one = before.shown[0].passage.text if before.shown else ""
    other = after.shown[0].passage.text if after.shown else ""
    return one == other or SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SAME


def compared_csv(compared: Compared, lang: str = "en") -> str:
    """Return one line a measure."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COMPARED_COLUMNS)
    for one in compared.changes:
        writer.writerow(
            (
                one.after.measure.id, one.change, one.before.verdict, one.after.verdict, ";".join(one.came),
                ";".join(one.went), _section(one.before), _section(one.after),
            )
        )  # fmt: skip
    return stream.getvalue()


def compared_json(compared: Compared, lang: str = "en") -> str:
    """Return the changes as JSON."""
    rows = [
        {
            "measure": one.after.measure.id,
            "title": title_of(one.after.measure, lang),
            "change": one.change,
            "before": one.before.verdict,
            "after": one.after.verdict,
            "came": list(one.came),
            "went": list(one.went),
            "section_before": _section(one.before),
            "section_after": _section(one.after),
        }
        for one in compared.changes
    ]
    law = compared.after.law
    said = {"state": law.state, "as_of": law.as_of.isoformat(), "measures": rows}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _section(answer: Answer) -> str:
    return answer.shown[0].passage.section.id if answer.shown and answer.verdict != "none" else ""


def compared_report(compared: Compared, lang: str = "en") -> Report:
    """Return what changed in coverage as a report."""
    law = compared.after.law
    titles = {one: say(f"law_compare_{one}", lang) for one in ("counts", "changes", "unchanged")}
    return Report(
        title=say(Message("law_compare_title", {"state": state_named(law.state)}), lang),
        lang=lang,
        direction="rtl" if lang in RIGHT_TO_LEFT else "ltr",
        labels=labels_in(lang),
        lead=(sentence("law_compare_lead", lang),),
        contents=tuple(titles.items()),
        sections=_sections(compared, lang, titles),
        closing=(say("report_person", lang),),
        main="changes",
        made=law.as_of,
    )


def _sections(compared: Compared, lang: str, titles: dict[str, str]) -> Iterator[Section]:
    for side, checked in (("before", compared.before), ("after", compared.after)):
        counts = tuple(
            Count(badge(verdict, lang), sum(one.verdict == verdict for one in checked.answers)) for verdict in VERDICTS
        )
        title = say(f"law_compare_{side}", lang)
        yield Section(f"counts-{side}" if side == "after" else "counts", title, (Counts(counts),), wide=False)
    changed = [one for one in compared.changes if one.change != "same"]
    same = [one for one in compared.changes if one.change == "same"]
    blocks: tuple[Block, ...] = (Paragraph((sentence("law_compare_none", lang),)),)
    if changed:
        names = ("measure", "title", "change", "before", "after", "came", "went")
        headings = tuple(say(f"law_column_{one}", lang) for one in names)
        rows = tuple(_row(one, lang) for one in sorted(changed, key=lambda one: CHANGES.index(one.change)))
        blocks = (Table(titles["changes"], headings, rows),)
    yield Section("changes", titles["changes"], blocks)
    said = say("list_separator", lang).join(one.after.measure.id for one in same)
    yield Section("unchanged", titles["unchanged"], (Paragraph((Text(said or "-", verbatim=True),)),))


def _row(one: Change, lang: str) -> tuple[Words, ...]:
    measure = one.after.measure
    return (
        Text(measure.id, verbatim=True), title_of(measure, lang), say(f"law_change_{one.change}", lang),
        say(f"law_verdict_{one.before.verdict}", lang), say(f"law_verdict_{one.after.verdict}", lang),
        element_words(measure, one.came, lang), element_words(measure, one.went, lang),
    )  # fmt: skip
