"""Watched events as a report for any writer of `opencwc.publishing`: counts, the list, each event outlet by outlet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from opencwc.finding import Message
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Badge,
    Block,
    Bullets,
    Card,
    Cards,
    Count,
    Counts,
    Fact,
    Facts,
    Filter,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.reports.event_wording import agents_said, day_said, place_said, range_said
from opencwc.reports.machine_tags import tlp_label
from opencwc.reports.private_people import shown_title
from opencwc.reports.summaries import STAGES, EventSummary
from opencwc.reports.verb import VERB
from opencwc.verbs import Verb
from opencwc.wording import say, sentence


def event_report(
    summaries: Sequence[EventSummary], file: str, made: date, lang: str = "en", tlp: str = "green"
) -> Report:
    """Return the report on the events of a run, in a language; every page bears the label of the TLP."""
    titles = {part: say(f"watch_report_{part}", lang) for part in ("counts", "list", "events")}
    return Report(
        title=say(Message("watch_report_title", {"file": file}), lang),
        lang=lang,
        labels=labels_in(lang),
        lead=(sentence("watch_caution", lang),),
        contents=tuple(titles.items()),
        sections=_sections(summaries, titles, lang),
        closing=(sentence("report_person", lang),),
        main="list",
        marking=tlp_label(tlp),
        made=made,
    )


def _sections(summaries: Sequence[EventSummary], titles: dict[str, str], lang: str) -> Iterator[Section]:
    yield Section("counts", titles["counts"], (_counts(summaries, lang),))
    yield Section("list", titles["list"], (_table(summaries, titles["list"], lang),))
    filters = (Filter("kind", say("watch_field_kind", lang)), Filter("stage", say("watch_field_stage", lang)))
    yield Section("events", titles["events"], (Cards((_card(one, lang) for one in summaries), filters),))


def _badge(stage: str, lang: str, verb: Verb = VERB) -> Badge:
    tones = {str(verdict): tone for verdict, tone in verb.tones.items()}
    return Badge(say(f"verdict_{stage}", lang), tones[stage])


def _counts(summaries: Sequence[EventSummary], lang: str) -> Block:
    counts = Counter(summary.stage for summary in summaries)
    return Counts(tuple(Count(_badge(stage, lang), counts[stage]) for stage in STAGES if counts[stage]))


def _table(summaries: Sequence[EventSummary], caption: str, lang: str) -> Block:
    names = ("kind", "stage", "date", "place", "agents", "killed", "affected", "origins", "reports")
    headings = ("id", *names)
    labels = tuple(say("label_id" if name == "id" else f"watch_field_{name}", lang) for name in headings)
    return Table(caption, labels, (_row(summary, lang) for summary in summaries))


def _row(summary: EventSummary, lang: str) -> tuple[Words, ...]:
    return (
        Text(summary.id, verbatim=True),
        say(f"watch_kind_{summary.kind}", lang),
        say(f"verdict_{summary.stage}", lang),
        say(day_said(summary.date.text), lang),
        say(place_said(summary.place), lang),
        agents_said(summary.agents, lang),
        *(_figures(numbers, lang) for numbers in (summary.killed, summary.affected)),
        str(len(summary.origins)),
        str(len(summary.lines)),
    )


def _figures(numbers: tuple[int, ...], lang: str) -> str:
    return say(range_said(numbers), lang) if numbers else ""


def _card(summary: EventSummary, lang: str) -> Card:
    blocks: list[Block] = [Paragraph((sentence(summary.told_by, lang),))]
    if summary.differences:
        blocks.append(Bullets(tuple(sentence(one.says, lang) for one in summary.differences)))
    rows = [_outlet(summary, number, lang) for number in range(len(summary.lines))]
    blocks.append(Facts(tuple(rows)))
    return Card(
        id=summary.id,
        heading=(say(summary.headline, lang),),
        badge=_badge(summary.stage, lang),
        blocks=tuple(blocks),
        facets={"kind": say(f"watch_kind_{summary.kind}", lang), "stage": say(f"verdict_{summary.stage}", lang)},
    )


def _outlet(summary: EventSummary, number: int, lang: str) -> Fact:
    """Return what one outlet says: its stage and stance, its figures, its title and address."""
    line = summary.lines[number]
    report, nature, casualties = line.told.report, line.told.nature, line.told.casualties
    said = [say(f"verdict_{nature.stage}", lang)]
    said += [say(f"watch_stance_{nature.stance}", lang)] if nature.stance else []
    for name, count in (("killed", casualties.killed), ("affected", casualties.affected)):
        if count.number is not None:
            field = Message(f"watch_field_{name}")
            said.append(say(Message("watch_differs", {"field": field, "values": (str(count.number),)}), lang))
    title = Text(shown_title(line.told), lang=line.told.lang, to=report.url if _is_address(report.url) else "")
    day = say(report.published.date().isoformat(), lang)
    values: tuple[Words, ...] = (title, day, say("clause_separator", lang).join(said))
    return Fact(report.source or report.id, values)


def _is_address(url: str) -> bool:
    """Tell whether an address of a report may be led to: one of the web, never a script."""
    return url.startswith(("https://", "http://"))
