"""Lists of States follow the alphabet of their readers."""

from __future__ import annotations

import pytest

from opencwc.wording.collation import sort_key
from opencwc.wording.states import state_name, states_by_name

CODES = ("ZWE", "XKX", "ALA", "ALB", "CIV", "KWT", "KIR", "YEM")


@pytest.mark.parametrize("lang", ["en", "fr", "es"])
def test_no_accent_and_no_code_puts_a_state_at_the_end(lang: str) -> None:
    codes = [code for _, code in states_by_name(CODES, lang)]
    assert codes[-1] == "ZWE"
    assert codes.index("KIR") < codes.index("XKX") < codes.index("KWT") < codes.index("ZWE")


@pytest.mark.parametrize("lang", ["en", "fr", "es", "ru", "ar", "zh"])
def test_kosovo_has_its_name(lang: str) -> None:
    assert state_name("XKX", lang) != "XKX"


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("es", ["nata", "ñandú", "oso"]),
        ("ru", ["Иран", "Йемен", "Катар"]),
        ("ar", ["أفغانستان", "ألبانيا", "إيران", "بلجيكا"]),
        ("ar", ["أذربيجان", "الأرجنتين", "أرمينيا", "ألبانيا", "بلجيكا", "الكويت", "مصر"]),
        ("zh", ["阿尔巴尼亚", "德国", "中国"]),
        ("fr", ["Equateur", "Équateur", "Érythrée", "Espagne"]),
    ],
)
def test_each_language_has_its_order(lang: str, names: list[str]) -> None:
    assert sorted(set(names), key=lambda name: sort_key(name, lang)) == names
