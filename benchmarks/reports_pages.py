"""How long the pages of many kept reports take: ``python -m benchmarks.reports_pages [COUNT] [--folder FOLDER]``.

The reports are made up of written ones: each is told again on other days, in other places, with other numbers and some
words of its own, until there are enough, over twenty years. They are packed as a job packs them and kept in a casebook
in the folder, by itself one that is thrown away; one that has them already is only measured. Each page is asked for
first as the first page of the run after the service has started, then three times more; the middle one of these is
shown, beside what of it was time of the processor, which other work on the machine does not count for. The same page
of a small run in another case is opened before, so that what every page loads is loaded. Then the pages of all runs
are asked for, and those of a run after somebody decided on an event, wrote a brief and saved watches.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from time import monotonic, process_time
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace
from starlette.testclient import TestClient

from benchmarks.reports import CASES, read_folder
from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.people import CONSOLE
from opencwc.jobs import kept_runs
from opencwc.jobs.run_and_keep import Place, keep_steps
from opencwc.records import to_plain
from opencwc.reports import kept
from opencwc.reports.events import Event, event_id
from opencwc.reports.findings import maker_of
from opencwc.reports.lazy_sequence import LazySequence
from opencwc.reports.model import Date, Report
from opencwc.reports.verb import VERB
from opencwc.reports.watched import Line, Watched, watch
from opencwc.verbs import Ended, PagesFile, Started, Step
from opencwc.web.accounts.entrance import Entrance
from opencwc.web.app import app_of
from opencwc.web.reports import finder
from opencwc.web.server.configuration import Configuration

_YEARS = 20
_AS_OF = "2026-11-29"
_PASSWORD = "tulip lantern gravel otter"
_WIDE: dict[str, Any] = dict.fromkeys(("address_rate", "person_rate", "sign_in_rate"), "1000000/minute")
_SYLLABLES = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "zu", "dan", "fer", "gol", "hin", "jus"]
PAGES = {
    "Today": "",
    "Today, the next page": "?after=30",
    "Today, only seizures": "?kind=seizure",
    "a word that many hold": "?text=chlorine",
    "a word that few hold": "?text={word}",
    "Chinese signs": "?text=%E6%B0%AF%E6%B0%94",
    "All events": "/table",
    "All events by place": "/table?order=place",
    "All events by last report": "/table?order=-last",
    "All events, sought": "/table?find=chlorine",
    "an event": "/events/{event}",
    "Region": "/picture",
    "Region, one kind": "/picture?kind=seizure",
    "Topics": "/topics",
    "a topic": "/topics/{topic}",
    "Captures": "/captures",
    "Captures by last": "/captures?order=-last",
    "a page captured": "/captures/page?url={url}",
}
DECIDED = {
    "Today, with watches": "",
    "Topics, with decisions": "/topics",
    "Briefs": "/briefs",
    "a new brief": "/briefs/new?event={event}",
    "a brief": "/briefs/1",
}
OF_ALL = {
    "Sources": "/watch/sources",
    "Sources, late": "/watch/sources?state=late",
    "an outlet": "/watch/sources/outlet?name={outlet}",
    "My events": "/watch/saved",
    "a new watch": "/watch/saved/new",
    "Feeds": "/watch/sources/feeds",
    "Find, a chemical": "/find?q=chlorine",
    "Find, a kind and a State": "/find?q=accident%20norway",
    "Find, a rare word": "/find?q={word}",
}
"""Pages of a run, those of a run that somebody decided on, and those of all runs."""


@cache
def _written() -> Watched:
    return watch([report for folder in ("a", "b") for report in read_folder(CASES / folder)[0]], None)


class MadeUp(LazySequence[Line]):
    """So many reports, each made where it is asked for."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._lines = _written().lines
        self._step = timedelta(days=_YEARS * 365 / max(1, count / len(self._lines)))

    def __len__(self) -> int:
        return self._count

    def made(self, number: int) -> Line:
        """Return the report of a number."""
        time, place = divmod(number, len(self._lines))
        line = self._lines[place]
        report = self.report(line.told.report, time)
        days = timedelta(days=(time * self._step).days)
        where = line.told.place
        name = f"{where.name} {time % 40}" if where.name and time % 40 else where.name
        told = replace(line.told, report=report, date=_earlier(line.told.date, days), place=where._replace(name=name))
        event = self.events_of.get(place)
        return Line(told, event_id(self.report(event, time)) if event else "", f"{line.origin}{time}", line.why)

    @property
    def events_of(self) -> dict[int, Report]:
        """The first report of the event that each written report is on."""
        return _first_reports()

    def report(self, report: Report, time: int) -> Report:
        """Return a report as it is told for the so manieth time, on the same days of the week."""
        published = report.published - timedelta(days=(time * self._step).days)
        twice = len(report.id) % 2 == 0 and report.url.endswith(("a", "e", "1"))  # some pages are captured twice
        return replace(
            report, id=f"{report.id}-{time}", published=published, text=f"{report.text} {' '.join(_words(time))}",
            url=f"{report.url}?{time // 2 if twice else time}" if report.url else "", taken=published,
        )  # fmt: skip


