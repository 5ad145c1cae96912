"""A register to the steps of a run: read, its chemicals told, judged under a law, kept for its pages."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from opencwc.declarations.paused_collection import collection_paused
from opencwc.errors import InputError
from opencwc.finding import Finding, Verdict
from opencwc.records import to_plain
from opencwc.verbs import Ended, Found, Input, PagesFile, Progress, Started, Step

if TYPE_CHECKING:
    from opencwc.declarations.chemicals import Chemicals
    from opencwc.declarations.law import Law
    from opencwc.declarations.model import Answer

FINDINGS_AT_ONCE = 1_000
REGISTER, BEFORE, TRADE = "file", "before", "trade"
"""What a file is: of the register, of last year's, or a ledger; by the field of the form that it comes in."""
MOST_LEDGER_LINES = 2_000_000
_LEDGER = b"""reporter,flow,partner,date,chemical,cas,quantity,unit
ESP,export,FRA,%d-03-01,thiodiglycol,111-48-8,5,t
"""
READ, JUDGED, ASKED = 0.2, 0.5, 0.7
"""How much of the work is done once the register is read, judged, and looked through for unusual figures: measured on
a register of 5,000 sites. What is due is kept as soon as it is judged."""
_SITES = b"site,plant,operator,country,kind\nS1,P1,An Invented Works,ESP,\n"
_ACTIVITIES = (
    b"site,plant,chemical,cas,activity,year,quantity,unit,concentration,planned,purpose,partner,date\n"
    b"S1,P1,thiodiglycol,111-48-8,process,%d,1.5,t,98 %%,no,,,\n"
    b"S1,P1,CP(=O)(O)O,,produce,%d,40,t,,no,,,\n"
    b"S1,P1,saxitoxin,,import,%d,1,mg,,yes,medical,FRA,%d-06-07\n"
    b"S1,P1,acetone,,produce,%d,250,t,,no,,,\n"
)
"""A register in which everything is loaded before the rights are given up."""


class Reader:
    """Judges a register.

    The question: ``as_of``; ``year``, in which it falls due; ``profile``, by its id; ``readings``, choices by their
    ids; ``margin``, how many per cent under a threshold are near; ``given``, columns by table and field; ``roles``,
    what each file is, all of the register where they are left out; ``most_rows``, how many lines a ledger may have.
    """

    def __init__(self, question: Mapping[str, Any]) -> None:
        from opencwc.declarations.law import Law

        load_table_readers()
        self.day = date.fromisoformat(str(question["as_of"]))
        self.year = int(question.get("year") or self.day.year)
        self.margin = Decimal(str(question.get("margin") or 10)) / 100
        readings = {str(id): str(choice) for id, choice in dict(question.get("readings") or {}).items()}
        self.given = {str(table): dict(columns) for table, columns in dict(question.get("given") or {}).items()}
        self.most_lines = min(MOST_LEDGER_LINES, int(question.get("most_rows", MOST_LEDGER_LINES)))
        self.roles = tuple(str(role) for role in question.get("roles") or ())
        self.law = Law(self.day, str(question.get("profile") or "treaty"), readings)
        self.chemicals = chemicals_on(self.day)

    def warm(self) -> None:
        """Judge a sample, so that everything is loaded."""
        from opencwc.declarations.year_before import with_year_before

        answer = self.sample()
        answer = with_year_before(answer, answer.register, self.law, self.chemicals)
        if TRADE in self.roles:
            answer = self._beside_ledger(answer, "sample.csv", io.BytesIO(_LEDGER % (self.year - 1)))
        list(steps_of(answer, self.law))
        _load_model()

    def sample(self) -> Answer:
        """Judge the sample."""
        from opencwc.declarations.judgement import judge
        from opencwc.declarations.register_reader import read_register

        last = self.year - 1
        activities = _ACTIVITIES % (last, last, self.year, self.year, last)
        files: dict[str, Path | bytes] = {"sites.csv": _SITES, "activities.csv": activities}
        return judge(read_register(files), self.law, self.year, self.chemicals, self.margin)

    def steps(self, inputs: Sequence[Input]) -> Iterator[Step]:
        """Give how far it is, then what was judged, the findings, and the end with the file of the pages."""
        from opencwc.declarations.judgement import judge
        from opencwc.declarations.register_reader import read_uploads

        files = self._by_role(inputs)
        with collection_paused():
            register = read_uploads(files[REGISTER], self.given)
        yield Progress(len(register.activities), READ)
        with collection_paused():
            answer = judge(register, self.law, self.year, self.chemicals, self.margin)
            if BEFORE in files:
                answer = self._beside_year_before(answer, files[BEFORE])
            if TRADE in files:
                answer = self._beside_ledger(answer, *files[TRADE][0])
        yield from steps_of(answer, self.law)

    def _by_role(self, inputs: Sequence[Input]) -> dict[str, list[tuple[str, Path]]]:
        files: dict[str, list[tuple[str, Path]]] = {}
        for role, upload in zip(self.roles or (REGISTER,) * len(inputs), inputs, strict=True):
            files.setdefault(role, []).append((upload.name, upload.path))
        return files

    def _beside_year_before(self, answer: Answer, files: Sequence[tuple[str, Path]]) -> Answer:
        from opencwc.declarations.books_before import read_books_before
        from opencwc.declarations.year_before import with_year_before

        return with_year_before(answer, read_books_before(files, self.given), self.law, self.chemicals)

    def _beside_ledger(self, answer: Answer, name: str, source: Path | BinaryIO) -> Answer:
        from opencwc.declarations.ledger_comparison import no_parties, with_trade
        from opencwc.declarations.ledger_parties import parties_of
        from opencwc.transfers.ledgers.reader import read_ledger
        from opencwc.transfers.table_readers import offline_screener

        screener = offline_screener(self.day)
        ledger = read_ledger(source, name, screener=screener)
        if len(ledger.lines) > self.most_lines:
            raise InputError("ledgers_too_long", where=name, lines=self.most_lines)
        parties = partial(parties_of, source, name) if isinstance(source, Path) else no_parties
        return with_trade(answer, ledger, self.day, screener, parties)


