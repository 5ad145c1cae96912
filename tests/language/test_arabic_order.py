"""Arabic that a document garbles is put right where that is sure, named where it is not, and else left as it is."""

from __future__ import annotations

import pytest

from opencwc.language.arabic_order import mend_arabic
from opencwc.legislation.texts.legal_texts import plain_legal_text
from opencwc.legislation.texts.sections import sections_of

LAW = (
    "المادة ١: يحظر على أي شخص استحداث الأسلحة الكيميائية أو إنتاجها.\n"
    "المادة ٢: يحظر على أي شخص استعمال الأسلحة الكيميائية بصورة مباشرة.\n"
    "المادة ٣: يعاقب كل من خالف المواد ١ و٢ بالسجن المؤبد لتنفيذ الاتفاقية.\n"
)
SHAPES = {"ا": "\ufe8d", "ل": "\ufedf", "م": "\ufee4", "د": "\ufea9", "ة": "\ufe94", "ي": "\ufef4", "ح": "\ufea4"}


def backwards(text: str) -> str:
    return "\n".join(line[::-1] for line in text.split("\n"))


def by_words(text: str) -> str:
    return "\n".join(" ".join(reversed(line.split())) for line in text.split("\n"))


def in_shapes(text: str) -> str:
    return "".join(SHAPES.get(letter, letter) for letter in text)


@pytest.mark.parametrize("garbled", [backwards(LAW), by_words(LAW), in_shapes(LAW), in_shapes(backwards(LAW))])
def test_a_garbled_law_is_read_as_the_law_it_was(garbled: str) -> None:
    read = plain_legal_text(garbled.encode(), "law.txt")
    assert read.text == LAW
    assert {note.id for note in read.notes} <= {"law_arabic_forms", "law_arabic_turned"} and read.notes
    assert [section.number for section in sections_of(read)] == ["1", "2", "3"]


def test_a_swapped_lam_alef_is_put_right_only_where_nothing_else_can_be_meant() -> None:
    mended = mend_arabic(["استحداث األسلحة واإلنتاج االحتفاظ"])
    assert mended.texts == ["استحداث الأسلحة والإنتاج الاحتفاظ"] and mended.turned == 1


def test_arabic_as_it_should_be_is_left_alone() -> None:
    assert mend_arabic([LAW, "Article 1"]) == ([LAW, "Article 1"], False, 0, False)


def test_what_cannot_be_mended_is_named() -> None:
    mixed = LAW + "ةيئايميكلا ةحلسألا ةرشابم ةقيرط ةروص ةدام"
    assert "law_arabic_broken" in {note.id for note in plain_legal_text(mixed.encode(), "law.txt").notes}
