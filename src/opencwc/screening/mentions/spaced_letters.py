"""Names written with a space between their letters, as headings and forms have them: T H I O D I G L Y C O L."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencwc.screening.mentions.model import Judge, Mention, TextRead


class SpacedLetters:
    """Finds such names."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._resolver = judge.screener.known.resolver

    def find(self, read: TextRead) -> Iterator[Mention]:
        """Yield the curated names in a text that are written letter by letter; two spaces part two words."""
        for run in _RUN.finditer(read.text):
            start = run.start()
            for written in dict.fromkeys((run[0], _DIGIT_BEHIND.sub("", run[0]))):
                name = " ".join("".join(word.split()) for word in _APART.split(written))
                if candidates := self._resolver.by_curated_name(name):
                    known, outcomes = self._judge.judge(candidates)
                    yield Mention(start, start + len(written), written, "name", outcomes, known)
                    break


_DIGIT_BEHIND = re.compile(r"[ \u00a0]+\d$")
"""The amount behind a name may have one digit too: T H I O D I G L Y C O L 5 kg."""
_RUN = re.compile(r"(?<!\w)[^\W_](?:[ \u00a0]{1,3}[^\W_]){4,}(?!\w)")
_APART = re.compile(r"[ \u00a0]{2,}")
