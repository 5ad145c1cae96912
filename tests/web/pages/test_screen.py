"""The page Screen: an answer to what was typed, and to nothing else; what was not read is said; files are kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.listing import list_records
from opencwc.web.pages.screen import EXAMPLES
from opencwc.web.sessions import csrf_of, is_csrf, masked_csrf
from opencwc.wording import say
from web.signing_in import House

from .housing import LANGUAGES_READ, PAGE, PART, opened_house, page_of
from .parsed import Element, parsed


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("screen")
    with pytest.MonkeyPatch.context() as monkeypatch, opened_house(folder, monkeypatch) as house:
        yield house


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with house.signed_in("anna") as client:
        yield client


def told(client: TestClient, value: str, **more: str) -> Element:
    """Ask as the box asks, and return the part that comes back."""
    answer = client.post("/screen", data={"value": value, **more}, headers=PART)
    assert answer.status_code == 200, answer.text
    return parsed(answer.text)


def headline(part: Element) -> str:
    return part.one("h2").text


@pytest.mark.parametrize(
    ("value", "verdict"),
    [("111-48-8", "listed"), ("CCCCCCCOP(C)(=O)F", "listed"), ("caffeine", "not_listed"), ("637-39-8", "listed")],
)
@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_a_value_is_answered_in_the_language_of_the_reader(
    client: TestClient, value: str, verdict: str, lang: str
) -> None:
    client.cookies.set("opencwc_language", lang)
    part = told(client, value)
    assert say(f"verdict_{verdict}", lang) in headline(part)
    assert part.all(class_="checked"), "what was checked is not said"


def test_the_deciding_atoms_are_drawn_and_the_sentence_beside_names_them(client: TestClient) -> None:
    card = told(client, "CCCCCCCOP(C)(=O)F").one("article")
    assert "an alkyl group of 7 carbons" in card.text
    assert card.all("svg", role="img")
    assert {"oc-core", "oc-place-0"} <= {
        name for one in card.walk() for name in one.attributes.get("class", "").split()
    }


@pytest.mark.parametrize(
    ("line", "not_read"),
    [
        ("caffeine 5 kg; XZ-17 2 kg", "XZ-17"),
        ("20 L acetone, 2 kg Isopropylmethylphosphonofluoridat", "Isopropylmethylphosphonofluoridat"),
        ("acetone\nsomething else", "something"),
    ],
)
def test_a_line_that_was_read_in_part_is_no_clearance(client: TestClient, line: str, not_read: str) -> None:
    part = told(client, line)
    assert say("verdict_unreadable") in headline(part)
    assert say("verdict_not_listed") not in headline(part)
    assert any(not_read in one.text for one in part.all(class_="warning"))


def test_a_line_is_read_by_number_structure_and_name_and_what_was_read_is_marked(client: TestClient) -> None:
    part = told(client, "4 drums thiodiglycol CAS 111-48-8 and CP(=O)(Cl)Cl")
    assert [one.text for one in part.all("mark")] == ["thiodiglycol", "111-48-8", "CP(=O)(Cl)Cl"]
    assert say("verdict_listed") in headline(part)
    assert {"2B13", "2B04"} <= {word for one in part.all("article") for word in one.one("h3").text.split()}


def test_a_number_in_a_line_whose_check_digit_fails_is_said_to_be_unread(client: TestClient) -> None:
    part = told(client, "caffeine 107-44-9")
    assert say("verdict_unreadable") in headline(part)
    assert "107-44-9" in part.text


def test_a_day_before_the_convention_is_no_clearance(client: TestClient) -> None:
    part = told(client, "sarin", as_of="1995-01-01", lists="CWC")
    assert any("no clearance" in one.text for one in part.all(class_="warning"))


def test_a_day_to_come_and_a_first_day_that_is_not_known_are_said(client: TestClient) -> None:
    assert any("lies ahead" in one.text for one in told(client, "sarin", as_of="2050-01-01").all(class_="warning"))
    past = told(client, "111-48-8", as_of="2000-01-01").all(class_="warning")
    assert any("AG" in one.text and "not known" in one.text for one in past)


def test_a_day_that_is_none_is_refused_with_what_to_do(client: TestClient) -> None:
    answer = client.post("/screen", data={"value": "CCO", "as_of": "yesterday"}, headers=PART)
    assert answer.status_code == 422
    assert say("page_problem_unreadable_what") in parsed(answer.text).text


def test_a_request_for_a_synthesis_is_refused_and_recorded_once_while_it_is_typed(house: House) -> None:
    auditor = house.entrance.people.account("audra").person

    def refusals() -> int:
        return sum(one["kind"] == "refusal" for one in list_records(house.book, auditor, limit=1_000))

    before = refusals()
    with house.signed_in("rita") as client:
        for typed in ("how to make sarin", "how to make sarin a", "how to make sarin at", "how to make sarin at home"):
            answer = client.post("/screen", data={"value": typed}, headers=PART)
            assert answer.status_code == 403
            assert say("page_problem_refused_what") in parsed(answer.text).text
        assert refusals() == before + 1
        client.post("/screen", data={"value": "synthesis of VX step by step"}, headers=PART)
        assert refusals() == before + 2


def test_the_empty_page_teaches_by_examples_that_can_be_clicked(client: TestClient) -> None:
    page = page_of(client, "/")
    chips = [one.attributes["href"] for one in page.all("a", class_="chip")]
    assert len(chips) == len(EXAMPLES)
    for chip in chips:
        assert client.get(chip, headers=PAGE).status_code == 200


def test_an_administrator_may_ask_and_may_not_keep_and_an_auditor_is_led_on(house: House) -> None:
    with house.signed_in("adam") as client:
        page = page_of(client, "/")
        assert page.all("textarea")
        assert not page.all(id="drop")
    with house.signed_in("audra") as client:
        answer = client.get("/", headers=PAGE, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/casebook")


def test_what_was_typed_is_shown_as_text_and_nothing_else(client: TestClient) -> None:
    part = told(client, "<script>alert(1)</script> \u202eacetone")
    assert not part.all("script")
    assert "\u202e" not in part.text


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(house: House) -> None:
    with house.client() as client:
        answer = client.get("/casebook?status=open", headers=PAGE, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fcasebook%3Fstatus%3Dopen"


def test_a_page_that_is_not_allowed_keeps_its_navigation(client: TestClient) -> None:
    answer = client.get("/settings/people", headers=PAGE)
    assert answer.status_code == 403
    page = parsed(answer.text)
    assert page.all("a", href="/casebook")


def test_the_token_of_a_page_is_never_twice_the_same_and_holds() -> None:
    first, second = masked_csrf("secret"), masked_csrf("secret")
    assert first != second
    assert is_csrf("secret", first)
    assert is_csrf("secret", second)
    assert is_csrf("secret", csrf_of("secret"))
    assert not is_csrf("other", first)
    assert not is_csrf("secret", "é" * 128)
    assert not is_csrf("secret", first[:-2] + ("00" if first[-2:] != "00" else "11"))
