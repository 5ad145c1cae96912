"""Several texts of one State are one law: a ban and its penalty, a duty and the regulation that it is left to."""

from __future__ import annotations

from opencwc.legislation import Answer

from .conftest import Check, answer

ACT = """CHEMICAL WEAPONS (PROHIBITION) ACT
Section 1. Interpretation
In this Act "chemical weapon" and "Schedule" have the meaning that the Chemical Weapons Convention gives them.
Section 2. Prohibitions
No person shall develop, produce, otherwise acquire, stockpile or retain chemical weapons, transfer or use them.
Section 3. Licences
(1) No person shall import or export a scheduled chemical except under a licence.
(2) The records that a licensee shall keep, and for how long, are prescribed by regulations made by the Minister.
Section 4. Declarations
Who produces chemicals of Schedule 2 above a threshold prescribed by regulations declares them to the Authority.
"""
REGULATIONS = """CHEMICAL WEAPONS (LICENSING AND DECLARATIONS) REGULATIONS
Regulation 1. Records
A licensee shall keep records of all scheduled chemicals produced, acquired or used, for at least five years.
Regulation 2. Declarations
For the purposes of section 4 of the Act, the threshold is 1 tonne a year for chemicals of Schedule 2.
A mixture that holds less than 30 per cent of such a chemical need not be declared.
"""
PENAL_CODE = """PENAL CODE
Article 210. Theft
Whoever takes property of another is liable to imprisonment for a term not exceeding three years.
Article 311. Weapons
Whoever contravenes section 2 of the Chemical Weapons (Prohibition) Act is liable to imprisonment for life.
Article 312. Licences
Whoever imports or exports a scheduled chemical without a licence is liable to imprisonment for five years or a fine.
"""


def sections(found: Answer) -> set[tuple[str, str]]:
    return {(shown.passage.section.file, shown.passage.section.id) for shown in found.shown if shown.elements}


def test_a_ban_in_the_act_and_its_penalty_in_the_penal_code_are_one_law(check: Check) -> None:
    alone, both = check(ACT, model=False), check(ACT, PENAL_CODE, model=False)
    assert answer(alone, "PEN-01").verdict == answer(alone, "PEN-02").verdict == "none"
    assert answer(both, "PEN-01").verdict == answer(both, "PEN-02").verdict == "covered"
    assert ("law-2.txt", "Article 311") in sections(answer(both, "PEN-01"))
    assert ("law-2.txt", "Article 312") in sections(answer(both, "PEN-02"))
    assert answer(both, "PRO-01").verdict == "covered" and ("law-1.txt", "Section 2") in sections(
        answer(both, "PRO-01")
    )


def test_a_penalty_for_another_act_punishes_no_ban_of_this_one(check: Check) -> None:
    other = PENAL_CODE.replace("Chemical Weapons (Prohibition) Act", "Explosives Act")
    assert answer(check(ACT, other, model=False), "PEN-01").verdict == "none"


def test_a_section_of_the_same_number_in_another_text_is_not_meant(check: Check) -> None:
    code = (
        "PENAL CODE\nSection 1. Whoever takes property of another is liable to imprisonment for three years.\n"
        "Section 2. Whoever deceives another is liable to imprisonment for five years.\n"
        "Section 3. Whoever attempts an offence under section 2 is liable to imprisonment for two years.\n"
    )
    both = check(ACT, code, model=False)
    assert answer(both, "PEN-01").verdict == answer(both, "PEN-06").verdict == "none"


def test_a_duty_left_to_a_regulation_is_met_once_the_regulation_is_supplied(check: Check) -> None:
    alone, both = check(ACT, model=False), check(ACT, REGULATIONS, model=False)
    records, thresholds = answer(alone, "DCL-08"), answer(alone, "DCL-10")
    assert records.verdict == "partial" and "period" in records.delegated
    assert thresholds.verdict == "partial" and "quantities" in thresholds.delegated
    records, thresholds = answer(both, "DCL-08"), answer(both, "DCL-10")
    assert records.verdict == thresholds.verdict == "covered" and not records.delegated + thresholds.delegated
    assert ("law-2.txt", "Regulation 1") in sections(records) and ("law-2.txt", "Regulation 2") in sections(thresholds)


def test_a_french_code_punishes_by_the_number_of_the_law(check: Check) -> None:
    law = (
        "Loi n° 12-04 relative à l'interdiction des armes chimiques\n"
        "Article 1. Les termes ont le sens que leur donne la Convention sur l'interdiction des armes chimiques.\n"
        "Article 2. Il est interdit à toute personne de mettre au point, de fabriquer, d'acquérir d'une autre manière, "
        "de stocker, de conserver, de transférer ou d'employer des armes chimiques.\n"
    )
    code = (
        "Code pénal\nArticle 311. Le vol est puni de trois ans d'emprisonnement.\n"
        "Article 421. Les infractions à l'article 2 de la loi n° 12-04 relative à l'interdiction des armes chimiques "
        "sont punies de la réclusion criminelle à perpétuité.\n"
    )
    penalty = answer(check(law, code, model=False), "PEN-01")
    assert penalty.verdict == "covered" and sections(penalty) == {("law-2.txt", "Article 421")}
