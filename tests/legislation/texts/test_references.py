"""References to other sections are found in every language, and told from those to other texts."""

from __future__ import annotations

import pytest

from opencwc.legislation.texts.references import references_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("contravenes section 5 or 7", ["5", "7"]),
        ("les activités mentionnées à l'article 5", ["5"]),
        ("aux articles L. 2342-57 à L. 2342-61", ["L2342-57..L2342-61"]),
        ("actividades descritas en los artículos 2 y 3", ["2", "3"]),
        ("деяний, запрещенных статьями 5 - 7", ["5-7"]),
        ("违反本法第五条、第七条的", ["5", "7"]),
        ("كل من خالف أحكام المادتين 4 و6", ["4", "6"]),
        ("nach den §§ 2 und 3", ["2", "3"]),
    ],
)
def test_a_reference_names_the_sections(text: str, numbers: list[str]) -> None:
    assert [number for reference in references_in(text) for number in reference.numbers] == numbers


@pytest.mark.parametrize(
    "text",
    [
        "article 5 of the Convention", "l'article 131-39 du code pénal", "el artículo 9 de la Convención",
        "статьи 6 Конвенции", "المادة 3 من الاتفاقية", "《化学武器公约》第五条",
    ],
)  # fmt: skip
def test_a_reference_to_another_text_is_none_to_this_one(text: str) -> None:
    assert [reference.whose for reference in references_in(text)] == ["other"]
