"""The registers that `opencwc declare` writes: a template to fill in, and a register that was read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli.declare_asked import DeclareAsked
from opencwc.cli.value import displayable
from opencwc.finding import Message
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.declarations.model import Register


def write_template_asked(asked: DeclareAsked) -> int:
    """Write a template in a language: a workbook, or two text files into a folder; return the exit status."""
    from opencwc.declarations.register_template import template_texts, write_template
    from opencwc.declarations.register_writer import make_folder
    from opencwc.errors import OutputError
    from opencwc.files import open_for_writing

    target, lang = asked.template or Path(), asked.lang
    if target.is_file() and target.suffix.lower() == ".xlsx":  # it may be filled in
        raise OutputError("register_there", where=str(target))
    if target.suffix.lower() == ".xlsx":
        with open_for_writing(target, binary=True) as stream:
            write_template(stream, lang)
    elif target.suffix and not target.is_dir():
        raise OutputError("template_target_unknown", where=str(target))
    else:
        make_folder(target)
        texts = template_texts(lang)
        if there := next((target / name for name in texts if (target / name).exists()), None):
            raise OutputError("register_there", where=str(there))
        for name, content in texts.items():
            with open_for_writing(target / name, binary=True) as stream:
                stream.write(content)
    _say_written(target, lang)
    return 0


def write_register_asked(register: Register, source: Path, target: Path, lang: str) -> None:
    """Write a register that was read, never over what it was read from."""
    from opencwc.declarations.register_writer import write_register
    from opencwc.errors import InputError, OutputError

    if target.exists() and target.samefile(source):
        raise InputError("answer_replaces_input", where=str(target))
    if target.suffix.lower() not in ("", ".xlsx", ".json") and not target.is_dir():
        raise OutputError("register_target_unknown", where=str(target))
    write_register(register, target)
    _say_written(target, lang)


def _say_written(target: Path, lang: str) -> None:
    said = sentence(Message("declare_file_written", {"file": str(target)}), lang)
    sys.stderr.write(displayable(said) + "\n")
