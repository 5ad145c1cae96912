"""A text that says at its head that it is no law in force is taken at its word; one that speaks of others is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.legislation.texts.legal_texts import join_passages, not_in_force, plain_legal_text

CASES = Path(__file__).parents[2] / "cases" / "legislation"


@pytest.mark.parametrize(
    "title",
    [
        "[Draft bill - not adopted]",
        "The Chemical Weapons Bill, 2019",
        "CHEMICAL WEAPONS ACT 1996 (no longer in force)",
        "Chemical Weapons Act 1996 [Repealed]",
        "PROJET DE LOI relatif à l'interdiction des armes chimiques",
        "Loi n° 98-467 (abrogée)",
        "Proyecto de ley sobre armas químicas",
        "Ley 49/1999 (derogada)",
        "ПРОЕКТ",
        "Законопроект № 12",
        "Федеральный закон о химическом оружии (утратил силу)",
        "禁止化学武器法（草案）",
        "监控化学品管理条例（征求意见稿）",
        "禁止化學武器法（已廢止）",
        "مشروع قانون بشأن حظر الأسلحة الكيميائية",
        "قانون الأسلحة الكيميائية (ملغى)",
        "Proyecto de ley:",
        "Entwurf eines Gesetzes zum Chemiewaffenübereinkommen",
        "Referentenentwurf",
    ],
)
def test_a_draft_or_what_was_repealed_says_so_at_its_head(title: str) -> None:
    assert not_in_force([f"{title}\nArticle 1. No person shall use chemical weapons."]) == title


@pytest.mark.parametrize(
    "head",
    [
        "An Act to repeal the Act of 1930",
        "Having considered the draft of the Government,",
        "Bill of Rights Act",
        "Loi abrogeant la loi du 3 mai 1930",
        "Ley que deroga la Ley 1/1930",
        "Закон о признании утратившим силу закона 1930 года",
        "Act accepted by the House, bill 12, on 5 May",
        "CHEMICAL WEAPONS ACT\nSection 1. The draft of a plan is sent to the Minister.\n[Repealed]",
        "监控化学品管理条例\n第一条 国务院提出草案。",
        "Agents Act\n\nShort title\n1 This Act may be cited as the Agents Act.\n2 (1) Words.\n(2) [Repealed, 2024]",
        "LEY NÚM. 99\nTeniendo presente que el Congreso ha dado su aprobación al siguiente\n\nProyecto de ley:",
        "L'Assemblée a adopté le\nProjet de loi dont la teneur suit :",
        "Парламентом принят следующий\nПроект закона:",
    ],
)
def test_a_law_that_speaks_of_drafts_and_repeals_is_none(head: str) -> None:
    assert not_in_force([head]) == ""


def test_no_model_law_says_so() -> None:
    laws = [load_yaml(path.read_text(encoding="utf-8")) for path in sorted(CASES.glob("*_*.yaml"))]
    texts = [law["text"] for law in laws if "text" in law]
    assert len(texts) >= 6 and [not_in_force([text]) for text in texts] == [""] * len(texts)


def test_it_is_noted_of_a_plain_text_and_of_a_document_whose_running_heads_are_left_out() -> None:
    plain = plain_legal_text(b"Projet de loi\nArticle 1. Nul ne peut employer d'armes chimiques.", "projet.txt")
    pages = [(f"p. {page}", f"DRAFT\nSection {page}. No person shall use chemical weapons.") for page in range(1, 6)]
    document = join_passages(pages, "draft.pdf", "pdf")
    assert "DRAFT" not in document.text
    for text, words in ((plain, "Projet de loi"), (document, "DRAFT")):
        (note,) = [note for note in text.notes if note.id == "law_not_in_force"]
        assert note.values == {"file": text.name, "words": words}
