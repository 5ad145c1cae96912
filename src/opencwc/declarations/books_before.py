"""Last year's books as somebody hands them over: a register, or the declaration that was made from one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from opencwc.declarations.forms.declaration_files import is_declaration, is_pdf, read_declaration
from opencwc.declarations.forms.register_made import register_of
from opencwc.declarations.model import Register
from opencwc.declarations.register_reader import read_uploads
from opencwc.errors import InputError


def read_books_before(
    uploads: Sequence[tuple[str, Path]], given: Mapping[str, Mapping[str, str]] = MappingProxyType({})
) -> Register:
    """Return the register that files hold; of a declaration the one that it was made from, also where a PDF has it.

    A PDF that came beside another file is not read. Raises `InputError` where a declaration does not follow its form
    or came with another file, or a file cannot be read.
    """
    read = [(name, path) for name, path in uploads if not is_pdf(path)] or list(uploads)
    declared = [(name, path) for name, path in read if is_pdf(path) or is_declaration(path)]
    if not declared:
        return read_uploads(read, given)
    name, path = declared[0]
    if len(read) > 1:
        raise InputError("version_of_several_declarations", where=name)
    document, faults, _ = read_declaration(path, name)
    if document is None:
        place = next((fault.place or fault.path for fault in faults if fault.place or fault.path), "/")
        raise InputError("declaration_off_its_form", where=name, count=len(faults), place=place)
    return register_of(document)._replace(name=name)
