"""Texts that would harm: a megabyte of anything is read in bounded time, and nothing unseen hides a name.

Times are of the processor, not of the clock, so that a busy machine changes nothing.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from opencwc.finding import Verdict
from opencwc.screening.mentions import Mention
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

pytestmark = pytest.mark.usefixtures("name_index")
SIZE = 1_000_000
LESS = 30_000
LONGEST, LONGEST_OF_LESS = 5.0, 4.0
"""Seconds for so many characters, on a machine slower than ours."""
SCREENER = Screener(Rulebook.of(date(2026, 11, 24)))


@pytest.fixture(scope="module", autouse=True)
def ready(name_index: None) -> None:
    """Load all that is loaded once, so that no timing below counts it."""
    SCREENER.finder.find(
        "TEA 85 %, CAS 102-71-6, UN 1760, HS 2922.15, 2-(ethyl(propyl)amino)ethanol, thiodiglykoll, CC=O"
    )
    SCREENER.finder.find("يحتوي على السارين 5 كجم；三乙醇胺, зарином")


def filled(piece: str, size: int = SIZE) -> str:
    return (piece * (size // len(piece) + 1))[:size]


def mentions_in(text: str) -> list[Mention]:
    return [mention for mention in SCREENER.finder.find(text) if mention.verdict in (Verdict.LISTED, Verdict.REVIEW)]


TEXTS: dict[str, Callable[[], str]] = {
    "one word of a million letters": lambda: "a" * SIZE,
    "one word over and over": lambda: filled("chair "),
    "a chemical word over and over": lambda: filled("methyl "),
    "a chemical word without an end": lambda: filled("methyl"),
    "a listed name over and over": lambda: filled("sarin "),
    "the beginning of a name over and over": lambda: filled("phosphorus "),
    "the beginning of a long name over and over": lambda: filled("phosphonothioic acid, methyl-, "),
    "an abbreviation over and over": lambda: filled("TEA "),
    "a code over and over": lambda: filled("VX "),
    "an ordinary word over and over": lambda: filled("mustard "),
    "brackets that open": lambda: "(" * SIZE,
    "brackets that close": lambda: ")" * SIZE,
    "brackets of all kinds": lambda: filled("([{}])"),
    "brackets with letters": lambda: filled("C(=O)"),
    "brackets of atoms": lambda: "[" * SIZE,
    "half of a systematic name": lambda: filled("bis("),
    "half of a systematic name with spaces": lambda: filled("bis( "),
    "locants": lambda: filled("1,2,3-"),
    "digits": lambda: "1" * SIZE,
    "digits and hyphens": lambda: filled("12-"),
    "hyphens": lambda: "-" * SIZE,
    "numbers like CAS numbers": lambda: filled("107-44-8-"),
    "wrong CAS numbers": lambda: filled("102-71-7 "),
    "codes": lambda: filled("HS 2920.21 "),
    "amounts": lambda: filled("20 x 200 kg "),
    "percents": lambda: filled("85% "),
    "dots": lambda: "." * SIZE,
    "commas": lambda: filled(", "),
    "spaces": lambda: " " * SIZE,
    "ends of lines": lambda: filled("-\n"),
    "ends of lines with spaces": lambda: filled("a-\n                    "),
    "combining marks": lambda: "a" + "\u0301" * SIZE,
    "letters with combining marks": lambda: filled("a\u0301\u0302\u0303"),
    "combining marks of two orders": lambda: filled("\u0301\u0323"),
    "characters that cannot be seen": lambda: filled("\u200b\u202e\u00ad"),
    "primes": lambda: "a" + "'" * SIZE,
    "Arabic words with the article": lambda: filled("ال"),
    "Arabic articles and spaces": lambda: filled("ال "),
    "an Arabic name without an end": lambda: filled("السارين"),
    "Arabic letters that join": lambda: filled("و"),
    "Arabic names over and over": lambda: filled("والسارين "),
    "Arabic vowel signs": lambda: "س" + "\u064b" * SIZE,
    "Chinese characters": lambda: filled("三乙醇胺"),
    "one Chinese character": lambda: "三" * SIZE,
    "Cyrillic look-alikes": lambda: filled("ВХ ТЕА "),
    "digits for letters": lambda: filled("tr1ethan0lamine "),
    "rn for m": lambda: filled("rnethyl "),
    "rn without an end": lambda: filled("rn"),
    "SMILES": lambda: filled("CC(C)OP(C)(=O)F "),
    "one SMILES": lambda: "C" * SIZE,
    "InChI": lambda: "InChI=1S/" + "C" * SIZE,
    "many InChI": lambda: filled("InChI=1S/CH4/h1H4 "),
    "capital letters": lambda: filled("ABCDEFGHIJKLMN-"),
    "equals signs": lambda: "=" * SIZE,
    "ligatures": lambda: filled("ﷺ"),
    "abbreviations in brackets": lambda: filled("triethanolamine (TEA), "),
    "numbers with their label": lambda: filled("CAS 111-48-8, "),
    "near spellings with amounts": lambda: filled("thiodiglykoll 5 kg, "),
    "what is not there": lambda: filled("free of sarin, "),
    "marks that turn the direction": lambda: filled("\u202eniras\u202c "),
}


MILLIONS = (
    "one word of a million letters",
    "one word over and over",
    "brackets that open",
    "digits and hyphens",
    "combining marks",
    "Arabic words with the article",
    "half of a systematic name",
)


class TooLongError(Exception):
    """Raised in the middle of work that has had its time."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End what takes more than so many seconds of the processor, where the system can tell; fail in any case."""

    def end(number: int, frame: object) -> None:
        raise TooLongError(f"more than {seconds} s")

    began = time.process_time()
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGVTALRM, end)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    assert time.process_time() - began < seconds


