"""Names of people, firms, places, foods and parts raise no alarm, and what looks like one and is a chemical does."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.screening.mentions import Mention
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.screening.structure_screener import MET

CASES = Path(__file__).parents[1] / "cases" / "alarms.yaml"
LINES: list[dict[str, Any]] = load_yaml(CASES.read_text(encoding="utf-8"))
SCREENER = Screener(Rulebook.of(date(2026, 11, 28), ("CWC", "AG")))
OTHERS_LEFT_ALONE, CHEMICALS_TOLD = 0.97, 0.97


def met_in(text: str) -> list[Mention]:
    return [mention for mention in SCREENER.finder.find(text) if mention.met]


def is_told(label: dict[str, Any], mention: Mention) -> bool:
    """Tell whether a mention stands over a label, or has it among the readings of its chemical."""
    written = {reading.written for outcome in mention.outcomes for reading in outcome.readings}
    over = mention.start < label["at"] + len(label["written"]) and label["at"] < mention.end
    return over or label["written"] in written


def test_hardly_any_line_without_a_chemical_raises_an_alarm() -> None:
    others = [line for line in LINES if not line["meant"]]
    told = Counter(line["kind"] for line in others if met_in(line["text"]))
    assert 1 - told.total() / len(others) >= OTHERS_LEFT_ALONE, told


def test_hardly_any_chemical_is_taken_for_something_else() -> None:
    chemicals = [(line["text"], label) for line in LINES for label in line["meant"]]
    missed = [
        (text, label["written"])
        for text, label in chemicals
        if not any(is_told(label, mention) for mention in met_in(text))
    ]
    assert 1 - len(missed) / len(chemicals) >= CHEMICALS_TOLD, missed


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("Consignee: SARIN, RAJ", []),
        ("Sarin, 2 kg", ["listed"]),
        ("SARIN, RAJ", []),
        ("SARIN, RAJ, nerve agent", ["review"]),
        ("A. Sarin", ["review"]),
        ("Sarin, Soman", ["listed", "listed"]),
        ("Regards, Sarin", []),
        ("Regards, the lab. Sarin, 2 g", ["listed"]),
        ("Item: sarin", ["listed"]),
        ("Rack: sarin", ["listed"]),
        ("Rack L-1, 5 kg", []),
        ("blister agent L-1, 5 kg", ["listed"]),
        ("VX, UN 2810, class 6.1", ["listed"]),
        ("VX, section 6.1", []),
        ("d) Stoff", []),
        ("D-Stoff 5 kg", ["listed"]),
        ("Kutuyu sarın", []),
        ("SARIN gazı", ["listed"]),
    ],
)
def test_evidence_is_weighed_on_both_sides(text: str, verdicts: list[str]) -> None:
    assert [str(mention.verdict) for mention in met_in(text)] == verdicts


@pytest.mark.parametrize("code", ["DF", "QL", "L-1", "HN-1", "DEEP", "EMPA", "GA", "GB", "VX", "HD", "AC", "lost"])
def test_a_code_alone_as_a_value_is_for_review_with_its_other_meaning(code: str) -> None:
    for outcome in SCREENER.answer(code):  # an entry of each list
        assert (str(outcome.verdict), outcome.message.id) == ("review", "why_found_doubtful")
        assert outcome.message.values["doubt"].id == "doubt_also"  # type: ignore[union-attr]


def test_a_code_that_is_said_to_be_a_name_is_listed_where_the_schedule_prints_it() -> None:
    assert [str(outcome.verdict) for outcome in SCREENER.answer("VX", "name")] == ["listed"]


@pytest.mark.parametrize("noise", ["È", "é", "ab", "Ã©", "â€", "\x01\x02", "C\0C", "🧪", "..", "Q"])
def test_noise_is_no_name(noise: str) -> None:
    (outcome,) = SCREENER.answer(noise, "name")
    assert str(outcome.verdict) == "unreadable"
    assert outcome.message.values["reason"].id == "unreadable_noise"  # type: ignore[union-attr]


@pytest.mark.parametrize("value", ["d) Stoff", "sarın", "multiphase AC", "hysteresis", "Regards, Sarin"])
def test_what_is_no_name_is_listed_by_no_kind_of_reading(value: str) -> None:
    assert not any(
        outcome.verdict in MET for kind in ("auto", "name", "text") for outcome in SCREENER.answer(value, kind)
    )


def test_a_code_in_a_column_is_for_review_until_a_number_beside_it_says_what_it_is() -> None:
    from opencwc.files import open_table
    from opencwc.screening.batches import BatchScreener
    from opencwc.screening.model import Question

    screener = BatchScreener(Question(date(2026, 11, 28), ("CWC",)))
    table = b"name,cas\nDF,676-99-3\nDF,\nethanol,64-17-5\nbenzene,71-43-2\n"
    with open_table(io.BytesIO(table), name="goods.csv") as opened:
        answered = screener.answer(next(iter(opened.batches())))
    gravest = [str(outcomes[0].verdict) for _, outcomes in sorted(answered.outcomes.items())]
    assert gravest[:2] == ["listed", "review"]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Lost und Lewisit", "Lost"),
        ("Lewisit und Lost, 2 Fässer", "Lost"),
        ("Mischung aus Lost und Lewisit", "Lost"),
        ("sarin, mustard and VX", "mustard"),
        ("sarin, moutarde et lewisite", "moutarde"),
        ("mostaza y sarín", "mostaza"),
        ("السارين والخردل واللويزيت", "والخردل"),
        ("лост и люизит", "лост"),
        ("芥子和沙林", "芥子"),
        ("mostarda e sarin", "mostarda"),
        ("mosterd en sarin", "mosterd"),
        ("sarin ve hardal", "hardal"),
        ("خردل و سارین", "خردل"),
        ("マスタードとサリン", "マスタード"),
        ("겨자와 사린", "겨자와"),
    ],
)
def test_an_everyday_word_is_short_for_an_agent_in_one_list_with_another(text: str, short: str) -> None:
    told = {mention.text: str(mention.verdict) for mention in met_in(text)}
    assert told.pop(short) == "review"
    assert "listed" in told.values()


@pytest.mark.parametrize(
    "text",
    [
        "Lost, 5 kg", "Lost and found, 3 kg", "Lost", "Moutarde", "Mostaza", "خردل", "芥子", "MOUTARDE, 370 G",
        "hardal 190 g", "Papel pintado vinílico, tono gas y mostaza", "El Mostazal s/n, Jaén", "moutarde et miel",
    ],
)  # fmt: skip
def test_an_everyday_word_without_an_agent_beside_it_is_none(text: str) -> None:
    assert met_in(text) == []


@pytest.mark.parametrize("value", ["Moutarde", "Mostaza", "خردل", "hardal", "Mostazal", "マスタード"])
def test_an_everyday_word_alone_as_a_value_is_not_taken_for_an_agent(value: str) -> None:
    assert {str(outcome.verdict) for outcome in SCREENER.answer(value)} == {"unreadable"}


@pytest.mark.parametrize(
    ("text", "names"), [("S-Lost, N-Lost und Tabun", 3), ("S-Lost, 5 kg", 1), ("s-lost property", 0)]
)
def test_a_code_with_small_letters_is_read_as_it_is_spelt(text: str, names: int) -> None:
    assert len(met_in(text)) == names


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Livraison à Soman, 4 rue du Port, 3 palettes de carrelage, 1 200 kg", 0),
        ("Deliver to Sarin, 12 Park Road, 3 boxes", 0),
        ("Sarin, 20 L, port of loading Hamburg", 1),
        ("Soman marca el 2-1 en el minuto 88", 0),
        ("Sarin scored twice in the second half", 0),
        ("Зарин забил гол на 88-й минуте", 0),
    ],
)
def test_addresses_and_what_only_people_do_speak_for_a_person_or_a_place(text: str, met: int) -> None:
    assert len(met_in(text)) == met


@pytest.mark.parametrize("text", ["4 bidones de tiodiglicol, SA 2930.70", "tiodiglicol SA: 2930 70 00", "SA 2930.70"])
def test_a_word_that_labels_a_customs_code_is_no_chemical(text: str) -> None:
    assert "SA" not in [text[mention.start : mention.end] for mention in SCREENER.finder.find(text)]
