"""Check a bundle that somebody uploads: our copy of its verifier runs in a process of its own.

It is the same file as `verify.py` of a bundle, run as on any other machine: by Python alone, with nothing of OpenCWC
loaded, in a folder that is removed afterwards. Memory, processor, files and time are bounded, and the bundle is read
member by member and never unpacked. It runs the ``openssl`` command, so it cannot stand in the sandbox of uploads.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from threading import BoundedSemaphore
from typing import IO, Any

from opencwc.casebook import bundle_verifier
from opencwc.confining.leased_folders import LeasedFolder
from opencwc.errors import ConflictError, InputError, UnavailableError

SECONDS = 600
AT_ONCE = 2
LONGEST_ANSWER = 4_000_000
MOST_SHOWN = 200
"""How many of the things that do not fit are shown; the verifier on a terminal tells all of them."""
AGE = b"age-encryption.org/"
KEY = re.compile(r"[0-9a-f]{64}")
_FLAGS = ("-I", "-B", "-X", "utf8")
_RUNNING = BoundedSemaphore(AT_ONCE)
# The limits are set before the file is touched, and the verifier's own children have them too.
_LIMITED = """
import runpy, sys
try:
    import resource
    for name, most in (("RLIMIT_AS", 2 << 30), ("RLIMIT_CPU", 600), ("RLIMIT_FSIZE", 256 << 20), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
except ImportError:
    pass
path, bundle, key, casebook, *pinned = sys.argv[1:]
verifier = runpy.run_path(path)
ours = bool(casebook) and verifier["casebook_of"](bundle) == casebook
sys.exit(verifier["main"]([bundle, "--json", "--key=" + key], pinned if ours else ()))
"""


@dataclass(frozen=True)
class CheckedBundle:
    """What the verifier says: ``fits``, ``fits_not``, ``encrypted`` or ``unreadable``, and its own words.

    ``said`` is its report (``about``, ``key``, ``first``, ``misfits``, ``checked``, ``unchecked``); empty where it
    could not check at all, and ``why`` says then why.
    """

    verdict: str
    said: dict[str, Any]
    why: str = ""

    @property
    def first(self) -> str:
        """The first that does not fit, as the verifier writes it; empty where all fits."""
        first = self.said.get("first")
        return _misfit(first) if first else ""

    @property
    def misfits(self) -> list[str]:
        """What does not fit beside the first, as the verifier writes it, up to `MOST_SHOWN`, each damage once."""
        every = dict.fromkeys(_misfit(misfit) for misfit in self.said.get("misfits", [])[: MOST_SHOWN + 1])
        return [misfit for misfit in every if misfit != self.first]


def check_bundle(file: IO[bytes], key: str = "", casebook: str = "", pinned: Sequence[str] = ()) -> CheckedBundle:
    """Check a bundle; ``key`` is the fingerprint that it should be signed with, got by another way than the bundle.

    Where none is given, a bundle that says it is of the ``casebook`` must be signed with one of its ``pinned`` keys.

    Raises:
        ConflictError: as many bundles as may be checked at once are being checked.
        InputError: the key is no fingerprint.
        UnavailableError: the verifier did not answer as it does.

    """
    key = re.sub(r"[\s:]", "", key).lower()
    if key and not KEY.fullmatch(key):
        raise InputError("fingerprint_not_valid", where="key")
    if not _RUNNING.acquire(blocking=False):
        raise ConflictError("bundles_being_checked")
    try:
        with LeasedFolder("bundle") as folder:
            file.seek(0)
            if file.read(len(AGE)) == AGE:
                return CheckedBundle("encrypted", {})
            file.seek(0)
            bundle = Path(folder) / "bundle.zip"
            with bundle.open("wb") as target:
                copyfileobj(file, target, 1 << 20)
            return _run(Path(folder), bundle, [key, casebook, *pinned])
    finally:
        _RUNNING.release()


def _misfit(misfit: dict[str, Any]) -> str:
    kind = f" ({misfit['kind']})" if misfit.get("kind") else ""
    return f"Record {misfit['record']}{kind}: {misfit['what']}" if misfit.get("record") else str(misfit["what"])


def _run(folder: Path, bundle: Path, whose: Sequence[str]) -> CheckedBundle:
    answer_file, complained = folder / "told", folder / "complained"
    command = [sys.executable, *_FLAGS, "-c", _LIMITED, bundle_verifier.__file__, bundle.name, *whose]
    with answer_file.open("wb") as out, complained.open("wb") as err:
        process = subprocess.Popen(  # noqa: S603 - our own file; keys are of 64 hexadecimal digits
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TMPDIR": str(folder)},
            start_new_session=True,
        )
        try:
            status = process.wait(SECONDS)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                return CheckedBundle("unreadable", {}, f"It took longer than {SECONDS} seconds.")
            raise
    if status in (0, 1) and answer_file.stat().st_size <= LONGEST_ANSWER:
        with contextlib.suppress(ValueError):
            answer = json.loads(answer_file.read_bytes())
            if isinstance(answer, dict) and answer.get("fits") is (status == 0):
                return CheckedBundle("fits" if status == 0 else "fits_not", answer)
    if status == 2:  # the verifier's own word for it
        return CheckedBundle("unreadable", {}, complained.read_text("utf-8", "replace")[:2_000].strip())
    if status < 0 or status == 1:
        return CheckedBundle("unreadable", {}, "The verifier was stopped: the bundle takes more than it may.")
    raise UnavailableError("verifier_does_not_run")
