"""The machine code of `opencwc.chemistry.smiles_gate_kernel`: compiled once by Numba, loaded without it ever after.

It is compiled where the package is built (`build_package.py`), for any processor of the kind, and lies beside the
sources, where nobody has to write. Where it is missing, as after a change of the kernel, it is compiled in a process of
its own and kept in the cache folder. This module runs as a script too: ``python machine_code.py FOLDER`` compiles.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
KERNEL = HERE / "smiles_gate_kernel.py"
SYMBOL = "scan_texts"
ANY_PROCESSOR = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}


@cache
def kernel() -> Callable[..., None] | None:
    """Return ``scan_texts``, which lets other threads run; ``None`` where it is not there and cannot be compiled.

    Its arguments are integers and the addresses of arrays.
    """
    code = _kept_code()
    return None if code is None else _loaded(code)


def file_name() -> str:
    """Name the file of the machine code by the kernel, the system and the kind of processor."""
    source = sha256(KERNEL.read_bytes()).hexdigest()[:16]
    return f"smiles_gate-{platform.system()}-{platform.machine()}-{source}.o".lower()


def _kept_code() -> bytes | None:
    from opencwc.settings import cache_folder

    name = file_name()
    for folder in (HERE, cache_folder()):
        with contextlib.suppress(OSError):
            return (folder / name).read_bytes()
    with tempfile.TemporaryDirectory() as place:
        folder = cache_folder()
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for target in (folder, Path(place)):
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                compile_into(target)
                return (target / name).read_bytes()
    return None


def compile_into(folder: Path) -> None:
    """Compile the kernel into a folder, in a process of its own: it has to be told of the processor before it starts.

    Raises `subprocess.CalledProcessError` where that fails.
    """
    command = [sys.executable, str(Path(__file__)), str(folder)]
    subprocess.run(command, env={**os.environ, **ANY_PROCESSOR}, check=True, capture_output=True)  # noqa: S603 - our own


def _loaded(code: bytes) -> Callable[..., None]:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _ENGINES.append(engine)  # its memory holds the code
    run = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_int64] * 2, *[ctypes.c_int64] * _ARGUMENTS)(
        engine.get_function_address(SYMBOL)
    )
    unused = ctypes.create_string_buffer(16)  # for what Numba's functions return and raise: nothing
    at = ctypes.addressof(unused)

    def scan_texts(*arguments: int, _unused: Any = unused) -> None:
        run(at, at, *arguments)

    return scan_texts


def _machine_code() -> bytes:
    """Return the object code of the kernel alone, which calls nothing of Numba or Python."""
    import llvmlite.binding as llvm
    import numba

    kernel = import_module(KERNEL.stem)  # from beside this script, without the rest of OpenCWC
    function = numba.cfunc(kernel.SIGNATURE, error_model="numpy")(kernel.scan_texts)
    module = llvm.parse_assembly(function.inspect_llvm())
    target = llvm.Target.from_triple(module.triple)
    machine = target.create_target_machine(cpu="generic", opt=3, jit=True)
    for definition in module.functions:
        if not definition.is_declaration:
            definition.linkage = "internal"
    scan_texts = module.get_function(function.native_name.removeprefix("cfunc."))
    scan_texts.linkage = "external"
    scan_texts.name = SYMBOL
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.add_strip_dead_prototype_pass()
    passes.run(module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options()))
    outside = [name.name for name in module.functions if name.is_declaration and not name.name.startswith("llvm.")]
    if outside:
        raise RuntimeError(f"the kernel calls {', '.join(outside)}, which is not there where it is loaded")
    return bytes(machine.emit_object(module))


def _main(folder: Path) -> None:
    code = _machine_code()
    unfinished = folder / f"{file_name()}.{os.getpid()}.part"
    unfinished.write_bytes(code)
    unfinished.replace(folder / file_name())


_ARGUMENTS = 23
_ENGINES: list[Any] = []

if __name__ == "__main__":
    _main(Path(sys.argv[1]))