def steps_of(answer: Answer, law: Law) -> Iterator[Step]:
    """Give what is kept of an answer: what was judged, the findings, the end with the file of the pages."""
    from opencwc.declarations import kept
    from opencwc.declarations.findings import findings_of, findings_to_ask, maker_of

    rows = len(answer.register.activities)
    checked = {
        "file": answer.register.name, "as_of": law.convention.as_of.isoformat(), "year": answer.year,
        "profile": law.profile.id,
    }  # fmt: skip
    if answer.compared.file:
        checked["before"] = answer.compared.file
    yield Started(checked, to_plain(maker_of(law)))
    yield Progress(rows, JUDGED)
    with collection_paused():
        due = list(findings_of(answer, law))
    yield from _in_parts(due)
    with collection_paused():
        asking = kept.asking_of(answer, law)
        to_ask = list(findings_to_ask(asking, answer, law))
    yield from _in_parts(to_ask)
    yield Progress(rows, ASKED)
    counts = Counter({Verdict.UNREADABLE: 0})  # where none is, that too is known
    counts.update(finding.verdict for finding in (*due, *to_ask))
    with collection_paused():
        content = kept.pack(kept.kept_of(answer, law, asking))
    yield Ended(rows, counts, pages=PagesFile(kept.NAME, kept.MEDIA_TYPE, content))


def _in_parts(findings: Sequence[Finding]) -> Iterator[Found]:
    for start in range(0, len(findings), FINDINGS_AT_ONCE):
        yield Found(findings[start : start + FINDINGS_AT_ONCE])


def chemicals_on(day: date) -> Chemicals:
    """Return a reader of chemicals under the Convention of a day that starts no process (systematic names ask Java)."""
    from opencwc.declarations.chemicals import Chemicals
    from opencwc.screening.rulebook import Rulebook
    from opencwc.screening.screener import Screener

    screener = Screener(Rulebook.of(day, ("CWC",)))
    screener.known.resolver.systematic = None
    return Chemicals(screener)


def _load_model() -> None:
    """Load and compile the model of unusual figures, which a sample is too small for, and see whether it is used."""
    import numpy as np

    from opencwc.declarations.unusual import learned
    from opencwc.declarations.unusual.features import FEATURES
    from opencwc.models.register import state_of

    if state_of(learned.MODEL).usable and learned.fits():
        learned.by_model({name: np.zeros(2) for name in FEATURES})


def load_table_readers() -> None:
    """Load what reads tables, names of States and names among words now, while files may be opened."""
    import fastexcel  # noqa: F401
    import pyarrow.csv  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from opencwc.convention.territories import load_names
    from opencwc.language.language_recogniser import load_recogniser

    load_names()
    load_recogniser()
