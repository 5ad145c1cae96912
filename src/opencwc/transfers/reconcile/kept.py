"""What a reconciliation leaves for its pages: the ranked sums and the lines as Parquet, and what is told, in one file.

The file is kept in the casebook as the source of a run of its own, in the case of the findings: so it has their mark,
is seen by who may read the case, leaves with its bundle, and is erased with it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
from msgspec import Meta, Struct
from msgspec.structs import replace

from opencwc.errors import InputError
from opencwc.finding import Finding, Message
from opencwc.records import from_plain, to_plain
from opencwc.transfers.model import CAUSES
from opencwc.transfers.reconcile.matching_kernel import MATCH_KINDS
from opencwc.transfers.reconcile.sums import WAYS
from opencwc.transfers.thresholds import declaration_evidence, rule_named

if TYPE_CHECKING:
    from opencwc.transfers.patterns.base import Proposal
    from opencwc.transfers.reconcile.reconciled import Reconciled

NAME = "reconciliation.zip"
MEDIA_TYPE = "application/zip"
TOLD, GROUPS, LINES = "told.json", "groups.parquet", "lines.parquet"
MOST_LINES = 5_000_000
"""Lines of all ledgers together that the pages take; more go through the command."""
NEAR = ("near_year_end", "near_returned", "near_unit", "near_double", "near_mixture", "near_rounding",
        "near_exporter", "near_importer", "near_chemical")  # fmt: skip
_SHARES = (*(f"p_{cause}" for cause in CAUSES), *(f"by_{way}" for way in WAYS), *NEAR)
GROUP_SCHEMA: Mapping[str, Any] = {
    "rank": pl.UInt32, "score": pl.Float64, "substance": pl.UInt32, "exporter": pl.String, "importer": pl.String,
    "year": pl.Int32, "exported": pl.Float64, "imported": pl.Float64, "difference": pl.Float64,
    "threshold": pl.Float64, "over": pl.Boolean, "exports": pl.UInt32, "imports": pl.UInt32, "cause": pl.String,
    "probability": pl.Float64, "second": pl.String, "second_probability": pl.Float64,
}  # fmt: skip
"""A sum of one chemical, pair of States and year; quantities in kg. Beside these columns stand, as Float32 and from 0
to 1, the causes' probabilities (``p_``) and the signs for them (``by_``, ``near_``), of which a later version may know
more or fewer."""
NAMED_SCHEMA: Mapping[str, Any] = {"other_state": pl.String, "other_year": pl.Int32, "half": pl.UInt8}
"""What a cause names where it names something, and which half of a matter a sum is; an earlier version kept neither."""
LINE_SCHEMA: Mapping[str, Any] = {
    "line": pl.UInt32, "ledger": pl.UInt16, "row": pl.UInt32, "id": pl.String, "exporter": pl.String,
    "importer": pl.String, "substance": pl.UInt32, "export": pl.Boolean, "day": pl.Date, "year": pl.Int32,
    "kg": pl.Float64, "concentration": pl.Float32, "hs": pl.UInt32, "returned": pl.Boolean, "match": pl.Int64,
    "other": pl.Int64, "kind": pl.String, "status": pl.String, "problem": pl.UInt16,
}  # fmt: skip
"""A line of a ledger: ``line`` counts them from 0, ``match`` is one number for those that belong together."""
MOST_PATTERNS = 200
"""Patterns over time that are kept and shown, the most unusual first; the command gives all."""


class Chemical(Struct, frozen=True):
    """A chemical of the ledgers: its key, name and entries, gravest first. The tables name it by its place."""

    key: str
    name: str
    entries: tuple[str, ...]

    @property
    def entry(self) -> tuple[str, str]:
        """The list and the entry that it falls under first, both empty where under none."""
        list_id, _, entry = self.entries[0].rpartition(" ") if self.entries else ("", "", "")
        return list_id, entry


class KeptLedger(Struct, frozen=True):
    """A ledger beside its lines: how many it has, which columns were read, and what was said of it."""

    name: str
    lines: int
    columns: dict[str, str]
    problems: tuple[Message, ...]
    notes: tuple[Message, ...]


class Pattern(Struct, frozen=True):
    """A pattern over time as it is proposed: States as alpha-3 codes, days or years, and kg by year as both sides say.

    ``lines`` are (ledger, row, id) of the first of its ``line_count`` lines.
    """

    kind: str
    chemical: str
    entry: str
    exporter: str
    importer: str
    via: str
    start: str
    end: str
    says: Message
    lines: tuple[tuple[str, int, str], ...]
    line_count: int
    years: tuple[tuple[int, float, float], ...]


class Summary(Struct, frozen=True):
    """What is kept of a reconciliation beside its tables: what was compared, what came out, who proposed the causes.

    ``patterns`` are the most unusual of the ``pattern_count``. ``version`` is that of the form: 1 also where none is
    said.
    """

    as_of: date
    model: str
    said: tuple[Message, ...]
    counts: dict[str, int]
    pattern_count: int
    patterns: Annotated[tuple[Pattern, ...], Meta(max_length=MOST_PATTERNS)]
    substances: tuple[Chemical, ...]
    ledgers: tuple[KeptLedger, ...]
    version: int = 1


@dataclass(frozen=True)
class KeptReconciliation:
    """A reconciliation as it is kept; ``lines_parquet`` is read as far as a page needs it."""

    summary: Summary
    groups: pl.DataFrame
    lines_parquet: bytes

    @property
    def chemicals(self) -> tuple[Chemical, ...]:
        """The chemicals, in the order of their places."""
        return self.summary.substances

    def lines(self) -> pl.LazyFrame:
        """The lines, which are read as far as what follows asks for."""
        return pl.scan_parquet(io.BytesIO(self.lines_parquet))

    def lines_at(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Any]]:
        """Return the lines that stand at these places, each by the name of its ledger and its row."""
        names = [ledger.name for ledger in self.summary.ledgers]
        asked = [(names.index(name), row) for name, row in dict.fromkeys(places) if name in names]
        wanted = pl.LazyFrame(asked, {"ledger": pl.UInt16, "row": pl.UInt32}, orient="row")
        found = self.lines().join(wanted, on=("ledger", "row"), how="semi").collect()
        return {(names[line["ledger"]], line["row"]): line for line in found.iter_rows(named=True)}

    def problem(self, ledger: int, number: int) -> Message | None:
        """Return why a line of a ledger could not be read."""
        problems = self.summary.ledgers[ledger].problems
        return problems[number - 1] if 0 < number <= len(problems) else None


def pack(reconciled: Reconciled, patterns: Sequence[Proposal] = ()) -> bytes:
    """Return a reconciliation as the file that is kept of it; the same one gives the same bytes."""
    groups, lines = tables_of(reconciled)
    return packed(summary_of(reconciled, patterns), _parquet(groups), _parquet(lines))


def packed(summary: Summary, groups: bytes, lines: bytes) -> bytes:
    """Return the file of its three parts."""
    text = json.dumps(to_plain(summary), ensure_ascii=False, sort_keys=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in {TOLD: text.encode(), GROUPS: groups, LINES: lines}.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def unpack(content: bytes) -> KeptReconciliation:
    """Return what was packed, having looked at its shape: a stranger's file had a hand in it.

    Raises `InputError` where it is not such a file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            text, groups, lines = (archive.read(name) for name in (TOLD, GROUPS, LINES))
        summary = from_plain(Summary, json.loads(text))
        _require_columns(lines, LINE_SCHEMA)
        _require_columns(groups, GROUP_SCHEMA)
        return KeptReconciliation(summary, pl.read_parquet(io.BytesIO(groups)), lines)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, pl.exceptions.PolarsError):
        raise InputError("kept_reconciliation_unreadable") from None


