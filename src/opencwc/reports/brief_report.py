"""A brief as a report for the writers of `opencwc.publishing`: the answer, each event, the words used; with footnotes.

It accuses nobody: each origin is named with what it says, allegation and confirmation stand apart, and what a person
judges stands as that person's words. Likelihood and confidence are two sentences, always.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from opencwc.finding import Message
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Badge,
    Block,
    Bullets,
    Card,
    Cards,
    Fact,
    Facts,
    Note,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.reports.brief import Brief, BriefItem, outlet_of, report_said
from opencwc.reports.estimates import confidence_said, confidences, likelihood_said, scale_said
from opencwc.reports.private_people import shown_title
from opencwc.reports.summaries import STAGES, EventSummary, stage_of
from opencwc.reports.verb import VERB
from opencwc.reports.watched import Line
from opencwc.wording import day_said, say, sentence


class BriefEvent(NamedTuple):
    """An item of a brief, its event as it stood, and what changed of it since."""

    item: BriefItem
    summary: EventSummary
    changes: tuple[Message, ...] = ()


class Signed(NamedTuple):
    """Who did something to a brief, and on which day."""

    person: str
    day: date


class BriefPaper(NamedTuple):
    """A version of a brief with all that its pages say: who wrote it, who released it, what it is now."""

    brief: Brief
    number: int
    version: int
    author: Signed
    events: tuple[BriefEvent, ...]
    mark: str
    released_by: tuple[Signed, ...] = ()
    supersedes: int = 0

    @property
    def is_released(self) -> bool:
        """Whether two people released it."""
        return len(self.released_by) > 1


class _Notes:
    """The footnotes of a brief, numbered in the order in which they are first asked for: one a report."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.numbers: dict[str, int] = {}
        self.notes: list[Note] = []

    def of(self, *lines: Line) -> tuple[int, ...]:
        """Return the numbers of the footnotes of reports."""
        for line in lines:
            name = line.told.report.id
            if name not in self.numbers:
                self.numbers[name] = len(self.numbers) + 1
                self.notes.append(Note(tuple(_note(line, self.brief.grade(name), self.brief.lang))))
        return tuple(self.numbers[line.told.report.id] for line in lines)


def brief_report(paper: BriefPaper) -> Report:
    """Return a brief as a report in its language; a draft is marked as one on every page."""
    brief, lang = paper.brief, paper.brief.lang
    notes = _Notes(brief)
    titles = {part: say(f"brief_section_{part}", lang) for part in ("answer", "events", "words")}
    cards = tuple(_card(event, notes, lang) for event in paper.events)
    answer = (*_answer(paper, lang), Paragraph((sentence("watch_caution", lang),), "note"))
    sections = (
        Section("answer", titles["answer"], answer),
        Section("events", titles["events"], (Cards(cards),)),
        Section("words", titles["words"], _words(lang)),
    )
    return Report(
        title=brief.title,
        lang=lang,
        labels=labels_in(lang),
        lead=tuple(_lead(paper, lang)),
        contents=tuple(titles.items()),
        sections=sections,
        closing=(sentence("brief_closing", lang), *(_pinned(event, lang) for event in paper.events)),
        main="answer",
        marking=_marking(paper, lang),
        made=paper.released_by[-1].day if paper.is_released else paper.author.day,
        notes=tuple(notes.notes),
        notes_title=say("brief_section_notes", lang),
    )


def _marking(paper: BriefPaper, lang: str) -> str:
    mark = say(f"casebook_mark_{paper.mark}", lang)
    return mark if paper.is_released else f"{say('brief_marking_draft', lang)} · {mark}"


