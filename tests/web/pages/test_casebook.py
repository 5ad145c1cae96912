"""The page Casebook: what waits, the findings by filter, the cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.runs import begin_run
from opencwc.finding import Evidence, Finding, Maker, Message, Rule, Subject
from opencwc.records import to_plain
from opencwc.screening import screen
from opencwc.verbs import verb_named, verbs, verdicts_by_gravity
from opencwc.wording import LANGUAGES, say
from web.signing_in import House

from .border import GRAVE, SARIN, border_house, keep_goods
from .housing import LANGUAGES_READ, PAGE, PART, opened_house, page_of, post
from .parsed import Element, check_sound, parsed

FINDINGS = "/casebook?part=findings"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with border_house(tmp_path, monkeypatch) as house:
        yield house


def lines(page: Element) -> list[Element]:
    return [element for element in page.walk() if "data-item" in element.attributes]


def first_link(line: Element) -> str:
    return line.all("a")[0].attributes["href"]


@pytest.mark.parametrize("lang", LANGUAGES_READ)
@pytest.mark.parametrize("address", ["/casebook", FINDINGS, f"{FINDINGS}&view=cards", "/casebook?part=cases"])
def test_each_part_is_whole_in_each_language(house: House, address: str, lang: str) -> None:
    with house.signed_in("rita") as client:
        assert lines(page_of(client, address, lang))


def test_the_inbox_begins_with_the_grave_and_opens_at_the_evidence(house: House) -> None:
    with house.signed_in("rita") as client:
        listed = lines(page_of(client, "/casebook"))
        assert first_link(listed[0]) == f"/findings/{GRAVE}?from=inbox"
        assert "needs two people" in listed[0].text and SARIN in listed[0].text
        accept, reject = listed[0].one("a", data_act="a"), listed[0].one("a", data_act="r")
        assert "outcome=accept" in accept.attributes["href"] and "outcome=reject" in reject.attributes["href"]


def test_all_pages_count_what_waits_by_rows_and_say_how_many_findings_these_hold(house: House) -> None:
    with house.signed_in("rita") as client:
        inbox = page_of(client, "/casebook")
        rows = len(lines(inbox))
        assert inbox.one("h1").text == f"{rows} decisions wait for you"
        undecided = page_of(client, "/overview").one("h1").text.removeprefix("Findings without a decision: ")
        assert f"{undecided} without a decision" in inbox.one("section", class_="casebook").text
        assert f"Decisions waiting for you: {rows}" in page_of(client, "/overview").one("main").text
        assert f"of {rows} waiting" in page_of(client, f"/findings/{GRAVE}?from=inbox").text
        doors = [one for one in page_of(client, "/").all("a") if one.attributes["href"] == "/casebook?part=inbox"]
        assert str(rows) in [door.text for door in doors]


def test_what_others_ask_for_stands_above_the_inbox(house: House) -> None:
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene, house.signed_in("anna") as anna:
        assert not page_of(rene, "/casebook").all(class_="to-answer")
        post(rita, "/cases/border/requests", kind="export", reason="for <the> court")
        page = page_of(rene, "/casebook")
        to_answer = page.one(class_="to-answer")
        assert to_answer.one("a").attributes["href"] == "/cases/border#requests"
        for word in ("Export", "border", "Name of rita", "for <the> court"):
            assert word in to_answer.text
        assert page.text.index("for <the> court") < page.text.index("Keys: j and k")
        assert not page_of(rita, "/casebook").all(class_="to-answer"), "nobody approves what they asked for"
        for client in (rita, rene, anna):
            rows = {first_link(line): line for line in lines(page_of(client, "/casebook?part=cases"))}
            assert "to approve: 1" in rows["/cases/border"].one("a", class_="asked").text
            assert not rows["/cases/inventory"].all("a", class_="asked")
        seq = page_of(rene, "/cases/border").one("ol", class_="requests").one("form").attributes["hx-post"]
        post(rene, seq, approve="false", reason="no ground")
        assert not page_of(rene, "/casebook").all(class_="to-answer")
        assert not page_of(rene, "/casebook?part=cases").all("a", class_="asked")


def test_what_is_above_the_clearance_asks_nobody(house: House) -> None:
    keep_goods(house, "secret", Mark.PROTECTED)
    house.add("leo", Role.REVIEWER, Mark.RESTRICTED)
    with house.signed_in("rita") as rita, house.signed_in("leo") as leo:
        post(rita, "/cases/secret/requests", kind="erase", reason="end of retention")
        assert "secret" not in page_of(leo, "/casebook").one("main").text


def test_the_due_case_comes_first_among_equals(house: House) -> None:
    keep_goods(house, "late")
    with house.signed_in("rita") as client:
        client.patch("/api/v1/cases/late", json={"due": "2026-11-30"})
        listed = lines(page_of(client, "/casebook"))
        assert "late" in listed[0].text and "30 November 2026" in listed[0].text


@pytest.mark.parametrize("login", ["anna", "audra"])
def test_who_may_not_decide_sees_findings_and_no_inbox(house: House, login: str) -> None:
    with house.signed_in(login) as client:
        page = page_of(client, "/casebook")
        assert not page.all(class_="inbox") and len(lines(page)) == 6


def test_an_administrator_reads_no_cases(house: House) -> None:
    with house.signed_in("adam") as client:
        answer = client.get("/casebook", headers=PAGE)
        assert answer.status_code == 403 and "border" not in answer.text


def test_filters_stand_in_the_address_and_the_counts_are_links(house: House) -> None:
    with house.signed_in("rita") as client:
        page = page_of(client, f"{FINDINGS}&case=border&verdict=listed")
        assert [first_link(line) for line in lines(page)] == [f"/findings/{GRAVE}?case=border&verdict=listed"]
        chips = {link.text: link.attributes["href"] for link in page.all("a", class_="chip")}
        review = parse_qs(urlsplit(next(href for text, href in chips.items() if text.startswith("review"))).query)
        assert (review["case"], review["verdict"]) == (["border"], ["review"])
        chosen = [link.text for link in page.all("a", class_="chip", aria_current="true")]
        assert any(text.startswith("listed 1") for text in chosen)
        assert page.one("select", name="verdict").one("option", value="listed").attributes.get("selected") == ""


@pytest.mark.parametrize(
    ("query", "count"),
    [("entry=CWC+1A01", 1), ("list=CWC", 3), ("grave=yes", 2), ("grave=no", 4), (f"text={SARIN}", 1),
     ("status=noted", 2), ("verdict=unreadable", 1), ("run=2", 4), ("run=nonsense", 6)],
)  # fmt: skip
def test_each_filter_finds_what_it_says(house: House, query: str, count: int) -> None:
    with house.signed_in("rita") as client:
        assert len(lines(page_of(client, f"{FINDINGS}&{query}"))) == count


def test_nothing_found_is_said_not_to_be_a_clearance(house: House) -> None:
    with house.signed_in("rita") as client:
        page = page_of(client, f"{FINDINGS}&text=nowhere")
        assert not lines(page) and "not screened" in page.one(class_="empty").text


@pytest.mark.parametrize("query", ["status=gone", "verdict=gone", "case=gone"])
def test_a_filter_without_meaning_is_answered_by_a_page(house: House, query: str) -> None:
    with house.signed_in("rita") as client:
        answer = client.get(f"{FINDINGS}&{query}", headers=PAGE)
        assert answer.status_code in (400, 404, 422)
        check_sound(parsed(answer.text))


@pytest.mark.parametrize("address", ["/casebook", FINDINGS, f"{FINDINGS}&view=table", f"{FINDINGS}&view=cards"])
def test_each_view_gives_its_files(house: House, address: str) -> None:
    with house.signed_in("rita") as client:
        links = [one.attributes["href"] for one in page_of(client, address).all("a") if "download" in one.attributes]
        assert len(links) == 2
        for link in links:
            assert client.get(link).status_code == 200, link


def test_a_share_that_is_none_is_said_at_its_field_and_the_list_stays(house: House) -> None:
    with house.signed_in("rita") as client:
        page = page_of(client, f"{FINDINGS}&below=abc&verdict=listed")
    field = page.one("input", name="below")
    assert field.attributes["value"] == "abc" and field.attributes["aria-invalid"] == "true"
    assert "“abc” is not a percentage" in page.one(id=field.attributes["aria-describedby"]).text
    assert lines(page)


def test_a_slip_in_a_search_leads_to_the_name_that_finds_something(house: House) -> None:
    with house.signed_in("rita") as client:
        page = page_of(client, f"{FINDINGS}&find=thiodiglicol")
        assert not lines(page)
        instead = next(link for link in page.all("a") if "find=Thiodiglycol" in link.attributes["href"])
        assert lines(page_of(client, instead.attributes["href"]))


def test_a_case_says_what_was_checked_and_what_could_not_be_read(house: House) -> None:
    with house.signed_in("rita") as client:
        checked = page_of(client, f"{FINDINGS}&case=border").one(class_="what-checked")
        assert (
            "Chemical Weapons Convention" in checked.text
            and "24 November 2026" in checked.text
            and "Rows: 4" in checked.text
        )
        unread = checked.one("a", class_="unread")
        assert unread.text.endswith("1")
        assert len(lines(page_of(client, unread.attributes["href"]))) == 1


def test_a_unit_leads_to_its_decision_and_shows_its_mentions(house: House) -> None:
    with house.signed_in("rita") as client:
        row = page_of(client, f"{FINDINGS}&case=border&verdict=listed").one(id="list").one("tbody").all("tr")[0]
        unit = page_of(client, f"/casebook/units/{row.attributes['data-unit']}").one("main")
        finding = row.one("th").one("a").attributes["href"].partition("?")[0]
        assert unit.one("a", class_="primary").attributes["href"] == f"{finding}#decide"
        assert unit.one("p", class_="lead").text.endswith("."), "it says why before it asks for a decision"
        assert all("/findings/" in mention.one("a").attributes["href"] for mention in unit.one("tbody").all("th"))


def test_a_long_list_comes_in_pages_of_a_hundred(house: House) -> None:
    keeper = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
    case_for_keeping(house.book, keeper, "bulk")
    run = begin_run(house.book, keeper, "bulk", verb="screen", asked={}, checked={}, maker={})
    run.keep(screen([SARIN] * 130, lists="CWC"))
    run.finish({})
    with house.signed_in("rita") as client:
        page = page_of(client, f"{FINDINGS}&view=table&case=bulk")
        assert len(lines(page)) == 100 and len(page.all(class_="more")) == 1
        more = page.one("tr", class_="more").attributes["hx-get"]
        assert page.one("tr", class_="more").one("a").attributes["href"] == more
        part = parsed(client.get(more, headers=PART).text)
        assert not part.all("html") and len(lines(part)) == 30 and not part.all(class_="more")
        assert len(lines(page_of(client, more))) == 30
        seen = {first_link(line) for line in (*lines(page), *lines(part))}
        assert len(seen) == 130
        assert len(lines(page_of(client, f"{FINDINGS}&case=bulk&view=cards"))) == 12
        assert len(client.get(f"{FINDINGS}&view=table&case=bulk", headers=PAGE).content) < 150_000


def test_findings_stand_by_weight_and_are_sorted_by_a_heading(house: House) -> None:
    places = {say(f"verdict_{name}"): place for place, name in enumerate(verdicts_by_gravity())}

    def weights(page: Element) -> list[int]:
        return [places[line.one(class_="badge").text] for line in lines(page)]

    def sorted_by(page: Element, order: str) -> Element:
        (heading,) = [one for one in page.all("a", class_="sorts") if f"order={order}&" in one.attributes["href"] + "&"]
        return page_of(client, heading.attributes["href"])

    with house.signed_in("rita") as client:
        for view in ("", "&view=table"):
            page = page_of(client, f"{FINDINGS}{view}")
            assert weights(page) == sorted(weights(page)) and len(set(weights(page))) > 1
            turned = sorted_by(page, "-verdict")
            assert weights(turned) == sorted(weights(page), reverse=True)
            assert weights(sorted_by(turned, "verdict")) == weights(page)
        kept = sorted_by(page, "finding")
        numbers = [int(line.one("th").text) for line in lines(kept)]
        assert numbers == sorted(numbers) and len(numbers) > 1
        assert page_of(client, f"{FINDINGS}&view=table&order=mentions").one("th", aria_sort="ascending")


def test_the_other_columns_of_a_row_stand_by_its_finding(house: House) -> None:
    keeper = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
    case_for_keeping(house.book, keeper, "stock")
    run = begin_run(house.book, keeper, "stock", verb="screen", asked={}, checked={}, maker={})
    (found,) = screen([SARIN], lists="CWC")
    run.keep(
        [replace(found, subject=replace(found.subject, others=(("Fournisseur", "<b>Eldhaven</b>"), ("kg", "=3"))))]
    )
    run.finish({})
    with house.signed_in("rita") as client:
        line = lines(page_of(client, f"{FINDINGS}&case=stock"))[0]
        inside = page_of(client, line.one(class_="mentions").attributes["href"])
        assert {"Fournisseur", "<b>Eldhaven</b>", "=3"} <= {element.text for element in inside.all("bdi")}
        assert "<b>Eldhaven</b>" in {element.text for element in page_of(client, first_link(line)).all("bdi")}
        sheet = client.get("/casebook/file?case=stock").content.decode("utf-8-sig").splitlines()
        assert sheet[0].endswith(",Fournisseur,kg") and "'=3" in sheet[1]
        assert client.get("/casebook/file?case=stock&format=xlsx").status_code == 200


def test_cards_are_drawn_and_lead_to_the_rule_and_the_finding(house: House) -> None:
    with house.signed_in("rita") as client:
        card = page_of(client, f"{FINDINGS}&view=cards&entry=CWC+1A01").one("article", class_="card")
        assert card.all("svg", role="img")
        links = [link.attributes["href"] for link in card.all("a")]
        assert "/convention/CWC/1A01" in links and any(link.startswith(f"/findings/{GRAVE}") for link in links)


def test_what_is_above_the_clearance_is_nowhere(house: House) -> None:
    keep_goods(house, "secret", Mark.HIGHLY_PROTECTED)
    house.add("leo", Role.REVIEWER, Mark.RESTRICTED)
    with house.signed_in("leo") as client:
        for address in ("/casebook", FINDINGS, "/casebook?part=cases"):
            assert "secret" not in page_of(client, address).text
        assert client.get(f"{FINDINGS}&case=secret", headers=PAGE).status_code == 404


def test_marks_are_shown_with_what_is_marked(house: House) -> None:
    keep_goods(house, "secret", Mark.PROTECTED)
    with house.signed_in("rita") as client:
        for address in ("/casebook", f"{FINDINGS}&case=secret", "/casebook?part=cases"):
            secret_lines = [
                line for line in lines(page_of(client, address)) if "secret" in line.text or "case=secret" in address
            ]
            assert secret_lines and all("OPCW Protected" in line.text for line in secret_lines)


def test_a_new_case_is_opened_and_an_auditor_opens_none(house: House) -> None:
    with house.signed_in("anna") as client:
        answer = client.post("/casebook/cases", data={"name": "new-one", "title": "Of <today>", "due": "2027-01-02"})
        assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/cases/new-one")
        row = next(line for line in lines(page_of(client, "/casebook?part=cases")) if "new-one" in line.text)
        assert "Of <today>" in row.text and "2 January 2027" in row.text
        part, _ = post(client, "/casebook/cases", 409, name="new-one")
        assert part.one(data_kind="conflict")
        post(client, "/casebook/cases", 422, name="Not A Name")
    with house.signed_in("audra") as client:
        forms = page_of(client, "/casebook?part=cases").one("main").all("form")
        assert [form.attributes["method"] for form in forms] == ["get"]
        post(client, "/casebook/cases", 403, name="other")


def test_the_cases_are_searched_sorted_and_given_as_a_file(house: House) -> None:
    with house.signed_in("anna") as client:
        for name, title in (("alpha", "A spill"), ("beta", "Phosgene found")):
            assert client.post("/casebook/cases", data={"name": name, "title": title}).status_code == 204
        shown = page_of(client, "/casebook?part=cases&find=phsogene").text
        assert "phosgene" in shown and "A spill" not in shown
        found = client.get("/casebook/cases.csv?find=phsogene").text.splitlines()
        assert found[0].startswith("case,status,findings,waiting,due,owner,mark")
        assert [line.split(",")[0] for line in found[1:]] == ["beta Phosgene found"]
        ordered = client.get("/casebook/cases.csv?order=-case").text
        assert ordered.index("beta ") < ordered.index("alpha ")
        assert client.get("/casebook/cases.xlsx").content.startswith(b"PK")


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_an_empty_casebook_teaches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    from opencwc.web.app import app_of
    from web.signing_in import open_house

    with open_house(tmp_path, monkeypatch) as house:
        house.add("rita", Role.REVIEWER)
        house.app = app_of(house.entrance, house.book)
        with house.signed_in("rita") as client:
            empty = page_of(client, "/casebook", lang).one(class_="empty")
            assert empty.one("a").attributes["href"] == "/check#drop"
        house.app.state.service.answering.close()


@pytest.fixture(scope="module")
def of_every_verb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which each verb found each of its verdicts, in the case of its name."""
    keeper = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
    with (
        pytest.MonkeyPatch.context() as patch,
        opened_house(tmp_path_factory.mktemp("verbs"), patch) as house,
    ):
        for verb in verbs():
            maker = Maker(f"opencwc.{verb.id}", "1", "2026-11-24", ("CWC",))
            case_for_keeping(house.book, keeper, verb.id)
            run = begin_run(house.book, keeper, verb.id, verb=verb.id, asked={}, checked={}, maker=to_plain(maker))
            run.keep(
                Finding(
                    Subject(row, f"id-{row}", "Sarin"), verdict, Message("found_name", {"name": "Sarin"}), maker,
                    Rule("CWC", "1A01"), evidence=(Evidence("mention", "Sarin", value="of Sarin", span=(3, 8)),),
                )
                for row, verdict in enumerate(verb.verdicts, 1)
            )  # fmt: skip
            run.finish({})
        yield house


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_cards_of_each_verb_have_its_tones_and_its_words(of_every_verb: House, lang: str) -> None:
    with of_every_verb.signed_in("rita") as client:
        for verb in verbs():
            cards = page_of(client, f"{FINDINGS}&view=cards&case={verb.id}", lang).all("article")
            badges = [card.all(class_="badge")[0] for card in cards]
            seen = [(card.attributes["class"], badge.text) for card, badge in zip(cards, badges, strict=True)]
            assert seen == [
                (f"card {tone}", say(f"verdict_{verdict}", lang)) for verdict, tone in verb.tones.items()
            ], verb.id


