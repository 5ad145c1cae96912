"""Numbers of those who did it: attackers shot, suspects arrested. They are not among those whom it harmed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencwc.language.whole_numbers import Number
from opencwc.reports.harm.lists import STOPS, listed
from opencwc.reports.harm.sentence import Sentence

_WITHOUT_NOUN = re.compile(r"\s*(?:$|[.,;:!?،؛。，；]|(?:and|et|y|и|و)\b)")


def without_culprits(sentence: Sentence, numbers: Sequence[Number]) -> list[Number]:
    """Leave out the numbers of culprits, and those that go on from one: "killed three attackers and wounded two"."""
    kept: list[Number] = []
    last = -1
    for number in numbers:
        behind = sentence.text[number.end : number.end + 40]
        goes_on = last >= 0 and _WITHOUT_NOUN.match(behind) and not STOPS.search(sentence.text, last, number.start)
        if goes_on or listed("culprit", sentence.lang).match(behind.lstrip()):
            last = number.end
        else:
            kept.append(number)
    return kept
