"""The forms of evidence as pages and programs send them: files by their fields, and texts."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any, NamedTuple

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from opencwc.casebook.model import Mark
from opencwc.custody.host_certificates import certificates_in
from opencwc.custody.web_archive import moment
from opencwc.errors import InputError
from opencwc.reports.intake.times import read_time
from opencwc.web.casebook.upload_forms import FILE, YES, YES_OR_NO, Uploads, form_of, plain_name, several_files

_LONGEST_LIST = 2_000_000
_CHUNK = 1 << 20
Schema = Mapping[str, Any]


class SentEvidence(NamedTuple):
    """What was sent: the files of each field with the names they came under, and the texts."""

    files: Mapping[str, Uploads]
    texts: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return a text without the spaces around it, empty where it was not sent."""
        return self.texts.get(name, "").strip()

    def says_yes(self, name: str, usual: str = "") -> bool:
        """Return whether a text says yes."""
        return (self.text(name) or usual).lower() in YES

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of a text that hold something."""
        return tuple(" ".join(line.split()) for line in self.text(name).splitlines() if line.strip())

    def day(self, name: str) -> date | None:
        """Return a day, none where none was sent; raise `InputError` where it is none."""
        try:
            return date.fromisoformat(self.text(name)) if self.text(name) else None
        except ValueError:
            raise InputError("not_a_date", where=name) from None

    def moment(self, name: str) -> str:
        """Return a moment in UTC, empty where none was sent; raise `InputError` where it is none."""
        read = read_time(self.text(name)) if self.text(name) else None
        if self.text(name) and read is None:
            raise InputError("not_a_date", where=name)
        return moment(read) if read else ""

    def mark(self) -> Mark:
        """Return the mark that was chosen; raise `InputError` where it is none."""
        asked = self.text("mark") or "unclassified"
        if asked.upper() not in Mark.__members__:
            raise InputError("no_such_mark", where="mark", known=", ".join(str(mark) for mark in Mark))
        return Mark[asked.upper()]

    def data(self, name: str, most: int) -> bytes:
        """Return the bytes of the first file of a field, one more than ``most`` of one that has more."""
        uploads = self.files.get(name, ())
        return uploads[0][1].read(most + 1) if uploads else b""

    def certificates(self, name: str) -> str:
        """Return the certificates that were sent, as PEM; raise `InputError` where they cannot be read."""
        uploads = self.files.get(name, ())
        return certificates_in(self.data(name, _LONGEST_LIST), uploads[0][0]) if uploads else ""


@dataclass(frozen=True)
class EvidenceForm:
    """A form: its files and texts with their JSON Schemas, and which of them must be there."""

    files: Mapping[str, Schema]
    texts: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the form."""
        return {"type": "object", "required": list(self.required), "properties": {**self.files, **self.texts}}

    @asynccontextmanager
    async def sent(self, request: Request) -> AsyncIterator[SentEvidence]:
        """Read what was sent; raise `InputError` where something is missing, or is no field of the form."""
        form = await form_of(request)
        try:
            yield self._read(form)
        finally:
            await form.close()

    def _read(self, form: FormData) -> SentEvidence:
        files: dict[str, Uploads] = {}
        for name, schema in self.files.items():
            sent = [file for file in form.getlist(name) if isinstance(file, UploadFile) and file.filename]
            some = sent if schema.get("type") == "array" else sent[:1]
            if some:
                files[name] = [(plain_name(file.filename or ""), file.file) for file in some]
        texts = {name: value for name, value in form.items() if isinstance(value, str) and name not in self.files}
        if strange := sorted({*texts, *form.keys()} - {*self.files, *self.texts}):
            raise InputError("field_unknown", where=strange[0][:50])
        if unfit := sorted(name for name, text in texts.items() if "\0" in text):
            raise InputError("text_with_nul", where=unfit[0][:50])
        for name in self.required:
            if name not in files and not texts.get(name, "").strip():
                code = "evidence_file_missing" if name in self.files else "evidence_field_missing"
                raise InputError(code, where=name)
        for name, text in texts.items():
            self._see_that_it_fits(name, text)
        return SentEvidence(files, texts)

    def _see_that_it_fits(self, name: str, text: str) -> None:
        schema = self.texts[name]
        known = schema.get("enum")
        if len(text) > schema.get("maxLength", len(text)) or (known and text and text not in known):
            raise InputError("evidence_field_wrong", where=name)


