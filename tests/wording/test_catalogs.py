"""The catalogs say the same things in every language, with the same values, and every id that the code uses exists."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from error_sites import sentences
from opencwc import catalogs, wording
from opencwc.catalogs import CATALOGS
from opencwc.convention import Convention
from opencwc.errors import UnavailableError
from opencwc.finding import Message
from opencwc.transfers.reconcile.causes import FEATURES
from opencwc.wording import LANGUAGES, choose_language, say, sentence

SOURCE = CATALOGS.parents[1]
DOMAINS = ("opencwc", "errors")
ID = re.compile(
    r'"((?:why|found|salt|place|group|doubt|step|unreadable|row|note|label|verdict|basis|report|evidence|summary|policy'
    r"|duty|card|table|entry|salts|means|form|rule|progress|near|casebook|language|models|people|web|page|demo|threshold"
    r'|deadline)_[a-z0-9_A-Z]+)"'
)


def catalog(lang: str, domain: str = "opencwc") -> Catalog:
    with (CATALOGS / lang / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=lang)


def ids(lang: str) -> dict[str, tuple[str, ...]]:
    ids_said = {}
    for message in catalog(lang):
        if message.id:
            key = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
            ids_said[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return ids_said


def values_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_message_said_with_the_same_values(lang: str) -> None:
    english = ids("en")
    spoken = ids(lang)
    assert set(spoken) == set(english)
    for key, texts in spoken.items():
        for text in texts:
            assert text, f"{key} is not said in {lang}"
            assert values_of(text) <= values_of(english[key][-1]), key
        assert values_of(english[key][-1]) - {"count", "carbons"} <= values_of(texts[-1]), key


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_message_is_fuzzy(lang: str, domain: str) -> None:
    assert not [message.id for message in catalog(lang, domain) if message.id and message.fuzzy]


def test_every_id_in_the_code_is_in_the_catalogs() -> None:
    known = ids("en")
    used = set()
    for file in SOURCE.rglob("*.py"):
        if "aspects" in file.parts or file.match("claims/pair_signs.py"):
            continue  # its names are those of signs
        used |= set(ID.findall(file.read_text(encoding="utf-8")))
    names_of_other_things = {
        "row_number", "entry_id", "rule_list", "place_atoms", "form_of", "group_by", "row_count",
        "salts_said", "casebook_made", "threshold_kg", "threshold_of", "page_size", "page_count", "place_facts",
        "duty_holders", "near_year_end_alone", "place_same", "place_diff", "place_told_same", "form_0", "casebook_of",
        "place_nouns", "people_before", "near_copies", "near_event", "group_numbers",
        "group_scale", "group_latin", "group_cyrillic", "card_words", "report_first", "report_files", "duty_parts",
        "entry_code", "entry_said", "evidence_template",
    }  # fmt: skip
    assert {message_id for message_id in used if message_id not in known} <= names_of_other_things | set(
        FEATURES
    ) | set(sentences("en"))


def test_every_remedy_for_a_document_is_in_the_catalogs_and_given() -> None:
    given = {
        name
        for file in (SOURCE / "files").glob("*.py")
        for name in re.findall(r'"(reading_remedy_\w+)"', file.read_text(encoding="utf-8"))
    }
    assert given == {name for name in ids("en") if name.startswith("reading_remedy_")}


def test_every_id_in_a_template_is_in_the_catalogs() -> None:
    known, used = ids("en"), {}
    for file in SOURCE.rglob("templates/**/*.html"):
        for message_id in re.findall(r"(?:say|sentence)\('([a-z0-9_]+)'[,)]", file.read_text(encoding="utf-8")):
            used[message_id] = file.name
    assert len(used) > 100
    assert {message_id: name for message_id, name in used.items() if message_id not in known} == {}


def test_ids_that_are_put_together_have_a_message() -> None:
    known = ids("en")
    built = {
        re.sub(r"\{[^{}]*\}", "\0", made)
        for file in SOURCE.rglob("*.py")
        for made in re.findall(r'Message\(\s*f"([a-z0-9_]+\{[^"\s]*)"', file.read_text(encoding="utf-8"))
    }
    assert len(built) > 50
    assert {made for made in built if not any(re.fullmatch(_any_for_parts(made), name) for name in known)} == set()


def _any_for_parts(made: str) -> str:
    return r"[\w.-]*".join(map(re.escape, made.split("\0")))


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_no_sentence_is_left_in_english(lang: str) -> None:
    english = ids("en")
    for key, texts in ids(lang).items():
        words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\{\w+\}", "", english[key][-1]))
        if len(words) > 3:
            assert texts[-1] != english[key][-1], f"{key} is in English in {lang}"


def test_every_policy_and_duty_of_the_convention_can_be_said() -> None:
    convention = Convention()
    known = ids("en")
    for policy in convention.policies:
        assert f"policy_{policy.id}_{policy.choice}" in known
    for duty in convention.duties:
        assert values_of(known[duty.says][-1]) <= set(duty.values)


def test_a_message_inside_a_message_is_said_in_the_same_language() -> None:
    inner = Message("place_P", {"group": Message("group_methyl")})
    outer = Message("why_family", {"entry": "1A01", "places": (inner,)})
    assert say(outer, "en") == "the structure matches 1A01: phosphorus carries a methyl group"
    assert "méthyle" in say(outer, "fr")


def test_a_sentence_begins_with_a_capital_and_ends_with_one_stop() -> None:
    assert sentence("unreadable_empty") == "It contains no atoms."
    assert sentence(Message("report_person")).count("..") == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_message_of_another_version_is_told_with_its_id_and_all_its_values(lang: str) -> None:
    inner = Message("why_of_old", {"entry": "1A01", "row": 7})
    full_sentence = say(Message("ledger_of_old", {"kg": 2500.0, "why": inner}), lang)
    assert full_sentence != say(Message("ledger_of_old"), lang)
    for word in ("ledger_of_old", "why_of_old", "1A01", "7", "2"):
        assert word in full_sentence
    assert say(Message("wording_of_another_version", {"told": ""}), lang).strip() in full_sentence
    known = say(Message("place_P", {"former_name": "methyl"}), lang)  # an id that is known, with values of another time
    assert "place_P" in known and "methyl" in known


def test_an_id_alone_that_no_catalog_knows_is_said_as_itself() -> None:
    assert say("no_such_word") == "no_such_word"


def test_nothing_is_said_as_nothing_and_not_as_what_a_catalog_says_of_itself() -> None:
    assert {say("", lang) for lang in LANGUAGES} == {""}


def test_an_unknown_language_is_answered_in_english() -> None:
    assert choose_language("de_DE") == "en"
    assert choose_language("zh-Hans") == "zh"


def test_the_compiled_catalogs_are_there_and_no_older_than_their_source() -> None:
    for lang in LANGUAGES:
        assert {file.name for file in (CATALOGS / lang / "LC_MESSAGES").glob("*.mo")} == {
            f"{name}.mo" for name in DOMAINS
        }


def test_every_mark_status_and_outcome_of_the_casebook_can_be_said() -> None:
    from opencwc.casebook.model import CaseStatus, Mark, Outcome, Status

    known = ids("en")
    for name, kinds in (("mark", Mark), ("status", Status), ("outcome", Outcome), ("case", CaseStatus)):
        assert {f"casebook_{name}_{kind}" for kind in kinds} <= set(known)
    from opencwc.verbs import all_verdicts

    assert {f"verdict_{verdict}" for verdict in all_verdicts()} <= set(known)


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        ("en", "2026-11-04"),
        ("fr", "4\u00a0novembre\u00a02026"),
        ("es", "4\u00a0de\u00a0noviembre\u00a0de\u00a02026"),
        ("ar", "4\u00a0نوفمبر\u00a02026"),
        ("ru", "4\u00a0ноября\u00a02026\u00a0г."),
        ("zh", "2026年11月4日"),
    ],
)
def test_a_day_in_a_sentence_is_written_as_the_language_writes_it(lang: str, written: str) -> None:
    assert written in sentence(Message("why_not_listed", {"lists": ("CWC",), "date": "2026-11-04"}), lang)


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        ("en", "180,060 kg"), ("fr", "180\u202f060\u00a0kg"), ("es", "180.060\u00a0kg"), ("ru", "180\u00a0060\u00a0кг"),
        ("zh", "180,060\u00a0千克"), ("ar", "180,060\u00a0كغ"),
    ],
)  # fmt: skip
def test_an_amount_in_a_sentence_has_its_thousands_as_the_language_writes_them(lang: str, written: str) -> None:
    drawn = Message("transfers_certificate_drawn", {"id": "EUC-1", "amount": "180060 kg", "left": "0.5 kg"})
    assert written in sentence(drawn, lang)
    over = Message("reconcile_over", {"difference": 180060.0, "threshold": 30000.0})
    number = re.fullmatch(r"(.*\d)\s\D+", written)
    assert number and number[1] in sentence(over, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_of_a_thing_is_said_otherwise_than_many(lang: str) -> None:
    counted = (
        "reconcile_lines", "reconcile_sums", "reconcile_over_counted", "reconcile_within_counted",
        "reconcile_unread_counted", "reconcile_apart_counted", "letters_drafted", "transfers_summary_certified",
    )  # fmt: skip
    values = {"path": "x", "lists": ("CWC",), "date": "2026-11-04"}
    for name in counted:
        singular, many = (
            say(Message(name, {**values, "count": count}), lang).replace("\xa0", " ") for count in (1, 12_000)
        )
        same = singular.replace("1", "#", 1) == re.sub(r"12.?000", "#", many, count=1)
        assert same == (lang == "zh"), (name, singular, many)
    assert say(Message("reconcile_lines", {"count": 1})) == "1 row"
    assert say(Message("letters_drafted", {"count": 1, "path": "x"})).startswith("1 letter was written")


def test_in_french_no_line_begins_with_a_sign_that_belongs_to_the_word_before() -> None:
    for key, texts in ids("fr").items():
        assert not re.search(r" [:;?!»]|« ", say(key, "fr") if not values_of(texts[-1]) else ""), key


def test_every_entry_of_the_australia_group_has_a_title_in_french() -> None:
    entries = Convention(lists=("AG",)).entries
    assert len(entries) == 90
    assert [entry.id for entry in entries if not entry.title.get("fr")] == []


def test_a_message_within_others_is_said_as_itself_however_many_there_were() -> None:
    for carbons in range(2, 3 * wording.MOST_WITHIN, 100):
        within = Message("group_alkyl", {"carbons": carbons})
        assert str(carbons) in say(Message("why_found", {"found": within, "why": within}))
    kept = [Message("group_alkyl", {"carbons": carbons}) for carbons in range(2, wording.MOST_WITHIN + 50)]
    said_alone = [say(Message("why_found", {"found": sentence, "why": sentence})) for sentence in kept]
    assert said_alone == [say(Message("why_found", {"found": sentence, "why": sentence})) for sentence in kept]
    assert len(set(said_alone)) == len(kept)


def test_catalogs_that_were_not_built_are_told_and_no_id_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(catalogs, "CATALOGS", tmp_path)
    for cached in (catalogs._catalog, wording._template_of):
        cached.cache_clear()
    try:
        with pytest.raises(UnavailableError, match=r"not built.*pip install"):
            say("law_verdict_covered", "fr")
    finally:
        for cached in (catalogs._catalog, wording._template_of):
            cached.cache_clear()
