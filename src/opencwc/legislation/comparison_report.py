"""A comparison of two versions of a law as a report: the measures that changed, their passages beside each other."""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.finding import Message, Tone
from opencwc.legislation.formats import element_words
from opencwc.legislation.model import VERDICTS, Shown
from opencwc.legislation.report import badge, title_of
from opencwc.legislation.version_comparison import CHANGES, Change, Compared
from opencwc.publishing.labels import labels_in
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
from opencwc.wording import RIGHT_TO_LEFT, say, sentence
from opencwc.wording.states import state_named

CHANGE_TONES: dict[str, Tone] = {
    "gained": "calm", "lost": "grave", "mixed": "doubt", "reworded": "mild", "reading": "doubt", "same": "calm",
}  # fmt: skip


def compared_report(compared: Compared, lang: str = "en") -> Report:
    """Return what changed in coverage as a report."""
    law = compared.after.law
    titles = {
        "texts": say("law_compare_texts", lang),
        **{part: say(f"law_compare_{part}", lang) for part in ("counts", "changes", "unchanged")},
    }
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
            for verdict in VERDICTS
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


def _card(one: Change, lang: str) -> Card:
    """Set the passages of a measure before and after beside each other, the words that differ marked."""
    measure = one.after.measure
    facts = [
        (say("law_column_before", lang), say(f"law_verdict_{one.before.verdict}", lang)),
        (say("law_column_after", lang), say(f"law_verdict_{one.after.verdict}", lang)),
        (say("law_column_came", lang), element_words(measure, one.came, lang)),
        (say("law_column_went", lang), element_words(measure, one.went, lang)),
    ]
    change = say(f"law_change_{one.change}", lang)
    blocks: list[Block] = [Facts(tuple(Fact(name, (value,)) for name, value in facts if value))]
    if one.change == "reading":
        blocks.append(Paragraph((sentence(standing_words(one), lang),), "note"))
    for pair in one.pairs:
        columns = [
            Column(say(f"law_compare_{side}", lang), (_passage(shown, pieces, lang),))
            for side, shown, pieces in zip(("before", "after"), (pair.before, pair.after), pair.pieces, strict=True)
        ]
        blocks.append(Beside((columns[0], columns[1]), even=True))
    return Card(
        f"measure-{measure.id}", (Text(measure.id, verbatim=True), title_of(measure, lang)),
        Badge(change, CHANGE_TONES[one.change]), (), None, tuple(blocks), {"change": change},
    )  # fmt: skip


def standing_words(change: Change) -> Message:
    """Say that the words which a verdict rested on still stand, and where."""
    return Message("law_compare_standing", {"places": change.still})


def _passage(shown: Shown | None, pieces: tuple[Piece, ...], lang: str) -> Block:
    if shown is None:
        return Paragraph((sentence("law_compare_no_passage", lang),), "note")
    section = shown.passage.section
    return Passages((Passage(f"{section.file} {section.id}", pieces, (), section.lang),))
