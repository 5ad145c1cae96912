"""The pages of the models: what each says of itself, and the switch."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import select

from legislation.own_labels import shelved_labels
from opencwc.casebook import tables
from opencwc.legislation.corrections import Corrections
from opencwc.models import card_words, find_model, load_card, registered, state_of
from opencwc.models.drift import DriftWatch, Observation
from opencwc.settings import load_settings
from opencwc.web.models.figure_parts import main_part
from opencwc.web.models.pages import documentation_named, metric_name, part_name
from opencwc.wording import LANGUAGES, say
from web.signing_in import House

from .housing import LANGUAGES_READ, LOGINS, PART, page_of, post

ONE = "language-recogniser"
PLACE = [model.id for model in registered()].index(ONE)
"""Where it stands among the cards."""


def squeezed(text: str) -> str:
    return "".join(text.replace("`", "").split())


@pytest.mark.parametrize("login", LOGINS)
def test_everybody_sees_every_model_and_its_card(still: House, login: str) -> None:
    with still.signed_in(login) as client:
        listing = page_of(client, "/models").one("main")
        assert listing.one("h1").text.startswith("All ")
        assert [heading.text for heading in listing.all("h2")] == [
            load_card(model.card).title for model in registered()
        ]
        for model in registered():
            card = load_card(model.card)
            page_text = page_of(client, f"/models/{model.id}").one("main").text
            for statement in (
                card.use,
                card.out_of_use,
                card.without,
                *card_words(card, "en").data,
                *card_words(card, "en").limits,
                card.licence,
                card.version,
            ):
                assert squeezed(documentation_named(statement, "en")) in squeezed(page_text)
            assert state_of(model).hash in page_text and all(file.sha256 in page_text for file in card.weights)


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_the_pages_are_whole_in_each_language(still: House, lang: str) -> None:
    with still.signed_in("adam") as client:
        listing = page_of(client, "/models", lang).one("main")
        for model in registered():
            words = card_words(load_card(model.card), lang)
            card_page = page_of(client, f"/models/{model.id}", lang).one("main")
            heading, stands = card_page.one("h1").text, say("page_models_state_usable", lang)
            assert squeezed(heading).startswith(squeezed(words.title)) and squeezed(heading).endswith(squeezed(stands))
            assert words.title in listing.text
            for text in (words.use, words.out_of_use, words.without, *words.limits):
                assert squeezed(documentation_named(text, lang)) in squeezed(card_page.text)
            assert "`" not in card_page.text and "docs/" not in card_page.text


def test_every_figure_of_the_card_stands_in_a_table_and_in_a_chart(still: House) -> None:
    card = load_card(find_model(ONE).card)
    with still.signed_in("anna") as client:
        for part in dict.fromkeys(figure.part for figure in card.figures):
            page = page_of(client, f"/models/{ONE}?part={part}").one("main")
            figures_of_part = [figure for figure in card.figures if figure.part == part]
            rows = page.all("table")[0].rows()
            assert len(rows) == len({figure.language for figure in figures_of_part})
            drawn = []
            for chart in page.all("figure", data_chart="bar"):
                answer = client.get(chart.attributes["data-source"]).json()
                assert answer["titles"]["x"] and answer["titles"]["y"]
                drawn += [row["value"] for row in answer["rows"]]
            assert sorted(drawn) == sorted(figure.value for figure in figures_of_part)


def test_every_part_of_the_figures_is_reached_by_two_choices_and_the_model_itself_comes_first(still: House) -> None:
    with still.signed_in("anna") as client:
        for model in registered():
            address = f"/models/{model.id}"
            found, asked = {main_part(load_card(model.card))}, [address]
            while asked:
                links = page_of(client, asked.pop()).one("main").all("a", class_="chip")
                parts = {parse_qs(urlsplit(one.attributes["href"]).query)["part"][0] for one in links}
                asked += [f"{address}?part={quote(part)}" for part in parts - found]
                found |= parts
            assert found == {figure.part for figure in load_card(model.card).figures}
        meanings = page_of(client, "/models/request-meanings").one("main")
        assert "90.2% requests refused (first list of requests, rules and meaning" in meanings.text
        claims = page_of(client, "/models/claims").one("main")
        chosen = [one.text for one in claims.all("a", class_="chip") if one.attributes.get("aria-current")]
        assert chosen == ["worth checking", "with the model"]


def test_only_an_administrator_switches_a_model(house: House) -> None:
    for login in LOGINS:
        with house.signed_in(login) as client:
            forms = page_of(client, f"/models/{ONE}").all("form", hx_post=f"/models/{ONE}/switch")
            assert bool(forms) is (login == "adam")
            answer = client.post(f"/models/{ONE}/switch", data={"on": "true", "reason": "x"}, headers=PART)
            assert (answer.status_code == 403) is (login != "adam")


def test_a_model_is_switched_off_and_on_again_with_a_reason_that_stands_in_the_record(house: House) -> None:
    with house.signed_in("adam") as client:
        part, trigger = post(client, f"/models/{ONE}/switch", on="false", reason="wrong on our ledgers")
        assert "off" in trigger["told"] and not state_of(find_model(ONE)).usable
        assert "off" in part.one("span", class_="badge").text and "wrong on our ledgers" in part.text
        assert part.one("input", name="on").attributes["value"] == "true"
        assert "off" in page_of(client, "/models").all("article")[PLACE].one("span", class_="badge").text
        post(client, f"/models/{ONE}/switch", on="true", reason="mended")
        assert state_of(find_model(ONE)).usable
    with house.book.reading_contents() as connection:
        query = select(tables.record.c.content).where(tables.record.c.kind == "model_switched")
        kept = connection.execute(query).scalars().all()
    assert len(kept) == 2 and "wrong on our ledgers" in kept[0] and "adam" not in kept[0]


def test_a_switch_needs_a_reason_and_what_is_required_has_none(house: House) -> None:
    with house.signed_in("adam") as client:
        part, _ = post(client, f"/models/{ONE}/switch", 422, on="false", reason="")
        assert part.one("div", class_="problem")
        assert not page_of(client, "/models/refusals").all("form", hx_post="/models/refusals/switch")
        post(client, "/models/refusals/switch", 403, on="false", reason="x")
    assert state_of(find_model(ONE)).usable


def test_inputs_that_drifted_are_told(house: House) -> None:
    card = load_card(find_model(ONE).card)
    assert card.reference is not None
    watch = DriftWatch(load_settings().folder, ONE, card.reference.classes)
    watch.add([Observation("zh", 0.3, 600)] * 300)
    with house.signed_in("audra") as client:
        page_text = page_of(client, f"/models/{ONE}").one("main").text
        assert "300" in page_text and "stability index" in page_text
        listing = page_of(client, "/models").one("main")
        assert listing.one("h1").text == f"Models on: {len(registered())} of {len(registered())}; need attention: 1"
        assert listing.one("p", class_="warning").one("a").attributes["href"] == f"/models/{ONE}"


def test_a_model_that_is_not_there_is_told_as_a_page(still: House) -> None:
    with still.signed_in("anna") as client:
        answer = client.get("/models/nothing", headers={"accept": "text/html"})
        assert answer.status_code == 404 and "<main" in answer.text


def test_an_administrator_retrains_the_model_of_laws_from_the_shelf_and_takes_it_back(house: House) -> None:
    law = find_model("law-coverage")
    with house.signed_in("adam") as client:
        before = state_of(law)
        part, trigger = post(client, "/models/law-coverage/retrain", reason="our drafts")
        assert "At least 60 labels of at least 3 laws" in part.one("p", class_="warning").text
        assert "too few" in trigger["told"] and state_of(law) == before
        refused = client.post("/api/v1/models/law-coverage/retrain", json={"reason": "our drafts"})
        assert refused.status_code == 422 and "At least 60 labels" in refused.json()["remedy"]
        shelved_labels(Corrections.of_house().path, strict=True)
        panel = page_of(client, "/models/law-coverage").one("section", id="own")
        assert "come with the package" in panel.text and "Your own labels: 180" in panel.text
        assert client.get("/api/v1/models/law-coverage").json()["own"]["used"] is False
        part, trigger = post(client, "/models/law-coverage/retrain", reason="our drafts")
        assert trigger["told"].startswith("Learned from 180 labels of 3 laws and used")
        assert "retrained by adam" in part.text and "with its own law left out" in part.text
        assert "retrained by adam" in page_of(client, "/models").text
        assert state_of(law).usable and state_of(law).hash != before.hash
        part, trigger = post(client, "/models/law-coverage/restore", reason="no gain seen")
        assert "was deleted" in trigger["told"] and "come with the package" in part.text
        assert state_of(law) == before
        answer = client.post("/api/v1/models/law-coverage/retrain", json={"reason": "again"}).json()
        assert answer["own"]["used"] and answer["own"]["by"] == "adam" and answer["hash"] != before.hash
        answer = client.post("/api/v1/models/law-coverage/restore", json={"reason": "and back"}).json()
        assert not answer["own"]["used"] and answer["hash"] == before.hash
    with house.signed_in("rita") as client:
        assert not page_of(client, "/models/law-coverage").one("section", id="own").all("form")
        post(client, "/models/law-coverage/retrain", 403, reason="x")
    with house.book.reading_contents() as connection:
        query = select(tables.record.c.content).where(tables.record.c.kind == "model_retrained")
        kept = [json.loads(content)["body"] for content in connection.execute(query).scalars()]
    assert [body["retrained"] for body in kept] == [True, False, True, False]
    assert kept[0]["reason"] == "our drafts" and "by" not in kept[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_says_what_was_measured_and_on_what_in_the_words_of_the_reader(lang: str) -> None:
    for model in registered():
        for figure in load_card(model.card).figures:
            pieces = figure.part.split(", ")
            said = [metric_name(figure.metric, lang), *(part_name(piece, lang) for piece in pieces)]
            names = [figure.metric, *pieces]
            assert lang == "en" or not set(said) & set(names), (model.id, said)
            assert "_" not in "".join(said)
