"""What somebody hands in as a version of a submission, read in a confined process (`handed_in`).

`read_amounts` is the parent's side; ``python -m opencwc.declarations.confined_amounts`` is the process.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from opencwc.confining.process import Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.declarations.amounts import Amounts, amounts_of
from opencwc.declarations.handed_in import Unfit, holds_declaration, read_handed_in
from opencwc.declarations.uploaded_papers import CheckDeclaration
from opencwc.errors import InputError
from opencwc.records import from_plain, to_plain

_REGISTER, _DECLARATION = "register", "declaration"
_SECONDS = 300.0
_BOUNDS = Bounds(memory=4_000_000_000, cpu_seconds=600)
_SAMPLE = b"site,plant,chemical,activity,year,quantity,unit\nS1,P1,x,produce,2025,1,kg\n"


def read_amounts(
    archive: IO[bytes], question: Mapping[str, Any], *, network_must_be_cut: bool = True
) -> Amounts | Unfit:
    """Return what the files in an archive of uploads (`opencwc.jobs.archives.pack_uploads`) amount to.

    The question: ``year``, that of the submission; ``profile``, by its id; ``as_of``, the day of the rules.

    Raises:
        InputError: they cannot be read, or took too long or too much memory.

    """
    line = _asked(_REGISTER, archive, {}, network_must_be_cut=network_must_be_cut)
    if "declaration" in line:  # to check it takes the rules, which take seconds to load
        archive.seek(0)
        line = _asked(_DECLARATION, archive, question, network_must_be_cut=network_must_be_cut)
    try:
        return from_plain(Amounts, line["amounts"]) if "amounts" in line else from_plain(Unfit, line["unfit"])
    except (ValueError, TypeError, KeyError) as error:
        raise InputError("kept_declarations_unreadable") from error


def _asked(task: str, archive: IO[bytes], question: Mapping[str, Any], *, network_must_be_cut: bool) -> Line:
    request = TaskRequest(task, dict(question), _SECONDS, _BOUNDS, network_must_be_cut)
    with confined_lines(("-m", __name__), request, archive) as lines:
        for line in lines:
            if line is not None and {"amounts", "unfit", "declaration"} & line.keys():
                return line
    raise InputError("kept_declarations_unreadable")


class RegisterTask(Task):
    """Reads a register and adds it up; of a declaration it says only that it is one."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        from opencwc.declarations.forms.pdf_file import load_pdf_reader
        from opencwc.declarations.reader import load_table_readers
        from opencwc.declarations.register_reader import read_register

        load_table_readers()
        load_pdf_reader()
        amounts_of(read_register({"activities.csv": _SAMPLE}))
        self.uploads = unpack_uploads()

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield one line with all."""
        uploads = [(upload.name, upload.path) for upload in self.uploads]
        if holds_declaration(uploads):
            yield {"declaration": True}
        else:
            yield {"amounts": to_plain(read_handed_in(uploads, 0, _no_rules))}
        yield {"done": True, "protection": protection.as_json()}


class DeclarationTask(CheckDeclaration):
    """Checks a declaration that was handed in, and adds it up."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        self.year = int(question["year"])

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield one line with all."""
        uploads = [(upload.name, upload.path) for upload in self.uploads]
        read = read_handed_in(uploads, self.year, lambda: (self.law, self.chemicals))
        yield {"amounts" if isinstance(read, Amounts) else "unfit": to_plain(read)}
        yield {"done": True, "protection": protection.as_json()}


def _no_rules() -> NoReturn:
    raise InputError("kept_declarations_unreadable")


if __name__ == "__main__":
    sys.exit(serve({_REGISTER: RegisterTask, _DECLARATION: DeclarationTask}))
