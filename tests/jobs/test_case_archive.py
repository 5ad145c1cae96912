"""The runs of a case grow together: a later one stands on the events of earlier ones, and loses and doubles nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from benchmarks.reports import CASES, read_folder

from opencwc.casebook.cases import open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import Filter, Mark, Person, Role
from opencwc.casebook.runs import Source, count_kept, keep_source, resume_run, run_named
from opencwc.casebook.saved_watches import note_look, save_watch, watches_of
from opencwc.errors import NotFoundError
from opencwc.jobs import kept_runs
from opencwc.jobs.event_decisions import SHELF, decide_on_events, decisions_on_events
from opencwc.jobs.kept_runs import opened_run
from opencwc.jobs.page_captures import pages_of_case
from opencwc.jobs.run_and_keep import KeptRun, Place, keep_steps
from opencwc.jobs.watch_news import WatchNews
from opencwc.language.encoders import named_encoder
from opencwc.records import to_plain
from opencwc.reports.batches import ready
from opencwc.reports.corrected import EventDecision, corrected
from opencwc.reports.event_changes import Looked
from opencwc.reports.findings import maker_of
from opencwc.reports.item import Item
from opencwc.reports.kept import KeptWatch, opened, unpack
from opencwc.reports.reader import steps_of
from opencwc.reports.verb import VERB
from opencwc.reports.watch_question import WatchQuestion
from opencwc.reports.watched import Watched, joining
from opencwc.verbs import Found, Started, Step

ANNA = Person("p-anna", "anna", "Anna", Role.ANALYST, Mark.HIGHLY_PROTECTED)
BO = Person("p-bo", "bo", "Bo", Role.ANALYST, Mark.UNCLASSIFIED)
MAKER = maker_of("2026-03-07", "use")


@pytest.fixture(scope="module")
def items() -> list[Item]:
    reports, _ = read_folder(CASES / "a")
    return ready(reports[:60], named_encoder())


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Casebook]:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    book = open_casebook(str(tmp_path / "casebook.db"))
    open_case(book, ANNA, "press")
    yield book
    book.close()
    kept_runs._loaded.clear()


def place_of(book: Casebook, source: Source | None = None) -> Place:
    mark = Mark.UNCLASSIFIED if source is None else source.mark
    return Place(book, lambda: ANNA, "press", {"as_of": MAKER.as_of}, source, mark)


def steps(items: Sequence[Item], *, ready_to_join: bool = True) -> Iterator[Step]:
    archive, watched = joining([items])
    yield Started({"file": "press.jsonl", "as_of": MAKER.as_of}, to_plain(MAKER))
    yield from steps_of(watched, "press.jsonl", MAKER, (), archive if ready_to_join else None)


def keep(book: Casebook, items: Sequence[Item], source: Source | None = None, *, ready_to_join: bool = True) -> int:
    run = keep_steps(VERB, steps(items, ready_to_join=ready_to_join), place_of(book, source))
    assert run.keeper is not None
    return run.keeper.number


def watched_in(book: Casebook, run: int) -> KeptWatch:
    return opened_run(book, ANNA, run, SHELF, opened).kept


def whole(items: Sequence[Item]) -> Watched:
    return joining([items])[1]


def events_by_report(watched: Watched) -> dict[str, tuple[str, str]]:
    return {line.told.report.id: (line.event, line.origin) for line in watched.lines}


def events_in_findings(book: Casebook, run: int) -> dict[str, str]:
    """Return the event that each finding of a run names, by the id of its report."""
    found = list_findings(book, ANNA, Filter(run=run), limit=1_000).findings
    units = {one.subject_id: VERB.unit_of(one.content or {}).key for one in found}
    labels = {report: unit.removeprefix("event ") if unit.startswith("event") else "" for report, unit in units.items()}
    assert len(labels) == len(found)
    return labels


def test_the_report_of_tomorrow_stands_on_the_event_of_yesterday(book: Casebook, items: list[Item]) -> None:
    first = keep(book, items[:40])
    second = keep(book, items[40:])
    expected = events_by_report(whole(items))
    assert events_by_report(watched_in(book, second).watched) == expected
    alone = {event for event, _ in events_by_report(whole(items[40:])).values()}
    assert any(event not in alone for event in (expected[item.told.report.id][0] for item in items[40:]) if event)
    assert events_in_findings(book, second) == {
        item.told.report.id: expected[item.told.report.id][0] for item in items[40:]
    }
    assert len(watched_in(book, first).watched.lines) == 40  # and its addresses hold
    with book.reading_contents() as connection:
        assert run_named(connection, second)["checked"]["joined_with"] == [first]


def test_the_same_upload_again_adds_nothing(book: Casebook, items: list[Item]) -> None:
    keep(book, items[:40])
    again = keep(book, items[:40])
    run = watched_in(book, again)
    assert events_by_report(run.watched) == events_by_report(whole(items[:40]))
    assert len(run.watched.lines) == len(run.brought) == 40
    assert events_in_findings(book, again) == {}
    with book.reading_contents() as connection:
        assert run_named(connection, again)["tally"]["notes"] == [{"id": "watch_note_known", "values": {"count": 40}}]
    more = keep(book, items[30:50])
    assert len(watched_in(book, more).watched.lines) == 50
    assert sorted(events_in_findings(book, more)) == sorted(item.told.report.id for item in items[40:50])


def test_my_events_and_captures_count_each_report_once(book: Casebook, items: list[Item]) -> None:
    keep(book, items[:40])
    last = keep(book, items[30:])
    news = WatchNews(book, ANNA)
    assert list(news.runs) == [last]
    assert [len(run.events()) for run in news.runs.values()] == [len(whole(items).events)]
    captures = [capture for page in pages_of_case(book, ANNA, last).pages.by_last() for capture in page.captures]
    urls = [item.told.report.url for item in items]
    assert all(urls.count(capture.url) == 1 for capture in captures)


def test_a_run_joins_to_none_of_a_higher_mark_and_goes_with_a_mark_that_is_raised(
    book: Casebook, items: list[Item]
) -> None:
    def source(mark: Mark) -> Source:
        return keep_source(book, ANNA, io.BytesIO(b"first"), "first", mark=mark)

    first = keep(book, items[:20], source(Mark.UNCLASSIFIED))
    high = keep(book, items[20:30], keep_source(book, ANNA, io.BytesIO(b"high"), "high", mark=Mark.PROTECTED))
    low = keep(book, items[30:], keep_source(book, ANNA, io.BytesIO(b"low"), "low"))
    assert len(watched_in(book, high).watched.lines) == 30
    assert len(watched_in(book, low).watched.lines) == 50
    assert opened_run(book, BO, low, SHELF, opened).number == low
    assert list(WatchNews(book, ANNA).runs) == [low, high]
    source(Mark.PROTECTED)
    with pytest.raises(NotFoundError):
        opened_run(book, BO, low, SHELF, opened)
    with pytest.raises(NotFoundError):
        opened_run(book, BO, first, SHELF, opened)


def test_a_worker_that_dies_loses_and_doubles_nothing_whatever_is_kept_meanwhile(
    book: Casebook, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opencwc.reports.growth.FINDINGS_AT_ONCE", 10)
    keep(book, items[:20])
    run = KeptRun()

    def die(run: KeptRun, step: Step | None) -> None:
        if isinstance(step, Found) and run.findings:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep_steps(VERB, steps(items[20:40]), place_of(book), run, heed=die, is_resumable=lambda error: True)
    assert run.keeper is not None
    number = run.keeper.number
    between = keep(book, items[40:])
    assert len(watched_in(book, between).watched.lines) == 40
    again = KeptRun(resume_run(book, ANNA.id, number), count_kept(book, number))
    keep_steps(VERB, steps(items[20:40]), place_of(book), again)
    expected = events_by_report(whole(items[:40]))
    assert events_in_findings(book, number) == {
        item.told.report.id: expected[item.told.report.id][0] for item in items[20:40]
    }
    assert events_by_report(watched_in(book, number).watched) == expected
    last = keep(book, items[:1])
    assert events_by_report(watched_in(book, last).watched) == events_by_report(whole(items))


def test_what_people_decided_holds_in_later_runs(book: Casebook, items: list[Item]) -> None:
    first = keep(book, items[:40])
    events = watched_in(book, first).watched.events
    names = [[items[number].told.report.id for number in event.items] for event in events]
    large = next(group for group in names if len(group) > 2)
    others = [group for group in names if group is not large]
    decisions = [
        EventDecision("split", (large[-1],), apart=tuple(large[:-1]), reason="Another one."),
        EventDecision("join", (others[0][0],), beside=(others[1][0],), reason="One."),
        EventDecision("move", (others[2][-1],), beside=(others[3][0],), apart=tuple(others[2][:-1]), reason="There."),
    ]
    for decision in decisions:
        decide_on_events(book, ANNA, first, decision)
    second = keep(book, items[40:])
    kept = decisions_on_events(book, ANNA, second)
    assert len(kept) == 3
    now = corrected(watched_in(book, second).watched, kept)
    assert events_by_report(now) == events_by_report(corrected(whole(items), kept))


@pytest.mark.parametrize(
    "asked",
    [{"kinds": ["accident", "attack"]}, {"countries": ["SOME"]}, {"words": "police chlorine"},
     {"languages": ["fr"], "agents": ["Chlorine"]}, {"event": "FIRST"}],
    ids=["kinds", "countries", "words", "languages", "event"],
)  # fmt: skip
def test_a_watch_reads_only_what_it_may_want_and_says_the_same(
    book: Casebook, items: list[Item], monkeypatch: pytest.MonkeyPatch, asked: dict[str, object]
) -> None:
    first = keep(book, items[:40])
    summaries = watched_in(book, first).summaries
    if "event" in asked:
        asked = {"event": summaries[0].id}
    if "countries" in asked:
        asked = {"countries": sorted({one.place.country.lower() for one in summaries[:6] if one.place.country})}
    saved = save_watch(book, ANNA, "Mine", asked)
    note_look(book, ANNA, saved.id, WatchNews(book, ANNA).seen)
    names = [[line.told.report.id for line in one.lines] for one in summaries if len(one.lines) > 1]
    decide_on_events(book, ANNA, first, EventDecision("split", (names[0][-1],), apart=(names[0][0],), reason="Two."))
    decide_on_events(book, ANNA, first, EventDecision("join", (names[1][0],), beside=(names[2][0],), reason="One."))
    keep(book, items[40:])
    (saved,) = watches_of(book, ANNA)
    quick = WatchNews(book, ANNA).of(saved)

    def all_of_it(news: WatchNews, looked: Mapping[int, int], question: WatchQuestion) -> list[Looked]:
        return [news._all_looked(case, looked) for case in news._runs_of]

    monkeypatch.setattr(WatchNews, "_looked", all_of_it)
    assert quick == WatchNews(book, ANNA).of(saved)
    assert quick


def test_runs_of_earlier_versions_are_read_and_stand_beside(book: Casebook, items: list[Item]) -> None:
    old = keep(book, items[:20], ready_to_join=False)
    new = keep(book, items[20:])
    assert len(watched_in(book, new).watched.lines) == 40
    assert len(watched_in(book, old).watched.lines) == 20
    assert list(WatchNews(book, ANNA).runs) == [new, old]


def test_the_file_of_a_run_that_grew_is_whole(book: Casebook, items: list[Item]) -> None:
    keep(book, items[:20])
    keep(book, items[20:40])
    last = keep(book, items[40:])
    kept = kept_runs.shown_run(book, ANNA, last, SHELF, unpack).kept
    assert (kept.summary.taken, len(kept.summary.parts), len(kept.brought)) == (40, 2, 20)
