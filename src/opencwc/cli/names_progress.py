"""How far the index of names is built: a bar where a person is watching, else one line; nothing where it is there."""

from __future__ import annotations

import sys
from typing import Any

from opencwc.wording import say


class NamesProgress:
    """Called with what is done and what there is to do while the index is built, once on a machine."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._bar: Any = None
        self._begun = False

    def __call__(self, done: int, total: int) -> None:
        """Show how far it is; the bar goes away at the end."""
        if not self._begun:
            self._begin(total)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)
            if done >= total:
                self._bar.stop()
                self._bar = None

    def _begin(self, total: int) -> None:
        self._begun = True
        said = say("demo_names", self._lang)
        if not sys.stderr.isatty():
            sys.stderr.write(f"{said}\n")
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn(said), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bar.add_task("", total=total)
        self._bar.start()