def _require_columns(content: bytes, required: Mapping[str, Any]) -> None:
    """Refuse a Parquet file that has not the columns that are wanted, or others than names and shares beside them."""
    schema = pl.read_parquet_schema(io.BytesIO(content))
    others = {name: kind for name, kind in schema.items() if name not in required and NAMED_SCHEMA.get(name) != kind}
    shares = all(name.startswith(("p_", "by_", "near_")) and kind == pl.Float32 for name, kind in others.items())
    if not shares or any(schema.get(name) != kind for name, kind in required.items()):
        raise ValueError("a table has other columns")


def findings_of(reconciled: Reconciled, patterns: Sequence[Proposal]) -> Iterator[Finding]:
    """Yield the findings to keep: of sums and lines first, then of the patterns that are kept, in their order."""
    from opencwc.transfers.reconcile.reconciled import maker_of

    maker = replace(maker_of(reconciled), model="", weights="")  # statistics say them, and no model
    yield from reconciled.findings()
    for pattern in patterns[:MOST_PATTERNS]:
        substance, convention = pattern.substance, reconciled.convention
        entry = rule_named(next(iter(substance.entries), ""), convention)
        yield pattern.finding(maker, entry, declaration_evidence(substance, convention))


def summary_of(reconciled: Reconciled, patterns: Sequence[Proposal] = ()) -> Summary:
    """Return what is kept beside the tables."""
    return Summary(
        as_of=reconciled.as_of,
        model=reconciled.model,
        said=reconciled.told(),
        counts=dict(reconciled.counts),
        pattern_count=len(patterns),
        patterns=tuple(map(_pattern, patterns[:MOST_PATTERNS])),
        substances=tuple(
            Chemical(substance.key, substance.name, substance.entries) for substance in reconciled.compared.substances
        ),
        ledgers=tuple(
            KeptLedger(ledger.name, len(ledger.lines), dict(ledger.columns), ledger.problems, ledger.notes)
            for ledger in reconciled.ledgers
        ),
    )


