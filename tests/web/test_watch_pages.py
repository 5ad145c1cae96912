"""The pages of watched reports: today's list, an event, decisions on events, region and time, files, the API."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.runs import RunKeeper
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from opencwc.jobs import run_and_keep
from opencwc.jobs.event_decisions import decide_on_events, decisions_on_events
from opencwc.jobs.intake import intake_of
from opencwc.jobs.kept_runs import _loaded, list_runs
from opencwc.jobs.queue import Jobs
from opencwc.records import to_plain
from opencwc.reports.corrected import EventDecision
from opencwc.reports.findings import maker_of
from opencwc.reports.machine_tags import taxonomy
from opencwc.reports.model import Amount, Casualties, Count, Span
from opencwc.reports.reader import steps_of
from opencwc.reports.verb import VERB
from opencwc.reports.watched import Watched
from opencwc.verbs import Started, Step
from opencwc.web.reports import table_page
from opencwc.web.reports.file_pages import FORMATS
from opencwc.web.reports.pages import EXAMPLE
from opencwc.web.server.worker_process import make_worker
from reports.told_by_hand import ALL, watched
from web.kept_runs import ANNA, KeptRun, keep_run
from web.pages.housing import PAGE, PART, opened_house, page_of
from web.signing_in import House

SPLIT = EventDecision("split", ("s3",), apart=("s1", "s2"), reason="Another leak.")
IN_ALL_LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")


def _keep(house: House, case: str = "reports", mark: Mark = Mark.UNCLASSIFIED, some: Watched | None = None) -> KeptRun:
    maker = maker_of("2026-03-07", "use")

    def steps() -> Iterator[Step]:
        yield Started({"file": "reports.jsonl", "as_of": "2026-03-07"}, to_plain(maker))
        yield from steps_of(some or watched(), "reports.jsonl", maker)

    return keep_run(house, VERB, steps, case, mark)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptRun]:
    with opened_house(tmp_path, monkeypatch) as house:
        yield _keep(house)
    _loaded.clear()


def _events(kept: KeptRun) -> dict[str, str]:
    """Return the ids of the events by their kind."""
    names = dict(zip(("accident", "alleged_use", "seizure"), (event.id for event in watched().events), strict=True))
    assert kept.base
    return names


def _decide(client: TestClient, kept: KeptRun, **form: str | list[str]) -> str:
    answer = client.post(f"{kept.base}/decisions", data=form, headers=PART)
    assert answer.status_code == 204, answer.text
    return str(answer.headers["hx-redirect"])


# ------------------------------------------------------------------------------------------------------ the list


def test_the_list_answers_in_its_heading_and_says_why_each_event_is_shown(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}?since=2026-03-03")
        assert page.one("h1").text.startswith("2 new events, 1 changed")
        titles = [event.one("h3").text for event in page.all("article", class_="event")]
        assert titles == [
            "Seizure: sodium cyanide, Puerto Claro (Panama), 4 March 2026",
            "Alleged use as a weapon: chlorine, Lesnoe (Ukraine), 3 March 2026",
            "Accident: chlorine, Sandvik (Norway), 2 March 2026",
        ]
        assert "Shown because: now also: confirmed; new figure" in page.all("article", class_="event")[2].text
        earlier = page_of(client, f"{kept.base}?since=2026-03-09").all("article", class_="event")[0].text
        assert "Last report on" in earlier and "Shown because" not in earlier


@pytest.mark.parametrize("lang", IN_ALL_LANGUAGES)
def test_every_page_is_sound_in_every_language(kept: KeptRun, lang: str) -> None:
    with kept.house.signed_in("rita") as client:
        for address in ("/watch", kept.base, f"{kept.base}/picture", f"{kept.base}/table", *_addresses(kept)):
            page = page_of(client, address, lang)
            assert "_watch_" not in page.text
            assert "watch_" not in page.text


def test_an_event_shows_ranges_amounts_and_where_else_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = watched()
    place = next(place for place, line in enumerate(some.lines) if line.told.report.id == "p1")
    told = some.lines[place].told
    kilos = told.report.whole.index("300 kilos")
    told = replace(
        told,
        casualties=Casualties(Count(2, qualifier="at_least"), Count(30, high=40)),
        amounts=tuple(
            Amount(Decimal(300), "kg", (Span(kilos, kilos + len("300 kilos")),), None, qualifier)
            for qualifier in ("about", "")
        ),
        place=told.place._replace(others=("COL",)),
    )
    lines = [replace(line, told=told) if at == place else line for at, line in enumerate(some.lines)]
    with opened_house(tmp_path, monkeypatch) as house:
        kept = _keep(house, some=replace(some, lines=tuple(lines)))
        with kept.house.signed_in("anna") as client:
            text = page_of(client, f"{kept.base}/events/{_events(kept)['seizure']}").text
    _loaded.clear()
    for shown in ("at least 2", "30 to 40", "about 300 kilos , 300 kilos", "Puerto Claro may also be in: Colombia"):
        assert shown in text
    assert "another version" not in text, "an amount that is told as sure stands as the report has it"


def _addresses(kept: KeptRun) -> list[str]:
    return [f"{kept.base}/events/{event}" for event in _events(kept).values()]


def test_no_list_shows_a_text_of_a_report(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        for address in (kept.base, f"{kept.base}/picture", f"{kept.base}/table", f"{kept.base}/table.csv"):
            html = client.get(address, headers=PAGE).text
            assert not any(one.report.text in html for one in ALL)


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=accident", ["Accident"]),
        ("stage=alleged", ["Alleged use as a weapon"]),
        ("country=PAN", ["Seizure"]),
        ("origins=several", ["Accident"]),
        ("text=cianuro", ["Seizure"]),
        ("text=%D1%85%D0%BB%D0%BE%D1%80", ["Alleged use as a weapon", "Accident"]),
        ("text=nothing+of+the+sort", []),
        ("since=2026-03-03&state=changed", ["Accident"]),
    ],
)
def test_a_filter_narrows_the_list(kept: KeptRun, query: str, kinds: list[str]) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}?{query}")
        assert [event.one("h3").text.partition(":")[0] for event in page.all("article", class_="event")] == kinds


def test_the_table_of_events_leads_from_page_to_page(kept: KeptRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_page, "A_PAGE", 2)
    with kept.house.signed_in("anna") as client:
        first = page_of(client, f"{kept.base}/table?order=kind")
        link = first.one("a", rel="next").attributes["href"]
        assert "after=2" in str(link) and "order=kind" in str(link)
        second = page_of(client, f"{kept.base}/table?order=kind&after=2")
        assert not second.all("a", rel="next")
        names = [row.one("th").text for one in (first, second) for row in one.one("tbody").all("tr")]
        assert names == ["Accident", "Alleged use as a weapon", "Seizure"]
        for one, part in ((first, "1–2"), (second, "3–3")):
            assert "3 events" in one.one("h1").text and f"3 in all, {part} shown" in one.text


def test_a_report_that_departs_is_marked_for_who_hears_the_page_too(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/events/{_events(kept)['accident']}", "fr")
        for cell in page.one("div", class_="outlets").all(class_="differs"):
            sign, heard = cell.all("span")[-2:]
            assert sign.attributes["aria-hidden"] == "true" and sign.text == "≠"
            assert heard.attributes["class"] == "unseen" and heard.text.startswith("diffère")


@pytest.mark.parametrize(
    ("lang", "chemical"), [("fr", "chlore"), ("ar", "الكلور"), ("es", "cloro"), ("ru", "хлор"), ("zh", "氯气")]
)
def test_pages_name_chemicals_in_their_language_and_files_in_english(kept: KeptRun, lang: str, chemical: str) -> None:
    event = _events(kept)["accident"]
    with kept.house.signed_in("anna") as client:
        for address in (kept.base, f"{kept.base}/table", f"{kept.base}/events/{event}", "/watch/saved/new"):
            assert chemical in page_of(client, address, lang).text
        for name in ("csv", "jsonl", "geojson", "misp"):
            file = client.get(f"{kept.base}/file?format={name}&file_lang={lang}").text
            assert "chlorine" in file


# ------------------------------------------------------------------------------------------------------ an event


def test_an_event_shows_who_says_what_and_marks_what_differs(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/events/{_events(kept)['accident']}")
        rows = page.one("div", class_="outlets").one("tbody").all("tr")
        assert len(rows) == 3
        assert [len(row.all(class_="differs")) for row in rows] == [2, 2, 2]
        assert "≠" in rows[2].text
        assert "Injured, ill or exposed: 4 to 7" in page.text
        assert "3 reports from 2 independent origins" in page.text


def test_the_origins_are_drawn_with_edges_and_told_in_a_table(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/events/{_events(kept)['accident']}")
        rows = page.one("table", class_="origin-table").one("tbody").all("tr")
        assert [[cell.text for cell in row.all("td")] for row in rows] == [
            ["1", "none (came first)", "—"],
            ["1", "1 Nordavia Wire", "same content, source not named"],
            ["2", "none (came first)", "—"],
        ]
        drawing = page.one("div", class_="drawn-origins").all("svg", class_="origins")[0]
        assert len(drawing.all("circle", class_="first")) == 2
        assert len(drawing.all("path", class_="edge")) == 1


def test_the_deciding_words_are_marked_in_the_text(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/events/{_events(kept)['accident']}")
        first = page.one(id="report-1")
        assert [mark.text for mark in first.one(class_="excerpt").all("mark")] == ["Leaked 1", "chlorine 2"]
        legend = [mark.text for mark in page.one("ul", class_="fields-legend").all("mark")]
        assert legend == [str(number) for number in range(1, len(legend) + 1)], "what is shown is numbered from 1 on"


def test_names_of_private_people_are_dots_until_who_may_decide_asks_for_them(kept: KeptRun) -> None:
    address = f"{kept.base}/events/{_events(kept)['accident']}"
    with kept.house.signed_in("anna") as client:
        page = page_of(client, address)
        assert "Neighbour ••• ••• saw it." in page.one(id="report-3").one(class_="excerpt").text
        assert "Ana Roy" not in client.get(f"{kept.base}/file?format=jsonl").text
        assert "Ana Roy saw it." in page_of(client, f"{address}?names=shown").one(id="report-3").text
    with kept.house.signed_in("audra") as client:
        assert "Ana Roy" not in page_of(client, f"{address}?names=shown").text


def test_an_address_of_a_report_is_a_link_only_where_it_is_of_the_web(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        html = client.get(f"{kept.base}/events/{_events(kept)['accident']}", headers=PAGE).text
        assert 'href="https://s1.example/x" rel="noreferrer noopener external"' in html


def test_an_event_that_is_not_there_is_not_found(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        assert client.get(f"{kept.base}/events/E-0", headers=PAGE).status_code == 404


# ----------------------------------------------------------------------------------------------------- decisions


def test_a_report_that_is_split_off_stands_in_an_event_of_its_own(kept: KeptRun) -> None:
    event = _events(kept)["accident"]
    with kept.house.signed_in("anna") as client:
        led = _decide(client, kept, event=event, verb="split", report=["3"], reason="Another leak.", seen="0")
        page = page_of(client, led)
        assert len(page.one("div", class_="outlets").one("tbody").all("tr")) == 1
        assert "Anna" not in page.one("h1").text
        assert "split 1 report off from another event" in page.text
        assert "Another leak." in page.text
        rest = page_of(client, f"{kept.base}/events/{event}")
        assert len(rest.one("div", class_="outlets").one("tbody").all("tr")) == 2
        assert len(page_of(client, kept.base).all("article", class_="event")) == 4


def test_a_contrary_decision_holds_and_both_are_shown(kept: KeptRun) -> None:
    events = _events(kept)
    with kept.house.signed_in("anna") as client:
        alone = _decide(client, kept, event=events["accident"], verb="split", report=["3"], reason="No.", seen="0")
    with kept.house.signed_in("rita") as client:
        name = alone.rpartition("/")[2]
        together = _decide(
            client,
            kept,
            event=name,
            verb="join",
            target=events["accident"],
            reason="It is the same.",
            seen="1",
        )
        page = page_of(client, together)
        assert len(page.one("div", class_="outlets").one("tbody").all("tr")) == 3
        assert len(page.one("ol", class_="said-by").all("li")) == 2
        assert "opposite of what Name of anna decided" in page.text


def test_events_to_join_with_are_named_by_their_headlines_and_how_many_reports_they_have(kept: KeptRun) -> None:
    events = _events(kept)
    with kept.house.signed_in("anna") as client:
        choices = page_of(client, f"{kept.base}/events/{events['seizure']}").one("select", name="target").all("option")
        said = {one.attributes["value"]: one.text for one in choices}
        assert said[events["accident"]] == "Accident: chlorine, Sandvik (Norway), 2 March 2026 · 3 reports"


def test_a_former_id_leads_to_the_event_that_its_report_is_on(kept: KeptRun) -> None:
    events = _events(kept)
    with kept.house.signed_in("anna") as client:
        _decide(client, kept, event=events["seizure"], verb="join", target=events["accident"], reason="One.", seen="0")
        page = page_of(client, f"{kept.base}/events/{events['seizure']}")
        assert len(page.one("div", class_="outlets").one("tbody").all("tr")) == 4


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"verb": "split", "reason": "x"}, "no report is selected"),
        ({"verb": "split", "report": ["1", "2", "3"], "reason": "x"}, "nothing would be split off"),
        ({"verb": "split", "report": ["1"], "reason": " "}, "a decision needs a reason"),
        ({"verb": "move", "report": ["1"], "reason": "x"}, "the other event is not selected"),
        ({"verb": "join", "reason": "x"}, "the other event is not selected"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    kept: KeptRun, form: dict[str, str | list[str]], problem: str
) -> None:
    with kept.house.signed_in("anna") as client:
        answer = client.post(
            f"{kept.base}/decisions", data={"event": _events(kept)["accident"], "seen": "0", **form}, headers=PART
        )
        assert answer.status_code == 422, answer.text
        assert problem in answer.text.casefold() or problem in answer.text
        assert decisions_on_events(kept.house.book, ANNA, kept.run) == []


def test_nothing_is_decided_where_somebody_else_did_meanwhile(kept: KeptRun) -> None:
    assert decide_on_events(kept.house.book, ANNA, kept.run, SPLIT, 0) == 1
    with pytest.raises(ConflictError):
        decide_on_events(kept.house.book, ANNA, kept.run, SPLIT, 0)
    assert len(decisions_on_events(kept.house.book, ANNA, kept.run)) == 1


def test_a_decision_without_reason_or_report_is_refused(kept: KeptRun) -> None:
    for decision in (EventDecision("split", ("s3",)), EventDecision("split", (), reason="x")):
        with pytest.raises(InputError):
            decide_on_events(kept.house.book, ANNA, kept.run, decision)


def test_an_auditor_reads_and_does_not_decide(kept: KeptRun) -> None:
    with kept.house.signed_in("audra") as client:
        page = page_of(client, f"{kept.base}/events/{_events(kept)['accident']}")
        assert not page.all(id="decision")
        answer = client.post(f"{kept.base}/decisions", data={"event": "x", "verb": "join"}, headers=PART)
        assert answer.status_code == 403
    audra = Person("p-audra", "audra", "Audra", Role.AUDITOR, Mark.HIGHLY_PROTECTED)
    with pytest.raises(NotAllowedError):
        decide_on_events(kept.house.book, audra, kept.run, SPLIT)


def test_who_is_not_cleared_for_the_case_sees_neither_the_run_nor_its_decisions(kept: KeptRun) -> None:
    secret = _keep(kept.house, "secret", Mark.PROTECTED)
    low = Person("p-low", "low", "Low", Role.ANALYST, Mark.UNCLASSIFIED)
    decide_on_events(kept.house.book, ANNA, secret.run, SPLIT)
    with pytest.raises(NotFoundError):
        decisions_on_events(kept.house.book, low, secret.run)
    kept.house.add("lowly")
    with kept.house.signed_in("lowly") as client:
        assert client.get(secret.base, headers=PAGE).status_code == 404


# ------------------------------------------------------------------------------------------------ region and files


def test_the_picture_counts_by_country_and_month_and_says_what_is_thin(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/picture")
        assert page.one("h1").text.startswith("3 events in 3 countries")
        rows = {
            row.one("th").text: [cell.text for cell in row.all("td")]
            for row in page.one(id="months").one("tbody").all("tr")
        }
        assert rows["Norway"] == ["March 2026", "Accident", "1", "1", "0"]
        assert rows["Ukraine"] == ["March 2026", "Alleged use as a weapon", "1", "0", "1"]
        kinds = page.one(id="rates").rows()
        assert ["world", "Seizure", "1", "0", "0"] in kinds
        assert sum(int(row[2]) for row in kinds if row[0] != "world") == 3, "the same events as below"
        names = [name.text for name in page.one("ol", class_="places").all("b")]
        assert names == ["Lesnoe (Ukraine)", "Puerto Claro (Panama)", "Sandvik (Norway)"]
        drawn = page.one("svg", class_="event-map")
        assert [mark.attributes["class"] for mark in drawn.all("g")] == ["m-several", "m-one", "m-one"]
        marks = [mark.one("text").text for mark in drawn.all("g")]
        assert marks == ["3", "2", "1"]
        assert [text.text for text in drawn.all("text", class_="name")] == ["Lesnoe", "Puerto Claro", "Sandvik"]
        assert (len(drawn.all("circle")), len(drawn.all("rect"))) == (1, 2)
        assert page.one("nav", aria_label="Bars show").one("a", aria_current="true").text == "days"
        by_day = page.one(id="time").rows()
        assert all(len(row) == 4 for row in by_day) and sum(int(row[1]) + int(row[2]) for row in by_day) == 3
        by_month = page_of(client, f"{kept.base}/picture?step=month").one(id="time")
        assert by_month.rows() == [["March 2026", "1", "2", "7"]]
        assert "Too few months to compare: the reports cover 1" in page.one(id="changes").text
        assert "only El Diario reports from there" in page.text


def test_the_table_of_events_sorts_searches_and_is_given_as_csv(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/table?order=-affected")
        rows = page.one(id="events").rows()
        assert [row[6] for row in rows] == ["12", "4 to 7", "0"]
        found = page_of(client, f"{kept.base}/table?find=lesnoe")
        assert [row[3] for row in found.one(id="events").rows()] == ["Lesnoe (Ukraine)"]
        csv = client.get(f"{kept.base}/table.csv?order=-affected", headers=PAGE).text.splitlines()
        assert "4 March 2026" in {row[2] for row in rows}
        (form,) = page.one("main").all("form", role="search")
        assert [button.text for button in form.all("button")] == ["Show"]
        assert csv[0] == "kind,stage,date,place,agents,killed,affected,origins,reports,last,event"
        assert len(csv) == 4
        for address in ("table.xlsx", "picture.xlsx?by=region", "captures.xlsx"):
            assert client.get(f"{kept.base}/{address}", headers=PAGE).content.startswith(b"PK")


@pytest.mark.parametrize("format", [name for name in FORMATS if name not in ("pdf", "corrections")])
def test_a_run_is_given_in_every_format(kept: KeptRun, format: str) -> None:
    with kept.house.signed_in("anna") as client:
        answer = client.get(f"{kept.base}/file?format={format}&file_lang=fr", headers=PAGE)
        assert answer.status_code == 200
        assert len(answer.content) > 500
        assert "attachment" in answer.headers["content-disposition"]


def test_decisions_are_given_as_the_command_takes_them(kept: KeptRun) -> None:
    decide_on_events(kept.house.book, ANNA, kept.run, SPLIT)
    with kept.house.signed_in("anna") as client:
        lines = client.get(f"{kept.base}/file?format=corrections", headers=PAGE).text.splitlines()
    assert [json.loads(line) for line in lines] == [{"verb": "split", "reports": ["s3"], "apart": ["s1", "s2"]}]


def test_an_event_is_given_as_the_draft_of_an_alert(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        event = _events(kept)["accident"]
        alert = client.get(f"{kept.base}/events/{event}/file?format=cap", headers=PAGE)
        assert b"<status>Draft</status>" in alert.content
        assert client.get("/watch/taxonomy.json", headers=PAGE).json()["namespace"] == taxonomy()["namespace"]


def test_a_filter_holds_for_files_too(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        answer = client.get(f"{kept.base}/file?format=cap&kind=seizure", headers=PAGE)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.namelist() == [f"{_events(kept)['seizure']}.cap.xml"]


def test_the_picture_counts_by_region_and_is_given_as_csv(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/picture?by=region&region=154")
        assert [row[0] for row in page.one(id="months").rows()] == ["Northern Europe"]
        assert page.one("h1").text.startswith("1 event in 1 country")
        csv = client.get(f"{kept.base}/picture.csv?by=region&order=area", headers=PAGE).text.splitlines()
        assert csv[0] == "area,month,kind,events,several,alleged"
        assert [line.split(",")[0] for line in csv[1:]] == ["Central America", "Eastern Europe", "Northern Europe"]


def test_the_picture_says_of_which_states_nothing_is_told(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        gaps = page_of(client, f"{kept.base}/picture").one(id="gaps")
        assert "No report is in Arabic, Chinese." in gaps.text
        assert "Northern Europe 9 of 10 States" in gaps.text
        silent = {link.attributes["href"] for link in gaps.one("dl").all("a")}
        assert "/states/SWE" in silent and "/states/NOR" not in silent


# -------------------------------------------------------------------------------------------------- API and jobs


def test_the_api_gives_the_picture(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        body = client.get(f"/api/v1/watch/runs/{kept.run}/picture?by=region&kind=accident").json()
    assert [(month["area"], month["kinds"]) for month in body["months"]] == [("154", {"accident": 1})]
    assert (body["time_line"]["step"], body["time_line"]["left_out"]) == ("day", 0)
    assert sum(bar["several"] + bar["one"] for bar in body["time_line"]["bars"]) == 1
    assert body["changes"] == []
    assert body["changes_none"] == "Too few months to compare: the reports cover 1, and 3 are needed."
    assert body["rates"][0]["a_month"] == 6.2
    assert [one["states"] for one in body["silent"] if one["region"] == "013"] == [
        ["BLZ", "CRI", "GTM", "HND", "MEX", "NIC", "SLV"]
    ]


def test_the_api_gives_events_and_takes_decisions(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        base = f"/api/v1/watch/runs/{kept.run}"
        body = client.get(f"{base}?limit=2&since=2026-03-03").json()
        assert [event["kind"] for event in body["events"]] == ["seizure", "alleged_use"]
        assert (body["total"], body["next"]) == (3, 2)
        decision = {"verb": "split", "reports": ["s3"], "apart": ["s1", "s2"], "reason": "Another.", "seen": 0}
        assert client.post(f"{base}/decisions", json=decision).json() == {"seen": 1}
        assert client.post(f"{base}/decisions", json=decision).status_code == 409
        assert client.post(f"{base}/decisions", json={**decision, "reports": ["x"]}).status_code == 422
        for unclear in ({"verb": "move", "reports": ["s3"]}, {"verb": "join", "reports": ["s3"], "apart": ["s1"]}):
            assert client.post(f"{base}/decisions", json={**unclear, "reason": "There."}).status_code == 422
        event = client.get(f"{base}/events/{_events(kept)['accident']}").json()
        assert [report["report"] for report in event["reports"]] == ["s1", "s2"]
        assert [one["person"] for one in event["decisions"]] == ["Name of anna"]


def test_files_are_kept_and_read_by_a_job(kept: KeptRun) -> None:
    house = kept.house
    with house.signed_in("anna") as client:
        content = client.get(f"/watch/examples/{EXAMPLE}", headers=PAGE).content
        form = {"case": "invented", "as_of": "2026-03-07", "mark": "unclassified"}
        sent = client.post("/watch/files", data=form, files=[("file", (EXAMPLE, content))], headers=PART)
        assert sent.status_code == 204, sent.text
        address = sent.headers["hx-redirect"]
        assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        job = Jobs(house.book.engine).get(address.rsplit("/", 1)[-1])
        assert job.state == "done", job.problem
        page = page_of(client, f"/watch/runs/{job.run}")
        assert "Reports read: 10" in page.text


class DiedError(BaseException):
    """As SIGKILL: nothing after it runs."""


@pytest.mark.parametrize(
    ("owner", "moment"),
    [(RunKeeper, "keep"), (run_and_keep, "keep_pages"), (RunKeeper, "finish")],
    ids=["before the findings are kept", "before the pages are kept", "before the run has ended"],
)
def test_a_worker_that_dies_over_reports_loses_none_and_keeps_none_twice(
    kept: KeptRun, monkeypatch: pytest.MonkeyPatch, owner: object, moment: str
) -> None:
    house = kept.house

    def die(*given: object, **named: object) -> None:
        raise DiedError

    with house.signed_in("anna") as client:
        content = client.get(f"/watch/examples/{EXAMPLE}").content
        form = {"case": "dropped", "as_of": "2026-03-07", "mark": "unclassified"}
        sent = client.post("/watch/files", data=form, files=[("file", (EXAMPLE, content))], headers=PART)
        identity = sent.headers["hx-redirect"].rsplit("/", 1)[-1]
        with monkeypatch.context() as patched, pytest.raises(DiedError):
            patched.setattr(owner, moment, die)
            make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        assert Jobs(house.book.engine).requeue_stale(after=-1) == 1
        assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        job = Jobs(house.book.engine).get(identity)
        assert job.state == "done", job.problem
        lines = client.get(f"/api/v1/jobs/{identity}/result").text.splitlines()
        assert [json.loads(line)["row"] for line in lines] == list(range(1, 11))
        assert "Reports read: 10" in page_of(client, f"/watch/runs/{job.run}").text
        listed = list_runs(house.book, ANNA, VERB.id)
        assert [run.number for run in listed if run.case == "dropped"] == [job.run]


def test_the_next_files_of_a_case_join_to_the_events_of_the_first(
    kept: KeptRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = kept.house

    def die(*given: object, **named: object) -> None:
        raise DiedError

    def worked_on(client: TestClient, content: bytes, *, dies: bool = False) -> tuple[str, int]:
        form = {"case": "daily", "as_of": "2026-03-07", "mark": "unclassified"}
        sent = client.post("/watch/files", data=form, files=[("file", (EXAMPLE, content))], headers=PART)
        identity = sent.headers["hx-redirect"].rsplit("/", 1)[-1]
        if dies:
            with monkeypatch.context() as patched, pytest.raises(DiedError):
                patched.setattr(run_and_keep, "keep_pages", die)
                make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
            assert Jobs(house.book.engine).requeue_stale(after=-1) == 1
        assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        job = Jobs(house.book.engine).get(identity)
        assert job.state == "done" and job.run, job.problem
        return identity, job.run

    with house.signed_in("anna") as client:
        reports = client.get(f"/watch/examples/{EXAMPLE}").content.splitlines(keepends=True)
        _, first = worked_on(client, b"".join(reports[::2]))
        identity, second = worked_on(client, b"".join([*reports[1::2], reports[0]]), dies=True)
        _, again = worked_on(client, b"".join(reports))
        findings = client.get(f"/api/v1/jobs/{identity}/result").text.splitlines()
        assert len(findings) == len(reports) // 2
        assert "Reports read: 10" in page_of(client, f"/watch/runs/{second}").text
        assert "Reports read: 5" in page_of(client, f"/watch/runs/{first}").text
        events = [client.get(f"/api/v1/watch/runs/{run}?limit=50").json()["events"] for run in (second, again)]
        assert {one["event"] for one in events[0]} == {one["event"] for one in events[1]}


FEED = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Nordavia Wire</title>
<item><title>Leak at the waterworks</title><link>https://wire.example/1</link><guid>w-1</guid>
<pubDate>Mon, 02 Mar 2026 09:10:00 +0100</pubDate><description>Chlorine leaked on Monday.</description></item>
</channel></rss>"""


def test_a_feed_is_read_by_a_job_too(kept: KeptRun) -> None:
    house = kept.house
    with house.signed_in("anna") as client:
        form = {"case": "feeds", "as_of": "2026-03-07", "mark": "unclassified"}
        sent = client.post("/watch/files", data=form, files=[("file", ("wire.xml", FEED))], headers=PART)
        assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        job = Jobs(house.book.engine).get(sent.headers["hx-redirect"].rsplit("/", 1)[-1])
        assert job.state == "done", job.problem
        assert "Reports read: 1" in page_of(client, f"/watch/runs/{job.run}").text
