"""A comparison of two versions of a law as a report, as CSV and as JSON: the measures that changed, their passages."""

from __future__ import annotations

import json
from collections.abc import Iterator

from opencwc.files.csv_cells import cell_of, csv_text
from opencwc.finding import Message, Tone
from opencwc.legislation.answer_wording import element_words
from opencwc.legislation.model import ALL_VERDICTS, NONE, Answer, Checked, Shown
from opencwc.legislation.report import badge, law_compared, title_of
from opencwc.legislation.version_comparison import CHANGES, Change, Compared, Pair
from opencwc.publishing.model import (
    Badge,
    Beside,
    Block,
    Bullets,
    Card,
    Cards,
    Column,
    Count,
    Counts,
    Fact,
    Facts,
    Filter,
    Paragraph,
    Passage,
    Passages,
    Piece,
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.records import to_plain
from opencwc.wording import say, sentence

COMPARED_COLUMNS = (
    "measure", "change", "before", "after", "came", "went", "section_before", "section_after", "words_came",
    "words_went", "text_before", "text_after",
)  # fmt: skip
"""The columns of the CSV; in the texts what went stands as ``[-word-]``, what came as ``{+word+}``."""


def compared_csv(compared: Compared, lang: str = "en") -> str:
    """Return one line a measure."""
    return csv_text([COMPARED_COLUMNS, *map(_cells, compared.changes)])


def _cells(change: Change) -> tuple[str, ...]:
    went, came = ("; ".join(word for pair in change.pairs for word in pair.words[side] if word) for side in (0, 1))
    cells = (
        change.after.measure.id, change.change, change.before.verdict, change.after.verdict, ";".join(change.came),
        ";".join(change.went), _section(change.before), _section(change.after), came, went, *_marked(change),
    )  # fmt: skip
    return tuple(map(cell_of, cells))


def _marked(change: Change) -> tuple[str, str]:
    """Return the passages before and after, each on one line, the words that differ in brackets."""
    sides = (("[-", "-]"), ("{+", "+}"))
    texts: list[list[str]] = [[], []]
    for pair in change.pairs:
        for text, pieces, (opens, closes) in zip(texts, pair.pieces, sides, strict=True):
            if pieces:
                words = "".join(f"{opens}{piece.text}{closes}" if piece.tone else piece.text for piece in pieces)
                text.append(" ".join(words.split()))
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
    plain = {"state": law.state, "as_of": law.as_of.isoformat(), "texts": texts, "notes": notes, "measures": rows}
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def _pair_to_plain(pair: Pair) -> dict[str, object]:
    went, came = pair.words
    sides = {
        name: {"file": shown.passage.section.file, "section": shown.passage.section.id, "text": shown.passage.text}
        if shown
        else None
        for name, shown in (("before", pair.before), ("after", pair.after))
    }
    return {**sides, "words_went": list(went), "words_came": list(came)}


def _names(checked: Checked) -> list[str]:
    return [text.name for text in checked.law.texts]


def _section(answer: Answer) -> str:
    return answer.shown[0].passage.section.id if answer.shown and answer.verdict != NONE else ""


CHANGE_TONES: dict[str, Tone] = {
    "gained": "mild", "lost": "grave", "mixed": "doubt", "reworded": "calm", "reading": "doubt", "same": "calm",
}  # fmt: skip


def compared_report(compared: Compared, lang: str = "en") -> Report:
    """Return what changed in coverage as a report."""
    law = compared.after.law
    titles = {
        "texts": say("law_compare_texts", lang),
        **{part: say(f"law_compare_{part}", lang) for part in ("counts", "changes", "unchanged")},
    }
    return law_compared(law, lang, "law_compare", titles, _sections(compared, lang, titles), "changes")


def _sections(compared: Compared, lang: str, titles: dict[str, str]) -> Iterator[Section]:
    sides = (("before", compared.before), ("after", compared.after))
    names = tuple(
        Fact(say(f"law_compare_{side}", lang), tuple(Text(text.name, verbatim=True) for text in checked.law.texts))
        for side, checked in sides
    )
    notes = (Bullets(tuple(sentence(note, lang) for note in compared.notes)),) if compared.notes else ()
    yield Section("texts", titles["texts"], (Facts(names), *notes))
    for side, checked in sides:
        counts = tuple(
            Count(badge(verdict, lang), sum(answer.verdict == verdict for answer in checked.answers))
            for verdict in ALL_VERDICTS
        )
        title = say(f"law_compare_{side}", lang)
        yield Section(f"counts-{side}" if side == "after" else "counts", title, (Counts(counts),), wide=False)
    changed = sorted(
        (change for change in compared.changes if change.change != "same"),
        key=lambda change: CHANGES.index(change.change),
    )
    same = [change for change in compared.changes if change.change == "same"]
    blocks: tuple[Block, ...] = (Paragraph((sentence("law_compare_none", lang),)),)
    if changed:
        columns = ("measure", "title", "change", "before", "after", "came", "went")
        headings = tuple(say(f"law_column_{column}", lang) for column in columns)
        table = Table(titles["changes"], headings, tuple(_row(change, lang) for change in changed))
        cards = Cards((_card(change, lang) for change in changed), (Filter("change", say("law_column_change", lang)),))
        blocks = (table, cards)
    yield Section("changes", titles["changes"], blocks)
    ids = say("list_separator", lang).join(change.after.measure.id for change in same)
    yield Section("unchanged", titles["unchanged"], (Paragraph((Text(ids or "-", verbatim=True),)),))


def _row(change: Change, lang: str) -> tuple[Words, ...]:
    measure = change.after.measure
    return (
        Text(measure.id, verbatim=True, to=f"#measure-{measure.id}"), title_of(measure, lang),
        say(f"law_change_{change.change}", lang), say(f"law_verdict_{change.before.verdict}", lang),
        say(f"law_verdict_{change.after.verdict}", lang), element_words(measure, change.came, lang),
        element_words(measure, change.went, lang),
    )  # fmt: skip


def _card(change: Change, lang: str) -> Card:
    """Set the passages of a measure before and after beside each other, the words that differ marked."""
    measure = change.after.measure
    facts = [
        (say("law_column_before", lang), say(f"law_verdict_{change.before.verdict}", lang)),
        (say("law_column_after", lang), say(f"law_verdict_{change.after.verdict}", lang)),
        (say("law_column_came", lang), element_words(measure, change.came, lang)),
        (say("law_column_went", lang), element_words(measure, change.went, lang)),
    ]
    kind = say(f"law_change_{change.change}", lang)
    blocks: list[Block] = [Facts(tuple(Fact(name, (value,)) for name, value in facts if value))]
    if change.change == "reading":
        blocks.append(Paragraph((sentence(standing_words(change), lang),), "note"))
    for pair in change.pairs:
        columns = [
            Column(say(f"law_compare_{side}", lang), (_passage(shown, pieces, lang),))
            for side, shown, pieces in zip(("before", "after"), (pair.before, pair.after), pair.pieces, strict=True)
        ]
        blocks.append(Beside((columns[0], columns[1]), even=True))
    return Card(
        f"measure-{measure.id}", (Text(measure.id, verbatim=True), title_of(measure, lang)),
        Badge(kind, CHANGE_TONES[change.change]), (), None, tuple(blocks), {"change": kind},
    )  # fmt: skip


def standing_words(change: Change) -> Message:
    """Say that the words which a verdict rested on still stand, and where."""
    return Message("law_compare_standing", {"places": change.still})


def _passage(shown: Shown | None, pieces: tuple[Piece, ...], lang: str) -> Block:
    if shown is None:
        return Paragraph((sentence("law_compare_no_passage", lang),), "note")
    section = shown.passage.section
    return Passages((Passage(f"{section.file} {section.id}", pieces, (), section.lang),))