def _lead(paper: BriefPaper, lang: str) -> Iterator[str]:
    numbers = {"number": str(paper.number), "version": str(paper.version)}
    author = {"person": paper.author.person, "day": paper.author.day.isoformat()}
    yield sentence(Message("brief_written", {**numbers, **author}), lang)
    if paper.is_released:
        people = tuple(
            Message("brief_person_on_day", {"person": one.person, "day": one.day.isoformat()})
            for one in paper.released_by[:2]
        )
        yield sentence(Message("brief_released_by", {"first": people[0], "second": people[1]}), lang)
    else:
        yield sentence("brief_not_released", lang)
    if paper.supersedes:
        yield sentence(Message("brief_supersedes", {"version": str(paper.supersedes)}), lang)


# ------------------------------------------------------------------------------------------------------ the answer


def _answer(paper: BriefPaper, lang: str) -> Iterator[Block]:
    """Yield what is judged of each event, and which of them changed since it was written."""
    yield Bullets(tuple(" ".join(_judged(event.item, lang)) for event in paper.events))
    if changed := [event for event in paper.events if event.changes]:
        said = tuple(say(event.summary.headline, lang) for event in changed)
        yield Paragraph((sentence(Message("brief_changed_events", {"events": said}), lang),), "warning")


def _judged(item: BriefItem, lang: str) -> Iterator[str]:
    """Yield the sentences of a judgement: one's own words, then likelihood and confidence, each by itself."""
    judgement = item.judgement
    yield _ended(judgement.says, lang)
    yield sentence(likelihood_said(judgement.likelihood), lang)
    yield sentence(confidence_said(judgement.confidence), lang)


def _ended(text: str, lang: str) -> str:
    return (
        text
        if text.rstrip("\"'”»’)）」』").endswith((".", "!", "?", "…", "。", "！", "？", "؟"))
        else text + ("。" if lang == "zh" else ".")
    )


# ------------------------------------------------------------------------------------------------------ one event


def _card(event: BriefEvent, notes: _Notes, lang: str) -> Card:
    summary, judgement = event.summary, event.item.judgement
    own, likely, sure = _judged(event.item, lang)
    blocks: list[Block] = [Paragraph((own,)), Paragraph((likely,)), Paragraph((sure,))]
    if judgement.rests_on:
        rests = Message("brief_rests_on", {"text": judgement.rests_on})
        blocks.append(Paragraph((_ended(say(rests, lang), lang),)))
    blocks.append(Paragraph((sentence(summary.told_by, lang), sentence("brief_origins_note", lang))))
    blocks.extend(Paragraph((words,)) for words in _origins_said(summary, notes, lang))
    blocks.append(_standing(summary, lang))
    if summary.differences:
        blocks.append(Paragraph((say("page_watch_disputed", lang),), "note"))
        blocks.append(Bullets(tuple(sentence(one.says, lang) for one in summary.differences)))
    if any(_figures(line) != ("", "") for line in summary.lines):
        blocks.append(_table(summary, notes, lang))
    blocks.extend(_since(event, lang))
    return Card(
        f"event-{summary.id}", (say(summary.headline, lang),), _badge(summary.stage, lang), blocks=tuple(blocks)
    )


def _badge(stage: str, lang: str) -> Badge:
    tones = {str(verdict): tone for verdict, tone in VERB.tones.items()}
    return Badge(say(f"verdict_{stage}", lang), tones[stage])


def _origins_said(summary: EventSummary, notes: _Notes, lang: str) -> Iterator[Words]:
    """Yield a sentence per origin: what it says by its latest report, who repeats it, with a footnote per report."""
    for origin in summary.origins:
        first, others = origin[0], tuple(dict.fromkeys(outlet_of(line) for line in origin[1:]))
        said = Message(f"brief_says_{_position(origin)}", {"source": outlet_of(first)})
        others = tuple(name for name in others if name != outlet_of(first))
        message = Message("brief_repeated", {"said": said, "sources": others}) if others else said
        yield Text(sentence(message, lang), refs=notes.of(*origin))


def _position(origin: Sequence[Line]) -> str:
    """Return what an origin says of the event: a denial or a doubt of its main speaker comes first, then its stage."""
    return {"denies": "denied", "doubts": "doubted"}.get(origin[-1].told.nature.stance, stage_of(origin))


