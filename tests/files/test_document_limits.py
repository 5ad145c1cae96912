"""The limits of documents can be set, and say where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.errors import SettingsError
from opencwc.files import DocumentLimits, document_limits
from opencwc.screening.documents import open_texts


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    return tmp_path / "opencwc.toml"


def test_without_settings_the_limits_are_ours() -> None:
    assert document_limits() == DocumentLimits()


def test_a_variable_comes_before_the_file(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.write_text("[documents]\npassages = 10\nfindings = 20\n")
    monkeypatch.setenv("OPENCWC_DOCUMENTS_PASSAGES", "30")
    assert (document_limits().passages, document_limits().findings) == (30, 20)


@pytest.mark.parametrize("line", ["pasages = 1", "passages = 0", 'passages = "many"', "passages = -1", "ocr_pages = 1"])
def test_a_limit_that_is_unknown_or_no_number_is_told(settings: Path, line: str) -> None:
    settings.write_text(f"[documents]\n{line}\n")
    with pytest.raises(SettingsError) as caught:
        document_limits()
    assert caught.value.where == "[documents]"


def test_findings_beyond_the_limit_end_the_reading_with_a_row_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "goods.txt"
    file.write_text("\n\n".join(f"{number} drums of sarin were sent to the warehouse." for number in range(9_000)))
    monkeypatch.setenv("OPENCWC_DOCUMENTS_FINDINGS", "100")
    with open_texts(file, confine=False, ocr=False) as rows:
        batches = []
        for batch in rows.batches():
            batches.append(batch)
            rows.count(60)
        assert len(batches) == 3
        assert [problem.id for problem in batches[-1].problems.values()] == ["reading_too_many_findings"]
        assert rows.notes[-1].id == "note_part_only"
        assert [message.id for message in rows.stopped] == ["reading_too_many_findings"]
