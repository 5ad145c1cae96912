"""Names of victims and witnesses are masked in six languages; those who speak for a body, places and bodies are not."""

from datetime import UTC, datetime

import pytest

from opencwc.reports.facts import tell
from opencwc.reports.model import Report
from opencwc.reports.private_people import masked, private_names

AT = datetime(2026, 3, 4, tzinfo=UTC)
PRIVATE = [
    ("en", "A resident, Amina Diallo, said the smell came at night.", ["Amina", "Diallo"]),
    ("en", "Sabita Rao, a farm worker, was treated. Rao said her eyes burned.", ["Sabita", "Rao"]),
    ("en", "Mykola, 44, saw the cloud.", ["Mykola"]),
    ("en", "Resident Ana Roy died.", ["Ana", "Roy"]),
    ("fr", "Une riveraine, Rose Nkomo, raconte la nuit. Mme Nkomo tousse encore.", ["Rose", "Nkomo"]),
    ("fr", "Le nuage a surpris Zeïnabou, 26 ans, devant sa porte.", ["Zeïnabou"]),
    ("es", "Lo contó la vecina Rosa Huanca, que perdió la voz.", ["Rosa", "Huanca"]),
    ("es", "Cosimo de la Torre, 58 años, sacó la red.", ["Cosimo", "Torre"]),
    ("ru", "Очевидец Иван Петренко рассказал о запахе хлора.", ["Иван", "Петренко"]),
    ("ru", "Марина Юсупова, мать погибшего, плакала.", ["Марина", "Юсупова"]),
    ("ar", "قالت الأرملة فاطمة البلوشي إن الغاز دخل البيت.", ["فاطمة", "البلوشي"]),
    ("ar", "نقل محمد العبيدي، 34 عاما، إلى المستشفى.", ["محمد", "العبيدي"]),
    ("zh", "村民李建国说，昨晚气味很重。李建国已住院。", ["李建国"]),
    ("zh", "王秀兰，67岁，被送往医院。", ["王秀兰"]),
    ("zh", "遇难者遗孀莱拉·哈桑指责工厂。34岁的莱拉·哈桑的丈夫卡里姆·哈桑周一遇难。", ["莱拉·哈桑", "卡里姆·哈桑"]),
]
PUBLIC = [
    ("en", "The minister, Paul Okello, said chlorine leaked in Basel on Monday; 4 workers at Victoria Hospital died."),
    ("en", "In May, four people died in Homs. Three residents of Port Sudan were treated."),
    ("fr", "Le préfet Jean Delmas a confirmé la fuite à Lyon ; les habitants de Saint-Denis sont sortis."),
    ("es", "El alcalde Luis Prado confirmó la fuga en La Paz; murió un trabajador de Planta Norte."),
    ("ru", "Министр Олег Сомов сообщил о выбросе в Перми. Сегодня жители Перми вернулись."),
    ("ar", "قال الوزير محمد العبيدي إن عاملا توفي في البصرة."),
    ("zh", "市长李建国说，泄漏已停止，金矿区居民已返回。警方说，受害者三人。"),
]


def told(lang: str, text: str):  # type: ignore[no-untyped-def]
    return tell(Report("1", AT, "Invented", "", lang, "Chlorine leak", text))


@pytest.mark.parametrize(("lang", "text", "names"), PRIVATE)
def test_names_of_private_people_are_masked(lang: str, text: str, names: list[str]) -> None:
    one = told(lang, text)
    shown = masked(one)
    assert not [name for name in names if name in shown]
    assert len(shown) == len(one.report.whole)
    kept = {one.report.whole[start:end] for start, end in private_names(one)}
    assert kept == set(names)


@pytest.mark.parametrize(("lang", "text"), PUBLIC)
def test_who_speaks_for_a_body_and_places_stay_readable(lang: str, text: str) -> None:
    assert masked(told(lang, text)) == told(lang, text).report.whole
