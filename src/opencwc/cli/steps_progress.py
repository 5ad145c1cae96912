"""How far work on texts is: a bar where a person is watching, else a line a step once it takes long."""

from __future__ import annotations

import sys
from time import monotonic
from typing import Any, Self

from opencwc.wording import say, sentence

_LONG = 20.0
"""Seconds after which a step is told of where nobody is watching."""
_WORDS = {"encoding": "ask_step_encoding", "reports": "watch_step_reports"}


class StepsProgress:
    """Called with a step, what is done of it and what there is to do; ``with StepsProgress(lang) as tell``."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._bar: Any = None
        self._told = ""
        self._began = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, step: str, done: int, of: int | None) -> None:
        """Show how far a step is; nobody may know of how many."""
        words = _WORDS.get(step, f"law_step_{step}")
        if sys.stderr.isatty():
            if self._bar is None:
                self._begin()
            self._bar.update(self._bar.task_ids[0], description=say(words, self._lang), completed=done, total=of)
        elif step != self._told and monotonic() - self._began > _LONG:
            self._told = step
            sys.stderr.write(sentence(words, self._lang) + "\n")

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bar.add_task("", total=1)
        self._bar.start()
