"""Two languages side by side in a plain text are read one after the other; one language is read as it stands."""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap

import pytest

from opencwc.legislation.texts.legal_texts import plain_legal_text
from opencwc.legislation.texts.sections import sections_of
from opencwc.legislation.texts.side_by_side import columns_of

ENGLISH = [
    "Article 1. No person shall develop, produce, otherwise acquire, stockpile or retain chemical weapons.",
    "Article 2. No person shall use chemical weapons.",
    "Article 3. A person who contravenes this law is liable to imprisonment for ten years.",
]
ARABIC = [
    "المادة 1. يحظر على أي شخص استحداث الأسلحة الكيميائية أو إنتاجها أو حيازتها أو تخزينها أو الاحتفاظ بها.",
    "المادة 2. يحظر على أي شخص استعمال الأسلحة الكيميائية.",
    "المادة 3. يعاقب بالسجن كل من خالف هذا القانون مدة عشر سنوات.",
]
FRENCH = [
    "Article 1. Il est interdit de mettre au point, de fabriquer ou de stocker des armes chimiques dans le pays.",
    "Article 2. Il est interdit d'employer des armes chimiques.",
    "Article 3. Quiconque contrevient à la présente loi est puni de dix ans de prison.",
]


def beside(left: list[str], right: list[str]) -> str:
    lines = []
    for left_line, other in zip(left, right, strict=True):
        for a, b in zip_longest(wrap(left_line, 44), wrap(other, 44), fillvalue=""):
            lines.append(f"{a:<50}{b}".rstrip())
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("right", [ARABIC, FRENCH], ids=["two scripts", "two languages of one script"])
def test_each_language_keeps_its_own_sections(right: list[str]) -> None:
    read = plain_legal_text(beside(ENGLISH, right).encode(), "law.txt")
    assert [note.id for note in read.notes] == ["law_columns"]
    sections = [" ".join(section.text.split()) for section in sections_of(read)]
    assert sections == [text.split(". ", 1)[1] for text in (*ENGLISH, *right)]
    assert read.place(read.text.index("Article 2")) == str(1 + len(wrap(ENGLISH[0], 44)))


def test_tables_and_indents_of_one_language_are_no_columns() -> None:
    table = "".join(f"Schedule {n}     the chemical of line {n} and its salts\n" for n in range(1, 8))
    assert columns_of(table) == []
    assert columns_of("\n".join(ENGLISH)) == []
