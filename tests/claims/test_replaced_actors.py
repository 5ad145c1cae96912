"""Somebody in a claim where the record has somebody else: who did it, who found it, who is at fault."""

from datetime import date

import pytest

from opencwc.claims.aspects.actor_comparison import actor_signs
from opencwc.claims.aspects.attribution_comparison import attribution_signs
from opencwc.claims.aspects.compared_sides import Sides
from opencwc.claims.aspects.replaced_actors import displaced
from opencwc.claims.sentence_details import details_of
from opencwc.claims.word_alignment import align
from opencwc.language.encoders import named_encoder

DAY = date(2025, 6, 1)
RECORD = "On 3 May 2025 Portuguese customs seized 40 drums of acid in the port of Sines."


def sides(claim: str, lang: str, statement: str, other: str = "en", source: str = "") -> Sides:
    """Return a claim beside a statement."""
    encoder = named_encoder()
    mine, theirs = details_of(claim, lang, DAY, encoder), details_of(statement, other, DAY, encoder, source)
    return Sides(mine, theirs, align(mine.words, theirs.words), align(theirs.words, mine.words))


OTHERS_DID = [
    ("en", "It was the navy that seized the drums of acid in Sines."),
    ("fr", "Ce sont des gendarmes qui ont saisi les fûts d'acide à Sines."),
    ("es", "Los bidones de ácido de Sines los incautó el ejército."),
    ("ru", "Бочки с кислотой в Синише изъяли военные."),
    ("ar", "ضبط الجيش براميل الحمض في ميناء سينيش."),
    ("zh", "在锡尼什扣押酸桶的是海军。"),
]


@pytest.mark.parametrize(("lang", "claim"), OTHERS_DID)
def test_another_body_did_it(lang: str, claim: str) -> None:
    both = sides(claim, lang, RECORD)
    assert actor_signs(both).signs["doer_body"] == 1
    assert attribution_signs(both).signs["found_body"] == 0


SAME_DID = [
    ("en", "Customs officers seized the drums."),
    ("fr", "Les douaniers portugais ont saisi les fûts."),
    ("es", "La aduana incautó los bidones."),
    ("ru", "Португальская таможня изъяла бочки."),
    ("ar", "ضبطت الجمارك البرتغالية البراميل."),
    ("zh", "葡萄牙海关扣押了这些桶。"),
]


@pytest.mark.parametrize(("lang", "claim"), SAME_DID)
def test_the_same_body_is_nobody_else(lang: str, claim: str) -> None:
    found = displaced(sides(claim, lang, RECORD))
    assert not (found.sorts or found.states or found.denied or found.blamed)
    assert found.met


def test_the_same_body_of_another_state_is_somebody_else() -> None:
    found = displaced(sides("Les douaniers espagnols ont saisi les fûts.", "fr", RECORD))
    assert [one.states for one in found.states] == [{"ESP"}]


FOUND = "Analyses of the well water showed no arsenic."
OTHERS_FOUND = [
    ("en", "The absence of arsenic is the finding of a university."),
    ("fr", "L'absence d'arsenic est une conclusion de l'OMS."),
    ("es", "La ausencia de arsénico la determinó la Cruz Roja."),
    ("ru", "Вывод об отсутствии мышьяка сделал университет."),
    ("ar", "خلصت جامعة إلى خلو المياه من الزرنيخ."),
    ("zh", "不含砷的结论是一所大学得出的。"),
]


@pytest.mark.parametrize(("lang", "claim"), OTHERS_FOUND)
def test_another_body_found_it_than_the_one_whose_statement_it_is(lang: str, claim: str) -> None:
    both = sides(claim, lang, FOUND, source="Ministry of the Environment of Chile")
    assert attribution_signs(both).signs["found_body"] == 1
    assert actor_signs(both).signs["doer_body"] == 0


def test_the_source_of_a_statement_is_who_found_it() -> None:
    claim = "The absence of arsenic is the finding of a university."
    found = displaced(sides(claim, "en", FOUND, source="University of Concepción, study"))
    assert not found.sorts
    assert found.met