@contextmanager
def as_path(file: IO[bytes], name: str) -> Iterator[Path]:
    """Give an uploaded file as one that can be opened by a path, which is gone afterwards."""
    with tempfile.NamedTemporaryFile(prefix="opencwc-evidence-", suffix=Path(name).suffix[:10]) as copy:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def _text(description: str, longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "description": description}


def _file(description: str) -> dict[str, Any]:
    return {**FILE, "description": description}


_TRUST = _file("Certificates of whom you trust, as PEM.")
_CASE = _text("Keep it as evidence in this case; opened where there is none of this name.", 64)
_URL = _text("Where it was found.", 2_000)
_TAKEN = _text("When it was captured, as who brings it says.", 40)
_MARK = {"type": "string", "enum": [str(mark) for mark in Mark]}
_TO = _text("To whom it is shown.", 1_000)
_SALTS = _file("What stayed with you when the names were hidden: the *.salts.json.")
_MASKS = _file("What went with the masked text: its *.masks.json.")
_HIDING: dict[str, Schema] = {
    "names": _text("Names to hide, one a line.", 10_000),
    "places": _text("Characters to hide, one pair a line, such as 120-131.", 10_000),
    "rule": {**YES_OR_NO, "description": "Hide what a rule knows as the name of a private person; so where left out."},
    "same": {**YES_OR_NO, "description": "Mark the same person alike."},
    "text_lang": {
        "type": "string", "enum": ["en", "fr", "ar", "es", "ru", "zh"],
        "description": "The language of the text; recognised where it is left out.",
    },
}  # fmt: skip
_SALT_FILE: dict[str, Schema] = {"salts": _SALTS}
NUMBER = {"type": "integer", "minimum": 1, "description": "The number of the hidden part."}

PICTURE = EvidenceForm(
    {"file": _file("A picture."), "against": _file("A picture to compare it with."), "trust": _TRUST},
    {
        "claimed_date": {"type": "string", "format": "date", "description": "The day that it is said to show."},
        "case": _CASE,
        "url": _URL,
    },
    ("file",),
)
ARCHIVE = EvidenceForm(
    {
        "file": _file("A saved page, WARC or WACZ."),
        "other": _file("Another capture of the page."),
        "trust": _TRUST,
    },
    {"key": _text("The fingerprint that should have signed it.", 200), "case": _CASE, "url": _URL},
    ("file",),
)
PACK = EvidenceForm(
    {"file": several_files("Pages, pictures, documents, WARC, WACZ, EML.")},
    {
        "url": _text("Where the first file was taken from.", 2_000), "taken": _TAKEN,
        "title": _text("What the archive is called.", 300),
        "format": {"type": "string", "enum": ["wacz", "stix"]}, "sign": YES_OR_NO,
    },
    ("file",),
)  # fmt: skip
RECEIVE = EvidenceForm(
    {"file": several_files("Files as they came.")}, {"url": _URL, "taken": _TAKEN, "mark": _MARK}, ("file",)
)
RECEIVE_IN = EvidenceForm(RECEIVE.files, {**RECEIVE.texts, "case": _CASE}, ("file", "case"))
CAPTURE = EvidenceForm({}, {"url": _text("The address of a page or file.", 2_000), "mark": _MARK}, ("url",))
COPY = EvidenceForm(
    {"file": _file("What was made from the original.")}, {"note": _text("How it was made.", 2_000)}, ("file",)
)
COPY_OF = EvidenceForm(
    COPY.files, {**COPY.texts, "original": _text("The SHA-256 of the original.", 64)}, ("file", "original")
)
MASK = EvidenceForm({"file": _file("A page, a document, a mail, a text.")}, _HIDING, ("file",))
HIDE = EvidenceForm({}, _HIDING)
PART = EvidenceForm(_SALT_FILE, {"number": NUMBER}, ("salts", "number"))
SHOW_PART = EvidenceForm(_SALT_FILE, {"number": NUMBER, "to": _TO}, ("salts", "number"))
REVEAL = EvidenceForm(_SALT_FILE, {}, ("salts",))
REVEAL_FILES = EvidenceForm(
    {"text": _file("The masked text."), "masks": _MASKS, "salts": _SALTS}, {}, ("text", "masks", "salts")
)
CHECK_PART = EvidenceForm(
    {"masks": _MASKS, "part": _file("A hidden part as it was shown."), "text": _file("The masked text itself.")},
    {},
    ("masks", "part"),
)


def number_in(sent: SentEvidence) -> int:
    """Return the number of a hidden part; raise `InputError` where it is none."""
    text = sent.text("number")
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 8 and int(text)):
        raise InputError("evidence_field_wrong", where="number")
    return int(text)
