"""A verb run over an upload in a confined process: its reader loads and warms up, the rights go, then it reads.

`confined_steps` is the parent's side; ``python -m opencwc.confining.verb_runs`` is the process.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import IO, Any

from opencwc.confining.process import UPLOAD, Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.confining.step_lines import lines_of, steps_of
from opencwc.errors import InputError
from opencwc.verbs import Input, Step, Verb, verb_named

TASK = "run"


@contextmanager
def confined_steps(
    verb: Verb,
    question: Mapping[str, Any],
    upload: IO[bytes],
    seconds: float,
    bounds: Bounds,
    *,
    network_must_be_cut: bool = True,
) -> Iterator[Iterator[Step | None]]:
    """Give the steps of a verb's run over an upload, and ``None`` where a moment passed without one.

    The upload must have a descriptor; it is an archive of files where the verb reads several.
    """
    asked = {"verb": verb.id, "question": dict(question)}
    request = TaskRequest(TASK, asked, seconds, bounds, network_must_be_cut)
    with confined_lines(("-m", __name__), request, upload) as lines:
        yield steps_of(verb, lines)


class VerbRun(Task):
    """Runs the verb that the question names over the upload."""

    too_large = partial(InputError, "table_needs_memory")
    unwritten = partial(InputError, "workbook_needs_writing")

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        self.verb = verb_named(question["verb"])
        self.reader = self.verb.part("reader")(question["question"])
        self.reader.warm()
        name = str(question["question"].get("name", ""))
        # Files in memory count as written ones: they are laid out before the rights go.
        self.inputs = [Input(*upload) for upload in unpack_uploads()] if self.verb.many else [Input(name, UPLOAD)]

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield the lines of the run's steps."""
        return lines_of(self.reader.steps(self.inputs), protection.as_json())


if __name__ == "__main__":
    sys.exit(serve({TASK: VerbRun}))
