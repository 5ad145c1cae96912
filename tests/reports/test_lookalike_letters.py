"""Words in which letters of another alphabet pass for the usual ones are read as they look, and told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opencwc.reports.facts import tell
from opencwc.reports.intake.oddities import Floods
from opencwc.reports.likeness import are_copies
from opencwc.reports.lookalike_letters import disguised_words, put_right
from opencwc.reports.model import Report
from opencwc.reports.traits import traits_of
from opencwc.reports.watched import watch

TO_CYRILLIC = str.maketrans("aeopcxy", "аеорсху")
TO_LATIN = str.maketrans("аеорсху", "aeopcxy")


def report(lang: str, title: str, text: str, identity: str = "r1") -> Report:
    return Report(identity, datetime(2026, 3, 5, 9, tzinfo=UTC), "Wire", "", lang, title, text)


ENGLISH = report(
    "en", "Chlorine leak in Rotterdam injures 12",
    "A chlorine leak at a waterworks in Rotterdam, the Netherlands, injured 12 people on 4 March, police said.",
)  # fmt: skip
FRENCH = report(
    "fr", "Une fuite d'ammoniac fait 12 blessés à Marseille",
    "Une fuite d'ammoniac dans une usine de Marseille a fait 12 blessés le 4 mars, selon les pompiers.",
)  # fmt: skip
SPANISH = report(
    "es", "Una fuga de cloro deja 12 heridos en Valencia, España",
    "Una fuga de cloro en una planta de Valencia dejó 12 heridos el 4 de marzo, informaron los bomberos.",
)  # fmt: skip
RUSSIAN = report(
    "ru", "Утечка хлора в Перми: пострадали 12 человек",
    "Утечка хлора на заводе в Перми произошла 4 марта, пострадали 12 человек, сообщили в МЧС.",
)  # fmt: skip


def disguised(one: Report) -> Report:
    """Return a report with every second word in letters that pass for its own."""
    table = TO_LATIN if one.lang == "ru" else TO_CYRILLIC

    def mixed(text: str) -> str:
        words = text.split(" ")
        return " ".join(word[0] + word[1:].translate(table) if at % 2 == 0 else word for at, word in enumerate(words))

    return report(one.lang, mixed(one.title), mixed(one.text), "r2")


@pytest.mark.parametrize("one", [ENGLISH, FRENCH, SPANISH, RUSSIAN], ids=lambda one: one.lang)
def test_a_disguised_report_tells_what_the_plain_one_tells(one: Report) -> None:
    other = disguised(one)
    assert other.text != one.text
    plain, found = tell(one), tell(other)
    assert found.report == other
    assert (found.nature, found.place, found.agents) == (plain.nature, plain.place, plain.agents)
    assert (found.casualties, found.date) == (plain.casualties, plain.date)


@pytest.mark.parametrize("one", [ENGLISH, FRENCH, SPANISH, RUSSIAN], ids=lambda one: one.lang)
def test_a_disguised_copy_is_a_copy_and_is_told(one: Report) -> None:
    other = disguised(one)
    mine, theirs = traits_of([tell(one), tell(other)], None)
    assert are_copies(mine.shingles, theirs.shingles)
    lines = watch([one, other], None).lines
    assert lines[0].origin == lines[1].origin
    told = [
        [message.values["words"] for message in line.why if message.id == "watch_disguised_words"] for line in lines
    ]
    assert not told[0] and len(told[1]) == 1
    floods = Floods()
    for each in [one, other] * 30:
        floods.add(each)
    assert len(list(floods.notes())) == 1


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("s\u0430rin", "sarin"),
        ("The \u0441hl\u043erine", "The chlorine"),
        ("\u03c1oison gas", "poison gas"),
        ("\U0001d42c\U0001d41a\U0001d42b\U0001d422\U0001d427", "sarin"),
        ("В хpанилище нашли зaрин", "В хранилище нашли зарин"),
        ("Reports of \u0441\u043e\u0440\u0441 found in the plant", "Reports of copc found in the plant"),
    ],
)
def test_letters_are_put_right(text: str, right: str) -> None:
    assert put_right(text) == right
    assert len(put_right(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Газ VX и CO нашли в Сирии",
        "NATOвский генерал и COVIDом больные",
        "α-пинен и μ-опиоид, 5 мкг",
        "The Russian word Новичок means newcomer",
        "Завод «ТАТРА» и фирма TATRA",
        "硫芥 VX 与 АН-26",
        "غاز VX في Москва",
        "Une usine de l’État à Besançon",
    ],
)
def test_what_is_honest_stays(text: str) -> None:
    assert put_right(text) == text
    assert disguised_words(text) == ()
