"""Words behind the last item of a list end the sentence for all of its items, on a line of their own or on its line."""

from __future__ import annotations

import pytest

from opencwc.legislation.reading.section_text import section_text
from opencwc.legislation.texts.sections import LegalSection


@pytest.mark.parametrize(
    ("lang", "text", "first", "closing"),
    [
        ("en", "Whoever—\n(a) makes an agent; or\n(b) uses an agent; shall be guilty of an offence.", "(a)", "shall"),
        ("en", "Whoever—\n(a) makes an agent; or\n(b) uses an agent, commits an offence.", "(a)", "commits"),
        ("en", "Whoever—\n(a) makes an agent; or\n(b) uses an agent,\nshall be guilty of an offence.", "(a)", "shall"),
        (
            "fr",
            "Quiconque :\na) fabrique un agent ;\nb) emploie un agent, est puni d'emprisonnement.",
            "a)",
            "est puni",
        ),
        ("es", "El que:\na) produzca un agente;\nb) use un agente, será castigado con prisión.", "a)", "será"),
        (
            "ru",
            "Лицо, которое:\nа) производит вещество;\nб) применяет вещество, наказывается лишением свободы.",
            "а)",
            "наказ",
        ),
        ("zh", "有下列行为之一：\n（一）生产制剂的；\n（二）使用制剂的，处三年有期徒刑。", "（一）", "处"),
        ("ar", "كل من:\nأ) أنتج عاملاً؛\nب) استعمل عاملاً، يعاقب بالسجن.", "أ)", "يعاقب"),
    ],
)
def test_closing_words_are_read_with_every_item(lang: str, text: str, first: str, closing: str) -> None:
    read = section_text(LegalSection("act.txt", "1", "", text, 0, len(text), "1", lang=lang))
    clauses = [read.written(start, end) for start, end in zip(read.starts, read.ends, strict=True)]
    item = next(at for at, clause in enumerate(clauses) if clause.startswith(first))
    end = next(at for at, clause in enumerate(clauses) if clause.startswith(closing))
    assert end in read.windows[item]


def test_what_follows_an_item_before_the_last_goes_on_with_that_item() -> None:
    text = "No person shall—\n(a) make an agent; must is no word here;\n(b) use an agent."
    read = section_text(LegalSection("act.txt", "1", "", text, 0, len(text), "1", lang="en"))
    assert all(2 not in read.windows[clause] for clause in (0, 3))