def test_the_findings_of_all_verbs_stand_as_cards_on_one_page(of_every_verb: House) -> None:
    with of_every_verb.signed_in("rita") as client:
        assert len(lines(page_of(client, f"{FINDINGS}&view=cards"))) == 12


def test_a_card_says_what_a_finding_rests_on_as_its_verb_says_it(of_every_verb: House) -> None:
    book, keeper = of_every_verb.book, Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
    told = {
        "check": (Evidence("state", "to", value="DEU state_party 1997-04-29"), "Germany – State Party since 29 April"),
        "declare": (Evidence("due", "past", value="2027-03-31"), "31 March 2027"),
        "law": (Evidence("passage", "act.txt 3", value="Nobody may develop it.", span=(0, 22)), "Nobody may develop"),
    }
    for verb, (evidence, _) in told.items():
        maker = Maker("opencwc", "1", "2026-11-24", ("CWC",))
        run = begin_run(book, keeper, verb, verb=verb, asked={}, checked={}, maker=to_plain(maker))
        verdict, rule = verb_named(verb).verdicts[0], Rule("MEASURES", "PEN-02")
        run.keep(
            [Finding(Subject(9, "nine", "x"), verdict, Message("group_methyl"), maker, rule, evidence=(evidence,))]
        )
        run.finish({})
    with of_every_verb.signed_in("rita") as client:
        for verb, (_, words) in told.items():
            card = page_of(client, f"{FINDINGS}&view=cards&case={verb}&list=MEASURES").one("article")
            assert words in card.text, card.text
            ways = [link.attributes["href"] for link in card.one("h3").all("a")]
            assert ways == (["/law/measures/MEASURES/PEN-02"] if verb == "law" else [])