def test_a_source_can_be_in_another_language_than_the_statement() -> None:
    claim = "The absence of arsenic is the finding of a university."
    assert displaced(sides(claim, "en", "井水中未检出砷。", "zh", "University of Concepción, study")).met


NOBODY = "The inquiry into the fire at the Aveiro paint works blames nobody."
BLAMES = [
    ("en", "The inquiry blames an electrician for the fire at the paint works."),
    ("fr", "L'enquête accuse un électricien d'avoir causé l'incendie."),
    ("es", "La investigación culpa a un electricista del incendio."),
    ("ru", "Расследование обвиняет в пожаре электрика."),
    ("ar", "حمّل التحقيق كهربائي المصنع مسؤولية الحريق."),
    ("zh", "调查将火灾归咎于一名电工。"),
]


@pytest.mark.parametrize(("lang", "claim"), BLAMES)
def test_somebody_is_blamed_where_the_record_blames_nobody(lang: str, claim: str) -> None:
    compared = attribution_signs(sides(claim, lang, NOBODY))
    assert compared.signs["who_blamed"] == 1
    assert compared.claimed
    assert compared.recorded


def test_who_is_cleared_in_the_record_is_not_blamed_there() -> None:
    statement = "The court convicted the warehouse owner and acquitted the driver."
    assert displaced(sides("Le chauffeur a été condamné.", "fr", statement)).blamed
    assert not displaced(sides("Le propriétaire a été condamné.", "fr", statement)).blamed


def test_who_is_said_not_to_have_done_it_is_who_did_it_in_the_record() -> None:
    found = displaced(sides("No fue la aduana, sino la policía, quien incautó los bidones.", "es", RECORD))
    assert [one.sort for one in found.denied] == ["customs"]
    assert [one.sort for one in found.sorts] == ["police"]


CLEARED = [
    (
        "en",
        "The court fined the operator for the spill and acquitted the plant's director.",
        "The director was convicted.",
    ),
    ("fr", "Le tribunal condamne l'exploitant ; le directeur de l'usine a été relaxé.", "Le directeur est condamné."),
    (
        "es",
        "La comisión responsabiliza a la operadora y exculpa al director de la planta.",
        "El director es el culpable.",
    ),
]


@pytest.mark.parametrize(("lang", "statement", "claim"), CLEARED)
def test_whom_the_record_clears_is_blamed_by_the_claim_alone(lang: str, statement: str, claim: str) -> None:
    assert displaced(sides(claim, lang, statement, lang)).blamed


def test_the_police_pass_on_news_that_another_body_holds() -> None:
    theft = "Ten cylinders of chlorine were stolen from the store."
    passed_on = sides("Ten cylinders were stolen, the police said.", "en", theft, source="Water company, stock book")
    found = sides("Ten cylinders were stolen, the prosecutors said.", "en", theft, source="Water company, stock book")
    assert attribution_signs(passed_on).signs["who_speaker_not_source"] == 0
    assert attribution_signs(found).signs["who_speaker_not_source"] == 1


@pytest.mark.parametrize(
    ("claim", "insists"), [("Once trabajadores, y no nueve.", 0.0), ("Trabajadores, y no policías.", 1.0)]
)
def test_stress_on_a_number_is_none_on_who(claim: str, insists: float) -> None:
    signs = attribution_signs(sides(claim, "es", "Once personas fueron atendidas.", "es")).signs
    assert max(
        signs["found_insists"], actor_signs(sides(claim, "es", "Once personas.", "es")).signs["doer_insists"]
    ) == (insists)


def test_a_minister_of_old_is_a_minister() -> None:
    both = sides(
        "La commission tient l'ancien ministre pour responsable.", "fr", "La comisión culpa al exministro.", "es"
    )
    assert not displaced(both).blamed


@pytest.mark.parametrize(
    ("statement", "nobody"),
    [("Sixteen cylinders were stolen from the store.", 0.0), ("Rebels stole sixteen cylinders.", 1.0)],
)
def test_unknown_thieves_differ_only_from_those_that_the_record_names(statement: str, nobody: float) -> None:
    both = sides("مجهولون سرقوا ست عشرة أسطوانة.", "ar", statement)
    assert attribution_signs(both).signs["blame_only_nobody"] == nobody
