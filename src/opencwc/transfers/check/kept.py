"""What a check of planned shipments leaves for its pages: the answers, the certificates' balance, and what was told.

The file is kept in the casebook as the source of a run of its own, in the case of the findings: so it has their mark,
is seen by who may read the case, leaves with its bundle, and is erased with it. It is one line of JSON for the check
and one for each answer.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.records import from_plain, to_plain
from opencwc.transfers.check.answers import Balance, ShownAnswer, balances_of

if TYPE_CHECKING:
    from opencwc.transfers.check.checking import Checker

NAME = "transfers-check.json.gz"
MEDIA_TYPE = "application/gzip"


class KeptCheck(Struct, frozen=True):
    """A check as it is kept; ``names`` is the list that consignees were held against, empty where there was none.

    ``version`` is that of the file's form: 1 also where a file says none.
    """

    as_of: date
    lists: tuple[str, ...]
    file: str
    said: tuple[Message, ...]
    certificates: tuple[Balance, ...]
    names: str
    answers: tuple[ShownAnswer, ...] = ()
    version: int = 1


def summary_of(checker: Checker, file: str, said: Iterable[Message], names: str = "") -> KeptCheck:
    """Return what is kept of a check beside its answers, once all shipments were answered."""
    lists = tuple(list_.id for list_ in checker.convention.lists)
    return KeptCheck(checker.as_of, lists, file, tuple(said), balances_of(checker.balances), names)


def packed(summary: KeptCheck, answers: Sequence[ShownAnswer]) -> bytes:
    """Return the file; the same check gives the same bytes."""
    first = {name: value for name, value in to_plain(summary).items() if name != "answers"}
    lines = [json.dumps(line, ensure_ascii=False, sort_keys=True) for line in (first, *map(to_plain, answers))]
    return gzip.compress("\n".join(lines).encode(), mtime=0)


def unpack(content: bytes) -> KeptCheck:
    """Return what was packed.

    Raises:
        InputError: it is not such a file.

    """
    try:
        first, *answers = [json.loads(line) for line in gzip.decompress(content).decode().split("\n")]
        return from_plain(KeptCheck, {**first, "answers": answers})
    except (OSError, EOFError, ValueError, TypeError):
        raise InputError("kept_check_unreadable") from None


def tally_of(answers: Iterable[ShownAnswer]) -> dict[str, int]:
    """Return how many shipments came out how."""
    return Counter(answer.verdict for answer in answers)
