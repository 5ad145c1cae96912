"""`opencwc watch`: files of reports in, a line a report out, with what was odd or unread told."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from opencwc.casebook.database import open_casebook
from opencwc.casebook.tokens import cli_person
from opencwc.cli.watch import FORMATS, OTHER_NAMES, watch
from opencwc.jobs.event_decisions import SHELF
from opencwc.jobs.kept_runs import list_runs, shown_run
from opencwc.reports.formats import COLUMNS
from opencwc.reports.intake.network import Fetched, Fetcher, Known
from opencwc.reports.kept import unpack
from opencwc.reports.verb import VERB
from opencwc.wording import LANGUAGES
from reports.intake.making import warc

from .conftest import Ran

EXAMPLE = Path(__file__).parents[2] / "examples" / "reports.jsonl"
LINE = {"id": "a1", "published": "2026-03-04", "source": "Wire", "title": "Leak at plant", "text": "A chlorine leak."}
Run = Callable[..., Ran]


@pytest.fixture
def run() -> Run:
    """Run the command alone, in this process, without the encoder."""
    app = typer.Typer()
    app.command()(watch)

    def call(*words: object, given: bytes = b"", model: bool = False) -> Ran:
        asked = [str(word) for word in words] + ([] if model else ["--no-model"])
        done = CliRunner().invoke(app, asked, input=given)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout_bytes, done.stderr)

    return call


def lines(*reports: object) -> bytes:
    return b"".join(json.dumps(report).encode() + b"\n" for report in reports)


def test_the_example_gives_a_line_for_every_report(run: Run) -> None:
    done = run(EXAMPLE, "--format", "csv", model=True)
    ids = [json.loads(line)["id"] for line in EXAMPLE.read_text(encoding="utf-8").splitlines()]
    assert done.status == 0 and tuple(done.rows[0]) == COLUMNS
    assert [row["report"] for row in done.rows] == ids
    assert {row["lang"] for row in done.rows} == set(LANGUAGES)


def test_an_archive_keeps_what_came_and_new_reports_join_to_it(run: Run, tmp_path: Path) -> None:
    reports = EXAMPLE.read_bytes().splitlines(keepends=True)
    today, tomorrow, archive = tmp_path / "today.jsonl", tmp_path / "tomorrow.jsonl", tmp_path / "press.zip"
    today.write_bytes(b"".join(reports[::2]))
    tomorrow.write_bytes(b"".join([*reports[1::2], reports[0]]))
    assert run(today, "--archive", archive).status == 0
    done = run(tomorrow, "--archive", archive, "--format", "csv")
    assert "1 report was in an earlier run" in done.err and f"Reports in press.zip now: {len(reports)}" in done.err
    assert {row["report"] for row in done.rows} > {json.loads(line)["id"] for line in reports[1::2]}
    whole = run(EXAMPLE, "--format", "csv").rows
    kept = run("--archive", archive, "--format", "csv").rows
    assert {row["report"]: row["event"] for row in kept} == {row["report"]: row["event"] for row in whole}


def test_a_file_or_an_archive_is_needed_and_neither_is_overwritten_by_the_answer(run: Run, tmp_path: Path) -> None:
    assert run().status == 2
    archive = tmp_path / "press.zip"
    assert run(EXAMPLE, "--archive", archive).status == 0
    assert run(EXAMPLE, "--archive", archive, "-o", archive, "--format", "csv").status == 2
    assert run("--archive", tmp_path / "none.zip").status == 2


def test_json_lines_have_the_same_cells_and_where_the_report_stands(run: Run) -> None:
    rows = run(EXAMPLE, "--format", "csv").rows
    plain = [json.loads(line) for line in run(EXAMPLE, "--format", "jsonl").text.splitlines()]
    assert [{name: one[name] for name in COLUMNS} for one in plain] == rows
    assert plain[0]["source"] and plain[0]["url"] and plain[0]["published"] and "spans" in plain[0]


def test_a_table_stands_on_the_screen_and_the_summary_behind_it(run: Run) -> None:
    done = run(EXAMPLE)
    assert done.status == 0 and "title" in done.text.splitlines()[0] and "Reports: " in done.err


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (80, ["status", "country", "chemicals", "killed", "affected", "origin", "outlet"]),
        (110, ["country", "chemicals", "origin", "outlet"]),
        (240, []),
    ],
)
def test_a_narrow_screen_keeps_room_for_titles_and_says_what_it_leaves_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: int, left_out: list[str]
) -> None:
    monkeypatch.setattr("opencwc.cli.watch.options.grid_width", lambda: width)
    head, *rows = run(EXAMPLE).text.splitlines()
    assert head.split()[0] == "event" and head.split()[-1] == "title"
    assert not set(left_out) & set(head.split())
    note = f"Columns hidden because the screen is too narrow: {', '.join(left_out)}; --format csv has every column."
    assert (note in " ".join(" ".join(rows).split())) == bool(left_out)


def test_what_was_not_read_is_told_and_shows_in_the_status(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(LINE) + b"broken\n")
    done = run(tmp_path / "a.jsonl", "--format", "csv")
    assert done.status == 1 and len(done.rows) == 1
    assert "At a.jsonl:2: not a report in JSON; skipped." in done.err


def test_reports_come_from_a_pipe_and_go_to_a_file(run: Run, tmp_path: Path) -> None:
    done = run("-", "-o", tmp_path / "out.csv", given=lines(LINE))
    assert done.status == 0 and done.out == b""
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    assert [row["report"] for row in rows] == ["a1"]
    assert run("-", "-", given=lines(LINE)).status == 2


def test_a_table_is_read_with_the_columns_that_the_user_names(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("when;what\n2026-03-04;A chlorine leak\n")
    assert run(tmp_path / "t.csv", "--format", "csv").status == 2
    done = run(tmp_path / "t.csv", "--map", "published=when", "--map", "title=what", "--format", "jsonl")
    assert json.loads(done.text)["title"] == "A chlorine leak"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gone.jsonl"], "gone.jsonl"),
        (["."], "."),
        (["empty.jsonl"], "empty.jsonl: it is empty"),
        (["good.jsonl", "--format", "rtf"], "--format"),
        (["good.jsonl", "-o", "good.jsonl", "--format", "csv"], "good.jsonl"),
        (["good.jsonl", "--corrections", "bad.jsonl"], "bad.jsonl:2"),
        (["good.jsonl", "--corrections", "gone.jsonl"], "gone.jsonl"),
        (["good.jsonl", "--sources", "bad.csv"], "bad.csv:1"),
        (["good.jsonl", "--captures", "bad.jsonl"], "bad.jsonl:1"),
        (["https://wire.example/feed"], "https://wire.example/feed"),
        (["opml.xml"], "opml.xml"),
        (["head.csv"], "head.csv: this file contains no reports. Give a file with at least one report"),
        (["broken.jsonl"], "no reports were found. The lines above show what was found instead."),
        (["t.csv", "--map", "deaths=x"], "title, text, kind, date, country, place, agents, killed, affected."),
    ],
)
def test_bad_input_is_an_error_that_names_its_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    Path("good.jsonl").write_bytes(lines(LINE))
    Path("empty.jsonl").write_bytes(b"\n")
    Path("bad.jsonl").write_bytes(b'{"verb": "join", "reports": ["a", "b"]}\n{"verb": "move", "reports": ["a"]}\n')
    Path("bad.csv").write_text("name,reliability\nWire,X\n")
    Path("head.csv").write_text("date,title\n")
    Path("t.csv").write_text("date,title\n2026-03-04,A chlorine leak\n")
    Path("broken.jsonl").write_bytes(b"broken\n")
    Path("opml.xml").write_text('<opml><body><outline xmlUrl="https://wire.example/f"/></body></opml>')
    done = run(*words)
    assert done.status == 2 and said in done.err
    assert Path("good.jsonl").read_bytes() == lines(LINE)


def test_corrections_are_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "said.jsonl").write_bytes(lines({"verb": "split", "reports": ["a1", "b1"]}))
    (tmp_path / "a.jsonl").write_bytes(lines(LINE, {**LINE, "id": "b1"}))
    assert run(tmp_path / "a.jsonl", "--corrections", tmp_path / "said.jsonl", "--format", "csv").status == 0


def test_captures_are_kept_and_what_changed_is_told_the_second_time(run: Run, tmp_path: Path) -> None:
    book, file = tmp_path / "captures.jsonl", tmp_path / "a.jsonl"
    file.write_bytes(lines({**LINE, "url": "https://wire.example/a", "text": "Two were hurt. The road was closed."}))
    first = run(file, "--captures", book, "--format", "csv")
    assert first.status == 0 and "absent" not in first.err.lower() and len(book.read_bytes().splitlines()) == 1
    file.write_bytes(lines({**LINE, "url": "https://wire.example/a", "text": "Three were hurt. The road was closed."}))
    second = run(file, "--captures", book, "--format", "csv")
    assert "absent on" in second.err and "“Two were hurt.”" in second.err and "road" not in second.err


def test_the_health_of_sources_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text("name,reliability\nWire,B\nGone,A\n")
    (tmp_path / "a.jsonl").write_bytes(lines(LINE))
    done = run(tmp_path / "a.jsonl", "--sources", tmp_path / "sources.csv", "--format", "csv")
    assert "Source Gone: nothing received." in done.err


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_words_for_what_is_told(run: Run, tmp_path: Path, lang: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(
        lines(LINE, {**LINE, "published": "1960-01-01"}, {**LINE, "source": "R\u0435uters"})
    )
    done = run(EXAMPLE, tmp_path / "a.jsonl", "--lang", lang)
    assert done.status == 0 and "watch_" not in done.err + done.text


def test_a_cell_is_never_a_formula(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({**LINE, "id": "=cmd|'/c calc'!A1"}))
    assert run(tmp_path / "a.jsonl", "--format", "csv").rows[0]["report"] == "'=cmd|'/c calc'!A1"


def test_feeds_are_fetched_only_where_the_setting_switches_it_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Known]] = []
    feed = (
        b"<rss><channel><title>Wire</title><item><guid>r1</guid><title>Leak</title><pubDate>2026-03-04</pubDate></item>"
        b"</channel></rss>"
    )

    def fetch(self: Fetcher, url: str, known: Known) -> Fetched:
        asked.append((url, known))
        return Fetched("new", url, datetime.now(UTC), feed, known=Known('"v1"'))

    monkeypatch.setattr(Fetcher, "fetch", fetch)
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    monkeypatch.setenv("OPENCWC_CACHE", str(tmp_path / "cache"))
    url = "https://wire.example/feed"
    assert run(url, "--format", "csv").status == 2 and not asked
    (tmp_path / "opencwc.toml").write_text('[watch]\nnetwork = true\nhosts = ["wire.example"]\n')
    done = run(url, "--format", "csv")
    assert done.status == 0 and [row["report"] for row in done.rows] == ["r1"]
    run(url, "--format", "csv")
    assert asked == [(url, Known()), (url, Known('"v1"'))]


def test_two_archives_of_a_page_show_what_was_present_then_and_is_absent_now(run: Run, tmp_path: Path) -> None:
    def archive(name: str, date: str, status: str, words: str) -> Path:
        page = f"<html><head><title>Statement</title></head><body><p>{words}</p></body></html>".encode()
        content = warc([("https://ministry.example/s", status, "text/html", page)], date=date)
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    march = archive("march.warc.gz", "2026-03-04T10:00:00Z", "200 OK", "Two drums were lost. The plant is closed.")
    may = archive("may.warc.gz", "2026-05-04T10:00:00Z", "404 Not Found", "Not found in the texts.")
    september = archive("september.warc.gz", "2026-09-02T10:00:00Z", "200 OK", "The plant is closed.")
    done = run(march, may, september, "--captures", tmp_path / "book.jsonl", "--format", "csv")
    said = [line for line in done.err.splitlines() if "ministry.example" in line]
    assert "At https://ministry.example/s: present on 2026-03-04, absent on 2026-09-02: “Two drums were lost.”." in said
    assert "At https://ministry.example/s: on 2026-05-04 https://ministry.example/s could not be captured" in done.err
    kept = [json.loads(line) for line in (tmp_path / "book.jsonl").read_text().splitlines()]
    assert [(one["taken"][:7], bool(one["failed"])) for one in kept] == [
        ("2026-03", False), ("2026-09", False), ("2026-05", True),
    ]  # fmt: skip


def test_topics_are_printed_and_given_as_files(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "reports.jsonl"
    text = "A darknet shop on the dark web offered cyanide, poison and other toxic chemicals."
    file.write_bytes(lines(LINE, {**LINE, "id": "a2", "title": "Shop closed", "text": text}))
    done = run(file, "--topics")
    assert "Dark markets" in done.text
    assert "1 topics have reports; 0 are new or rising, 0 terms are new; 1 of 2 reports have no topic" in done.err
    rows = run(file, "--topics", "--format", "csv").rows
    assert [(row["topic"], row["report"], row["passages"]) for row in rows] == [("dark-markets", "a2", text)]
    records = [json.loads(line) for line in run(file, "--topics", "--format", "jsonl").text.splitlines()]
    assert [next(iter(record)) for record in records] == ["trend", "passage"]
    assert run(file, "--topics", "--format", "stix").status == 2


def test_stix_is_known_by_the_name_of_its_package_too(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "reports.jsonl"
    file.write_bytes(lines(LINE))
    assert json.loads(run(file, "--format", "stix2").text)["type"] == "bundle"


def test_the_help_names_every_format_by_each_of_its_names(run: Run) -> None:
    shown = run("--help").text
    assert all(name in shown for name in (*FORMATS, *OTHER_NAMES))


@pytest.mark.parametrize("given", ["red", "TLP:RED"])
def test_the_tlp_marking_is_that_of_the_option(run: Run, tmp_path: Path, given: str) -> None:
    out = tmp_path / "events.misp.json"
    assert run("-", "--tlp", given, "--format", "misp", "-o", out, given=lines(LINE)).status == 0
    (one,) = json.loads(out.read_bytes())["response"]
    assert {"name": "tlp:red"} in one["Event"]["Tag"]


def test_a_word_that_the_tlp_does_not_have_is_refused(run: Run) -> None:
    done = run("-", "--tlp", "purple", given=lines(LINE))
    assert done.status == 2 and "--tlp" in done.err and "purple" in done.err


def test_a_run_that_is_kept_stands_in_the_casebook_with_its_events(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "casebook.db"
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(place))
    done = run(EXAMPLE, "--format", "csv", "--keep", "reports", "--mark", "restricted")
    assert done.status == 0
    with closing(open_casebook(place)) as book:
        person = cli_person(book)
        (listed,) = list_runs(book, person, VERB.id)
        shown = shown_run(book, person, listed.number, SHELF, unpack)
    assert (listed.case, listed.mark) == ("reports", "restricted")
    assert [line.told.report.id for line in shown.kept.watched.lines] == [row["report"] for row in done.rows]
    assert f"{len(done.rows)} findings saved" in done.err


def test_what_failed_and_when_an_archive_was_made_are_kept(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "casebook.db"
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(place))
    archive = tmp_path / "a.warc"
    page = (
        b"<html><title>Notice</title><body><p>The plant at Hallen is shut since the leak of chlorine.</p></body></html>"
    )
    pages = [
        ("https://m.example/a", "200 OK", "text/html", page),
        ("https://m.example/b", "404 Gone", "text/html", b""),
    ]
    archive.write_bytes(warc(pages, date="2026-03-05T10:00:00Z"))
    run(archive, "--keep", "reports")
    with closing(open_casebook(place)) as book:
        (listed,) = list_runs(book, cli_person(book), VERB.id)
        shown = shown_run(book, cli_person(book), listed.number, SHELF, unpack)
    (line,) = shown.kept.watched.lines
    assert line.told.report.taken == datetime(2026, 3, 5, 10, tzinfo=UTC)
    assert [failed.url for failed in shown.kept.summary.failed] == ["https://m.example/b"]


def test_a_case_is_needed_to_keep_anything(run: Run) -> None:
    done = run(EXAMPLE, "--mark", "restricted")
    assert done.status == 2 and "--keep" in done.err
