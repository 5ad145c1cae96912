"""My watches: watches are saved, show what is new and changed since the last look, and know only what one may see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.requests import answer as answer_request
from opencwc.casebook.requests import ask
from opencwc.casebook.saved_watches import watches_of
from opencwc.errors import ConflictError
from opencwc.jobs.event_decisions import decide_on_events
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.run_and_keep import Place, keep_steps
from opencwc.jobs.watch_news import WatchNews
from opencwc.records import to_plain
from opencwc.reports.corrected import EventDecision
from opencwc.reports.events import Event, event_id
from opencwc.reports.findings import maker_of
from opencwc.reports.reader import steps_of
from opencwc.reports.verb import VERB
from opencwc.reports.watched import Watched
from opencwc.verbs import Started, Step
from reports.told_by_hand import watched
from web.pages.housing import PAGE, PART, opened_house, page_of
from web.pages.parsed import Element
from web.signing_in import House

KEEPER = Person("p-anna", "anna", "Anna", Role.ANALYST, Mark.HIGHLY_PROTECTED)
SPLIT = EventDecision("split", ("s3",), apart=("s1", "s2"), reason="Another leak.")
IN_ALL_LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")
MINE = "/watch/saved"


def some_watched(*left_out: str) -> Watched:
    """Return reports as they are watched, but for some that came later."""
    whole = watched()
    lines = tuple(line for line in whole.lines if line.told.report.id not in left_out)
    events = []
    for event in whole.events:
        places = tuple(place for place, line in enumerate(lines) if line.event == event.id)
        if places:
            events.append(Event(event_id(lines[places[0]].told.report), places))
    return Watched(lines, tuple(events))


def keep(house: House, some: Watched, case: str = "reports", mark: Mark = Mark.UNCLASSIFIED) -> int:
    """Keep a run of watched reports in a case, and return its number."""
    case_for_keeping(house.book, KEEPER, case, mark)
    maker = maker_of("2026-03-07", "use")

    def steps() -> Iterator[Step]:
        yield Started({"file": "reports.jsonl", "as_of": "2026-03-07"}, to_plain(maker))
        yield from steps_of(some, "reports.jsonl", maker)

    run = keep_steps(VERB, steps(), Place(house.book, lambda: KEEPER, case, {"as_of": "2026-03-07"}, mark=mark))
    assert run.keeper is not None
    return run.keeper.number


class Kept(NamedTuple):
    """A house with the reports of a first day in it, and their run."""

    house: House
    run: int


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    with opened_house(tmp_path, monkeypatch) as house:
        yield Kept(house, keep(house, some_watched("s3", "p1")))
    _loaded.clear()


def saved(client: TestClient, **form: str | list[str]) -> str:
    """Save a watch by its form, and return its address."""
    answer = client.post(MINE, data=form, headers=PART)
    assert answer.status_code == 204, answer.text
    return str(answer.headers["hx-redirect"])


def looked(client: TestClient, address: str) -> None:
    """Mark a watch as looked at, as the button on its page does."""
    seen = page_of(client, address).one("input", name="seen").attributes["value"]
    answer = client.post(f"{address}/looked", data={"seen": seen}, headers=PART)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, MINE)


def shown(client: TestClient, address: str) -> list[tuple[str, str, list[str]]]:
    """Return the kind, the state and the changes of each event on a page."""
    return [
        (
            event.all("a")[0].text.partition(":")[0],
            event.all(class_="quiet")[-1].text,
            [change.text for part in event.all("ul", class_="changes") for change in part.all("li")],
        )
        for event in page_of(client, address).all("article", class_="event")
    ]


def ticked(form: Element, name: str) -> list[str]:
    """Return the values that are ticked in a group of a form."""
    return [box.attributes["value"] for box in form.all("input", name=name) if "checked" in box.attributes]


def test_a_watch_shows_what_is_new_and_changed_since_the_last_look(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        address = saved(client, name="Chlorine", agents="chlorine")
        assert [state for _, state, _ in shown(client, address)] == ["new", "new"]
        assert "Not yet marked as read" in page_of(client, address).text
        looked(client, address)
        assert [state for _, state, _ in shown(client, address)] == ["earlier", "earlier"]
        assert "Nothing new or changed" in page_of(client, MINE).text
        keep(kept.house, watched())
        assert shown(client, address) == [
            (
                "Accident", "changed",
                [
                    "Injured, ill or exposed: was 4, now 7, according to Kommune.", "Origins: was 1, now 2.",
                    "1 new report: Kommune.",
                ],
            ),
            ("Alleged use as a weapon", "earlier", []),
        ]  # fmt: skip
        assert page_of(client, MINE).one("h1").text == "My watches: No new events, 1 changed"


def test_what_came_while_one_was_reading_stays_new(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        address = saved(client, name="All of it", kinds=["accident", "seizure"])
        seen = page_of(client, address).one("input", name="seen").attributes["value"]
        keep(kept.house, watched())
        client.post(f"{address}/looked", data={"seen": seen}, headers=PART)
        assert [(kind, state) for kind, state, _ in shown(client, address)] == [
            ("Seizure", "new"), ("Accident", "changed"),
        ]  # fmt: skip


def test_what_another_person_decided_is_shown_with_the_name(kept: Kept) -> None:
    run = keep(kept.house, watched())
    with kept.house.signed_in("rita") as rita, kept.house.signed_in("anna") as client:
        address = saved(client, name="Leaks", kinds="accident")
        looked(client, address)
        form = {"event": watched().events[0].id, "verb": "split", "report": "3", "reason": "Another one.", "seen": "0"}
        assert rita.post(f"/watch/runs/{run}/decisions", data=form, headers=PART).status_code == 204
        changes = {change for _, state, some in shown(client, address) for change in some if state == "changed"}
        assert any(change.startswith("Name of rita split 1 report off from another event") for change in changes)
        assert any(change.startswith("Name of rita moved 1 report from this event to a new one") for change in changes)
        assert any(change.startswith("Split off from: Accident") for change in changes)


def test_today_shows_first_of_its_state_what_is_new_in_a_watch_and_says_in_which(kept: Kept) -> None:
    run = keep(kept.house, watched())
    with kept.house.signed_in("anna") as client:
        before = [kind for kind, _, _ in shown(client, f"/watch/runs/{run}?since=2026-03-03")]
        assert before == ["Seizure", "Alleged use as a weapon", "Accident"]
        saved(client, name="At the waterworks", words="waterworks")
        page = page_of(client, f"/watch/runs/{run}?since=2026-03-03")
        events = page.all("article", class_="event")
        wanted = [event for event in events if event.all(class_="wanted-by")]
        assert [event.one("h3").text.partition(":")[0] for event in wanted] == ["Accident"]
        assert "In your watch: At the waterworks" in wanted[0].one(class_="wanted-by").text
        state = wanted[0].attributes["class"]
        assert next(event for event in events if event.attributes["class"] == state) is wanted[0]


def test_a_decision_holds_in_a_later_run_of_the_case_and_is_not_told_of_again(kept: Kept) -> None:
    apart = EventDecision("split", ("s2",), apart=("s1",), reason="Not a copy.")
    assert decide_on_events(kept.house.book, KEEPER, kept.run, apart, 0) == 1
    other = keep(kept.house, watched(), "another")
    with kept.house.signed_in("anna") as client:
        address = saved(client, name="Leaks", kinds="accident")
        looked(client, address)
        later = keep(kept.house, watched())
        assert len(page_of(client, f"/watch/runs/{later}").all("article", class_="event")) == 4
        assert len(page_of(client, f"/watch/runs/{other}").all("article", class_="event")) == 3
        told = [change for _, _, changes in shown(client, address) for change in changes]
        assert not any(words in change for change in told for words in ("split", "to a new one"))
        assert "1 new report: Kommune." in told
        with pytest.raises(ConflictError):
            decide_on_events(kept.house.book, KEEPER, later, SPLIT, 0)
        assert decide_on_events(kept.house.book, KEEPER, later, SPLIT, 1) == 2
        assert len(page_of(client, f"/watch/runs/{kept.run}").all("article", class_="event")) == 3


def test_today_reads_no_other_case_for_the_watches(kept: Kept) -> None:
    other = keep(kept.house, watched(), "another")
    with kept.house.signed_in("anna") as client:
        looked(client, saved(client, name="Leaks", kinds="accident"))
        later = keep(kept.house, watched())
        assert [bool(event.all(class_="wanted-by")) for event in events_of(client, later)] == [False, True, False]
        assert not any(event.all(class_="wanted-by") for event in events_of(client, other))
        news = WatchNews(kept.house.book, kept.house.entrance.people.account("anna").person, "reports")
        assert set(news.runs) == {kept.run, later}


def events_of(client: TestClient, run: int) -> list[Element]:
    return page_of(client, f"/watch/runs/{run}").all("article", class_="event")


def test_one_event_is_followed_from_its_page_and_no_longer(kept: Kept) -> None:
    event = watched().events[0].id
    address = f"/watch/runs/{kept.run}/events/{event}"
    with kept.house.signed_in("audra") as client:
        answer = client.post(f"/watch/runs/{kept.run}/follow", data={"event": event}, headers=PART)
        assert (answer.status_code, answer.headers["hx-redirect"]) == (204, address)
        assert "Stop following" in page_of(client, address).text
        keep(kept.house, watched())
        page = page_of(client, MINE)
        assert page.one("h1").text == "My watches: No new events, 1 changed"
        assert "was 4, now 7, according to Kommune" in page.one(class_="followed").text
        client.post(f"/watch/runs/{kept.run}/follow", data={"event": event, "follow": "false"}, headers=PART)
        assert "No watches yet" in page_of(client, MINE).text


def test_a_watch_is_edited_and_deleted(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        address = saved(client, name="Chlorine", agents="chlorine", more_agents="ammonia، phosgene")
        form = page_of(client, f"{address}/edit")
        assert ticked(form, "agents") == ["ammonia", "chlorine", "phosgene"]
        answer = client.post(address, data={"name": "Panama", "countries": ["", "PAN"]}, headers=PART)
        assert answer.headers["hx-redirect"] == address
        page = page_of(client, address)
        assert "State: Panama" in page.text
        assert client.post(f"{address}/delete", headers=PART).headers["hx-redirect"] == MINE
        assert client.get(address, headers=PAGE).status_code == 404


def test_the_filter_of_a_list_becomes_a_watch(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        link = page_of(client, f"/watch/runs/{kept.run}?kind=accident&text=chlorine").one(href=FILTER)
        form = page_of(client, link.attributes["href"])
        assert form.one("input", name="words").attributes["value"] == "chlorine"
        assert ticked(form, "kinds") == ["accident"]


FILTER = "/watch/saved/new?kind=accident&text=chlorine"


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"name": "Nothing"}, "has no filter"),
        ({"kinds": "accident"}, "has no name"),
        ({"name": "x", "kinds": "rumour"}, "does-not-fit"),
        ({"name": "x", "countries": "norway"}, "does-not-fit"),
        ({"name": "x" * 101, "words": "a"}, "does-not-fit"),
    ],
)
def test_a_watch_that_makes_no_sense_is_refused(kept: Kept, form: dict[str, str], problem: str) -> None:
    with kept.house.signed_in("anna") as client:
        answer = client.post(MINE, data=form, headers=PART)
        assert answer.status_code == 422
        assert problem in answer.text
        assert "No watches yet" in page_of(client, MINE).text


@pytest.mark.parametrize("lang", IN_ALL_LANGUAGES)
def test_every_page_is_sound_in_every_language(kept: Kept, lang: str) -> None:
    with kept.house.signed_in("anna") as client:
        address = saved(client, name="كلور", kinds=["accident", "alleged_use"], countries="NOR", languages="en")
        event = watched().events[1].id
        client.post(f"/watch/runs/{kept.run}/follow", data={"event": event}, headers=PART)
        looked(client, address)
        run = keep(kept.house, watched())
        pages = (MINE, address, f"{address}/edit", f"{MINE}/new", f"/watch/runs/{run}", "/watch")
        for page in (page_of(client, one, lang) for one in pages):
            assert "watch_" not in page.text


def test_pages_of_watches_show_no_text_of_a_report(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        address = saved(client, name="Chlorine", agents="chlorine")
        for page in (MINE, address):
            html = client.get(page, headers=PAGE).text
            assert not any(line.told.report.text in html for line in watched().lines)


# ------------------------------------------------------------------------------------------------ who may see what


def test_a_watch_finds_only_what_its_owner_is_cleared_for(kept: Kept) -> None:
    secret = keep(kept.house, watched(), "secret", Mark.PROTECTED)
    kept.house.add("lowly")
    with kept.house.signed_in("lowly") as client:
        address = saved(client, name="Seizures", kinds="seizure")
        assert "Puerto Claro" not in page_of(client, address).text
        followed = {"event": watched().events[2].id}
        assert client.post(f"/watch/runs/{secret}/follow", data=followed, headers=PART).status_code == 404
    with kept.house.signed_in("anna") as client:
        address = saved(client, name="Seizures", kinds="seizure")
        page = page_of(client, address)
        assert "Puerto Claro" in page.text
        assert page.all(class_="m-protected")


def test_a_watch_of_somebody_else_is_not_there(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        address = saved(client, name="Chlorine", agents="chlorine")
    with kept.house.signed_in("rita") as client:
        assert client.get(address, headers=PAGE).status_code == 404
        assert client.post(f"{address}/looked", data={"seen": ""}, headers=PART).status_code == 404
        assert client.post(f"{address}/delete", headers=PART).status_code == 404
        assert "No watches yet" in page_of(client, MINE).text


def test_of_an_erased_case_a_watch_keeps_nothing(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        address = saved(client, name="Chlorine", agents="chlorine")
        event = watched().events[0].id
        client.post(f"/watch/runs/{kept.run}/follow", data={"event": event}, headers=PART)
        looked(client, address)
        rita, rene = (
            Person(f"p-{name}", name, name, Role.REVIEWER, Mark.HIGHLY_PROTECTED) for name in ("rita", "rene")
        )
        request = ask(kept.house.book, rita, "erase", "reports", {"reason": "The court ordered it."})
        answer_request(kept.house.book, rene, request.seq, approve=True)
        erase_case(kept.house.book, rita, request.seq)
        assert shown(client, address) == []
        page = page_of(client, MINE)
        assert "Event not found" in page.text
        assert "Sandvik" not in page.text
    anna = kept.house.entrance.people.account("anna").person
    assert all("Sandvik" not in str(one) for one in watches_of(kept.house.book, anna))


def test_an_administrator_has_no_events(kept: Kept) -> None:
    with kept.house.signed_in("adam") as client:
        assert client.get(MINE, headers=PAGE).status_code == 403


# ------------------------------------------------------------------------------------------------------------- API

API = "/api/v1/watch/saved"


def test_the_api_saves_a_watch_tells_its_news_and_takes_the_look(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        made = client.post(API, json={"name": "Chlorine", "agents": ["chlorine"]})
        assert made.status_code == 201
        watch = made.json()
        assert (watch["new"], watch["changed"], watch["total"], watch["looked_at"]) == (2, 0, 2, "")
        answer = client.get(f"{API}/{watch['id']}").json()
        assert answer["seen"] == {str(kept.run): 0}
        assert [event["state"] for event in answer["events"]] == ["new", "new"]
        after = client.post(f"{API}/{watch['id']}/look", json={"seen": answer["seen"]}).json()
        assert (after["new"], after["changed"], after["total"]) == (0, 0, 2)
        run = keep(kept.house, watched())
        decide_on_events(kept.house.book, KEEPER, run, SPLIT)
        page = client.get(f"{API}/{watch['id']}?limit=1&lang=fr").json()
        assert (page["next"], page["watch"]["new"], page["watch"]["changed"]) == (1, 0, 1)
        (event,) = page["events"]
        assert (event["state"], event["run"], event["case"], event["kind"]) == ("changed", run, "reports", "accident")
        assert "a retiré de cet événement 1\u00a0article pour en faire un nouveau" in event["changes"][0]
        listed = client.get(API).json()["watches"]
        assert [one["name"] for one in listed] == ["Chlorine"]
        changed = client.put(f"{API}/{watch['id']}", json={"name": "Seizures", "kinds": ["seizure"]}).json()
        assert (changed["name"], changed["agents"], changed["total"]) == ("Seizures", [], 1)
        assert client.delete(f"{API}/{watch['id']}").status_code == 204
        assert client.get(f"{API}/{watch['id']}").status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"name": "x"}, {"kinds": ["accident"]}, {"name": "x", "kinds": ["rumour"]}, {"name": "x", "more": 1}]
)
def test_the_api_refuses_a_watch_that_makes_no_sense(kept: Kept, body: dict[str, object]) -> None:
    with kept.house.signed_in("anna") as client:
        assert client.post(API, json=body).status_code == 422
        assert client.get(API).json()["watches"] == []


def test_a_look_at_runs_that_one_cannot_see_is_no_look(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        watch = client.post(API, json={"name": "Chlorine", "agents": ["chlorine"]}).json()
        after = client.post(f"{API}/{watch['id']}/look", json={"seen": {"99999": 0}}).json()
        assert after["new"] == 2
        client.post(f"{API}/{watch['id']}/look", json={"seen": {str(kept.run): 1_000}})
        decide_on_events(kept.house.book, KEEPER, kept.run, EventDecision("split", ("s2",), apart=("s1",), reason="x"))
        assert client.get(API).json()["watches"][0]["changed"] == 2
