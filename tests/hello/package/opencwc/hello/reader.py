"""A table of States to the steps of a run."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opencwc.hello import kept
from opencwc.hello.greeting import greet, maker_of

from opencwc.convention.territories import load_names
from opencwc.errors import InputError
from opencwc.files.frames import open_frame
from opencwc.records import to_plain
from opencwc.verbs import Ended, Found, Input, PagesFile, Progress, Started, Step

COLUMN = "state"


class Reader:
    """Greets the States of a table. The question: ``as_of``, the day."""

    def __init__(self, question: Mapping[str, Any]) -> None:
        self.as_of = str(question["as_of"])

    def warm(self) -> None:
        """Load the names of States and read a sample: afterwards nothing may be opened or written."""
        load_names()
        for batch in open_frame(io.BytesIO(b"state\nFrance\n"), "sample.csv").batches():
            greet(1, str(batch[COLUMN][0]), self.as_of)

    def steps(self, inputs: Sequence[Input]) -> Iterator[Step]:
        """Give what is checked, a finding a State, and the end with the file of the pages."""
        table = inputs[0]
        yield Started({"file": table.name, "as_of": self.as_of}, to_plain(maker_of(self.as_of)))
        names: list[str] = []
        counts: Counter[str] = Counter()
        frame = open_frame(table.path, table.name)
        if COLUMN not in frame.header:
            raise InputError("hello_without_state", where=table.name)
        for batch in frame.batches(columns=[COLUMN]):
            rows = zip(batch["row"], batch[COLUMN], strict=True)
            findings = [greet(row, str(name or ""), self.as_of) for row, name in rows]
            names += [finding.subject.input for finding in findings]
            counts.update(str(finding.verdict) for finding in findings)
            yield Progress(len(names))
            yield Found(findings)
        yield Ended(len(names), counts, pages=PagesFile(kept.NAME, kept.MEDIA_TYPE, kept.pack(names)))
