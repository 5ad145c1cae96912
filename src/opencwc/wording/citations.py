"""Sources in the reader's language: the texts that have an official name in it; any other one stays as it is written.

The English message of each citation is what is looked for: ``Verification Annex {paragraphs}`` finds its clauses.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache

from opencwc.catalogs import read_template
from opencwc.convention.clauses import in_full
from opencwc.finding import Message, Value

CITATIONS = (
    "citation_entry",
    "citation_entry_added",
    "citation_verification",
    "citation_article",
    "citation_convention",
    "citation_paragraph",
    "citation_decision",
    "citation_decision_dated",
    "citation_resolution",
    "citation_regulation_eu",
    "citation_military_eu",
    "citation_drugs",
    "citation_group",
    "citation_handbook",
    "citation_not_seen",
    "citation_as_group",
    "citation_order_annex",
    "citation_order_repeats",
    "citation_hs_collected",
    "citation_hs_memory",
    "citation_group_copy",
    "citation_group_copies",
    "citation_group_apart",
    "citation_group_us_rule",
    "citation_group_guidelines",
    "citation_collection_read",
    "citation_poland_told",
    "citation_singapore_transfers",
    "citation_singapore_declarations",
    "citation_singapore_all",
    "citation_repeats_schedule",
    "citation_decision_number_unverified",
    "citation_decision_amounts_unverified",
    "citation_decision_as_told",
    "citation_decision_transit",
    "citation_decision_none",
    "citation_number_and_share_unverified",
    "citation_numbers_not_seen",
    "citation_handbook_annex",
    "citation_handbook_revised",
    "citation_australia_list",
    "citation_order_note",
    "citation_military_as_order",
    "citation_note_2024",
    "citation_germany_portal",
    "citation_netherlands_1996",
    "citation_spain_annexes",
    "citation_treaties_copied",
    "citation_treaties_signature",
    "citation_force_worked_out",
    "citation_succession_unchecked",
    "citation_angola_news",
    "citation_myanmar_news",
    "citation_palestine_told",
    "citation_neither_news",
    "citation_invented_state",
    "citation_annex_2020",
    "citation_drugs_whole",
    "citation_drugs_report",
    "citation_measures_reports",
    "citation_board_isotopologues",
    "citation_board_stereoisomers",
    "citation_words_of_salts",
    "citation_ours_hydrates",
    "citation_ours_phosphites",
    "citation_ours_mixtures",
    "citation_ours_cycloalkyl",
    "citation_ours_parties",
    "citation_low_concentrations",
    "citation_laws_not_at_hand",
    "citation_our_reading",
    "citation_codes_of_organic",
    "citation_codes_for_psf",
    "citation_reading_exactly_100",
    "citation_reading_no_amount",
    "citation_reading_plant_sites",
    "citation_reading_mixtures",
    "citation_reading_past_or",
    "citation_reading_additional",
    "citation_reading_200_tonnes",
    "citation_reading_not_chemicals",
    "citation_reading_exclusively",
    "citation_reading_polymers",
    "citation_reading_us_note",
    "citation_reading_produced",
    "citation_reading_own_use",
    "citation_reading_explosives",
    "citation_reading_polymers_beside",
    "citation_reading_not_party_only",
    "citation_course_2012",
    "citation_borders_source",
    "citation_regions_source",
    "citation_decision_after",
    "citation_spain_one_step",
    "citation_state_names_source",
)
_PARAGRAPH = r"[IVX]+(?:\([AB]\))?(?:\.\d+(?:bis)?(?:\([a-z]\))?(?:-(?:\d+|\([a-z]\)))?)?"
_ITEM = r"\w+(?:\.\w+)*"
_VALUES = {
    "paragraphs": rf"{_PARAGRAPH}(?:(?:, | to | and ){_PARAGRAPH})*", "paragraph": r"\d+(?: \([a-z]\))?",
    "schedule": r"\d", "part": "[AB]", "section": "[A-Z]", "table": "[IVX]+", "number": r"[\d/]+", "year": r"\d{4}",
    "added": r"\d{4}", "force": r"\d{4}", "decision": r"C-[\w-]+/DEC\.\d+", "day": r"\d{1,2} [A-Z][a-z]+ \d{4}",
    "item": rf"{_ITEM}(?: and {_ITEM})*", "annex": "[A-Z]", "note": r"\d+", "register": r"\d+ FR \d+",
    "spanish": r"Real Decreto .*",
}  # fmt: skip
"""What a value of a citation looks like."""


@lru_cache(maxsize=5_000)
def citations_in(source: str) -> tuple[tuple[str, Message | None], ...]:
    """Return the parts of a source as they are written in full, each with the message that says it, if there is one.

    >>> [(text, message and message.id) for text, message in citations_in("VA VII.3(c); 15 CFR 745.1(a)")]
    [('Verification Annex VII.3(c)', 'citation_verification'), ('15 CFR 745.1(a)', None)]
    """
    return tuple((part, _citation(part)) for part in in_full(source).split("; "))


def _citation(text: str) -> Message | None:
    for name, pattern in _patterns():
        if match := pattern.fullmatch(text):
            return Message(name, {key: _value(key, value) for key, value in match.groupdict().items()})
    return None


def _value(name: str, text: str) -> Value:
    if name == "item":
        return tuple(text.split(" and "))
    if name == "day":
        day, month, year = text.split()
        return date(int(year), _months()[month], int(day)).isoformat()
    said = text.replace(" to ", "–").replace(" and ", ", ")
    return said.replace("-", "–") if name == "paragraphs" else said


@cache
def _months() -> dict[str, int]:
    return {read_template("opencwc", f"label_month_{month}", "en") or "": month for month in range(1, 13)}


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(name, _pattern(read_template("opencwc", name, "en") or "")) for name in CITATIONS]


def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template.translate(_PLAIN_QUOTES))
    literal = [re.escape(piece).replace("'", "['’]") for piece in pieces[::2]]
    values = [f"(?P<{name}>{_VALUES[name]})" for name in pieces[1::2]]
    return re.compile("".join(part for pair in zip(literal, [*values, ""], strict=True) for part in pair))


_PLAIN_QUOTES = str.maketrans("’“”", '\'""')
