"""Pictures of text by Tesseract, an optional program of the system: first the script, then the languages written in it.

The program is started without a shell, gets the picture on its standard input and a bounded time, and inherits the
limits of the process that reads.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

from opencwc.files.passages import Item, Passage, PictureReader, Reading, Refusal, Unread, paragraphs
from opencwc.finding import Message

if TYPE_CHECKING:
    from opencwc.files.document_reading import DocumentSource


LANGUAGES = ("eng", "fra", "spa", "ara", "rus", "chi_sim")
_OF_SCRIPT = {
    "Latin": ("eng", "fra", "spa"),
    "Arabic": ("ara", "eng"),
    "Cyrillic": ("rus", "eng"),
    "Han": ("chi_sim", "eng"),
}


@dataclass(frozen=True)
class Tesseract:
    """The program and the languages that are installed for it."""

    program: str
    languages: frozenset[str]

    def recognise(self, picture: bytes, reading: Reading) -> tuple[str, Message | None]:
        """Return the text of a picture (PNG, JPEG, TIFF, Netpbm), or why there is none; notes go to the reading."""
        seconds = reading.limits.ocr_page_seconds
        languages = _OF_SCRIPT.get(self._script(picture, seconds / 3), LANGUAGES)
        for missing in (language for language in languages if language not in self.languages):
            reading.note(Message("reading_ocr_pack", {"pack": missing}))
        usable = [language for language in languages if language in self.languages]
        if not usable:
            return "", Message("reading_ocr_pack", {"pack": languages[0]})
        done = self._recognise(picture, ["-l", "+".join(usable)], seconds)
        if done is None or done.returncode != 0:
            return "", Message("reading_ocr_failed")
        reading.note(Message("reading_ocr_used", {"languages": ", ".join(usable)}))
        return done.stdout.decode("utf-8", "replace").replace("\f", "\n"), None

    def _script(self, picture: bytes, seconds: float) -> str:
        if "osd" not in self.languages:
            return ""
        done = self._recognise(picture, ["--psm", "0", "-l", "osd"], seconds)
        lines = done.stdout.decode("utf-8", "replace").splitlines() if done else []
        script = next((line.partition(":")[2].strip() for line in lines if line.startswith("Script:")), "")
        return "Han" if script.startswith(("Han", "Japanese")) else script

    def _recognise(self, picture: bytes, options: list[str], seconds: float) -> CompletedProcess[bytes] | None:
        return _run([self.program, "stdin", "stdout", "--dpi", "200", *options], seconds, picture)


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


def _run(command: list[str], seconds: float, picture: bytes = b"") -> CompletedProcess[bytes] | None:
    """Run the program on a picture; ``None`` where it does not start or end."""
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


_INSTALL_OCR = "reading_remedy_install_tesseract"


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the paragraphs of a picture; raise `Refusal` where pictures are not recognised here."""
    tesseract, data = source.reading.tesseract, source.data
    if tesseract is None:
        raise Refusal("reading_kind_picture", _INSTALL_OCR)
    return recognised(tesseract, lambda: data, "p. 1", source.reading)


def recognised(tesseract: PictureReader, draw: Callable[[], bytes], place: str, reading: Reading) -> Iterator[Item]:
    """Yield the paragraphs in a picture, which is drawn if it is one of those that may be recognised."""
    reading.ocr_pages += 1
    if reading.ocr_pages > reading.limits.ocr_pages:
        yield Unread(place, Message("reading_ocr_pages", {"pages": reading.limits.ocr_pages}))
        return
    reading.announce()
    text, problem = tesseract.recognise(draw(), reading)
    texts = list(paragraphs(text.split("\n")))
    if problem or not texts:
        yield Unread(place, problem or Message("reading_ocr_nothing"))
    yield from numbered(place, texts)


def numbered(place: str, texts: Iterable[str]) -> Iterator[Item]:
    """Yield ``p. 3`` where a page has one paragraph, else ``p. 3 ¶ 1`` and so on."""
    all_texts = list(texts)
    for number, text in enumerate(all_texts, 1):
        yield Passage(place if len(all_texts) == 1 else f"{place} ¶ {number}", text)
