"""`opencwc models`: the register on the command line."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from legislation.own_labels import shelved_labels
from opencwc.casebook import tables
from opencwc.casebook.database import open_casebook
from opencwc.cli.models import models_app
from opencwc.language.language_recogniser import recognise_languages
from opencwc.models import find_model, load_card
from opencwc.wording import LANGUAGES

ID = "language-recogniser"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    return tmp_path


def models(*words: str) -> Result:
    return CliRunner().invoke(models_app, list(words))


def test_the_list_shows_every_model_and_its_switch() -> None:
    assert models("list").stdout.splitlines() == [
        "claims\ton\tlearned\tClaims compared with a record",
        f"{ID}\ton\tlearned\tLanguage recogniser",
        "law-coverage\ton\tlearned\tCoverage of measures by a law",
        "refusals\ton\trules\tRefusal of requests",
        "report-events\ton\tlearned\tWhich open reports are about the same event",
        "report-figures\ton\tlearned\tNumbers of dead and harmed in an open report",
        "report-kinds\ton\tlearned\tKind, stage and stance of an open report",
        "report-origins\ton\tlearned\tWhich open reports on an event come from one text",
        "report-topics\ton\tlearned\tEmerging topics of an open report",
        "request-meanings\ton\tlearned\tRefusal of requests by their meaning",
        "transfer-causes\ton\tlearned\tCauses of differences between the records of two States",
        "transfer-ranking\ton\tlearned\tOrder in which to look at discrepancies",
        "unusual-figures\ton\tlearned\tFigures of a register that are worth asking about",
    ]
    assert [model["on"] for model in json.loads(models("list", "--format", "json").stdout)] == [True] * 13


def test_a_switch_is_set_with_a_reason_and_shown() -> None:
    assert models("off", ID).exit_code == 2
    done = models("off", ID, "--reason", "a trial", "--by", "amina")
    assert (done.exit_code, done.stdout) == (0, f"{ID.capitalize()} is switched off.\n")
    assert "amina switched off" in models("list").stdout
    record = json.loads(models("on", ID, "--reason", "mended", "--by", "luc", "--format", "json").stdout)
    assert (record["model"], record["on"], record["by"], record["reason"]) == (ID, True, "luc", "mended")
    assert "off" not in models("list").stdout.split("\n")[0].split("\t")


def test_a_model_switched_on_that_stays_out_of_use_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_MODELS_OFF", ID)
    assert "OPENCWC_MODELS_OFF" in models("on", ID, "--reason", "why", "--by", "luc").stdout


def test_the_refusals_stay_on() -> None:
    done = models("off", "refusals", "--reason", "in the way")
    assert done.exit_code == 2
    assert "cannot be switched off" in done.stderr


@pytest.mark.parametrize("id", [ID, "refusals"])
def test_an_evaluation_agrees_with_the_card(id: str) -> None:
    done = models("evaluate", id)
    assert done.exit_code == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "Every figure is as the card says."
    assert json.loads(models("evaluate", id, "--format", "json").stdout)["differences"] == []


def test_an_evaluation_that_differs_ends_with_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from dataclasses import replace

    from opencwc import models as package

    model = package.find_model("refusals")
    card = tmp_path / "card.yaml"
    card.write_text(model.card.read_text(encoding="utf-8").replace("value: 1.0", "value: 0.5", 1), encoding="utf-8")
    monkeypatch.setattr(package, "find_model", lambda id: replace(model, card=card))
    done = models("evaluate", "refusals")
    assert done.exit_code == 1
    assert "the card says 0.5, measured 1." in done.stdout


def test_a_card_is_shown_as_text_json_and_a_page() -> None:
    assert "not for:" in models("show", ID).stdout
    model = json.loads(models("show", ID, "--format", "json").stdout)
    assert len(model["weights"]) == 64
    assert model["card"]["reference"]["classes"]["en"] > 0
    assert models("show", ID, "--format", "markdown").stdout.startswith("# Card: Language recogniser\n")


def test_drift_is_said_only_with_enough_inputs() -> None:
    assert models("drift", ID).stdout == "Live inputs: too few yet to compare with those measured (0 of 100).\n"
    list(recognise_languages(["The plant was visited by three inspectors on Monday"] * 12))
    assert "(12 of 100)" in models("drift", ID).stdout
    list(recognise_languages(["La planta recibió el lunes la visita de los inspectores"] * 200))
    done = models("drift", ID)
    assert done.exit_code == 1
    assert json.loads(models("drift", ID, "--format", "json").stdout)["verdict"] == "drift"
    assert models("drift", ID, "--accept", "--reason", "Spanish is what we read").exit_code == 0
    assert models("drift", ID).exit_code == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_is_spoken(lang: str) -> None:
    for words in (("list",), ("show", ID), ("drift", ID)):
        done = models(*words, "--lang", lang)
        assert done.exit_code == 0
        assert "models_" not in done.stdout.replace("opencwc models", "")
    title = load_card(find_model(ID).card).title
    assert all(
        (title in models(*words, "--lang", lang).stdout) == (lang == "en") for words in (("list",), ("show", ID))
    )


@pytest.mark.parametrize(
    "words", [("show", "none"), ("list", "--format", "xml"), ("drift", "refusals"), ("list", "--lang", "de")]
)
def test_what_has_no_meaning_is_said(words: tuple[str, ...]) -> None:
    done = models(*words)
    assert done.exit_code == 2
    assert done.stderr


def test_own_labels_are_learnt_from_and_forgotten(tmp_path: Path) -> None:
    assert models("forget", "claims").stdout == "The model claims has learned nothing from your own labels.\n"
    lines = [
        f"It rained for {days} days in Basel.,1,en\nThe council spent {days} million euros.,0,en\n"
        for days in range(2, 22)
    ]
    (tmp_path / "labels.csv").write_text("sentence,checkworthy,lang\n" + "".join(lines), encoding="utf-8")
    done = models("retrain", "claims", str(tmp_path / "labels.csv"), "--by", "amina")
    assert (done.exit_code, "learned from 40 labels and used" in done.stdout) == (0, True)
    assert "as shipped\ten\taverage precision" in models("evaluate", "claims").stdout
    assert "was deleted" in models("forget", "claims").stdout


def test_a_model_that_learns_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("sentence,checkworthy\n", encoding="utf-8")
    refused = models("retrain", ID, str(tmp_path / "labels.csv"))
    assert (refused.exit_code, "does not learn" in refused.output) == (2, True)
    assert "claims, law-coverage" in refused.output
    unnamed = models("retrain", "claims")
    assert (unnamed.exit_code, "no file of labels is named" in unnamed.output) == (2, True)


def test_a_retraining_of_the_law_model_says_what_is_needed_and_which_weights_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path / "data"))
    refused = models("retrain", "law")
    assert refused.exit_code == 2 and "too few labels to learn from" in refused.output
    assert "At least 60 labels of at least 3 laws are needed" in " ".join(refused.output.split())
    shown = models("show", "law").stdout
    assert "The weights that come with the package are in use." in shown
    assert "Your own labels: 0." in shown
    assert json.loads(models("show", "law", "--format", "json").stdout)["own"]["on_shelf"] == 0


def test_a_retraining_and_its_taking_back_stand_in_the_log_and_in_the_casebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "book.db"))
    with closing(open_casebook("", create=True)):
        pass
    labels = shelved_labels(tmp_path / "labels.jsonl", strict=True)
    done = models("retrain", "law", str(labels), "--by", "amina", "--reason", "our drafts")
    assert done.exit_code == 0 and "Learned from 180 labels of 3 laws and used" in done.stdout, done.output
    assert "weights from your own labels, retrained by amina" in models("list").stdout
    assert "was deleted" in models("forget", "law", "--by", "amina", "--reason", "no gain seen").stdout
    log = [json.loads(line) for line in (tmp_path / "models.log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["retrained"], line["reason"]) for line in log] == [(True, "our drafts"), (False, "no gain seen")]
    assert log[0]["weights"] != log[1]["weights"]
    with closing(open_casebook("")) as book, book.reading_contents() as connection:
        query = select(tables.record.c.content).where(tables.record.c.kind == "model_retrained")
        kept = [json.loads(content)["body"] for content in connection.execute(query).scalars()]
    assert [(body["retrained"], body["labels"]) for body in kept] == [(True, 180), (False, 0)]