@cache
def _first_reports() -> dict[int, Report]:
    some = _written()
    return {number: some.lines[event.items[0]].told.report for event in some.events for number in event.items}


def _words(time: int) -> Iterator[str]:
    """Yield words of its own for a time of telling."""
    for number in (time, 7 * time + 3, 31 * time + 11):
        word = ""
        rest = number + 1
        while rest:
            rest, last = divmod(rest, len(_SYLLABLES))
            word += _SYLLABLES[last]
        yield word + "x"


def _earlier(day: Date, by: timedelta) -> Date:
    return day._replace(text=(date.fromisoformat(day.text) - by).isoformat()) if day.precision == "day" else day


def made_up(count: int) -> Watched:
    """Return so many reports, and their events in the order of their first report."""
    lines, written = MadeUp(count), _written()
    each = len(written.lines)
    events = []
    for time in range(-(-count // each)):
        for event in written.events:
            items = tuple(number for item in event.items if (number := time * each + item) < count)
            if items:
                events.append(Event(event_id(lines.report(written.lines[event.items[0]].told.report, time)), items))
    return Watched(lines, sorted(events, key=lambda event: lines[event.items[0]].told.report.published))


def _keep(book: Casebook, person: Person, content: bytes, some: Watched, case: str) -> int:
    case_for_keeping(book, person, case)
    maker = maker_of(_AS_OF, "none")

    def steps() -> Iterator[Step]:
        yield Started({"file": "made-up.jsonl", "as_of": _AS_OF}, to_plain(maker))
        tally = {"events": len(some.events)}
        yield Ended(len(some.lines), {}, tally, PagesFile(kept.NAME, kept.MEDIA_TYPE, content))

    run = keep_steps(VERB, steps(), Place(book, lambda: person, case, {"as_of": _AS_OF}))
    assert run.keeper is not None
    return run.keeper.number


def fill(folder: Path, count: int) -> None:
    """Keep a small run and a large one in a new casebook."""
    with _casebook(folder) as book:
        entrance = Entrance.of(book, Configuration(**_WIDE))
        person = entrance.people.add(CONSOLE, "anna", "Anna", Role.ANALYST, Mark.HIGHLY_PROTECTED)
        entrance.people.set_password(person.id, _PASSWORD)
        runs = []
        for case, number in (("large", count), ("small", 500)):
            start = process_time()
            some = made_up(number)
            content = kept.pack(some, "made-up.jsonl", _AS_OF, "none")
            packed = process_time()
            runs.append(_keep(book, person, content, some, case))
            print(
                f"{number:,} reports, {len(some.events):,} events: packed in {packed - start:.0f} s of processor time,"
                f" {len(content) / 1e6:.0f} MB, kept in {process_time() - packed:.0f} s"
            )
        (folder / "runs").write_text(" ".join(map(str, runs)))


@contextmanager
def _casebook(folder: Path) -> Iterator[Casebook]:
    os.environ["OPENCWC_SETTINGS"] = str(folder / "settings")
    book = open_casebook(folder / "casebook.db")
    yield book
    book.close()


def measure(folder: Path) -> None:
    """Print how long each page took."""
    with _casebook(folder) as book:
        app = app_of(Entrance.of(book, Configuration(**_WIDE, allowed_hosts=("testserver",))), book)
        with TestClient(app, follow_redirects=False) as client:
            client.post("/api/v1/session", json={"login": "anna", "password": _PASSWORD})
            client.headers["X-CSRF-Token"] = client.get("/api/v1/session").json()["csrf_token"]
            large, small = ((int(number)) for number in (folder / "runs").read_text().split())
            named = _named(client, large)
            print("| page | first, ms | of the processor | again, ms | of the processor |\n|---|--:|--:|--:|--:|")
            _measure(client, PAGES, named, (large, small))
            _ask(client, "/find?q=sarin")  # so that the names of all that is found are in order
            _measure(client, OF_ALL, named)
            _decide(client, large, named["event"])
            _measure(client, DECIDED, named, (large,))
        app.state.service.answering.close()
    print(f"memory of the service at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


def _named(client: TestClient, run: int) -> dict[str, str]:
    """Return what stands in the addresses: an event, a topic, an outlet, a page that was captured."""
    api = f"/api/v1/watch/runs/{run}"
    event = client.get(f"{api}?limit=1").json()["events"][0]["event"]
    report = client.get(f"{api}/events/{event}").json()["reports"][0]["report"]
    original = next(line.told.report for line in _written().lines if report.startswith(f"{line.told.report.id}-"))
    topic = client.get(f"{api}/topics").json()["topics"][0]["topic"]
    url = client.get(f"{api}/captures?limit=1").json()["pages"][0]["url"]
    return {"event": event, "topic": topic, "outlet": quote(original.source), "url": quote(url),
            "word": next(_words(150))}  # fmt: skip


def _measure(client: TestClient, pages: Mapping[str, str], named: Mapping[str, str], runs: Sequence[int] = ()) -> None:
    """Ask for each page of the first run, its file being in memory no more, after the same page of another one."""
    for name, address in pages.items():
        path = address.format(**named)
        if len(runs) > 1 and "url=" not in path and "/events/" not in path:
            _ask(client, f"/watch/runs/{runs[1]}{path}")
        kept_runs._loaded.clear()
        finder._held.clear()
        times = [_ask(client, f"/watch/runs/{runs[0]}{path}" if runs else path) for _ in range(4)]
        again = [median(one[part] for one in times[1:]) for part in (0, 1)]
        print(f"| {name} | {' | '.join(f'{time:.0f}' for time in (*times[0], *again))} |", flush=True)


def _decide(client: TestClient, run: int, event: str) -> None:
    """Confirm an event, write a brief on it, and save two watches, where that is not done."""
    api = f"/api/v1/watch/runs/{run}"
    found = client.get(f"{api}/events/{event}").json()
    if found["seen"]:
        return
    reports = [line["report"] for line in found["reports"]]
    sent = [
        (f"{api}/decisions", {"verb": "confirm", "reports": reports, "reason": "One event."}),
        (f"{api}/briefs", {"title": "A brief", "lang": "en", "judgements": [
            {"event": event, "says": "It happened.", "likelihood": "likely", "confidence": "moderate"}
        ]}),
        ("/api/v1/watch/saved", {"name": "Seizures in Ghana", "countries": ["GHA"], "kinds": ["seizure"]}),
        ("/api/v1/watch/saved", {"name": "", "event": event}),
    ]  # fmt: skip
    for address, body in sent:
        answer = client.post(address, json=body)
        assert answer.status_code < 300, answer.text[:500]


def _ask(client: TestClient, address: str) -> tuple[float, float]:
    """Return how many milliseconds a page took, and of the processor."""
    start, processor = monotonic(), process_time()
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text[:500]
    return 1_000 * (monotonic() - start), 1_000 * (process_time() - processor)


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("count", nargs="?", type=int, default=1_000_000)
    words.add_argument("--folder", type=Path)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as thrown_away:
        folder = chosen.folder or Path(thrown_away)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "casebook.db").exists():
            fill(folder, chosen.count)
        measure(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