def _standing(summary: EventSummary, lang: str) -> Block:
    """Return which origins stand behind each stage: what is alleged and what is confirmed, apart."""
    facts = []
    for stage in STAGES:
        if voices := [origin for origin in summary.origins if stage_of(origin) == stage]:
            names = say("list_separator", lang).join(outlet_of(origin[0]) for origin in voices)
            count = say(Message("watch_origins_count", {"count": len(voices)}), lang)
            facts.append(Fact(_capital(say(f"verdict_{stage}", lang)), (f"{count}{say('label_colon', lang)}{names}",)))
    if "confirmed" not in summary.stages:
        facts.append(Fact(_capital(say("verdict_confirmed", lang)), (say("brief_confirmed_by_none", lang),)))
    return Facts(tuple(facts))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _figures(line: Line) -> tuple[str, str]:
    counts = line.told.casualties
    killed, affected = counts.killed.number, counts.affected.number
    return ("" if killed is None else str(killed), "" if affected is None else str(affected))


def _table(summary: EventSummary, notes: _Notes, lang: str) -> Table:
    """Return the figures as each outlet has them."""
    names = ("watch_field_source", "brief_published", "watch_field_stage", "watch_field_killed", "watch_field_affected")
    rows: list[tuple[Words, ...]] = [
        (
            Text(outlet_of(line), lang=line.told.lang, refs=notes.of(line)),
            day_said(line.told.report.published.date(), lang),
            say(f"verdict_{line.told.nature.stage}", lang),
            *(figure or "—" for figure in _figures(line)),
        )
        for line in summary.lines
    ]  # fmt: skip
    return Table(say("brief_figures", lang), tuple(say(name, lang) for name in names), rows)


def _pinned(event: BriefEvent, lang: str) -> str:
    """Return on which version of an event the brief was written."""
    return sentence(Message("brief_pinned", {"event": event.summary.id, "version": event.item.version}), lang)


def _since(event: BriefEvent, lang: str) -> Iterator[Block]:
    """Yield what changed of an event since the brief was written."""
    if event.changes:
        yield Paragraph((sentence("brief_changed", lang),), "warning")
        yield Bullets(tuple(sentence(change, lang) for change in event.changes))
    else:
        yield Paragraph((sentence("brief_unchanged", lang),), "note")


def _note(line: Line, grade: str, lang: str) -> Iterator[Words]:
    """Yield what a footnote says of a report: outlet, title, day, address, the hash of its bytes, its grade."""
    report = line.told.report
    yield sentence(report_said(line), lang)
    if report.title:
        yield Text(_ended(shown_title(line.told), line.told.lang), lang=line.told.lang)
    if report.url:
        yield Text(report.url, verbatim=True)
    if report.sha256:
        yield say("brief_hash", lang)
        yield Text(report.sha256, verbatim=True)
    else:
        yield sentence("brief_no_hash", lang)
    yield sentence(grade_said(grade), lang)


def grade_said(grade: str) -> Message:
    """Say an Admiralty grade: the reliability of the source and the credibility of what it says, side by side."""
    words = {"reliability": f"brief_reliability_{grade[0]}", "credibility": f"brief_credibility_{grade[1]}"}
    return Message("brief_grade", {"grade": grade, **{name: Message(id) for name, id in words.items()}})


def _words(lang: str) -> Sequence[Block]:
    """Return what the words of likelihood and confidence mean."""
    levels = say("list_separator", lang).join(say(f"brief_confidence_{level}", lang) for level in confidences())
    return (
        Paragraph((sentence("brief_words_about", lang),)),
        Facts(
            (
                Fact(say("brief_words_likelihood", lang), tuple(say(word, lang) for word in scale_said())),
                Fact(say("brief_words_confidence", lang), (levels,)),
            )
        ),
    )
