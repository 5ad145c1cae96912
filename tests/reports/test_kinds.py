"""What kind of event a report tells of, how far it is known, and what its main speaker says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from opencwc.language import encoders
from opencwc.reports.kind_model import learned_weights
from opencwc.reports.kinds import find_nature, find_natures
from opencwc.reports.model import Nature, Report

CASES: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "kinds.yaml").read_text(encoding="utf-8"))
SHORT = Path(__file__).parents[1] / "cases" / "kinds"


def nature(lang: str, title: str, text: str = "") -> Nature:
    return find_nature(Report("r", datetime(2026, 3, 4, tzinfo=UTC), "", "", lang, title, text), lang)


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def never(name: str = "") -> None:
        raise AssertionError(name)

    monkeypatch.setenv("OPENCWC_MODELS_OFF", "report-kinds")
    monkeypatch.setattr(encoders, "named_encoder", never)
    return iter(())


def short_reports() -> Iterator[tuple[str, list[str]]]:
    for path in sorted(SHORT.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.stem, line.split("|")


PRECEDENCE = [
    ("en", "Drill at the port: ammonia leak with forty mock casualties", "Nobody is hurt in the exercise.", "other"),
    (
        "en",
        "OPCW experts inspect village after alleged chlorine attack",
        "The team took samples on Monday.",
        "inspection",
    ),
    (
        "en",
        "Conference on destruction of chemical weapons opens in Geneva",
        "Delegates from 40 states attend.",
        "policy",
    ),
    ("en", "Destruction of the last chemical weapons stockpile completed", "All shells are gone.", "destruction"),
    ("en", "Thieves stole chlorine cylinders from waterworks", "Police seized two of them on Friday.", "theft"),
    ("en", "Drone strike hits chemical plant, chlorine tank burning", "Firefighters work at the site.", "attack"),
    ("fr", "Exercice à l’usine : une fuite de chlore simulée", "Des figurants jouaient les blessés.", "other"),
    ("fr", "Les inspecteurs de l’OIAC visitent le village après l’attaque présumée", "Ils ont prélevé.", "inspection"),
    ("fr", "Berne refuse une licence d’exportation de trichlorure", "L’acheteur n’est pas nommé.", "transfer"),
    ("es", "Simulacro de fuga de amoníaco en la planta", "Los heridos eran figurantes.", "other"),
    ("es", "Niegan licencia de exportación de tiodiglicol", "El ministerio denegó el permiso.", "transfer"),
    ("es", "Drones atacan una planta química y arde un tanque de amoníaco", "Hay tres heridos.", "attack"),
    ("ru", "Учения на заводе: условная утечка хлора", "Статисты изображали пострадавших.", "other"),
    ("ru", "Инспекторы ОЗХО прибыли в село после сообщений о применении хлора", "Взяты пробы.", "inspection"),
    ("ru", "Конференция об уничтожении химического оружия открылась в Женеве", "Делегаты 40 стран.", "policy"),
    ("ar", "تمرين يحاكي تسرب الكلور في الميناء", "شارك متطوعون في دور مصابين.", "other"),
    ("ar", "مفتشو منظمة حظر الأسلحة الكيميائية يزورون البلدة بعد الهجوم المزعوم", "أخذ الفريق عينات.", "inspection"),
    ("ar", "طائرة مسيرة تستهدف مصنعاً للكيماويات", "اشتعلت النيران في خزان أمونيا.", "attack"),
    ("zh", "港口举行氯气泄漏应急演习", "四十名志愿者扮演伤员。", "other"),
    ("zh", "无人机袭击化工厂,氨罐起火", "消防队赶到现场。", "attack"),
    ("zh", "禁化武组织核查组抵达疑似化武袭击地点", "专家提取样本。", "inspection"),
]


@pytest.mark.parametrize(("lang", "title", "text", "kind"), PRECEDENCE)
def test_one_kind_goes_before_another(lang: str, title: str, text: str, kind: str) -> None:
    assert nature(lang, title, text).kind == kind


@pytest.mark.parametrize(
    ("lang", "title", "text", "stage", "stance"),
    [
        ("en", "Ministry denies chlorine leak at plant", "There was no leak, it said.", "denied", "denies"),
        ("en", "OPCW conference to open in The Hague next week", "Delegates will meet on Monday.", "planned", "none"),
        ("en", "Germany refuses export licence for thiodiglycol", "The buyer was not named.", "reported", "asserts"),
        ("en", "Thirty years after the sarin attack, Tokyo remembers", "Flowers were laid.", "reported", "none"),
        ("fr", "Le ministère confirme la fuite de chlore", "Trois blessés, confirme-t-il.", "confirmed", "confirms"),
        ("fr", "Inspection terminée : l’équipe de l’OIAC a quitté l’usine", "C’est fini.", "concluded", "asserts"),
        ("es", "El ejército niega haber usado cloro", "No hubo ataque químico, dijo el portavoz.", "denied", "denies"),
        ("ru", "Минздрав подтвердил отравление хлором на заводе", "Пострадали пятеро.", "confirmed", "confirms"),
        ("ar", "الجيش ينفي استخدام غاز الكلور", "وقال المتحدث إن الاتهامات لا أساس لها.", "denied", "denies"),
        ("zh", "军方否认使用毒气", "发言人说指控毫无根据。", "denied", "denies"),
        ("zh", "禁化武组织下周将视察一家化工厂", "视察组将于周一抵达。", "planned", "none"),
    ],
)  # fmt: skip
def test_how_far_it_is_known(lang: str, title: str, text: str, stage: str, stance: str) -> None:
    told = nature(lang, title, text)
    assert (told.stage, told.stance) == (stage, stance)


@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [
        ("en", "Opinion: why we must never forget sarin", "I believe we owe it to our children."),
        ("fr", "Recette : lapin à la moutarde", "Préchauffez le four, ajoutez deux cuillères de moutarde."),
        ("es", "El Cloro FC gana el partido con dos goles", "El entrenador celebró la victoria en el estadio."),
        ("ru", "Прибыль химического холдинга за квартал выросла", "Аналитики ждут дивидендов, акции подорожали."),
        ("ar", "مراجعة فيلم «الغاز»", "المخرج يروي قصة الحرب والممثلون رائعون والجمهور في السينما صفق."),
        ("zh", "影评:《毒气》", "导演与演员的表现令观众难忘,影片周五上映。"),
    ],
)
def test_what_is_on_no_event(lang: str, title: str, text: str) -> None:
    assert nature(lang, title, text) == Nature()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['lang']}: {case['title']}")
def test_cases(case: dict[str, str]) -> None:
    told = nature(case["lang"], case["title"], case["text"])
    assert told.kind == case["kind"]
    assert told.stage != "planned"


def test_the_deciding_words_are_shown() -> None:
    title, text = "Army denies use of sarin", "A spokesman rejected the claims on Monday."
    told = nature("en", title, text)
    whole = f"{title}\n\n{text}"
    words = {name: [whole[span.start : span.end] for span in spans] for name, spans in told.spans.items()}
    assert "use of sarin" in words["kind"]
    assert "denies" in words["stage"]
    assert set(words) == {"kind", "stage", "stance"}


@pytest.mark.usefixtures("by_hand")
@pytest.mark.parametrize(("lang", "title", "text", "kind"), PRECEDENCE)
def test_rules_do_without_the_learned_weights_and_the_encoder(lang: str, title: str, text: str, kind: str) -> None:
    assert nature(lang, title, text).kind == kind


def test_an_encoder_that_was_not_learned_with_is_not_asked() -> None:
    nearer = learned_weights()["kind_near"]
    assert nearer._replace(encoder="another").vectors(["text"]) is None


def test_reports_told_together_are_told_as_one_by_one() -> None:
    some = [
        (Report(lang, datetime(2026, 3, 4, tzinfo=UTC), "", "", lang, row[3], row[4]), lang)
        for lang, row in list(short_reports())[::40]
    ]
    assert find_natures(some) == [find_nature(report, lang) for report, lang in some]
    assert find_natures([]) == []


@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [
        ("en", "Sirens were a test", "There was no leak at the desalination works, the town hall insists."),
        ("fr", "La nuit des sirènes", "La préfecture dément toute fuite de chlore à la station."),
        ("es", "Las sirenas eran una prueba", "No hubo fuga de cloro en la planta, insiste el alcalde."),
        ("ru", "Сирены были проверкой", "Утечки хлора на станции не было, опровергает слухи мэрия."),
        ("ar", "توضيح: لا تسرب للكلور في المحطة", "تنفي الولاية ما جرى تداوله عن التسرب."),
        ("zh", "警报只是测试", "市政府否认水厂氯气泄漏。"),
    ],
)
def test_a_leak_that_is_denied_is_an_accident(lang: str, title: str, text: str) -> None:
    assert (nature(lang, title, text).kind, nature(lang, title, text).stage) == ("accident", "denied")


def test_the_short_reports_are_told_right() -> None:
    rows = [(nature(lang, row[3], row[4]), row) for lang, row in short_reports()]
    assert len(rows) > 600
    assert sum(told.kind == row[0] for told, row in rows) / len(rows) > 0.9
    known = [(told, row) for told, row in rows if told.kind == row[0] != ""]
    assert sum(told.stage == row[1] for told, row in known) / len(known) > 0.85


@pytest.mark.parametrize("text", ["", " ", "\n\n", "a", "\ud800", "\u202e" * 50, "chlorine " * 30])
def test_any_text_is_answered(text: str) -> None:
    for lang in ("en", "ar", "zh", "xx"):
        assert nature(lang, "", text) == nature(lang, "", text)


@pytest.mark.parametrize("text", ["used over the town " * 50_000, "x" * 1_000_000, "ا" * 1_000_000, "使用" * 500_000])
def test_a_long_text_does_not_stop_the_reading(text: str) -> None:
    began = time.process_time()
    for lang in ("en", "fr", "es", "ar", "zh"):
        nature(lang, "Leak", text)
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    ("lang", "title", "text"),
    [
        ("en", "Germany refuses export licence", "Berlin will inform its partners of the exports on Friday."),
        ("fr", "La Belgique refuse la licence d'exportation", "Elle en informera ses partenaires vendredi."),
        ("es", "España deniega la licencia de exportación", "España informará a Bruselas el viernes de la licencia."),
        ("ru", "Чехия отказывает в лицензии на вывоз", "В пятницу вопрос рассмотрит комиссия."),
        ("ar", "ألمانيا ترفض منح ترخيص تصدير", "وستبلغ شركاءها يوم الجمعة."),
        ("zh", "德国拒绝发放出口许可", "并将于周五通报欧盟。"),
    ],
)
def test_a_licence_that_is_refused_is_not_planned(lang: str, title: str, text: str) -> None:
    found = nature(lang, title, text)
    assert (found.kind, found.stage, found.stance) == ("transfer", "reported", "asserts")


@pytest.mark.parametrize(
    ("lang", "title", "text", "stage", "kind"),
    [
        (
            "en",
            "Police confirm leak at plant",
            "Police in Ghent confirmed a chlorine leak.",
            {"confirm", "confirmed"},
            {"leak"},
        ),
        ("fr", "Fuite de chlore à Gand", "La police a confirmé la fuite de chlore.", {"confirmé"}, {"Fuite", "fuite"}),
        (
            "es",
            "Fuga de cloro en Gante",
            "La policía confirmó que hubo una fuga de cloro.",
            {"confirmó"},
            {"Fuga", "fuga"},
        ),
        ("ru", "Утечка хлора в Генте", "Полиция подтвердила утечку хлора.", {"подтвердила"}, {"Утечка", "утечку"}),
        ("ar", "تسرب الكلور في غنت", "أكدت الشرطة تسرب الكلور.", {"أكدت"}, {"تسرب"}),
        ("zh", "根特氯气泄漏", "警方证实氯气泄漏。", {"证实"}, {"泄漏", "氯气泄漏"}),
    ],
)
def test_the_words_shown_are_those_that_mean_the_answer(
    lang: str, title: str, text: str, stage: set[str], kind: set[str]
) -> None:
    report = Report("1", datetime(2026, 3, 5, tzinfo=UTC), "", "", lang, title, text)
    nature = find_nature(report, lang)
    shown = {name: {report.whole[slice(*span)] for span in spans} for name, spans in nature.spans.items()}
    assert shown["stage"] and shown["stage"] <= stage
    assert any(word in phrase for phrase in shown["kind"] for word in kind)
    assert not any(word.split()[-1] in ("de", "que", "of", "the") for words in shown.values() for word in words)
