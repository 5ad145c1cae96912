"""The English catalogue has no words that nobody would say; every language has the terms of docs/reference/terms.md."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from opencwc.catalogs import CATALOGS

TERMS = Path(__file__).parents[2] / "docs" / "reference" / "terms.md"
LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")
FORBIDDEN = (
    r"anew",
    r"at hand",
    r"became of",
    r"by another way",
    r"by habit",
    r"give one of",
    r"gone by",
    r"grave",
    r"has the word",
    r"house",
    r"however many",
    r"is no valid",
    r"judges?",
    r"letters and signs",
    r"lies ahead",
    r"mend(?:s|ed)?",
    r"ought",
    r"put right",
    r"quarter of an hour",
    r"said to be",
    r"shel(?:f|ves)",
    r"so far as",
    r"stood",
    r"sums",
    r"supersedes",
    r"take (?:it|them) along",
    r"the like",
    r"thereof",
    r"tick",
    r"to hand",
    r"told",
    r"trial",
    r"upon",
    r"wherever",
    r"worded",
    r"bundle fits",
)
CODE = re.compile(r"\{\w+(?:![rs])?\}|--[\w-]+|/[\w/-]+|\[\w+\]|\w+/[\w./-]+|file:\S*|opencwc(?: [a-z]+)*")
# A message that says a term by another word, and why.
EXCEPTIONS = {
    ("settings", "casebook_setting_unknown_remedy"): "names of settings follow",
    ("settings", "anchor_setting_does_not_hold_remedy"): "names of settings follow",
    ("National Authority", "deadline_act_certificate_copy"): "the authority of one State's exports",
    ("declaration", "papers_section_declaration"): "what a person declares on a certificate",
    ("declaration", "page_declarations_case_name"): "a name of a case in Latin letters",
    ("declaration", "declaration_not_json_remedy"): "the sentence before names it",
    ("declaration", "declaration_not_xml_remedy"): "the sentence before names it",
    ("declaration", "register_has_no_such_declaration_remedy"): "the sentence before names it",
    ("casebook", "casebook_key_name_it"): "the name of a table of settings",
    ("casebook", "audit_sink_unknown_remedy"): "a word of a setting",
}


@cache
def messages(lang: str) -> dict[str, str]:
    said = {}
    for domain in ("opencwc", "errors"):
        with (CATALOGS / lang / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
            for message in read_po(file, locale=lang):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    said[key] = message.string if isinstance(message.string, str) else " ".join(message.string)
    return said


def terms() -> list[dict[str, str]]:
    tested = TERMS.read_text(encoding="utf-8").split("## Words that the test")[0]
    lines = [line for line in tested.splitlines() if line.startswith("| ") and not line.startswith("| English")]
    return [
        dict(zip(LANGUAGES, (cell.strip() for cell in line.strip("| ").split("|")), strict=False)) for line in lines
    ]


def folded(text: str, lang: str) -> str:
    text = re.sub("[\u00ad\u200e\u200f\u2066-\u2069]", "", text.replace("’", "'")).casefold()
    if lang == "ar":
        return re.sub("[\u064b-\u0652\u0640]", "", text).translate(str.maketrans("أإآ", "ااا"))
    if lang in ("fr", "es"):
        return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return text


def stems(term: str, lang: str) -> list[str]:
    found = []
    for word in re.split(r"[\s'-]+", folded(term, lang)):
        if lang == "zh":
            found.append(word)
        elif lang == "ar":
            found.append(word.removeprefix("ال").removesuffix("ة")[:5])
        elif len(word) > 3:
            found.append(word[: max(3, len(word) - 3)])
    return found


def missed(row: dict[str, str], rows: list[dict[str, str]], lang: str) -> list[str]:
    term = row["en"]
    longer = [other["en"] for other in rows if term.casefold() in other["en"].casefold() and other["en"] != term]
    pattern = re.compile(rf"\b{re.escape(term)}(?:s|es)?\b", 0 if term[0].isupper() else re.IGNORECASE)
    found = []
    for key, english in messages("en").items():
        text = CODE.sub(" ", english)
        for other in longer:
            text = re.sub(rf"\b{re.escape(other)}s?\b", " ", text, flags=re.IGNORECASE)
        if pattern.search(text) and (term, key) not in EXCEPTIONS:
            translated = folded(messages(lang)[key], lang)
            if not any(all(stem in translated for stem in stems(way, lang)) for way in row[lang].split(" / ")):
                found.append(f"{key}: {messages(lang)[key]}")
    return found


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_a_term_of_the_term_base_is_said_by_its_word_in_every_language(lang: str) -> None:
    rows = terms()
    assert len(rows) > 25
    assert all(len(row) == len(LANGUAGES) and all(row.values()) for row in rows)
    wrong = {row["en"]: found for row in rows if (found := missed(row, rows, lang))}
    assert not wrong


def test_no_english_message_has_words_that_nobody_would_say() -> None:
    pattern = re.compile(rf"\b(?:{'|'.join(FORBIDDEN)})\b", re.IGNORECASE)
    wrong = {key: text for key, text in messages("en").items() if pattern.search(CODE.sub(" ", text))}
    assert not wrong


def test_the_exceptions_are_messages() -> None:
    assert {key for _, key in EXCEPTIONS} <= set(messages("en"))
