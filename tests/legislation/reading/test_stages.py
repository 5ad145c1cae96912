"""Each stage of reading returns a record of its own and leaves those of the stages before as they are."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import pytest

from opencwc.convention.measures import Measures
from opencwc.legislation.reading.definitions import follow_definitions
from opencwc.legislation.reading.section_text import section_text
from opencwc.legislation.reading.stages import ReadLaw, read_sections
from opencwc.legislation.reading.term_positions import find_terms
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.sections import LegalSection, sections_of

ACT = """Section 1. "Controlled agents" means toxic chemicals listed in Schedule 1.
Section 2. No person shall produce controlled agents or use chemical weapons.
Section 3. Section 2 does not apply to the armed forces.
Section 4. A person who contravenes section 2 commits an offence and is liable to imprisonment.
Section 5. Section 1 is repealed.
"""


@pytest.fixture(scope="module")
def sections() -> list[LegalSection]:
    return sections_of(LegalText("act.txt", ACT), "en")


@pytest.fixture(scope="module")
def law(sections: list[LegalSection], measures: Measures, tmp_path_factory: pytest.TempPathFactory) -> ReadLaw:
    return read_sections(sections, measures, ["en"], tmp_path_factory.mktemp("cache"))


def test_a_name_that_the_law_gives_stands_in_the_new_positions_only(
    sections: list[LegalSection], measures: Measures, tmp_path: Path
) -> None:
    written = find_terms([section_text(section) for section in sections], measures, ["en"], tmp_path)
    followed = follow_definitions(written)
    assert not written.find(1, "schedule_1")
    assert [place.clause for place in followed.terms.find(1, "schedule_1")] == [0]


def test_links_say_what_is_pointed_to_repealed_and_excepted(law: ReadLaw) -> None:
    assert law.links.leads_to == ((), (), (1,), (1,), (0,))
    assert law.links.repealed == {0}
    assert law.links.excepted == {1: ((2, 0),)}


def test_nothing_counts_in_a_section_that_is_repealed(law: ReadLaw) -> None:
    assert law.terms.find(0, "schedule_1")
    assert not law.operative.hits(0, "schedule_1")


def test_records_of_the_stages_cannot_be_changed(law: ReadLaw) -> None:
    for record in (law, law.texts[0], law.links, law.scopes[0]):
        assert is_dataclass(record)
        with pytest.raises(FrozenInstanceError):
            setattr(record, fields(record)[0].name, None)
