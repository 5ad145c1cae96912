"""The houses in which the pages are opened; a file whose pages need other findings makes its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from web.signing_in import House

from .housing import opened_house


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which nothing is changed."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        opened_house(tmp_path_factory.mktemp("house"), monkeypatch) as house,
    ):
        yield house


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened_house(tmp_path, monkeypatch) as house:
        yield house
