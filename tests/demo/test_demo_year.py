"""The invented State: its files are always the same, and everything of it says that it is invented."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import list_cases
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.feeds import list_feeds
from opencwc.casebook.findings import comments_on_case, count_findings, inbox, list_findings
from opencwc.casebook.model import CaseStatus, Filter, Mark, Role, Status
from opencwc.casebook.requests import requests_of
from opencwc.casebook.saved_watches import watches_of
from opencwc.demo import Built
from opencwc.demo.folder import Place, own_environment
from opencwc.demo.open_reports import write_places, write_reports
from opencwc.demo.state import load_state
from opencwc.demo.year import write_year
from opencwc.jobs.briefs import brief_run
from opencwc.jobs.event_decisions import SHELF, decisions_on_events
from opencwc.jobs.kept_runs import list_runs, shown_run
from opencwc.jobs.page_captures import pages_of_case
from opencwc.jobs.second_looks import looks_waiting
from opencwc.jobs.source_list import read_sources_of
from opencwc.jobs.watch_news import WatchNews
from opencwc.language.gazetteer import own_places
from opencwc.reports.corrected import corrected
from opencwc.reports.intake.network import load_network_settings
from opencwc.reports.kept import unpack
from opencwc.reports.verb import VERB as WATCH
from opencwc.reports.watched import Watched
from opencwc.web.reports.saved_watch import KINDS
from opencwc.wording import LANGUAGES

INVENTED = re.compile(r"invented|inventé|مُختلق")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made(
    made_year: Path, year_built: tuple[Built, list[tuple[int, int]]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Casebook, Built]:
    built, steps = year_built
    assert steps[-1] == (len(load_state().story), len(load_state().story))
    place = Place(shutil.copytree(made_year, tmp_path_factory.mktemp("demo") / "year"), kept=True)
    with own_environment(place):
        book = open_casebook()
    files = tuple(place.folder / file.relative_to(made_year) for file in built.files)
    return book, replace(built, files=files)


def contents(folder: Path, year: int) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in write_year(folder, year)}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_files_are_the_same_whenever_they_are_made(tmp_path: Path) -> None:
    assert contents(tmp_path / "a", 2025) == contents(tmp_path / "b", 2025)


def test_the_files_hold_several_hundred_rows_of_the_year_that_is_told(tmp_path: Path) -> None:
    files = write_year(tmp_path, 2024)
    all_rows = [row for path in files for row in rows(path)]
    days = [row[name] for row in all_rows for name in ("counted_on", "received_on", "entered_on") if name in row]
    assert 6 <= len(files) <= 8
    assert 400 <= len(all_rows) <= 900
    assert {date.fromisoformat(day).year for day in days} == {2024}
    assert len({day[:7] for day in days}) == 12


def test_every_file_and_every_row_says_that_it_is_invented(tmp_path: Path) -> None:
    for path in write_year(tmp_path, 2025):
        assert path.name.startswith("invented-")
        assert all(INVENTED.search(" ".join(row.values())) for row in rows(path))


def test_every_company_case_and_comment_says_that_it_is_invented(made: tuple[Casebook, Built]) -> None:
    book, built = made
    reviewer = built.people[0]
    state = load_state()
    cases = list_cases(book, reviewer)
    comments = [comment["text"] for case in cases for comment in comments_on_case(book, reviewer, case.name)]
    assert all(INVENTED.search(name) for name in (state.name, *state.companies.values(), *state.origins))
    assert all(INVENTED.search(case.title) for case in cases)
    assert comments
    assert all(INVENTED.search(text) for text in comments)
    assert all(person.login.startswith("demo-") for person in built.people)


def test_every_structure_stands_already_in_the_examples_the_cases_or_the_lists() -> None:
    known = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in (ROOT / "examples", ROOT / "tests" / "cases", ROOT / "src" / "opencwc" / "convention" / "data")
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".csv", ".smi", ".yaml")
    )
    written = {text for some in load_state().products.values() for substance in some for text in substance.written}
    new = {text for text in written if text not in known and not re.fullmatch(r"\d+-\d\d-\d", text)}
    # Diethanolamine and tetrahydrofuran, which are in the examples by number or name; a cut drawing; a trade name.
    assert new <= {"OCCNCCO", "C1CCOC1", "CC(C", "Norwald FR-77 (invented)"}


def test_the_month_of_reports_is_told_in_six_languages_and_dated_by_the_year(tmp_path: Path) -> None:
    lines = write_reports(tmp_path, 2024, 30).read_text(encoding="utf-8").splitlines()
    reports = [json.loads(line) for line in lines]
    languages = Counter(report["lang"] for report in reports)
    assert 60 <= len(reports) <= 90
    assert set(languages) == set(LANGUAGES)
    assert min(languages.values()) >= 10
    assert len({report["id"] for report in reports}) == len(reports)
    assert {report["published"][:8] for report in reports} == {"2024-09-"}
    assert all(report["url"].partition("://")[2].split("/")[0].endswith(".example") for report in reports)
    assert not any("{year}" in line for line in lines)
    first = write_reports(tmp_path, 2024, 20)
    assert first.name.startswith("invented-")
    before = [json.loads(line) for line in first.read_text(encoding="utf-8").splitlines()]
    changed = [one["id"] for one, other in zip(before, reports, strict=False) if one != other]
    assert (changed, {len(one) for one in reports}) == (["nv10"], {7}), "a page that was changed afterwards"


def test_the_outlets_are_graded_and_a_page_that_changed_is_seen(made: tuple[Casebook, Built]) -> None:
    book, built = made
    leila = built.people[0]
    read = read_sources_of(book, leila)
    graded = {row.name: row.grade for row in read.rows if row.grade}
    assert graded["Nordavian News Agency"] == "B2" and len(graded) == 6
    assert [row.name for row in read.rows if row.health.state == "never"] == ["Vestmark Gazette"]
    assert [one.source.grade for one in read.listed.history("Sandhavn Post")] == ["B3", "C3"]
    pages = pages_of_case(book, leila, max(read.runs)).pages
    assert [page.source for page in pages.by_last() if page.changes] == ["Norwald Observer"]


def test_an_analyst_reads_the_month_as_events_and_finds_what_changed(made: tuple[Casebook, Built]) -> None:
    book, built = made
    leila = built.people[0]
    news = WatchNews(book, leila)
    summaries = [summary for run in news.runs.values() for summary in run.events()]
    kinds = {summary.kind for summary in summaries}
    assert kinds == set(KINDS)
    assert 18 <= len(summaries) <= 26
    assert sum(len(summary.lines) for summary in summaries) >= 75
    assert any(len(origin) >= 4 for summary in summaries for origin in summary.origins), "one text, repeated by four"
    assert any(summary.affected == (4, 6) for summary in summaries), "a figure that was corrected"
    assert any(summary.denied_by for summary in summaries)
    states = {saved.name: Counter(one.state for one in news.of(saved)) for saved in watches_of(book, leila)}
    assert set(states) == {"Hallen", "People harmed in Nordavia"}
    assert states["Hallen"]["new"] >= 1
    assert states["Hallen"]["changed"] >= 1


def test_an_analyst_split_one_report_off_an_event_and_joined_one_and_the_reasons_are_kept(
    made: tuple[Casebook, Built],
) -> None:
    book, built = made
    leila, _, amara = built.people[:3]
    run = list_runs(book, leila, WATCH.id, limit=1)[0].number
    found = shown_run(book, leila, run, SHELF, unpack).kept.watched
    decisions = decisions_on_events(book, leila, run)
    hers = [one for one in decisions if one.person == amara.name and one.verb in ("split", "join")]
    assert {(one.verb, one.reports) for one in hers} == {("split", ("nv86",)), ("join", ("nv24",))}
    assert all(one.reason for one in hers)

    def beside(watched: Watched, report: str) -> set[str]:
        groups = ({watched.lines[place].told.report.id for place in event.items} for event in watched.events)
        return next(group for group in groups if report in group)

    assert beside(found, "nv23") == {"nv23", "nv24", "nv32", "nv86"}, "what the program found"
    now = corrected(found, decisions)
    assert beside(now, "nv23") == {"nv23", "nv24", "nv32"} and beside(now, "nv86") == {"nv86"}


def test_the_feeds_of_the_month_are_listed_and_none_can_be_fetched(made: tuple[Casebook, Built]) -> None:
    book, built = made
    feeds = list_feeds(book, built.people[0])
    assert len(feeds) == 2 and all(one.feed.url.partition("://")[2].split("/")[0].endswith(".example") for one in feeds)
    assert not load_network_settings().network


def test_an_analyst_finds_events_decided_and_a_brief_that_two_people_released(made: tuple[Casebook, Built]) -> None:
    book, built = made
    leila, mateo, amara = built.people[:3]
    run = list_runs(book, leila, WATCH.id, limit=1)[0].number
    having = brief_run(book, leila, run)
    released, waiting = (versions[-1] for versions in having.briefs.values())
    assert (released.state, [one.name for one in released.releases]) == ("released", [mateo.name, leila.name])
    assert set(released.files) == {"pdf", "docx"}
    assert (waiting.state, waiting.brief.lang, waiting.author) == ("one_release", "fr", amara.id)
    assert not any(event.changes for event in having.events(released.brief)), "they stand as they were written on"
    assert len(having.decided) >= 9


def test_the_guide_counts_the_events_as_people_decided_on_them(made: tuple[Casebook, Built]) -> None:
    book, built = made
    run = list_runs(book, built.people[0], WATCH.id, limit=1)[0].number
    found = shown_run(book, built.people[0], run, SHELF, unpack).kept.watched
    events = corrected(found, decisions_on_events(book, built.people[0], run)).events
    guide = (ROOT / "docs" / "how-to" / "try-the-demonstration.md").read_text(encoding="utf-8")
    assert f"on {len(events)} events of every kind" in " ".join(guide.split()), len(events)


def test_a_second_look_waits_for_the_person_who_is_signed_in_first(made: tuple[Casebook, Built]) -> None:
    book, built = made
    (look,) = looks_waiting(book, built.people[0])
    assert look.reports >= {"nv78", "nv79", "nv80"}
    assert not looks_waiting(book, built.people[1])


def test_the_record_of_the_demonstration_fits(made: tuple[Casebook, Built]) -> None:
    book, _ = made
    report = verify_all(book)
    assert report.problems == []
    assert report.checkpoints > 50


def test_every_kind_of_verdict_and_every_schedule_is_there(made: tuple[Casebook, Built]) -> None:
    book, built = made
    counts = [
        count_findings(book, built.people[0], Filter(case=case.name)) for case in list_cases(book, built.people[0])
    ]
    verdicts = Counter({name: n for count in counts for name, n in count.verdict.items()})
    entries = {name for count in counts for name in count.entry}
    screened = {"listed", "review", "exempt", "not_listed", "unreadable"}
    legislated = {"covered", "partial", "none"}
    transferred, declared = {"prohibited", "allowed_with", "allowed", "discrepancy"}, {"due", "near", "ask"}
    watched = {"reported", "confirmed", "planned", "alleged", "denied", "concluded", "no_event"}
    claimed = {"agrees", "differs", "not_in_record"}
    assert set(verdicts) == screened | legislated | transferred | declared | watched | claimed
    schedules = {name[:5] for name in entries if name[4:5].isdigit()}
    assert schedules == {"CWC 1", "CWC 2", "CWC 3"}
    of_no_schedule = {name for name in entries if name.startswith("CWC ") and not name[4:5].isdigit()}
    assert len(of_no_schedule - {"CWC "}) == 60, "the measures; other facilities have no entry"


def test_the_cases_stand_where_cases_stand_in_a_working_year(made: tuple[Casebook, Built]) -> None:
    book, built = made
    cases = list_cases(book, built.people[0])
    assert {case.status for case in cases} == {CaseStatus.OPEN, CaseStatus.IN_REVIEW, CaseStatus.CLOSED}
    assert [case.mark for case in cases].count(Mark.RESTRICTED) == 1
    assert (date.fromisoformat(cases[0].due) - date.today()).days <= 3


def test_something_of_every_kind_waits_for_the_person_who_is_signed_in_first(made: tuple[Casebook, Built]) -> None:
    book, built = made
    first = built.people[0]
    waiting = inbox(book, first, limit=500)
    stands = {finding.status for finding in waiting}
    proposed = [finding for finding in waiting if finding.grave and finding.status is Status.AWAITING_SECOND]
    request = requests_of(book, first, waiting=True)
    assert first.role is Role.REVIEWER
    assert {Status.OPEN, Status.AWAITING_SECOND, Status.DISPUTED, Status.NEEDS_MORE} <= stands
    assert len(proposed) == 1
    assert len(request) == 1
    assert request[0].asked_by != first.id


def test_a_grave_finding_and_blind_rechecks_wait_for_the_second_reviewer(made: tuple[Casebook, Built]) -> None:
    from opencwc.casebook.agreement import agreement

    book, built = made
    first, second = built.people[:2]
    again = agreement(book, first)
    brenna = next(case.name for case in list_cases(book, second) if case.name.startswith("brenna"))
    open_findings = Filter(case=brenna, status=(Status.OPEN,))
    open_to_second = {finding.id for finding in list_findings(book, second, open_findings, limit=500).findings}
    open_to_first = {finding.id for finding in list_findings(book, first, open_findings, limit=500).findings}
    assert any(finding.grave for finding in inbox(book, second, limit=500))
    assert again.pairs == 5
    assert again.agreed == pytest.approx(0.8)
    assert open_to_second - open_to_first
    assert open_to_first - open_to_second


def test_nothing_in_the_environment_is_left_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("OPENCWC_KEY", "/the/user's/own.key")
    before = dict(os.environ)
    place = Place(tmp_path, kept=False)
    with own_environment(place):
        assert "OPENCWC_KEY" not in os.environ
        assert os.environ["OPENCWC_SETTINGS"] == str(place.settings)
        assert os.environ["OPENCWC_CACHE"] == before["OPENCWC_CACHE"]
    assert dict(os.environ) == before


def test_the_towns_of_the_state_are_places_of_its_own(made: tuple[Casebook, Built], tmp_path: Path) -> None:
    names = own_places(write_places(tmp_path / "settings"))
    told = write_reports(tmp_path, 2025, 30).read_text(encoding="utf-8")
    assert {name.spot.country for name in names} == {"XNV"}
    assert all(name.spot.name in told for name in names)
    assert any(re.search("[一-鿿]", name.written) and name.spot.name == "Sandhavn" for name in names)
    assert (made[1].files[0].parent.parent / "settings" / "places.csv").is_file()
