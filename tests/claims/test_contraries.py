"""Claims that say the contrary of the record: the trade turned round, nobody for somebody, refused for granted."""

from __future__ import annotations

from datetime import date

import pytest

from opencwc.claims.aspects.contraries import denied_stretches
from opencwc.claims.aspects.directions import way_of
from opencwc.claims.aspects.people_by_fate import people_by_fate
from opencwc.claims.claim_weights import learned_weights
from opencwc.claims.date_spans import find_stretches
from opencwc.claims.sentence_details import Details, details_of
from opencwc.claims.statement_comparison import compare
from opencwc.language.dates import find_dates
from opencwc.language.encoders import named_encoder
from opencwc.language.plain_text import plain_text

DAY = date(2024, 6, 14)


def details(text: str, lang: str) -> Details:
    return details_of(text, lang, DAY, named_encoder())


@pytest.mark.parametrize(
    ("lang", "text", "origins", "goals"),
    [
        ("en", "Chile exported nitric acid to Peru.", {"CHL"}, {"PER"}),
        ("en", "Peru bought nitric acid from Chile.", {"CHL"}, {"PER"}),
        ("fr", "Le Maroc a importé de Tunisie de l'acide.", {"TUN"}, {"MAR"}),
        ("es", "Bolivia compró veinte toneladas en Paraguay.", {"PRY"}, {"BOL"}),
        ("ru", "Сербия продала Венгрии цианид.", {"SRB"}, set()),
        ("ar", "استوردت عمان من قطر مئة طن.", {"QAT"}, {"OMN"}),
        ("zh", "泰国从越南进口硫酸。", {"VNM"}, {"THA"}),
    ],
)
def test_goods_go_from_who_sells_to_who_buys(lang: str, text: str, origins: set[str], goals: set[str]) -> None:
    way = way_of(details(text, lang))
    assert origins <= {country for one in way.origins for country in one.countries}
    assert goals <= {country for one in way.goals for country in one.countries}


@pytest.mark.parametrize(
    ("lang", "text", "told"),
    [
        ("en", "Three died and eleven were injured.", {"dead": 3, "hurt": 11}),
        ("en", "Nobody was arrested.", {"held": 0}),
        ("fr", "L'accident a fait quatre blessés, aucun mort.", {"hurt": 4, "dead": 0}),
        ("es", "Nadie murió; hubo seis heridos.", {"dead": 0, "hurt": 6}),
        ("ru", "Погибли двое, пострадавших нет.", {"dead": 2, "hurt": 0}),
        ("ar", "لم يصب أحد ولم يمت أحد.", {"dead": 0, "hurt": 0}),
        ("zh", "事故造成5人死亡，没有人受伤。", {"dead": 5, "hurt": 0}),
    ],
)
def test_people_are_counted_by_what_became_of_them(lang: str, text: str, told: dict[str, int]) -> None:
    found = people_by_fate(details(text, lang))
    assert {sort: found[sort].low for sort in told} == told


@pytest.mark.parametrize(
    ("lang", "text", "denied", "said"),
    [
        ("en", "The plant was not inspected, and the drums were counted.", "inspected", "counted"),
        ("fr", "L'usine n'a pas fermé; elle emploie du monde.", "fermé", "emploie"),
        ("es", "No se halló nada; se cerró el puerto.", "halló", "cerró"),
        ("ru", "Груз не изъяли, водителя отпустили.", "изъяли", "отпустили"),
        ("zh", "工厂没有关闭，工人继续上班。", "关闭", "上班"),
    ],
)
def test_what_stands_behind_a_word_that_denies_is_denied(lang: str, text: str, denied: str, said: str) -> None:
    plain = plain_text(text, lang).text
    stretches = denied_stretches(plain, lang)

    def inside(word: str) -> bool:
        return any(start <= plain.index(word) < end for start, end in stretches)

    assert inside(denied) and not inside(said)


@pytest.mark.parametrize(
    ("claim", "lang", "statement", "held", "differs"),
    [
        ("Kenya bought it from Uganda.", "en", "Le Kenya a vendu à l'Ouganda 20 tonnes d'acide.", "fr", "place"),
        ("L'Ouganda a acheté au Kenya 20 tonnes d'acide.", "fr", "Kenya sold Uganda 20 tonnes of acid.", "en", ""),
        ("No hubo ningún herido.", "es", "8 мая 2024 года в порту взорвался бак, ранены четверо.", "ru", "number"),
        ("监管部门拒绝了许可申请。", "zh", "The regulator granted the licence on 3 May 2024.", "en", "contrary"),
        ("The regulator turned the licence down.", "en", "Le régulateur a refusé la licence.", "fr", ""),
        ("Прибор нашли в Португалии.", "ru", "The instrument was found in Seville, Spain, on 2 May.", "en", "place"),
    ],
)  # fmt: skip
def test_the_contrary_differs(claim: str, lang: str, statement: str, held: str, differs: str) -> None:
    signs = compare(details(claim, lang), details(statement, held)).signs
    assert learned_weights().differing_parts(signs) == ((differs,) if differs else ())


def test_the_end_of_february_has_its_last_day_in_a_leap_year() -> None:
    text = "By the end of February the work was done."
    (stretch,) = find_stretches(text, "en", find_dates(text, "en", date(2024, 3, 9)), date(2024, 3, 9))
    assert (stretch.first.month, stretch.last) == (2, date(2024, 2, 29))


PURPOSE = [
    ("en", "It was sabotage.", "It was due to a faulty valve.", 1.0),
    ("fr", "L'incendie est criminel.", "A short circuit started it.", 1.0),
    ("es", "Fue un acto deliberado.", "No fue deliberado, sino un error.", 1.0),
    ("ru", "Пожар устроили злоумышленники.", "It was caused by a short-circuit.", 1.0),
    ("ar", "الحريق متعمد.", "It was an accident.", 1.0),
    ("zh", "泄漏系人为破坏所致。", "La fuite est due à une soupape défectueuse.", 1.0),
    ("en", "There was no foul play.", "It was an accident.", 0.0),
]


@pytest.mark.parametrize(("lang", "claim", "statement", "contrary"), PURPOSE)
def test_done_on_purpose_is_the_contrary_of_by_accident(lang: str, claim: str, statement: str, contrary: float) -> None:
    other = "fr" if statement.startswith("La ") else "es" if statement.startswith("No fue") else "en"
    assert compare(details(claim, lang), details(statement, other)).signs["blame_of_purpose"] == contrary


@pytest.mark.parametrize(
    ("lang", "text", "freed"),
    [
        ("en", "Chlorine was released in the village.", False),
        ("zh", "政府军释放了氯气。", False),
        ("en", "Two men were released by the police.", True),
    ],
)
def test_a_chemical_that_is_released_is_nobody_freed(lang: str, text: str, freed: bool) -> None:
    assert ("freed" in people_by_fate(details(text, lang))) == freed
