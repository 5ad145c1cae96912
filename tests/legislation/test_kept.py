"""What is kept of a checked law: the files of earlier versions open, and what is none is refused."""

import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest

from opencwc.convention.model import InForce
from opencwc.errors import InputError
from opencwc.legislation import kept
from opencwc.legislation.model import Span

TEXT = "Section 1. No person shall develop chemical weapons."
MEASURE: dict[str, Any] = {
    "id": "PRO-01", "set": "CWC", "kind": "forbids", "tier": "initial", "article": "VII.1", "decisions": {},
    "evidence": "treaty", "titles": {"en": "Ban"}, "queries": {"en": "No person shall"},
    "in_force": ["1997-04-29", None],
    "elements": [{"id": "develop", "by_reference": True, "by_regulation": False, "advised": False, "one_of": "",
                  "names": {"en": "develop"}, "says": {"en": "It forbids."}}],
}  # fmt: skip
SHOWN: dict[str, Any] = {
    "section": 0, "start": 11, "end": len(TEXT), "lead": "", "score": 0.9, "similarity": 0.8,
    "spans": [["develop", 27, 34]], "elements": ["develop"], "delegated": [],
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "measure": MEASURE, "verdict": "covered", "probability": None, "met": ["develop"], "missing": [], "delegated": [],
    "why": [{"id": "law_why_covered", "values": {}}], "signs": [["met", 1.0]], "shown": [SHOWN],
}  # fmt: skip
"""An answer of the first version, which knew nothing of words in passing or of exceptions."""
TOLD: dict[str, Any] = {
    "state": "XNV", "as_of": "2026-11-28", "model": "", "weights": "", "notes": [], "law_notes": [], "encoder": "",
    "texts": [{"name": "law.txt", "kind": "txt", "characters": len(TEXT)}],
}  # fmt: skip
PASSAGES: dict[str, Any] = {
    "sections": [["law.txt", "Section 1", "", TEXT, 0, len(TEXT), "1", 0, "en", "article"]],
    "passages": [[0, 11, len(TEXT), ""]],
}  # fmt: skip


def law_file(told: object = TOLD, answer: object = ANSWER, passages: object = PASSAGES) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, plain in ((kept.TOLD, told), (kept.ANSWERS, answer), (kept.PASSAGES, passages)):
            archive.writestr(name, json.dumps(plain))
        archive.writestr(kept.VECTORS, b"")
    return out.getvalue()


def test_a_law_of_an_earlier_version_opens_and_is_packed_again() -> None:
    law = kept.unpack(law_file())
    answer = law.answers["CWC", "PRO-01"]
    assert law.checked.law.as_of == date(2026, 11, 28)
    assert answer.measure.in_force == InForce(date(1997, 4, 29))
    assert answer.shown[0].passage.text == TEXT[11:]
    assert (answer.shown[0].spans, answer.shown[0].excepts, answer.passing) == ((Span("develop", 27, 34),), (), ())
    content = kept.packed(
        kept.summary_of(law.checked, law.encoder),
        kept.answers_of(law.checked),
        kept.write_passages(law.checked.law.sections, law.passages),
    )
    again = kept.unpack(content)
    assert (again.checked.answers, again.passages) == (law.checked.answers, law.passages)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert json.loads(archive.read(kept.PASSAGES)) == PASSAGES


@pytest.mark.parametrize(
    "content",
    [
        law_file(answer={**ANSWER, "verdict": "perhaps"}), law_file(answer={**ANSWER, "probability": 2}),
        law_file(answer={**ANSWER, "shown": [{**SHOWN, "section": 1}]}), law_file({**TOLD, "texts": [{}]}),
        law_file(passages={**PASSAGES, "passages": [[1, 0, 1, ""]]}), law_file(passages={**PASSAGES, "sections": [[]]}),
    ],
)  # fmt: skip
def test_a_law_of_another_shape_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        kept.unpack(content)
