"""The gate's machine code: found beside the sources or in the cache, compiled where it is missing, or done without."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from opencwc.chemistry import machine_code, smiles_gate, smiles_gate_kernel
from opencwc.chemistry.composition import HYDROGEN_WEIGHT, MOST_NEIGHBOURS, RING_WEIGHT
from opencwc.chemistry.smiles_gate import Limits, make_limits, scan


@pytest.fixture
def limits() -> Limits:
    return make_limits([], [], [], [])


@pytest.fixture
def fresh() -> Iterator[None]:
    """Forget the kernel that is loaded, before and after."""
    machine_code.kernel.cache_clear()
    yield
    machine_code.kernel.cache_clear()


def sent_on(limits: Limits) -> list[bool]:
    return scan(np.frombuffer(b"CCOC1CC", np.uint8), np.array([0, 3, 7], np.int64), limits).tolist()


def refuse(folder: Path) -> None:
    raise subprocess.CalledProcessError(1, "compile")


@pytest.mark.usefixtures("fresh")
def test_what_lies_beside_the_sources_is_loaded_and_nothing_is_compiled(
    tmp_path: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = machine_code._kept_code()
    assert code
    (tmp_path / machine_code.file_name()).write_bytes(code)
    tmp_path.chmod(0o500)
    monkeypatch.setattr(machine_code, "HERE", tmp_path)
    monkeypatch.setenv("OPENCWC_CACHE", "/dev/null/cache")
    monkeypatch.setattr(machine_code, "compile_into", refuse)
    assert sent_on(limits) == [False, True]


@pytest.mark.usefixtures("fresh")
def test_what_is_missing_is_compiled_once_into_the_cache(
    tmp_path: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = machine_code._kept_code() or b""
    compiled: list[Path] = []

    def compile_into(folder: Path) -> None:
        compiled.append(folder)
        (folder / machine_code.file_name()).write_bytes(code)

    monkeypatch.setattr(machine_code, "HERE", tmp_path / "installed")
    monkeypatch.setenv("OPENCWC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(machine_code, "compile_into", compile_into)
    for _ in range(2):
        machine_code.kernel.cache_clear()
        assert sent_on(limits) == [False, True]
    assert compiled == [tmp_path / "cache"]


@pytest.mark.usefixtures("fresh")
def test_where_nothing_can_be_compiled_every_text_is_sent_on(
    tmp_path: Path, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_code, "HERE", tmp_path)
    monkeypatch.setenv("OPENCWC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(machine_code, "compile_into", refuse)
    assert sent_on(limits) == [True, True]


def test_another_kernel_has_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = machine_code.file_name()
    changed = tmp_path / "smiles_gate_kernel.py"
    changed.write_bytes(machine_code.KERNEL.read_bytes() + b"\n")
    monkeypatch.setattr(machine_code, "KERNEL", changed)
    assert machine_code.file_name() != now


def test_the_gate_and_its_kernel_agree_on_sizes_and_weights() -> None:
    kernel = smiles_gate_kernel
    assert (smiles_gate._MAX_ATOMS, smiles_gate._ATOMS, smiles_gate._MARKS) == (
        kernel.MAX_ATOMS,
        kernel.ATOMS,
        kernel.MARKS,
    )
    places = ("QUATERNARY", "POSITIVE_NITROGEN", "POSITIVE", "ALKYL", "NEEDS")
    assert all(getattr(smiles_gate, f"_{name}") == getattr(kernel, name) for name in places)
    assert (smiles_gate._RARE, smiles_gate._METAL) == (kernel._RARE, kernel._METAL)
    assert (int(kernel.HYDROGEN_WEIGHT), int(kernel.RING_WEIGHT)) == (HYDROGEN_WEIGHT, RING_WEIGHT)
    assert kernel._MOST_NEIGHBOURS == MOST_NEIGHBOURS
    assert len(kernel.SIGNATURE.args) == machine_code._ARGUMENTS
