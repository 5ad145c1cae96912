"""Sources and captures: every outlet with its grade, who gave it, and two captures of a page side by side."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs
from starlette.testclient import TestClient

from opencwc.casebook import cases
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.cases import change_case
from opencwc.casebook.model import CaseStatus, Mark, Person, Role
from opencwc.errors import ConflictError
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.source_list import keep_sources, source_list
from opencwc.reports.sources import Source
from opencwc.reports.watched import Watched
from opencwc.web.reports import capture_pages
from reports.told_by_hand import watched
from web.pages.housing import PAGE, PART, opened_house, page_of
from web.test_saved_watches import IN_ALL_LANGUAGES, KEEPER, Kept, keep

SOURCES = "/watch/sources"
OUTLET = f"{SOURCES}/outlet?name=Nordavia+Wire"
URL = "https://s1.example/x"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    with opened_house(tmp_path, monkeypatch) as house:
        yield Kept(house, keep(house, watched()))
    _loaded.clear()


def say_of(client: TestClient, name: str, seen: int = 0, **said: str) -> None:
    answer = client.post(f"{SOURCES}/outlet", data={"name": name, "seen": str(seen), **said}, headers=PART)
    assert answer.status_code == 204, answer.text


def recaptured(text: str) -> Watched:
    """Return the reports as they came later, with the first page changed; an archive captured it long after."""
    whole = watched()
    line = whole.lines[0]
    report = structs.replace(line.told.report, text=text, sha256="b" * 64, taken=datetime(2099, 9, 2, tzinfo=UTC))
    changed = structs.replace(line, told=structs.replace(line.told, report=report))
    return Watched((changed, *whole.lines[1:]), whole.events)


# --------------------------------------------------------------------------------------------------------- the list


def test_the_list_answers_in_its_heading_and_shows_every_outlet(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, SOURCES)
        assert page.one("h1").text == "7 outlets: 7 have no grade"
        say_of(client, "Kommune", reliability="B", credibility="2")
        assert page_of(client, SOURCES).one("h1").text == "7 outlets: 6 have no grade"
        rows = {row.one("th").text: row.text for row in page_of(client, SOURCES).one("tbody").all("tr")}
        assert "B2" in rows["Kommune"] and "No grade" in rows["Courrier"]
        say_of(client, "Kommune", 1, reliability="B", credibility="2", ownership="state")
        assert "publique" in page_of(client, SOURCES, "fr").one("tbody").text
        ungraded = page_of(client, f"{SOURCES}?state=ungraded").one("tbody").all("tr")
        assert len(ungraded) == 6
        table = client.get(f"{SOURCES}/table.csv?find=courrier", headers=PAGE).text.splitlines()
        assert table[0].startswith("name,grade,state,last,usual,reports,own,rewritten") and len(table) == 2
        assert table[1].split(",")[4:8] == ["", "1", "0", "1"]
        assert client.get(f"{SOURCES}/table.xlsx?find=courrier", headers=PAGE).content.startswith(b"PK")


@pytest.mark.parametrize("lang", IN_ALL_LANGUAGES)
def test_every_page_is_sound_in_every_language(kept: Kept, lang: str) -> None:
    keep(kept.house, recaptured("Leaked chlorine hurt four at the waterworks. It is shut."))
    with kept.house.signed_in("rita") as client:
        say_of(client, "Nordavia Wire", reliability="C", region="NOR", ownership="State", note="Late at night.")
        pages = (SOURCES, OUTLET, f"/watch/runs/{kept.run}/captures", f"/watch/runs/{kept.run}/captures/page?url={URL}")
        for address in pages:
            text = page_of(client, address, lang).text
            assert "page_" not in text and "watch_" not in text


def test_an_outlet_shows_its_grade_its_history_and_whose_text_it_tells(kept: Kept) -> None:
    with kept.house.signed_in("anna") as anna, kept.house.signed_in("rita") as rita:
        say_of(anna, "Nordavia Wire", reliability="C", credibility="3", ownership="private", region="NOR")
        say_of(rita, "Nordavia Wire", 1, reliability="B", credibility="2", note="Corrects its mistakes.")
        page = page_of(anna, OUTLET)
        assert "B2 source usually reliable, probably true" in page.one("section", class_="one-source").text
        history = [item.text for item in page.one("ol", class_="said-by").all("li")]
        assert [one.split()[2] for one in history] == ["rita", "anna"]
        assert "Corrects its mistakes." in history[0] and "C3" in history[1] and "private" in history[1]
        assert "Norway" in history[1] and "NOR" not in history[1].split()
        assert page.one(class_="lead").text == (
            "OpenCWC has read 1 report from this outlet. On events: 1 of its own, 0 rewritten from other outlets; "
            "it counts as 1 origin."
        )
        assert (
            page_of(anna, f"{SOURCES}/outlet?name=Courrier")
            .one(class_="lead")
            .text.endswith("On events: none of its own, 1 rewritten from other outlets.")
        )
        assert "Nordavia Wire" in page_of(anna, f"{SOURCES}/outlet?name=Courrier").text
        assert "Ana Roy" not in anna.get(f"{SOURCES}/outlet?name=Kommune", headers=PAGE).text
    assert verify_casebook(kept.house.book, KEEPER).fits


def test_who_has_seen_an_older_state_is_told_and_an_auditor_changes_nothing(kept: Kept) -> None:
    with kept.house.signed_in("anna") as anna, kept.house.signed_in("audra") as audra:
        say_of(anna, "Kommune", reliability="B")
        late = {"name": "Kommune", "seen": "0", "reliability": "E"}
        assert anna.post(f"{SOURCES}/outlet", data=late, headers=PART).status_code == 409
        assert audra.post(f"{SOURCES}/outlet", data=late, headers=PART).status_code == 403
        assert not page_of(audra, f"{SOURCES}/outlet?name=Kommune").all("form", id="say-source")
        wrong = {"name": "Kommune", "seen": "1", "reliability": "G"}
        assert anna.post(f"{SOURCES}/outlet", data=wrong, headers=PART).status_code == 422
        assert anna.get(f"{SOURCES}/outlet?name=Nobody", headers=PAGE).status_code == 404


def test_the_list_that_is_given_out_is_read_in_again(kept: Kept) -> None:
    content = (
        "name,url,reliability,credibility,ownership,region\nKommune,,A,1,State,NOR\nGazette,https://g.example,D,,,\n"
    )
    with kept.house.signed_in("anna") as client:

        def send(name: str, content: bytes) -> int:
            file = {"file": (name, io.BytesIO(content), "text/csv")}
            return int(client.post(f"{SOURCES}/file", files=file, headers=PART).status_code)

        assert send("mine.csv", content.encode()) == 204
        assert page_of(client, SOURCES).one("h1").text == "8 outlets: nothing received from 1"
        given = client.get(f"{SOURCES}/sources.csv", headers=PAGE).content
        assert b"Kommune,,A,1,State,NOR,," in given
        assert send("again.csv", given) == 204
        assert len(source_list(kept.house.book, KEEPER).history("Kommune")) == 1
        for name, wrong in (("mine.xlsx", b"PK"), ("mine.csv", b"name,reliability\nX,Z\n"), ("mine.yaml", b"a: [")):
            assert send(name, wrong) == 422


def test_the_grades_stand_in_briefs_tags_and_on_the_page_of_an_event(kept: Kept) -> None:
    event = watched().events[0].id
    base = f"/watch/runs/{kept.run}"
    with kept.house.signed_in("rita") as client:
        say_of(client, "Nordavia Wire", reliability="B", credibility="2")
        assert any("B2" in one.text for one in page_of(client, f"{base}/events/{event}").all("table"))
        stix = client.get(f"{base}/file?format=stix", headers=PAGE).text
        assert 'source-reliability=\\"b\\"' in stix
        misp = client.get(f"{base}/events/{event}/file?format=misp", headers=PAGE).text
        assert 'information-credibility=\\"2\\"' in misp
        form = {"event": event, "verb": "confirm", "reason": "One event.", "seen": "0"}
        assert client.post(f"{base}/decisions", data=form, headers=PART).status_code == 204
        page = page_of(client, f"{base}/briefs/new?event={event}")
        chosen = [option.attributes["value"] for option in page.all("option") if "selected" in option.attributes]
        assert chosen[chosen.index("B") : chosen.index("B") + 2] == ["B", "2"]
        body = {
            "title": "Week", "lang": "en",
            "judgements": [{"event": event, "says": "A leak.", "likelihood": "likely", "confidence": "low"}],
        }  # fmt: skip
        brief = client.post(f"/api/v1{base}/briefs", json=body).json()
        assert brief["written"]["grades"] == {"s1": "B2"}


def test_what_was_read_only_under_a_mark_stays_there_with_its_grade(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "_require_all_decided", lambda connection, case: None)
    house = kept.house
    house.add("olga", Role.ANALYST)
    keep(house, watched(), "secret", Mark.PROTECTED)
    graded = Source("Wire of the secret case", reliability="A")
    keep_sources(house.book, KEEPER, [Source("Kommune", reliability="B")])
    assert (
        source_list(house.book, Person("x", "x", "X", Role.ANALYST, Mark.UNCLASSIFIED)).now.named("Kommune") is not None
    )
    change_case(house.book, KEEPER, "reports", status=CaseStatus.CLOSED)
    keep_sources(house.book, KEEPER, [graded])
    with house.signed_in("olga") as client:
        assert "Wire of the secret case" not in client.get(SOURCES, headers=PAGE).text
    change_case(house.book, KEEPER, "secret", status=CaseStatus.CLOSED)
    with pytest.raises(ConflictError):
        keep_sources(house.book, KEEPER, [Source("Kommune", reliability="E")])


def test_programs_read_and_change_the_list(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        body = {"sources": [{"name": "Kommune", "reliability": "b", "credibility": "2"}], "seen": 0}
        assert client.put("/api/v1/watch/sources", json=body).json() == {"changed": 1}
        listed = client.get("/api/v1/watch/sources?limit=2").json()
        assert (listed["total"], listed["ungraded"], listed["next"]) == (7, 6, 2)
        one = client.get("/api/v1/watch/sources/outlet?name=kommune").json()
        assert (one["source"]["reliability"], one["seen"], one["history"][0]["person"]) == ("B", 1, "Name of anna")
        assert client.get("/api/v1/watch/sources/outlet?name=nobody").status_code == 404


# ------------------------------------------------------------------------------------------------------- captures


def test_a_page_that_was_captured_again_shows_what_changed_side_by_side(kept: Kept) -> None:
    run = keep(kept.house, recaptured("Leaked chlorine hurt nobody. Neighbour Ana Roy saw it."))
    base = f"/watch/runs/{run}"
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{base}/captures")
        assert page.one("h1").text.startswith("7 pages captured more than once, 1 changed")
        assert (row := page.one("tbody").all("tr")[0]).one("th").text == "Title of s1 https://s1.example/x"
        assert row.one("td", class_="address").text == URL
        page = page_of(client, f"{base}/captures/page?url={URL}")
        assert "Leaked chlorine hurt four at the waterworks." in page.all("del")[0].text
        assert "Ana Roy" not in page.text and "present on" not in page.one("h1").text
        full = page_of(client, f"{base}/captures/page?url={URL}&names=shown")
        assert "Ana Roy" in full.text
        answer = client.get(f"/api/v1{base}/captures/page?url={URL}").json()
        assert answer["state"] == "changed" and len(answer["captures"]) == 2
        assert answer["captures"][1]["sha256"] in ("b" * 64, "")
        assert client.get(f"/api/v1{base}/captures").json()["pages"][0]["url"]
        assert client.get(f"{base}/captures/page?url=https://nowhere.example/", headers=PAGE).status_code == 404
        event = page_of(client, f"{base}/events/{watched().events[0].id}")
        assert any("/captures/page?url=" in link.attributes["href"] for link in event.all("a"))


def test_of_a_long_list_of_captures_the_first_pages_of_an_order_are_read(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = keep(kept.house, recaptured("Leaked chlorine hurt nobody."))
    monkeypatch.setattr(capture_pages, "MOST_SOUGHT", 2)
    monkeypatch.setattr(capture_pages, "MOST_ROWS", 3)
    base = f"/watch/runs/{run}/captures"
    with kept.house.signed_in("anna") as client:
        for order in ("", "?order=-captures", "?order=last", "?order=page"):
            page = page_of(client, f"{base}{order}")
            assert len(page.one("tbody").all("tr")) == 3 and "4 more are not shown here" in page.text
            assert "Enter a full address" in page.text
        assert len(page_of(client, f"{base}?find=https://n1.example/x").one("tbody").all("tr")) == 1
        assert len(client.get(f"{base}.csv").text.splitlines()) == 8


def test_captures_of_a_case_that_one_may_not_see_are_not_compared(kept: Kept) -> None:
    run = keep(kept.house, recaptured("It is shut."), "secret", Mark.PROTECTED)
    kept.house.add("olga", Role.ANALYST)
    with kept.house.signed_in("olga") as client:
        assert client.get(f"/watch/runs/{run}/captures", headers=PAGE).status_code == 404
        page = page_of(client, f"/watch/runs/{kept.run}/captures/page?url={URL}")
        assert "It is shut." not in page.text and page.one("h1").text.startswith("Captured once")
