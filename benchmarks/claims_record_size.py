"""How long a record of many statements takes to be made ready, how much memory it needs, and how long a sentence takes.

    python -m benchmarks.claims_record_size [COUNT] [--reports N]

The statements are the sentences of the written reports that may be looked at (tests/cases/reports), told again with
other numbers until there are enough. To encode them all takes hours, so that is measured on the first of them and
multiplied; the record is made with vectors of the sentences without their numbers, each moved a little.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from time import process_time
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.reports import looked_at, read_folder
from opencwc.claims.claim_matching import hold
from opencwc.claims.model import Statement
from opencwc.claims.pair_signs import Record
from opencwc.claims.statement_vectors import StatementVectors
from opencwc.language.encoders import Encoder, named_encoder
from opencwc.language.sentences import sentences_in
from opencwc.reports.facts import language_of
from opencwc.reports.model import Report

_NUMBER = re.compile(r"\d+")
_FIRST = datetime(2016, 1, 1, tzinfo=UTC)
_DAYS = 3_900
_LEAST = 25
"""Characters of a sentence that says something."""
_MEASURED = 1_000
"""Statements whose encoding is measured."""
_MOVED = 0.02


class MovedVectors:
    """An encoder that knows a sentence by its words alone and encodes it once; its numbers move the vector a little."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, dict[str, NDArray[np.float32]]()
        self.id, self.dimensions, self.thresholds = f"{encoder.id}-moved", encoder.dimensions, encoder.thresholds

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a row of length one for each text."""
        bare = [_NUMBER.sub("", text) for text in texts]
        new = [text for text in dict.fromkeys(bare) if text not in self._known]
        self._known.update(zip(new, self._encoder.passages(new), strict=True))
        rows = np.stack([self._known[text] for text in bare])
        moves = [np.random.default_rng(crc32(text.encode())).standard_normal(self.dimensions) for text in texts]
        moved = rows + _MOVED * np.asarray(moves, np.float32)
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)

    questions = passages


def _reports() -> list[Report]:
    return [report for folder in looked_at() for report in read_folder(folder)[0]]


def many_statements(wanted: int) -> Iterator[Statement]:
    """Yield so many statements, in six languages."""
    written = [
        (text, language_of(report))
        for report in _reports()
        for span in sentences_in(report.text)
        if len(text := report.text[slice(*span)]) >= _LEAST
    ]
    every = (_told_again(time, place, *one) for time in count() for place, one in enumerate(written))
    return islice(every, wanted)


def _told_again(time: int, place: int, text: str, lang: str) -> Statement:
    made = _FIRST + timedelta(days=(place + 97 * time) % _DAYS)
    return Statement(f"s{time}-{place}", made, _again(text, time), "", lang)


def _again(text: str, time: int) -> str:
    """Return a sentence with other numbers; one without a number says how often it was told."""
    told = _NUMBER.sub(lambda match: str(int(match[0][:6]) + 7 * time if time else match[0]), text)
    return told if told != text or not time else f"{text} [{time}]"


def nearest_found(texts: Sequence[str], vectors: StatementVectors, encoder: Encoder, statements: int) -> float:
    """Return how often the statement that is nearest to a text of all is the nearest of the likely ones."""
    asked = encoder.passages(texts)
    best, where = np.full(len(texts), -1.0, np.float32), np.zeros(len(texts), np.int64)
    for at in range(0, statements, _MEASURED):
        near = vectors.of(np.arange(at, min(at + _MEASURED, statements))) @ asked.T
        better = near.max(axis=0) > best
        best[better], where[better] = near.max(axis=0)[better], at + near.argmax(axis=0)[better]
    found = [int(vectors.nearest(one, 1)[0]) for one in asked]
    return float(np.mean(where == np.array(found)))


def _memory() -> str:
    """Return the memory of this process: what is its own, and all with the pages of files that it looked at last."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own, all_ = (int(lines[name].split()[0]) / 2**20 for name in ("RssAnon", "VmRSS"))
    return f"{own:.2f} GiB of its own, {all_:.2f} GiB with pages of files"


def _tell(what: str, since: float, more: str = "") -> None:
    sys.stdout.write(f"{what:<42}{process_time() - since:10.1f} s of processor time   {more or _memory()}\n")
    sys.stdout.flush()


def main() -> None:
    """Print times (of the processor, so that other work on the machine does not count) and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--reports", type=int, default=20)
    asked = parser.parse_args()
    start = process_time()
    statements = list(many_statements(asked.count))
    _tell(f"{len(statements)} statements", start)
    start = process_time()
    named_encoder().passages([one.text for one in statements[:_MEASURED]])
    hours = (process_time() - start) / _MEASURED * len(statements) / 3600
    _tell(f"encoding {_MEASURED}", start, f"so all: {hours:.2f} hours of one processor")
    encoder = MovedVectors(named_encoder())
    with tempfile.TemporaryDirectory() as folder:
        start = process_time()
        record = Record(statements, encoder, folder=Path(folder))
        _tell("made ready, without encoding", start)
        size = sum(file.stat().st_size for file in Path(folder).rglob("*.npy"))
        del record
        start = process_time()
        record = Record(statements, encoder, folder=Path(folder))
        _tell("opened again", start, f"{size / 2**30:.2f} GiB on disk; {_memory()}")
        reports = _reports()[:: max(1, len(_reports()) // asked.reports)]
        for way in ("first", "second"):
            start = process_time()
            claims = sum(len(held.claims) for held in hold(reports, record, encoder))
            took = (process_time() - start) / max(1, claims)
            _tell(f"{claims} sentences, the {way} time", start, f"{1000 * took:.0f} ms a sentence; {_memory()}")
        start = process_time()
        texts = [report.title or report.text[:80] for report in reports]
        share = nearest_found(texts, record.vectors, encoder, len(statements))
        _tell("compared with all", start, f"the nearest is found for {share:.2f} of {len(texts)} titles")


if __name__ == "__main__":
    main()