@pytest.mark.slow
@pytest.mark.parametrize("name", MILLIONS)
def test_a_megabyte_is_read_in_bounded_time(name: str) -> None:
    text = TEXTS[name]()
    with within(LONGEST):
        mentions = SCREENER.finder.find(text)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_time_grows_with_the_text_and_not_faster(name: str) -> None:
    text = TEXTS[name]()[:LESS]
    with within(LONGEST_OF_LESS):
        mentions = SCREENER.finder.find(text)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)


# Nothing unseen hides a name

UNSEEN = [
    "\u00ad",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u200f",
    "\u202a",
    "\u202d",
    "\u202e",
    "\u2060",
    "\u2066",
    "\ufeff",
]


@pytest.mark.parametrize("unseen", UNSEEN)
@pytest.mark.parametrize("name", ["sarin", "thiodiglycol", "triéthanolamine", "السارين", "триэтаноламин", "三乙醇胺"])
def test_a_name_with_unseen_characters_in_it_is_found_with_all_of_its_characters(name: str, unseen: str) -> None:
    for written in (f"{name[:2]}{unseen}{name[2:]}", unseen.join(name)):
        text = f"5 kg {written} chemical"
        (mention,) = mentions_in(text)
        assert (mention.start, mention.end) == (5, 5 + len(written))
        assert text[mention.start : mention.end] == mention.text == written


@pytest.mark.parametrize(
    "around", [("\u202e", "\u202c"), ("\u2067", "\u2069"), ("\u200f", "\u200e"), ("\ufeff", "\u200b")]
)
def test_a_name_in_marks_of_direction_is_found_at_its_place(around: tuple[str, str]) -> None:
    text = f"5 kg {around[0]}sarin{around[1]} chemical"
    (mention,) = mentions_in(text)
    assert mention.start == 6
    assert text[mention.start : mention.end].rstrip(around[1]) == "sarin"


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_number_with_unseen_characters_in_it_is_found(unseen: str) -> None:
    text = f"CAS 107-44{unseen}-8, 5 kg"
    assert any(
        mention.kind == "cas" and text[mention.start : mention.end] == f"107-44{unseen}-8"
        for mention in mentions_in(text)
    )


def test_a_name_far_inside_a_large_text_is_found_at_its_place() -> None:
    text = filled("lorem ipsum dolor sit amet ", 500_000) + "; 5 g of sarin; " + filled("consectetur elit ", 400_000)
    assert [(text[mention.start : mention.end], mention.start) for mention in mentions_in(text)] == [
        ("sarin", text.index("sarin"))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "\0sarin\0",
        "sarin\x1b[31m",
        "\x85sarin",
        "\u2028sarin\u2029",
        "<b>sarin</b>",
        "&sarin;",
        "{sarin}",
        "%sarin%s",
        "${sarin}",
    ],
)
def test_signs_of_other_languages_around_a_name_are_only_signs(text: str) -> None:
    assert [mention.text for mention in mentions_in(f"chemical {text}")] == (["sarin"] if "sarin" in text else [])


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200b", "\ufffd", "\U0010ffff", "🧪", "🧪" * 1000, "\ud83e"])
def test_a_text_without_a_word_has_no_mention(text: str) -> None:
    assert SCREENER.finder.find(text) == []


@pytest.mark.parametrize("piece", ["triethanolamine (TEA), ", "CAS 111-48-8, ", "السارين، ", "thiodiglycol, "])
def test_a_cell_of_thousands_of_mentions_takes_no_more_for_each_than_one_of_hundreds(piece: str) -> None:
    def taken(size: int) -> float:
        began = time.process_time()
        mentions = SCREENER.finder.find(filled(piece, size))
        return (time.process_time() - began) / len(mentions)

    taken(5_000)
    few, many = min(taken(10_000) for _ in range(3)), min(taken(100_000) for _ in range(2))
    assert many < 4 * few + 20e-6
