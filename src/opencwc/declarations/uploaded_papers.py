"""A declaration that somebody wrote, or the answers of operators, read in a confined process.

`check_upload` and `read_answers` are the parent's side; ``python -m opencwc.declarations.uploaded_papers`` is the
process.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from opencwc.confining.process import Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.declarations.forms.tree import Fault
from opencwc.declarations.replies import Refused, Reply
from opencwc.errors import InputError
from opencwc.records import from_plain, to_plain

MOST_FAULTS, MOST_REPLIES = 1_000, 100_000
"""Faults that are told, and answers that are read."""
_CHECK, _ANSWERS = "check", "answers"
_SECONDS = 300.0
_BOUNDS = Bounds(memory=4_000_000_000, cpu_seconds=600)


class CheckedUpload(NamedTuple):
    """What came of checking a declaration: its faults, the first of them, and how many there are in all.

    ``year`` is the year of the declaration, 0 where its form is so wrong that it is no declaration; ``declarations``
    count what it declares; ``attached`` tells that it was attached to a PDF, whose pages were not read.
    """

    faults: tuple[Fault, ...]
    total: int
    year: int
    declarations: int
    attached: bool = False


class ReadAnswers(NamedTuple):
    """The answers of operators as they were given, and what of the files is no answer."""

    replies: tuple[Reply, ...]
    refused: tuple[Refused, ...]


def check_upload(archive: IO[bytes], question: Mapping[str, Any], *, network_must_be_cut: bool = True) -> CheckedUpload:
    """Check the declaration in an archive of one file.

    The question: ``as_of``; ``profile``, by its id; ``readings``, choices by their ids. Raises `InputError` where the
    file is no declaration.
    """
    return from_plain(CheckedUpload, _asked(_CHECK, archive, question, network_must_be_cut=network_must_be_cut))


def read_answers(archive: IO[bytes], *, network_must_be_cut: bool = True) -> ReadAnswers:
    """Read the answers of operators in an archive of files; what is no answer form is among ``refused``."""
    return from_plain(ReadAnswers, _asked(_ANSWERS, archive, {}, network_must_be_cut=network_must_be_cut))


def _asked(task: str, archive: IO[bytes], question: Mapping[str, Any], *, network_must_be_cut: bool) -> object:
    request = TaskRequest(task, dict(question), _SECONDS, _BOUNDS, network_must_be_cut)
    with confined_lines(("-m", __name__), request, archive) as lines:
        for line in lines:
            if line is not None and "read" in line:
                return line["read"]
    raise InputError("reading_broke_off")


class CheckDeclaration(Task):
    """Checks one declaration against its schema and the Convention."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        from datetime import date

        from opencwc.declarations.law import Law
        from opencwc.declarations.reader import Reader, chemicals_on

        Reader(question).warm()
        day = date.fromisoformat(str(question["as_of"]))
        readings = {str(id): str(choice) for id, choice in dict(question.get("readings") or {}).items()}
        self.law, self.chemicals = Law(day, str(question.get("profile") or "treaty"), readings), chemicals_on(day)
        self._check_sample()
        self.uploads = unpack_uploads()

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield the faults, then that all is done."""
        upload = self.uploads[0]
        yield {"read": to_plain(self.checked(upload.path, upload.name))}
        yield {"done": True, "protection": protection.as_json()}

    def checked(self, path: Path, name: str) -> CheckedUpload:
        """Check a file that came under a name."""
        from opencwc.declarations.forms.checking import check
        from opencwc.declarations.forms.declaration_files import is_pdf, read_declaration

        document, faults, places = read_declaration(path, name)
        if document is not None:
            faults = [*faults, *check(document, places, self.law, self.chemicals)]
        year, held = (document.year, len(document.declarations)) if document is not None else (0, 0)
        return CheckedUpload(tuple(faults[:MOST_FAULTS]), len(faults), year, held, is_pdf(path))

    def _check_sample(self) -> None:
        """Check a declaration of each kind of file, so that everything is loaded while files may be opened."""
        from opencwc.declarations.forms.composition import compose
        from opencwc.declarations.forms.declaration_files import declaration_file
        from opencwc.declarations.forms.pdf_file import load_pdf_reader
        from opencwc.declarations.judgement import judge
        from opencwc.declarations.register_reader import read_register

        activities = f"site,chemical,activity,year,quantity,unit\nA,thiodiglycol,process,{self.law_year - 1},5,t\n"
        load_pdf_reader()
        answer = judge(read_register({"activities.csv": activities.encode()}), self.law, self.law_year, self.chemicals)
        document = compose(answer, self.law)
        with tempfile.TemporaryDirectory(prefix="opencwc-check-") as folder:
            for format in ("xlsx", "json", "xml"):
                path = Path(folder) / f"sample.{format}"
                path.write_bytes(declaration_file(document, format))
                self.checked(path, path.name)

    @property
    def law_year(self) -> int:
        """The year of the rules."""
        return self.law.convention.as_of.year


class ReadReplies(Task):
    """Reads the answers of operators."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        _read_sample()
        self.uploads = unpack_uploads()

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield the answers, then that all is done."""
        from opencwc.declarations.replies import read_reply_files

        replies, refused = read_reply_files(self.uploads)
        yield {"read": to_plain(ReadAnswers(tuple(replies[:MOST_REPLIES]), tuple(refused)))}
        yield {"done": True, "protection": protection.as_json()}


def _read_sample() -> None:
    """Read an answer form of each kind, so that everything is loaded while files may be opened."""
    from opencwc.declarations.letters import Letter, answer_form_json, answer_form_workbook
    from opencwc.declarations.replies import read_reply_files

    letter = Letter("A", "", ())
    with tempfile.TemporaryDirectory(prefix="opencwc-answers-") as folder:
        workbook, plain = Path(folder) / "sample.xlsx", Path(folder) / "sample.json"
        workbook.write_bytes(answer_form_workbook(letter, 2026))
        plain.write_bytes(answer_form_json(letter, 2026))
        read_reply_files(
            [("sample.xlsx", workbook), ("sample.json", plain), ("none.json", Path(folder) / "sample.xlsx")]
        )


if __name__ == "__main__":
    sys.exit(serve({_CHECK: CheckDeclaration, _ANSWERS: ReadReplies}))