def _pattern(proposal: Proposal) -> Pattern:
    return Pattern(
        proposal.kind, proposal.substance.name, " ".join(proposal.substance.entries[:1]), proposal.exporter,
        proposal.importer, proposal.via, proposal.start, proposal.end, proposal.message, proposal.lines,
        proposal.line_count, proposal.years,
    )  # fmt: skip


def tables_of(reconciled: Reconciled) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the sums in the order of their ranks, and the lines by chemical, exporter and importer."""
    from opencwc.transfers.reconcile.reconciled import column_of

    groups = reconciled.groups.with_columns(
        pl.Series(f"p_{cause}", reconciled.probabilities[:, place], dtype=pl.Float32)
        for place, cause in enumerate(CAUSES)
    )
    shares = [pl.col(name).cast(pl.Float32) for name in _SHARES if name in groups.columns]
    named = {name: kind for name, kind in NAMED_SCHEMA.items() if name in groups.columns}
    groups = groups.select(*(pl.col(name).cast(kind) for name, kind in {**GROUP_SCHEMA, **named}.items()), *shares)
    lines = reconciled.compared.lines
    kinds = pl.Series(list(MATCH_KINDS), dtype=pl.String)
    lines = lines.with_columns(
        id=column_of(reconciled.ledgers, "id", pl.String()),
        problem=column_of(reconciled.ledgers, "problem", pl.UInt16()),
        status=reconciled.statuses.cast(pl.String),
        kind=pl.when(pl.col("match") >= 0).then(pl.lit(kinds).gather(pl.col("kind").cast(pl.UInt32))),
    )
    lines = lines.select(pl.col(name).cast(kind) for name, kind in LINE_SCHEMA.items())
    return groups, lines.sort("substance", "exporter", "importer", "year", "line")


def _parquet(table: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    table.write_parquet(out, compression="zstd", statistics=True, row_group_size=50_000)
    return out.getvalue()
