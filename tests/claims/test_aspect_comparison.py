"""Claims in one language beside statements in another: in which numbers, days, places and chemicals they differ."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from opencwc.claims.claim_weights import learned_weights
from opencwc.claims.model import Aspect
from opencwc.claims.sentence_details import Details, details_of
from opencwc.claims.statement_comparison import compare
from opencwc.convention.fields import read_yaml
from opencwc.language.encoders import named_encoder

PUBLISHED = date(2023, 6, 14)
FACTS: tuple[Aspect, ...] = ("number", "date", "place", "agent")
Fact = Literal["number", "date", "place", "agent", ""]


def details(text: str, lang: str) -> Details:
    return details_of(text, lang, PUBLISHED, named_encoder())


def differing(claim: str, claim_lang: str, statement: str, lang: str) -> set[str]:
    weights = learned_weights()
    signs = compare(details(claim, claim_lang), details(statement, lang)).signs
    return {fact for fact in FACTS if weights.aspects[fact].chance(signs) >= weights.least_aspect[fact]}


RECORD = {
    "fr": "Le 5 juin 2023 vers 14 h, une fuite de chlore à l'usine d'eau de Skikda a envoyé 48 personnes à l'hôpital.",
    "en": "On 2 May 2023 customs officers in Mombasa seized 3.5 tonnes of sodium cyanide, 70 drums from Karachi.",
    "ru": "8 мая 2023 года в порту Находки двое рабочих отравились аммиаком; разлив занял 300 квадратных метров.",
    "es": "Del 9 al 11 de mayo de 2023 cuatro inspectores de la OPAQ visitaron una planta de fosgeno en Rosario.",
    "ar": "في 20 مايو 2023 عُثر في الموصل على 16 قذيفة محشوة بغاز الخردل، ولم يُصب أحد.",
    "zh": "2023年4月18日，德班港一处仓库起火，烧毁农药120吨，疏散居民900人。",
}  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "claim_lang", "lang", "differs"),
    [
        ("Forty-eight people were taken to hospital in Skikda.", "en", "fr", ""),
        ("Семьдесят человек попали в больницу.", "ru", "fr", "number"),
        ("تسرب الكلور في سكيكدة يوم 5 يونيو.", "ar", "fr", ""),
        ("斯基克达的氯气泄漏发生在6月1日。", "zh", "fr", "date"),
        ("La fuga se produjo de madrugada, a las 3.30.", "es", "fr", "date"),
        ("It was ammonia that escaped from the water works.", "en", "fr", "agent"),
        ("La fuite de chlore s'est produite à Oran.", "fr", "fr", "place"),
        ("Какая-то полусотня человек оказалась в больнице.", "ru", "fr", ""),
        ("Le cyanure saisi à Mombasa pesait 3 500 kilos.", "fr", "en", ""),
        ("В Момбасе изъяли девять тонн цианида натрия.", "ru", "en", "number"),
        ("El cianuro había sido embarcado en Bombay.", "es", "en", "place"),
        ("蒙巴萨海关查获的是氯酸钾。", "zh", "en", "agent"),
        ("ضُبطت الشحنة في مومباسا أوائل مايو.", "ar", "en", ""),
        ("Customs stopped the cargo on 12 May.", "en", "en", "date"),
        ("The cyanide was packed in seventy drums.", "en", "en", ""),
        ("Two dockers were poisoned by ammonia in Nakhodka.", "en", "ru", ""),
        ("Cinq ouvriers ont été intoxiqués.", "fr", "ru", "number"),
        ("تسربت الأمونيا في ميناء فلاديفوستوك.", "ar", "ru", "place"),
        ("В порту произошла утечка хлора.", "ru", "ru", "agent"),
        ("El accidente ocurrió el 18 de mayo.", "es", "ru", "date"),
        ("The spill covered three hundred square metres.", "en", "ru", ""),
        ("Инспекторы пробыли в Росарио три дня.", "ru", "es", ""),
        ("The team of nine visited the plant in May.", "en", "es", "number"),
        ("La visite de l'usine de phosgène a eu lieu à Córdoba.", "fr", "es", "place"),
        ("视察于5月22日开始。", "zh", "es", "date"),
        ("Sixteen mustard shells were found in Mosul.", "en", "ar", ""),
        ("В Мосуле нашли сорок снарядов с ипритом.", "ru", "ar", "number"),
        ("Les obus trouvés à Mossoul contenaient du phosgène.", "fr", "ar", "agent"),
        ("Los proyectiles aparecieron en Basora.", "es", "ar", "place"),
        ("عُثر على القذائف يوم 3 مايو.", "ar", "ar", "date"),
        ("Unas ciento veinte toneladas de plaguicidas ardieron en Durban.", "es", "zh", ""),
        ("Fire in a Cape Town warehouse destroyed the pesticides.", "en", "zh", "place"),
        ("В Дурбане эвакуировали две с половиной тысячи жителей.", "ru", "zh", "number"),
        ("L'entrepôt de Durban a brûlé le 28 avril.", "fr", "zh", "date"),
        ("Nine hundred residents had to leave.", "en", "zh", ""),
    ],
)  # fmt: skip
def test_facts_differ_where_the_record_has_others(claim: str, claim_lang: str, lang: str, differs: Fact) -> None:
    assert differing(claim, claim_lang, RECORD[lang], lang) == ({differs} if differs else set())


@pytest.mark.parametrize(
    ("aspect", "claim", "claim_lang", "statement", "lang", "differs"),
    [
        ("agent", "Tear gas was fired in the hall.", "en", "La policía lanzó gas CS en el gimnasio.", "es", False),
        ("agent", "Pepper spray was used in the hall.", "en", "La policía lanzó gas CS en el gimnasio.", "es", True),
        (
            "agent",
            "В пробах нашли зарин.",
            "ru",
            "Aucun agent neurotoxique n'a été décelé dans les échantillons.",
            "fr",
            True,
        ),
        ("agent", "样本中未检出任何有毒物质。", "zh", "No toxic substance was found in the samples.", "en", False),
        ("agent", "لم يُعثر على أي أثر للزرنيخ في العينات.", "ar", "В пробах воды обнаружен мышьяк.", "ru", True),
        ("agent", "Un pesticide a été trouvé dans son sang.", "fr", "在其血液中检出有机磷农药。", "zh", False),
        ("place", "The net came up west of Bornholm.", "en", "Сеть подняли к востоку от Борнхольма.", "ru", True),
        ("place", "Сеть подняли восточнее Борнхольма.", "ru", "The net came up east of Bornholm.", "en", False),
        ("place", "L'usine est dans la banlieue de Gabès.", "fr", "تقع المحطة في غنوش قرب قابس.", "ar", False),
        ("place", "货物运往阿克套。", "zh", "Вагоны следовали в Актау.", "ru", False),
        ("place", "货物运往阿克套。", "zh", "Вагоны следовали в Астану.", "ru", True),
        ("place", "Beijing has declared 40 tonnes.", "en", "2022年中国申报40吨。", "zh", False),
    ],
)
def test_chemicals_and_places_agree_with_their_sort_or_neighbour_and_differ_from_others(
    aspect: str, claim: str, claim_lang: str, statement: str, lang: str, *, differs: bool
) -> None:
    assert (aspect in differing(claim, claim_lang, statement, lang)) is differs


@pytest.mark.parametrize(
    ("claim", "claim_lang", "statement", "lang"),
    [
        ("Seven in ten shells held mustard.", "en", "2020年销毁的212枚炮弹中，148枚装有芥子气。", "zh"),
        (
            "Les livres donnaient 270 tonnes de moins.",
            "fr",
            "Declaró 1.850 toneladas y sus libros mostraban 1.580.",
            "es",
        ),
        ("Девять лабораторий из двадцати не справились.", "ru", "Of the 20 laboratories 11 passed the test.", "en"),
    ],
)
def test_what_follows_from_two_numbers_agrees(claim: str, claim_lang: str, statement: str, lang: str) -> None:
    assert "number" not in differing(claim, claim_lang, statement, lang)


def _written() -> list[tuple[str, str, str, str, str]]:
    rows = read_yaml(Path(__file__).with_name("facts.yaml"))["record"]
    return [
        (claim, claim_lang, row["statement"], row["lang"], differs)
        for row in rows
        for claim_lang, claim, differs in row["claims"]
    ]


@pytest.mark.parametrize(("claim", "claim_lang", "statement", "lang", "differs"), _written())
def test_written_claims_differ_in_what_is_written(
    claim: str, claim_lang: str, statement: str, lang: str, differs: str
) -> None:
    assert differing(claim, claim_lang, statement, lang) == ({differs} if differs else set())


def test_the_words_that_differ_are_marked() -> None:
    claim = details("В Момбасе изъяли девять тонн цианида натрия.", "ru")
    compared = compare(claim, details(RECORD["en"], "en")).aspects["number"]
    assert [claim.text[slice(*span)] for span in compared.claimed] == ["девять тонн"]
    assert [RECORD["en"][slice(*span)] for span in compared.recorded] == ["3.5 tonnes"]
