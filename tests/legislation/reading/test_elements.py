"""Elements are read with their meaning: what is denied, excepted or named only in a title does not count."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.convention.fields import load_yaml

from ..conftest import Check, answer, leaning

TITLE = (
    "An Act to give effect to the Convention on the Prohibition of the Development, Production, Stockpiling and Use of "
    "Chemical Weapons and on their Destruction.\n"
)
BAN = "Section 1. Prohibition\nNo person shall develop, produce, acquire, stockpile or retain a chemical weapon.\n"
REST = (
    "Section 2. Chemical weapons found\nWhoever finds a chemical weapon informs the police without delay.\n"
    "Section 3. Old chemical weapons\nOld chemical weapons are kept under guard until the Minister decides.\n"
)


def test_a_ban_that_names_all_five_acts_covers_them(check: Check) -> None:
    covered = answer(check(BAN + REST, model=False), "PRO-01")
    assert covered.verdict == "covered" and covered.missing == ()
    assert covered.shown[0].passage.section.id == "Section 1"
    words = {BAN[span.start : span.end] for span in covered.shown[0].spans}
    assert {"develop", "produce", "retain"} <= words


def test_a_ban_that_names_four_is_partly_covered_and_says_which_is_missing(check: Check) -> None:
    covered = answer(check(BAN.replace(", stockpile or retain", " or stockpile") + REST, model=False), "PRO-01")
    assert covered.verdict == "partial" and covered.missing == ("retain",)


def test_the_name_of_the_convention_forbids_nothing(check: Check) -> None:
    text = TITLE + "Section 1. Purpose\nThis Act gives effect to the Convention.\n" + REST + BAN.replace(
        "No person shall develop, produce, acquire, stockpile or retain a chemical weapon.", "The Minister decides."
    )  # fmt: skip
    assert answer(check(text, model=False), "PRO-01").verdict == "none"


def test_what_a_clause_says_does_not_apply_is_not_forbidden(check: Check) -> None:
    ban = "Section 4. Riot control agents\nNo person shall use a riot control agent as a method of warfare.\n"
    turned = ban.replace("No person shall use", "This Act does not apply to the use by the armed forces of")
    assert answer(check(BAN + REST + ban, model=False), "PRO-06").verdict == "covered"
    assert answer(check(BAN + REST + turned, model=False), "PRO-06").verdict == "none"


def test_a_penalty_is_joined_to_the_ban_that_it_points_to(check: Check) -> None:
    law = BAN.replace("or retain a", "retain, transfer or use a") + REST
    penalty = (
        "Section 9. Penalties\nA person who contravenes section 1 is liable on conviction to imprisonment for life.\n"
    )
    covered = answer(check(law + penalty, model=False), "PEN-01")
    assert covered.verdict == "covered"
    assert {"Section 9"} <= {passage.passage.section.id for passage in covered.shown}


def test_a_penalty_in_another_text_of_the_state_counts_with_the_law(check: Check) -> None:
    code = (
        "Article 30\nWhoever steals is punished with imprisonment for two years.\n"
        "Article 31\nWhoever develops, produces, acquires, stockpiles, retains, transfers or uses a chemical weapon is "
        "punished with imprisonment for twenty years.\n"
        "Article 32\nWhoever forges money is punished with imprisonment for ten years.\n"
    )
    assert answer(check(BAN + REST, model=False), "PEN-01").verdict != "covered"
    together = check(BAN + REST, code, model=False)
    covered = answer(together, "PEN-01")
    assert covered.verdict == "covered"
    assert covered.shown[0].passage.section.file == "law-2.txt"
    assert answer(check(code, BAN + REST, model=False), "PEN-01").verdict == "covered"


def test_a_definition_by_reference_to_the_convention_counts(check: Check) -> None:
    text = 'Section 4. Definitions\n"Chemical weapon" has the meaning given in Article II of the Convention.\n'
    covered = answer(check(BAN + REST + text, model=False), "DEF-01")
    assert covered.verdict == "covered"
    assert "law_why_reference" in {reason.id for reason in covered.why}


@pytest.mark.parametrize("id", ["PRO-01", "PRO-03", "PEN-01", "INS-11", "NAT-05", "PEN-07"])
def test_a_law_on_biological_weapons_is_no_law_on_chemical_ones(check: Check, id: str) -> None:
    text = (
        "Section 1. Ban\nNo person shall develop, produce, acquire, stockpile, retain or use a biological weapon.\n"
        "Section 2. Inspection\nAn officer of the Authority may enter premises, examine records and take samples.\n"
        "Section 3. Penalty\nWhoever contravenes section 1 is liable to imprisonment for life.\n"
        "Section 4. Forfeiture\nBiological agents and biological weapons shall be seized and forfeited.\n"
        "Section 5. Regulations\nThe Minister may make regulations on biological weapons.\n"
    )
    assert answer(check(text), id).verdict == "none"


def test_a_general_chemicals_law_is_nearly_empty(check: Check) -> None:
    text = (
        "Section 1. Permits\nNo person shall import a hazardous chemical without a permit of the Ministry.\n"
        "Section 2. Records\nImporters keep records for five years.\n"
        "Section 3. Inspection\nInspectors of the Ministry may enter stores and take samples.\n"
        "Section 4. Penalties\nWhoever contravenes section 1 is liable to a fine or to imprisonment for a year.\n"
        "Section 5. Regulations\nThe Minister may make regulations to protect health and the environment.\n"
    )
    assert sum(answer.verdict != "none" for answer in check(text).answers) <= 3


def test_what_is_left_to_a_regulation_is_partial_until_the_regulation_is_there(check: Check) -> None:
    law = BAN + REST + (
        "Section 5. Mixtures\nThe thresholds for Schedule 2 chemicals and the concentrations in mixtures shall be "
        "prescribed by regulations of the Minister.\n"
    )  # fmt: skip
    regulation = (
        "Regulation 1\nA Schedule 2 chemical need not be declared where the quantity does not exceed the threshold of "
        "one tonne, or where its concentration in a mixture is 30 per cent or less, as the chemical weapons Act "
        "provides.\n"
        "Regulation 2\nA chemical weapon is never exempt.\n"
        "Regulation 3\nSchedule 2 chemicals are chemical weapons where they are used as such.\n"
    )
    alone = answer(check(law, model=False), "DCL-10")
    assert alone.verdict == "partial"
    assert answer(check(law, regulation, model=False), "DCL-10").verdict == "covered"


def test_a_list_goes_on_over_conjunctions_and_its_end_binds_every_item(check: Check) -> None:
    ban = (
        "Section 4. Weapons\n(1) A person shall not:\n(a) develop, produce, acquire, stockpile or retain a chemical "
        "weapon; or\n(b) use a riot control agent as a method of warfare.\nPenalty: imprisonment for life.\n"
    )
    duty = (
        "Section 5. Other production\n(1) The operator of premises at which there were produced in the year\n"
        "(a) more than 200 tonnes of discrete organic chemicals; or\n(b) more than 30 tonnes of such a chemical;\n"
        "must notify the Authority of it before 28 February of the following year.\n"
    )
    checked = check(BAN + REST + ban + duty, model=False)
    assert answer(checked, "PRO-06").verdict == "covered"
    assert answer(checked, "DCL-04").verdict == "covered"


def test_a_list_within_a_list_hangs_on_its_own_lead(check: Check) -> None:
    law = (
        "Статья 1. Запрет\nЗапрещается разрабатывать, производить и хранить химическое оружие.\n"
        "Статья 2. Представление сведений\n1. Субъекты ежегодно представляют в Национальный орган сведения:\n"
        "1) о количестве произведенных химикатов Списка 1;\n"
        "2) о предприятиях, на которых производится более 30 тонн химиката Списка 3.\n"
        "2. Сведения представляются до 1 марта.\n"
        "Статья 3. Оружие\nХимическое оружие передается военным властям.\n"
    )
    assert answer(check(law, model=False), "DCL-03").verdict == "covered"


def test_a_sentence_that_begins_with_its_exception_still_forbids(check: Check) -> None:
    rule = (
        "Section 4. Schedule 1\nExcept for research, medical, pharmaceutical or protective purposes and in strictly "
        "limited quantities, no person shall produce, acquire, retain or use a Schedule 1 chemical.\n"
    )
    assert answer(check(BAN + REST + rule, model=False), "SCH-01").verdict == "covered"


@pytest.mark.parametrize(
    ("penalty", "verdict"),
    [
        ("Wer chemische Waffen einsetzt, wird mit Freiheitsstrafe nicht unter fünf Jahren bestraft.", "covered"),
        ("Wer chemische Waffen einsetzt, wird nicht bestraft.", "none"),
    ],
)
def test_a_negation_that_only_measures_denies_nothing(check: Check, penalty: str, verdict: str) -> None:
    law = (
        f"§ 1 Chemische Waffen\n{penalty}\n§ 2 Fund\nWer chemische Waffen findet, zeigt dies an.\n§ 3 Ende\nSchluss.\n"
    )
    assert answer(check(law, model=False), "PRO-03").verdict == verdict


def test_a_licence_lifts_no_ban_of_the_convention(check: Check) -> None:
    licensed = BAN.replace("a chemical weapon.", "a chemical weapon, except with a licence of the Minister.")
    covered = answer(check(licensed + REST, model=False), "PRO-01")
    assert covered.verdict == "partial"
    assert any(reason.id == "law_why_excepted_at" for reason in covered.why)


def test_what_the_text_itself_repeals_counts_no_more(check: Check) -> None:
    repeal = "Section 4. Repeal\nSection 1 is hereby repealed.\n"
    assert answer(check(BAN + REST + repeal, model=False), "PRO-01").verdict == "none"
    other = "Section 4. Repeal\nSection 1 of the Poisons Act 1950 is hereby repealed.\n"
    assert answer(check(BAN + REST + other, model=False), "PRO-01").verdict == "covered"


def test_what_an_arabic_law_repeals_is_named_behind_the_verb(check: Check) -> None:
    law = (
        "المادة 1\nيحظر استعمال الأسلحة الكيميائية.\nالمادة 2\nعلى من يعثر على أسلحة كيميائية إبلاغ الشرطة.\n"
        "المادة 3\n{}\n"
    )
    repealed = law.format("تلغى المادة 1 من هذا القانون.")
    assert answer(check(repealed, model=False), "PRO-03").verdict == "none"
    other = law.format("تلغى المادة 1 من القانون رقم 5 لسنة 1990.")
    assert answer(check(other, model=False), "PRO-03").verdict == "covered"


@pytest.mark.parametrize(
    "sentence",
    [
        "Nothing in this Act prohibits the use of a chemical weapon by the armed forces.",
        "It is lawful to use a chemical weapon for the defence of the country.",
        "A person who uses a chemical weapon in good faith shall not be prosecuted.",
    ],
)
def test_a_permission_is_no_ban(check: Check, sentence: str) -> None:
    assert answer(check(f"{BAN}{REST}Section 4. Use\n{sentence}\n", model=False), "PRO-03").verdict == "none"


def test_two_sections_that_hold_two_of_five_things_each_are_part_of_it(check: Check) -> None:
    law = BAN.replace("develop, produce, acquire, stockpile or retain", "develop or produce") + REST
    assert answer(check(law, model=False), "PRO-01").verdict == "partial"


CLAUSES = Path(__file__).parents[2] / "cases" / "clauses"
CASES = load_yaml((CLAUSES / "no_rules.yaml").read_text("utf-8"))


@pytest.mark.parametrize("model", [False, True], ids=["rules", "model"])
@pytest.mark.parametrize(
    "case", CASES["sentences"], ids=lambda case: f"{case['does']}, {case['lang']}".replace(" ", "-")
)
def test_a_sentence_that_rules_nothing_covers_nothing(check: Check, case: dict[str, str], model: bool) -> None:
    before = CASES["before"][case["lang"]]
    text = f"{before['heading']}\n{before['says']}\n\n{before['next']}\n{case['says']}\n"
    verdict = answer(check(text, model=model), case["measure"]).verdict
    assert verdict == "none" or (model and verdict == "review")


SAID = [
    sentence_case
    for path in sorted(CLAUSES.glob("said*.yaml"))
    for sentence_case in load_yaml(path.read_text("utf-8"))["sentences"]
]


@pytest.mark.parametrize("case", SAID, ids=lambda saying: f"{saying['holds']}-{saying['lang']}")
def test_a_measure_is_seen_in_whatever_words_it_is_said(check: Check, case: dict[str, str]) -> None:
    before = CASES["before"][case["lang"]]
    text = f"{before['heading']}\n{before['says']}\n\n{before['next']}\n{case['says']}\n"
    assert answer(check(text, model=False), case["holds"]).verdict != "none"


def test_the_items_of_a_recommendation_are_recommended_only(check: Check) -> None:
    items = ":\n(a) the use of chemical weapons be forbidden;\n(b) their transfer be forbidden.\n"
    checked = check(REST + f"Section 4. Advice\nIt is recommended that{items}", model=False)
    assert answer(checked, "PRO-03").verdict == "none"
    binding = check(REST + f"Section 4. Bans\nThis Act provides that{items}", model=False)
    assert answer(binding, "PRO-03").verdict == "covered"


def test_what_is_reserved_in_passing_takes_nothing_from_the_ban(check: Check) -> None:
    ban = "Section 4. Use\n{}no person shall{} use chemical weapons{}.\n"
    for where in (("Without prejudice to section 9, ", "", ""), ("", ", without prejudice to section 9,", ""),
                  ("", "", ", without prejudice to other laws")):  # fmt: skip
        assert answer(check(REST + ban.format(*where), model=False), "PRO-03").verdict == "covered"


@pytest.mark.parametrize("text", [
    "第一条 任何人不得发展、生产、以其他方式获取、储存或保有化学武器，或者直接或间接向任何人转让化学武器。\n"
    "第二条 违反第一条规定的，处十年以上有期徒刑。\n",
    "第一條 任何人不得發展、生產、以其他方式獲取、儲存或保有化學武器，或者直接或間接向任何人轉讓化學武器。\n"
    "第二條 違反第一條規定的，處十年以上有期徒刑。\n",
], ids=["simplified", "traditional"])  # fmt: skip
def test_a_penalty_finds_its_ban_in_both_ways_of_writing_chinese(check: Check, text: str) -> None:
    covered = answer(check(text, model=False), "PEN-01")
    assert covered.verdict != "none" and {passage.passage.section.number for passage in covered.shown} >= {"2"}


def test_a_ban_of_biological_weapons_is_none_of_chemical_ones_that_are_named_beside_it(check: Check) -> None:
    act = (
        "Section 1. No person shall develop, produce, otherwise acquire, stockpile or retain biological weapons. For "
        "comparison, the Chemical Weapons Convention deals with chemical weapons.\n"
        "Section 2. A person who contravenes section 1 is punished with imprisonment for life.\n"
    )
    for model in (False, True):
        checked = check(act, model=model)
        assert {answer(checked, measure).verdict for measure in ("PRO-01", "PEN-01")} <= {"none", "review"}


DEMAND = "Section 4. Information\nThe Authority may require {whom} to furnish any information or document it needs.\n"
REGISTER = (
    "Section 4. Licences\nNo person shall produce, process or consume a {which} unless licensed by the Authority.\n"
)
ENTRY = "Section 4. Inspection\n{what} shall be entered for an inspection only under a warrant of a judge.\n"


@pytest.mark.parametrize(
    ("measure", "wide", "narrow", "reason"),
    [
        ("DCL-09", DEMAND.format(whom="any person"), DEMAND.format(whom="the holder of a licence"), "persons"),
        (
            "SCH-09",
            REGISTER.format(which="Schedule 1, Schedule 2 or Schedule 3 chemical"),
            REGISTER.format(which="Schedule 1 chemical"),
            "schedules",
        ),
        ("INS-09", ENTRY.format(what="Business premises"), ENTRY.format(what="Dwellings"), "premises"),
    ],
)
def test_a_provision_that_falls_short_of_its_reach_covers_in_part_and_says_why(
    check: Check, measure: str, wide: str, narrow: str, reason: str
) -> None:
    assert answer(check(BAN + REST + wide, model=False), measure).verdict == "covered"
    for model in (False, True):
        covered = answer(check(BAN + REST + narrow, model=model), measure)
        assert leaning(covered) == "partial"
        assert covered.verdict == "review" or any(note.id == f"law_why_{reason}" for note in covered.why)


def test_the_name_of_purposes_not_prohibited_denies_nothing(check: Check) -> None:
    law = (
        "Artículo 1. Prohibición\nQueda prohibido producir armas químicas.\n"
        "Artículo 2. Definiciones\nLos términos «arma química», «sustancia química tóxica», «precursor» y «fines no "
        "prohibidos» tienen el significado que les atribuye la Convención sobre las armas químicas.\n"
        "Artículo 3. Hallazgos\nQuien halle armas químicas lo comunicará.\n"
    )
    checked = check(law, model=False)
    assert {id: answer(checked, id).verdict for id in ("DEF-01", "DEF-02")} == {
        "DEF-01": "covered",
        "DEF-02": "covered",
    }


def test_the_rule_where_a_duty_ends_is_said_by_saying_that_it_ends(check: Check) -> None:
    rule = (
        "Section 4. Schedule 2 chemicals\nNo declaration is required where the quantity is below the threshold of 1 "
        "tonne, or where the concentration of a Schedule 2 chemical in a mixture does not exceed 30 per cent.\n"
    )
    assert answer(check(BAN + REST + rule, model=False), "DCL-10").verdict == "covered"


def test_what_a_clause_itself_names_goes_before_its_title(check: Check) -> None:
    both = (
        "Section 4. Schedule 2 and 3 chemicals\n"
        "(1) No person shall export a Schedule 2 chemical to a State not party.\n"
        "(2) A Schedule 3 chemical may be exported to a State not party only with an end-use certificate which says "
        "that there will be no further transfer.\n"
    )
    covered = answer(check(BAN + REST + both, model=False), "SCH-06")
    assert covered.verdict == "partial" and covered.missing == ("import",)


def test_a_penalty_makes_no_duty(check: Check) -> None:
    penalty = (
        "Section 4. Offences\nIt is an offence, punishable with a fine, to endanger the safety of persons or the "
        "environment.\n"
    )
    duty = "Section 4. Safety\nThe operator shall ensure the safety of persons and protect the environment.\n"
    assert answer(check(BAN + REST + duty, model=False), "NAT-06").verdict == "covered"
    assert answer(check(BAN + REST + penalty, model=False), "NAT-06").verdict == "none"


def test_an_act_that_leaves_its_bans_to_a_regulation_holds_them_in_part(check: Check) -> None:
    law = (
        "§ 1 Chemische Waffen\nChemische Waffen sind verboten.\n§ 2 Verordnungen\nDie Bundesregierung regelt durch "
        "Rechtsverordnung die Beschränkungen. Sie kann\n1. die Einfuhr und Ausfuhr von im Einzelnen zu bezeichnenden "
        "Chemikalien im Verkehr mit Nichtvertragsstaaten verbieten,\n2. die Produktion dieser Chemikalien von einer "
        "Genehmigung abhängig machen.\n§ 3 Fund\nWer chemische Waffen findet, zeigt dies an.\n"
    )
    checked = check(law, model=False)
    covered = answer(checked, "SCH-06")
    assert covered.verdict == "partial" and set(covered.delegated) == {"export", "import"}
    assert answer(checked, "SCH-09").verdict == "partial"  # "It may ..." goes on about what the regulation may do


def test_an_investigation_of_alleged_use_forbids_no_use(check: Check) -> None:
    law = (
        "§ 1 Chemische Waffen\nChemische Waffen herzustellen ist verboten.\n§ 2 Untersuchungen\nEs ist verboten, eine "
        "Untersuchung eines behaupteten Einsatzes chemischer Waffen zu behindern.\n§ 3 Fund\nWer chemische "
        "Waffen findet, zeigt dies an.\n"
    )
    assert answer(check(law, model=False), "PRO-03").verdict == "none"


@pytest.mark.parametrize(
    ("lang", "heading", "ban", "exception"),
    [
        ("en", "Section", "No person shall use chemical weapons.", "Section 2 does not apply to the armed forces."),
        ("fr", "Article", "Il est interdit d'employer des armes chimiques.",
         "L'article 2 ne s'applique pas aux forces armées de la République."),
        ("es", "Artículo", "Queda prohibido emplear armas químicas.",
         "El artículo 2 no se aplicará a las fuerzas armadas de la República."),
        ("ru", "Статья", "Запрещается применять химическое оружие.",
         "Статья 2 не распространяется на вооруженные силы Республики."),
        ("de", "§", "Es ist verboten, chemische Waffen einzusetzen.",
         "§ 2 gilt nicht für die Streitkräfte der Republik."),
    ],
)  # fmt: skip
def test_an_exception_in_another_section_leaves_a_ban_in_part(
    check: Check, lang: str, heading: str, ban: str, exception: str
) -> None:
    before = CASES["before"][lang]
    law = f"{before['heading']}\n{before['says']}\n\n{heading} 2\n{ban}\n\n"
    assert answer(check(law, model=False), "PRO-03").verdict == "covered"
    covered = answer(check(f"{law}{heading} 3\n{exception}\n", model=False), "PRO-03")
    assert covered.verdict == "partial" and any(reason.id == "law_why_excepted_at" for reason in covered.why)


@pytest.mark.parametrize(
    ("exception", "verdict"),
    [
        (", unless in retaliation against a State that has used them first", "partial"),
        (", except for purposes not prohibited by the Convention", "covered"),
        (", except as provided in section 9", "covered"),
    ],
)
def test_an_exception_that_the_convention_does_not_know_leaves_a_ban_in_part(
    check: Check, exception: str, verdict: str
) -> None:
    law = f"Section 4. Use\nNo person shall use chemical weapons{exception}.\n"
    assert answer(check(REST + law, model=False), "PRO-03").verdict == verdict
