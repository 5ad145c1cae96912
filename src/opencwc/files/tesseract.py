"""Tesseract, an optional program of the system: the text of an upright picture, and how sure it is of it.

The program is started without a shell, gets the picture on its standard input and a bounded time, and inherits the
limits of the process that reads.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, NamedTuple

from opencwc.files.passages import Reading
from opencwc.finding import Message

if TYPE_CHECKING:
    from PIL.Image import Image

LANGUAGES = ("eng", "fra", "spa", "ara", "rus", "chi_sim")
_LATIN = ("eng", "fra", "spa")
_OF_SCRIPT = {
    "Latin": _LATIN,
    "Arabic": ("ara", "eng"),
    "Cyrillic": ("rus", "eng"),
    "Han": ("chi_sim", "eng"),
}
_SURE_OF_TURN = 3.0
"""Confidence of the detection of orientation, in Tesseract's own measure, from which it is believed at once."""
_SURE = 75.0
_NOISE = 50.0
"""Confidence of the recognition, in per cent and weighed by letters: surely text, and noise where it is less."""
_TSV_FIELDS = 12


class Orientation(NamedTuple):
    """By how many degrees a picture is to be turned clockwise to stand upright, how sure that is, and its script."""

    degrees: int = 0
    confidence: float = 0.0
    script: str = ""


class Recognition(NamedTuple):
    """The text of a picture, how many letters it has, and how sure the program is of them, in per cent.

    ``languages`` are those it was recognised in, ``degrees`` how far the picture was turned.
    """

    text: str
    letters: int
    confidence: float
    languages: tuple[str, ...]
    degrees: int

    @property
    def score(self) -> float:
        """How much was read, letters of which the program is surer counting more."""
        return self.letters * max(0.0, self.confidence - _NOISE / 2)


@dataclass(frozen=True)
class Tesseract:
    """The program and the languages that are installed for it."""

    program: str
    languages: frozenset[str]

    def recognise(self, picture: Image, reading: Reading) -> tuple[str, Message | None]:
        """Return the text of a picture, whichever way it lies, or why there is none; notes go to the reading."""
        from opencwc.files.page_pictures import straightened

        ends = time.monotonic() + reading.limits.ocr_page_seconds
        straight = straightened(picture)
        orientation = self._orientation(straight, ends)
        own = _OF_SCRIPT.get(orientation.script)
        languages = self._usable(own or _LATIN, reading)
        others = [] if own else self._usable(LANGUAGES, reading)
        if not (languages or others):
            return "", Message("reading_ocr_pack", {"pack": LANGUAGES[0]})
        turns = (0,) if orientation.confidence >= _SURE_OF_TURN else (0, 180, 90, 270)
        attempts = [(languages or others, orientation.degrees + turn) for turn in turns]
        best = self._best_of(straight, attempts, ends)
        if others and best is not None and best.letters > 0 and best.confidence < _SURE:
            best = self._best_of(straight, [(others, best.degrees)], ends, best)
        return _judged(best, reading)

    def _best_of(
        self, picture: Image, attempts: Iterable[tuple[list[str], int]], ends: float, best: Recognition | None = None
    ) -> Recognition | None:
        """Return what is recognised best, or surely, of attempts: in which languages, turned by how many degrees."""
        from opencwc.files.page_pictures import turned

        for languages, degrees in attempts:
            recognition = self._read(turned(picture, degrees), languages, degrees, ends)
            if recognition is not None and (best is None or recognition.score > best.score):
                best = recognition
            if best is not None and best.confidence >= _SURE:
                break
        return best

    def _usable(self, languages: Iterable[str], reading: Reading) -> list[str]:
        """Return those of the languages that are installed, and note which are not."""
        for missing in (language for language in languages if language not in self.languages):
            reading.note(Message("reading_ocr_pack", {"pack": missing}))
        return [language for language in languages if language in self.languages]

    def _orientation(self, picture: Image, ends: float) -> Orientation:
        if "osd" not in self.languages:
            return Orientation()
        done = self._run(picture, ["--psm", "0", "-l", "osd"], ends)
        lines = done.stdout.decode("utf-8", "replace").splitlines() if done else []
        said = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
        script = said.get("Script", "")
        return Orientation(
            int(_number(said.get("Rotate", ""))),
            _number(said.get("Orientation confidence", "")),
            "Han" if script.startswith(("Han", "Japanese")) and not script.startswith("Hangul") else script,
        )

    def _read(self, picture: Image, languages: Sequence[str], degrees: int, ends: float) -> Recognition | None:
        done = self._run(picture, ["-l", "+".join(languages), "tsv", "txt"], ends)
        if done is None or done.returncode != 0:
            return None
        text, letters, confidence = _words_of(done.stdout)
        return Recognition(text, letters, confidence, tuple(languages), degrees)

    def _run(self, picture: Image, options: list[str], ends: float) -> CompletedProcess[bytes] | None:
        drawn = io.BytesIO()
        picture.save(drawn, "PPM")
        command = [self.program, "stdin", "stdout", "--dpi", "200", *options]
        return _run(command, ends - time.monotonic(), drawn.getvalue())


def find_tesseract() -> Tesseract | None:
    """Return the program of this machine, ``None`` where there is none."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    listed = _run([program, "--list-langs"], seconds=20)
    if listed is None:
        return None
    languages = frozenset(listed.stdout.decode("utf-8", "replace").split("\n")[1:]) - {""}
    return Tesseract(program, languages) if languages else None


def _judged(recognition: Recognition | None, reading: Reading) -> tuple[str, Message | None]:
    """Return a text, or that there is none, or that what was recognised is no text but noise."""
    if recognition is None:
        return "", Message("reading_ocr_failed")
    if not recognition.letters:
        return "", Message("reading_ocr_nothing")
    if recognition.confidence < _NOISE:
        return "", Message("reading_ocr_noise", {"percent": round(recognition.confidence)})
    reading.note(Message("reading_ocr_used", {"languages": ", ".join(recognition.languages)}))
    return recognition.text, None


def _words_of(output: bytes) -> tuple[str, int, float]:
    """Return the text, its letters and the confidence: the program writes a table of words, then the text."""
    lines = output.decode("utf-8", "replace").replace("\f", "\n").split("\n")
    rows = [line.split("\t") for line in lines]
    words = [
        (float(row[10]), sum(map(str.isalnum, row[11]))) for row in rows if len(row) == _TSV_FIELDS and row[0] == "5"
    ]
    letters = sum(count for _, count in words)
    confidence = sum(sure * count for sure, count in words) / letters if letters else 0.0
    text = "\n".join(line for line, row in zip(lines, rows, strict=True) if len(row) != _TSV_FIELDS)
    return text, letters, confidence


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else 0.0


def _run(command: list[str], seconds: float, picture: bytes = b"") -> CompletedProcess[bytes] | None:
    """Run the program on a picture; ``None`` where it does not start or end."""
    if seconds <= 0:
        return None
    try:
        return subprocess.run(  # noqa: S603 - a fixed program, no shell, nothing of the document in the command
            command,
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env=_environment(),
        )
    except (subprocess.TimeoutExpired, OSError):
        return None


def _environment() -> dict[str, str]:
    """One thread, and nothing of what surrounds us but where the languages are."""
    kept = {name: os.environ[name] for name in ("TESSDATA_PREFIX", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}
