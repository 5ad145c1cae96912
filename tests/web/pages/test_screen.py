"""The page Screen: an answer to what was typed, and to nothing else; what was not read is said; files are kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.findings import list_records
from opencwc.language.commerce import read_commerce
from opencwc.web.screening.value_answer import unread
from opencwc.web.server.session_cookie import csrf_of, is_csrf, masked_csrf
from opencwc.wording import LANGUAGES, say, sentence
from opencwc.wording.lists import list_said
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


def answered(client: TestClient, value: str, **more: str) -> Element:
    """Ask as the box asks, and return the part that comes back."""
    answer = client.post("/screen", data={"value": value, **more}, headers=PART)
    assert answer.status_code == 200, answer.text
    return parsed(answer.text)


def headline(part: Element) -> str:
    return part.one("h1").text


@pytest.mark.parametrize(
    ("value", "verdict"),
    [("111-48-8", "listed"), ("CCCCCCCOP(C)(=O)F", "listed"), ("caffeine", "not_listed"), ("637-39-8", "review")],
)
@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_a_value_is_answered_in_the_language_of_the_reader(
    client: TestClient, value: str, verdict: str, lang: str
) -> None:
    client.cookies.set("opencwc_language", lang)
    part = answered(client, value)
    assert say(f"verdict_{verdict}", lang) in headline(part)
    assert part.all(class_="checked"), "what was checked is not said"


def test_the_answer_is_the_heading_and_the_title_and_the_question_stands_small(client: TestClient) -> None:
    whole = page_of(client, "/check?value=111-48-8")
    assert "2B13" in whole.one("h1").text and "2B13" in whole.all("title")[0].text
    assert whole.one(id="screen-question").tag == "p"
    typed = answered(client, "111-48-8")
    assert "2B13" in typed.one("h1").text and "2B13" in typed.all("title")[0].text
    assert answered(client, " ").one("h1").text == say("page_screen_title")


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_the_heading_follows_the_convention_and_every_other_list_has_its_own_line(
    client: TestClient, lang: str
) -> None:
    client.cookies.set("opencwc_language", lang)
    part = answered(client, "637-39-8")
    assert list_said("CWC", lang) in headline(part) and say("verdict_review", lang) in headline(part)
    (other,) = part.all("p", class_="answer-line")
    assert "AG" in other.text and say("verdict_listed", lang) in other.text


def test_the_deciding_atoms_are_drawn_and_the_sentence_beside_names_them(client: TestClient) -> None:
    card = answered(client, "CCCCCCCOP(C)(=O)F").one("article")
    assert "an alkyl group of 7 carbons" in card.text
    assert card.all("svg", role="img")
    assert {"oc-core", "oc-place-0"} <= {
        name for element in card.walk() for name in element.attributes.get("class", "").split()
    }


@pytest.mark.parametrize(
    ("line", "not_read"),
    [
        ("caffeine 5 kg; XZ-17 2 kg", "XZ-17"),
        ("20 L acetone, 2 kg of Norwald FR-77", "Norwald"),
        ("acetone\nsomething else", "something"),
    ],
)
def test_a_line_that_was_read_in_part_is_no_clearance(client: TestClient, line: str, not_read: str) -> None:
    part = answered(client, line)
    assert say("verdict_unreadable") in headline(part)
    assert say("verdict_not_listed") not in headline(part)
    assert any(not_read in warning.text for warning in part.all(class_="warning"))


def test_a_line_is_read_by_number_structure_and_name_and_what_was_read_is_marked(client: TestClient) -> None:
    part = answered(client, "4 drums thiodiglycol CAS 111-48-8 and CP(=O)(Cl)Cl")
    marks = part.one("p", class_="line").all("mark")
    assert [mark.text.startswith(name) for mark, name in zip(marks, MARKED, strict=True)] == [True] * 3
    assert {mark.attributes["class"] for mark in marks} == {"grave"}
    assert say("verdict_listed") in headline(part)
    assert {"2B13", "2B04"} <= {word for article in part.all("article") for word in article.one("h3").text.split()}
    assert not part.all("p", class_="warning"), "amounts, packings and labels are no words that were not read"
    for mark in marks:  # the reason stands beside, by its number, and at length in its card
        card = mark.one("a").attributes["href"].removeprefix("#")
        assert part.one("article", id=card)
        number = mark.one("sup").text
        assert any(item.one("b").text == number for item in part.one("ul", class_="remarks").all("li"))


MARKED = ("thiodiglycol", "111-48-8", "CP(=O)(Cl)Cl")


def facts_of(part: Element) -> dict[str, str]:
    """Return what stands in the lists of facts: the first value of each label."""
    rows = [block for facts in part.all("dl", class_="facts") for block in facts.all("div")]
    return {row.one("dt").text: row.all("dd")[0].text for row in reversed(rows)}


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_what_a_line_states_beside_a_chemical_is_shown(client: TestClient, lang: str) -> None:
    client.cookies.set("opencwc_language", lang)
    part = answered(client, "TEA 85 %, 4 IBC of 1000 L, HS 2922.15")
    facts = facts_of(part.all("article")[0])
    for kind, value in {"concentration": "85 %", "quantity": "1000 L", "hs_code": "2922.15"}.items():
        assert facts[say(f"stated_{kind}", lang)].startswith(value)
    assert say("verdict_listed", lang) in headline(part) or say("verdict_review", lang) in headline(part)


def test_what_a_line_states_of_nothing_that_is_listed_is_shown_too(client: TestClient) -> None:
    facts = facts_of(answered(client, "acetone 99 %, 200 kg"))
    assert facts[say("stated_concentration")].startswith("99 %")
    assert facts[say("stated_quantity")].startswith("200 kg")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("triéthanolamine 85 %, 12 fûts de 200 kg", "triéthanolamine"),
        ("ثلاثي إيثانول أمين 85٪، 12 برميلا", "ثلاثي إيثانول أمين"),
        ("三乙醇胺 85%，200公斤", "三乙醇胺"),
        ("триэтаноламин 85 %, 12 бочек по 200 кг", "триэтаноламин"),
    ],
)
def test_a_line_in_any_of_the_languages_has_its_chemical_marked(client: TestClient, line: str, name: str) -> None:
    part = answered(client, line)
    marks = part.one("p", class_="line").all("mark")
    assert marks and marks[0].text.startswith(name)
    assert marks[0].attributes["class"] == "grave"
    assert part.one("p", class_="line").one("bdi").attributes["dir"] == "auto"


LETTER = (
    "Dear Sir or Madam,\n\nwe thank you for your inquiry of last week and are pleased to offer, subject to our usual "
    "terms, {goods}.\nPayment within thirty days of delivery; the goods are sent by sea from our warehouse, and the "
    "papers follow by post as soon as the ship has left.\n\nWith kind regards, the sales office"
)


def test_a_letter_is_read_as_a_text_with_what_it_mentions_marked(client: TestClient) -> None:
    part = answered(client, LETTER.format(goods="20 drums of thiodiglycol, 99 % pure"))
    (mark,) = part.one("p", class_="line").all("mark")
    assert mark.text.startswith("thiodiglycol")
    assert say("verdict_listed") in headline(part)
    assert sentence("report_text_means") in part.text
    assert not part.all("p", class_="warning"), "the words of a letter are not all told one by one"


@pytest.mark.parametrize("goods", ["20 drums of acetone", "20 drums of what you ask for"])
@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_a_letter_in_which_nothing_listed_is_recognised_is_no_clearance(
    client: TestClient, goods: str, lang: str
) -> None:
    client.cookies.set("opencwc_language", lang)
    part = answered(client, LETTER.format(goods=goods))
    assert say("verdict_not_listed", lang) not in headline(part)
    assert say("page_text_nothing", lang) in headline(part)
    assert " ".join(say("page_text_nothing_means", lang).split()) in headline(part)
    assert part.one("h1").one("span", class_="badge").attributes["class"] == "badge gap"


def test_a_word_that_only_joins_or_labels_is_not_said_to_be_unread() -> None:
    line = "20 L acetone, 2 kg of XZ-17, CAS no. 67-64-1, own brand"
    stated = read_commerce(line)
    assert unread(line, [(5, 12), (37, 44)], stated) == ["XZ-17", "own", "brand"]


def test_a_number_in_a_line_whose_check_digit_fails_is_for_review_with_what_it_may_be(client: TestClient) -> None:
    part = answered(client, "caffeine 107-44-9")
    assert say("verdict_review") in headline(part)
    (mark,) = [mark for mark in part.all("mark") if mark.text.startswith("107-44-9")]
    assert mark.attributes["class"] == "doubt"
    assert any("1A01" in item.text for item in part.one("ul", class_="remarks").all("li"))


def test_a_systematic_name_in_a_line_is_read_by_one_reader_for_all_questions(house: House, client: TestClient) -> None:
    part = answered(client, "octyl ethylphosphonofluoridate, 99 %, 25 kg")
    assert part.all("mark")[0].text.startswith("octyl ethylphosphonofluoridate")
    assert say("verdict_listed") in headline(part)
    answering = house.app.state.service.answering
    readers = {id(answering.screener(None, lists).known.resolver.systematic) for lists in ((), ("CWC",), ("AG",))}
    assert len(readers) == 1


def test_a_day_before_the_convention_is_no_clearance(client: TestClient) -> None:
    part = answered(client, "sarin", as_of="1995-01-01", lists="CWC")
    assert any("cannot clear" in warning.text for warning in part.all(class_="warning"))


def test_a_day_to_come_and_a_first_day_that_is_not_known_are_said(client: TestClient) -> None:
    assert any(
        "is in the future" in warning.text
        for warning in answered(client, "sarin", as_of="2050-01-01").all(class_="warning")
    )
    past = answered(client, "111-48-8", as_of="2000-01-01").all(class_="warning")
    assert any("AG" in warning.text and "unknown" in warning.text for warning in past)


def test_a_day_that_is_none_is_refused_with_what_to_do(client: TestClient) -> None:
    answer = client.post("/screen", data={"value": "CCO", "as_of": "yesterday"}, headers=PART)
    assert answer.status_code == 422
    assert say("page_problem_unreadable_what") in parsed(answer.text).text


def test_a_request_for_a_synthesis_is_refused_and_recorded_once_while_it_is_typed(house: House) -> None:
    auditor = house.entrance.people.account("audra").person

    def refusals() -> int:
        return sum(record["kind"] == "refusal" for record in list_records(house.book, auditor, limit=1_000))

    before = refusals()
    with house.signed_in("rita") as client:
        for typed in ("how to make sarin", "how to make sarin a", "how to make sarin at", "how to make sarin at home"):
            answer = client.post("/screen", data={"value": typed}, headers=PART)
            assert answer.status_code == 403
            assert say("page_problem_refused_what") in parsed(answer.text).text
        assert refusals() == before + 1
        client.post("/screen", data={"value": "synthesis of VX step by step"}, headers=PART)
        assert refusals() == before + 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_empty_page_teaches_by_examples_that_can_be_clicked(client: TestClient, lang: str) -> None:
    chips = [link.attributes["href"] for link in page_of(client, "/check", lang).all("a", class_="chip")]
    *_, name, line = [headline(page_of(client, chip, lang)) for chip in chips]
    assert len(chips) == 5
    assert say("verdict_not_listed", lang) in name, "a common chemical by its name in the language"
    assert "2B13" in line, "a line with a packing, a concentration and a customs code"


def test_an_administrator_may_ask_and_may_not_keep_and_an_auditor_may_not_ask(house: House) -> None:
    with house.signed_in("adam") as client:
        page = page_of(client, "/check")
        assert page.all("textarea")
        assert not page.all(id="drop")
    with house.signed_in("audra") as client:
        assert client.get("/check", headers=PAGE).status_code == 403


def test_what_was_typed_is_shown_as_text_and_nothing_else(client: TestClient) -> None:
    part = answered(client, "<script>alert(1)</script> \u202eacetone")
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
