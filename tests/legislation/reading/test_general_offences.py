"""A general offence punishes the breach of what other sections bind to; parts of the Convention bind by name."""

from __future__ import annotations

from ..conftest import Check, answer

ACT = (
    "Section 1. Interpretation\nIn this Act, Convention means the Chemical Weapons Convention.\n"
    "Section 2. Declarations\nEvery operator shall declare to the Authority the Schedule 2 chemicals it produces.\n"
    "Section 3. Confidentiality\nNo person shall disclose confidential information obtained under the Convention.\n"
)
GENERAL = (
    "Section 4. Offences\nA person who contravenes any provision of this Act commits an offence and is liable to a "
    "fine.\n"
)


def met(check: Check, text: str, measure: str) -> tuple[str, ...]:
    return answer(check(text, model=False), measure).met


def test_a_general_offence_punishes_a_missing_declaration_and_a_disclosure(check: Check) -> None:
    assert "missing" in met(check, ACT + GENERAL, "PEN-03")
    assert "disclosure" in met(check, ACT + GENERAL, "PEN-04")


def test_without_it_neither_is_punished(check: Check) -> None:
    assert "missing" not in met(check, ACT, "PEN-03")
    assert "disclosure" not in met(check, ACT, "PEN-04")


def test_a_duty_under_parts_of_the_verification_annex_is_one_to_declare_under_each(check: Check) -> None:
    duty = (
        "Section 2. Information\nAny person who produces chemicals to which Parts VII and VIII of the Verification "
        "Annex to the Convention apply shall give the Authority written particulars.\n"
    )
    text = ACT.split("Section 2.", maxsplit=1)[0] + duty
    assert met(check, text, "DCL-03") == ("production",)
    assert met(check, text, "DCL-04") == ()


def test_a_prescribed_form_leaves_no_duty_to_a_regulation(check: Check) -> None:
    bound = ACT.replace("declare to the Authority", "submit to the Authority in the prescribed form declarations of")
    assert "production" in met(check, bound, "DCL-02")


def test_a_law_on_chemical_and_biological_weapons_is_about_chemical_ones(check: Check) -> None:
    joint = (
        "Section 1. Ban\nNo person shall develop, produce, acquire, stockpile, retain, transfer or use chemical, "
        "biological or toxin weapons.\n"
        "Section 2. Biological agents\nNo person shall keep a biological agent for use in chemical, biological or "
        "toxin weapons.\n"
    )
    assert answer(check(joint, model=False), "PRO-01").verdict == "covered"
