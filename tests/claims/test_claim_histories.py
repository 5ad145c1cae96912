"""The history of a claim: first said, repeated, corrected, denied and reviewed, whatever the order and the language."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from opencwc.claims.claim_histories import Histories, History
from opencwc.claims.claim_matching import hold
from opencwc.claims.history_formats import as_csv, as_json_lines, read_earlier, summary_of
from opencwc.claims.model import Statement
from opencwc.claims.pair_signs import Record
from opencwc.claims.patterns.number_after_correction import numbers_after_correction
from opencwc.claims.sayings import Review, Saying, sayings_of
from opencwc.errors import InputError
from opencwc.language.encoders import named_encoder
from opencwc.reports.model import Report
from opencwc.wording import LANGUAGES, sentence

TOLD = (
    ("r1", 3, "Port Gazette", "en", "",
     "Nine workers were poisoned by ammonia in a cold store of the port of Valparaíso."),
    ("r2", 4, "Le Courrier", "fr", "",
     "Une fuite d’ammoniac dans un entrepôt frigorifique du port de Valparaíso a intoxiqué neuf ouvriers."),
    ("r3", 5, "El Faro", "es", "Corrección",
     "El hospital corrigió ayer la cifra: once trabajadores del frigorífico del puerto de Valparaíso fueron "
     "intoxicados por amoníaco, y no nueve."),
    ("r4", 7, "The Echo", "en", "",
     "Nine workers were poisoned by ammonia in the cold store of the port of Valparaíso."),
    ("r5", 8, "Harbour Wire", "en", "",
     "The port company denied that any workers were poisoned by ammonia in a cold store of the port of Valparaíso."),
    ("r6", 9, "Sport Daily", "en", "",
     "The national team of Norway won its match against Chile by three goals to one."),
)  # fmt: skip
RECORD = (
    Statement("s1", datetime(2025, 6, 2, tzinfo=UTC), "On 1 June 2025 customs at Lomé seized 500 kg of cyanide.", "A"),
)


@cache
def reports() -> dict[str, Report]:
    return {
        id_: Report(id_, datetime(2026, 3, day, 9, tzinfo=UTC), source, "", lang, title, text, number)
        for number, (id_, day, source, lang, title, text) in enumerate(TOLD, 1)
    }


@cache
def sayings() -> tuple[Saying, ...]:
    encoder = named_encoder()
    return tuple(sayings_of(hold(reports().values(), Record(RECORD, encoder), encoder), least=0.05))


def histories(some: Sequence[Saying]) -> list[History]:
    return Histories(some, reports(), named_encoder()).all()


@cache
def ammonia() -> History:
    return next(history for history in histories(sayings()) if history.first.report == "r1")


def test_a_claim_is_followed_from_its_first_saying_across_languages() -> None:
    steps = [(mention.saying.report, mention.step) for mention in ammonia().mentions]
    assert steps == [
        ("r1", "first_said"), ("r2", "repeated"), ("r3", "corrected"), ("r4", "repeated"), ("r5", "denied"),
    ]  # fmt: skip


def test_a_correction_says_in_what_and_what_is_said_after_it_stands_against_it() -> None:
    corrected, again = ammonia().mentions[2:4]
    assert "number" in corrected.changed
    assert "number" in again.changed
    assert again.against == 2


def test_the_corrected_number_said_again_is_a_pattern_with_its_evidence() -> None:
    (pattern,) = numbers_after_correction(ammonia(), {})
    assert [evidence.report for evidence in pattern.evidence] == ["r1", "r3", "r4"]
    assert "El Faro" in sentence(pattern.says, "en")


def test_the_number_said_again_after_the_record_had_another_is_a_pattern() -> None:
    from opencwc.claims.claim_histories import Mention
    from opencwc.claims.model import Difference

    differs = (Difference("number"),)
    said = [
        Saying(f"r{day}", "Nine were hurt.", datetime(2026, 3, day, tzinfo=UTC), "A", "en", counted=("Nine",),
               matched="s1", relation="differs", differences=differs)
        for day in (3, 9)
    ]  # fmt: skip
    history = History("H-1", (Mention(said[0], "first_said"), Mention(said[1], "repeated")), "s1")
    statement = Statement("s1", datetime(2026, 3, 5, tzinfo=UTC), "Eleven were hurt.", "Hospital", "en")
    (pattern,) = numbers_after_correction(history, {"s1": statement})
    assert [evidence.statement for evidence in pattern.evidence] == ["", "s1", ""]
    assert list(numbers_after_correction(history, {})) == []


def test_another_matter_is_another_history() -> None:
    assert all(mention.saying.report != "r6" for mention in ammonia().mentions)


def test_the_order_in_which_reports_come_changes_nothing() -> None:
    mixed = list(sayings())
    random.Random(5).shuffle(mixed)
    assert histories(mixed) == histories(sayings())


def test_copies_make_one_history_and_two_sentences_of_one_report_never_do() -> None:
    text = "Police said that fourteen cylinders of chlorine were stolen from the water works."
    copies = [Saying(f"c{n}", text, datetime(2026, 1, n, tzinfo=UTC), f"o{n}", "en") for n in range(1, 20)]
    beside = Saying("c1", f"{text} Again.", datetime(2026, 1, 1, tzinfo=UTC), "o1", "en")
    found = histories([*copies, beside])
    assert sorted(len(history.mentions) for history in found) == [1, 19]


def test_short_sentences_of_different_reports_are_no_copies_of_each_other() -> None:
    short = [Saying(f"c{n}", "Nobody died.", datetime(2026, 1, n, tzinfo=UTC), "o", "en") for n in (1, 2)]
    assert short[0].copied_as != short[1].copied_as


def test_a_review_of_an_earlier_claim_stands_in_its_history_in_the_words_of_the_reviewer() -> None:
    said = datetime(2026, 3, 6, tzinfo=UTC)
    review = Saying(
        "https://reviewer.example/1", TOLD[0][5], said, "Reviewer", "en", earlier=True,
        review=Review("Reviewer", "Partly so", said),
    )  # fmt: skip
    history = next(one for one in histories([*sayings(), review]) if one.first.report == "r1")
    assert [mention.saying.source for mention in history.of("reviewed")] == ["Reviewer"]
    assert "reviewed once" in sentence(summary_of(history), "en")
    assert "Partly so" in as_json_lines([history]).decode()


def test_histories_are_read_back_as_earlier_claims(tmp_path: Path) -> None:
    file = tmp_path / "histories.jsonl"
    file.write_bytes(as_json_lines([ammonia()]))
    read = list(read_earlier(file))
    assert [(one.report, one.sentence, one.earlier) for one in read] == [
        (mention.saying.report, mention.saying.sentence, True) for mention in ammonia().mentions
    ]
    assert as_csv([ammonia()]).count(b"\n") == 6


def test_a_line_that_is_no_mention_is_refused_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "histories.jsonl"
    file.write_bytes(as_json_lines([ammonia()]) + b'{"said": "soon"}\n')
    with pytest.raises(InputError) as caught:
        list(read_earlier(file))
    assert caught.value.values["line"] == 6


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_is_said_in_every_language(lang: str) -> None:
    lines = as_json_lines([ammonia()], lang).decode().splitlines()
    assert all("claims_mention" not in line and "claims_history" not in line for line in lines)


def test_what_was_only_reviewed_is_said_by_none_of_the_reports() -> None:
    said = datetime(2026, 3, 6, tzinfo=UTC)
    text = "A lorry with forty drums of phosgene was lost on the road to the border, a post on a message board said."
    review = Saying("r", text, said, "R", "en", earlier=True, review=Review("R", "No trace of it", said))
    (history,) = histories([review])
    assert history.mentions[0].step == "reviewed"
    assert sentence(summary_of(history), "en") == "R reviewed it on 2026-03-06; none of these reports says it."


def test_a_review_before_all_sayings_leaves_the_first_saying_first() -> None:
    early, late = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 5))
    text = "A lorry with forty drums of phosgene was lost on the road to the border, a post on a message board said."
    review = Saying("r", text, early, "R", "en", earlier=True, review=Review("R", "No trace of it", early))
    (history,) = histories([Saying("n", text, late, "News", "en"), review])
    assert [mention.step for mention in history.mentions] == ["reviewed", "first_said"]
    assert history.first.source == "News"
