"""A version of a submission judged in a confined process: what is due of it, and what is wrong with its figures.

`judge_version` is the parent's side; ``python -m opencwc.declarations.confined_judgement`` is the process.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any

from opencwc.confining.process import Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.declarations.handed_in import read_of
from opencwc.declarations.kept import KeptDeclarations, due_of, pack, unpack
from opencwc.errors import InputError

_TASK = "judge"
_SECONDS = 300.0
_BOUNDS = Bounds(memory=4_000_000_000, cpu_seconds=600)


def judge_version(
    archive: IO[bytes], question: Mapping[str, Any], *, network_must_be_cut: bool = True
) -> KeptDeclarations:
    """Return what is due of the register in an archive of one version.

    The question: ``as_of``; ``year``, in which it falls due; ``profile``, by its id. Raises `InputError` where the
    version is no register.
    """
    request = TaskRequest(_TASK, dict(question), _SECONDS, _BOUNDS, network_must_be_cut)
    with confined_lines(("-m", __name__), request, archive) as lines:
        for line in lines:
            if line is not None and "judged" in line:
                return unpack(base64.b64decode(line["judged"]))
    raise InputError("reading_broke_off")


class JudgeTask(Task):
    """Judges one register."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        from opencwc.declarations.reader import Reader

        self.reader = Reader(question)
        due_of(self.reader.sample(), self.reader.law)
        self.uploads = unpack_uploads()

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield one line with all."""
        from opencwc.declarations.judgement import judge
        from opencwc.declarations.register_reader import read_uploads

        reader = self.reader
        register = read_uploads(read_of(self.uploads))
        answer = judge(register, reader.law, reader.year, reader.chemicals, reader.margin)
        yield {"judged": base64.b64encode(pack(due_of(answer, reader.law))).decode("ascii")}
        yield {"done": True, "protection": protection.as_json()}


if __name__ == "__main__":
    sys.exit(serve({_TASK: JudgeTask}))
