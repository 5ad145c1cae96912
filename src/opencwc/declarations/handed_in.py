"""What somebody hands in as a version of a submission: a register, or a declaration, with a PDF of it or without.

A register is added up. A declaration is checked by its form and against the Convention, and what it declares added up.
A PDF is kept as it is: nobody guesses figures from its pages, so it comes beside a file that can be read, or with the
declaration attached to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from opencwc.confining.process import Upload
from opencwc.declarations.amounts import Amounts, amounts_of, amounts_of_declaration
from opencwc.declarations.forms.declaration_files import holds_attached, is_declaration, is_pdf, read_declaration
from opencwc.declarations.forms.tree import Fault
from opencwc.declarations.register_reader import read_uploads
from opencwc.errors import InputError

if TYPE_CHECKING:
    from opencwc.declarations.chemicals import Chemicals
    from opencwc.declarations.law import Law

MOST_FAULTS = 200
"""Faults of a declaration that are kept with it."""
Rules = Callable[[], "tuple[Law, Chemicals]"]
"""Gives the law and the chemicals by which a declaration is checked; called only where there is one."""


class Unfit(NamedTuple):
    """A declaration that does not follow its form, so that nothing of it can be added up."""

    name: str
    faults: tuple[Fault, ...]
    total: int

    @property
    def error(self) -> InputError:
        """What says so where the faults themselves are not shown."""
        places = [fault.place or fault.path for fault in self.faults]
        first = next(filter(None, places), "/")
        return InputError("declaration_off_its_form", where=self.name, count=self.total, place=first)


def holds_declaration(uploads: Sequence[tuple[str, Path]]) -> bool:
    """Tell whether one of the files is a declaration that can be read."""
    return any(_is_declared(path) for _, path in _read_of(uploads))


def _read_of(uploads: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Return the files that figures are read from: a PDF with a declaration attached only where nothing else came."""
    plain = [(name, path) for name, path in uploads if not is_pdf(path)]
    return plain or [(name, path) for name, path in uploads if holds_attached(path)]


def _is_declared(path: Path) -> bool:
    return is_pdf(path) or is_declaration(path)


def read_of(uploads: Sequence[Upload]) -> list[tuple[str, Path]]:
    """Return the files of a version that are read: all but the PDFs that came beside them."""
    return [(upload.name, upload.path) for upload in uploads if not is_pdf(upload.path)]


def read_handed_in(uploads: Sequence[tuple[str, Path]], year: int, rules: Rules) -> Amounts | Unfit:
    """Return what files that came under names amount to; ``year`` is that of the submission.

    Raises:
        InputError: there is nothing but PDFs that hold no declaration, a declaration came with another file, it is of
            another year or contradicts itself, or a file cannot be read.

    """
    read = _read_of(uploads)
    if not read:
        raise InputError("version_of_pdf_alone", where=", ".join(name for name, _ in uploads)[:200])
    declared = [(name, path) for name, path in read if _is_declared(path)]
    if not declared:
        register = read_uploads(read)
        return replace(amounts_of(register), unread=sum(problem.unjudged for problem in register.problems))
    if len(read) > 1:
        raise InputError("version_of_several_declarations", where=declared[0][0])
    return _declaration(*declared[0], year, rules)


def _declaration(name: str, path: Path, year: int, rules: Rules) -> Amounts | Unfit:
    from opencwc.declarations.forms.checking import check

    document, faults, places = read_declaration(path, name)
    if document is None:
        return Unfit(name, tuple(faults[:MOST_FAULTS]), len(faults))
    if document.year != year:
        raise InputError("declaration_of_other_year", where=name, year=document.year, asked=year)
    law, chemicals = rules()
    found = [*faults, *check(document, places, law, chemicals)]
    shown = tuple(found[:MOST_FAULTS])
    declared = amounts_of_declaration(document)
    return replace(declared, faults=shown, more=len(found) - len(shown), attached=is_pdf(path))


def rules_of(question: Mapping[str, Any]) -> tuple[Law, Chemicals]:
    """Return the law and the chemicals of a question: ``as_of`` and ``profile``."""
    from opencwc.declarations.law import Law
    from opencwc.declarations.reader import chemicals_on

    day = date.fromisoformat(str(question["as_of"]))
    return Law(day, str(question.get("profile") or "treaty")), chemicals_on(day)
