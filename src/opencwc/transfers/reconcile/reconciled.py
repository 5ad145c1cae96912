"""What two or more ledgers say together, ranked: as tables, as findings, and in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from opencwc.convention import Convention
from opencwc.finding import Evidence, Finding, Maker, Message, Subject, Value, Verdict
from opencwc.transfers.model import (
    CAUSES,
    LINE_STATUSES,
    MATCH_COLUMNS,
    RECONCILED_COLUMNS,
    Discrepancy,
    Ledger,
    Substance,
)
from opencwc.transfers.reconcile.causes import MODEL, RANKING
from opencwc.transfers.reconcile.comparison import Compared
from opencwc.transfers.reconcile.halves import matters, second_half_of
from opencwc.transfers.reconcile.matching_kernel import DOUBLE, SUM
from opencwc.transfers.reconcile.reasons import DECIMALS, DIGITS, group_reasons, line_reasons, why
from opencwc.transfers.reconcile.sums import GROUP
from opencwc.transfers.thresholds import other_goods, rule_evidence, rule_named
from opencwc.version import __version__

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVIDENCE_LINES = 8
"""How many lines a finding names, the largest first."""
SLICE = 65_536
"""Groups that are weighed, and groups or lines that are put into words, at once."""
PROBLEMS_TOLD = 12
"""How many different problems of a ledger's lines are told; the rest stands in the findings."""
_COUNTED = {"discrepancy": "over", "agreed": "within", "unreadable": "unread", "apart": "apart"}
_MOST_STATES = 6


@dataclass(frozen=True)
class Reconciled:
    """What two or more ledgers say together, ranked.

    ``groups`` has the columns of `Compared` and ``rank`` (from 1; two halves of one matter have one, and ``half`` tells
    them apart), ``score`` (0 to 100), ``cause``, ``probability``, ``second`` and ``second_probability``, ``place``
    among the ``probabilities``, and ``doubt``, a place in ``doubts``: what is doubtful in the lines that were summed,
    as far as the amounts rest on it; ``compared`` holds the lines with their matches. ``matters`` are the rows of the
    answer: each matter once, as `opencwc.transfers.reconcile.halves.matters` gives them.
    ``weights`` and ``ranking`` are the hashes of the models that proposed causes and order, empty where plain rules
    did; ``unfit`` are the ids of models that were left aside since their files do not fit this version.
    """

    ledgers: tuple[Ledger, ...]
    compared: Compared
    groups: pl.DataFrame
    probabilities: NDArray[np.float64]
    as_of: date
    weights: str = ""
    ranking: str = ""
    unfit: tuple[str, ...] = ()
    doubts: tuple[Message, ...] = ()

    @property
    def model(self) -> str:
        """The id of the model that proposed the causes, empty where plain rules did."""
        return MODEL.id if self.weights else ""

    @cached_property
    def convention(self) -> Convention:
        """The Convention on the day of the question."""
        return Convention(self.as_of, ("CWC",))

    @cached_property
    def matters(self) -> pl.DataFrame:
        """The rows of the answer, by rank."""
        return matters(self.groups, [substance.name for substance in self.compared.substances])

    def table(self, lang: str = "en") -> pl.DataFrame:
        """Return the answer with the columns of `RECONCILED_COLUMNS`, one line a matter, in the order of the ranks."""
        return pl.concat(self._table(groups, lang) for groups in sliced(self.matters))

    def _table(self, groups: pl.DataFrame, lang: str) -> pl.DataFrame:
        return groups.select(
            "rank",
            pl.col("score").round(3),
            self._of_substance([substance.name for substance in self.compared.substances]).alias("chemical"),
            self._of_substance([_entry(substance) for substance in self.compared.substances]).alias("entry"),
            pl.col("exporter").cast(pl.String),
            pl.col("importer").cast(pl.String),
            "year",
            *(_rounded(name).alias(f"{name}_kg") for name in ("exported", "imported", "difference")),
            pl.col("over").alias("over_threshold"),
            pl.col("cause").cast(pl.String),
            pl.col("probability").round(3).alias("cause_probability"),
            pl.col("second").cast(pl.String).alias("second_cause"),
            group_reasons(lang, self.compared.substances, self.doubts).alias("why"),
            "also_chemical",
            *(pl.col(f"also_{side}").cast(pl.String) for side in ("exporter", "importer")),
            "also_year",
            *(_rounded(f"also_{name}", "also_").alias(f"also_{name}_kg") for name in ("exported", "imported")),
        ).select(RECONCILED_COLUMNS)

    def matches(self, lang: str = "en") -> pl.DataFrame:
        """Return what became of each line, with the columns of `MATCH_COLUMNS`, in the order of the ledgers."""
        return pl.concat(self.matches_by_parts(lang))

    def matches_by_parts(self, lang: str = "en") -> Iterator[pl.DataFrame]:
        """Yield `matches` in parts, at least one, that need little memory each."""
        names = pl.lit(pl.Series([ledger.name for ledger in self.ledgers] or [""], dtype=pl.String))
        lines = self.compared.lines.select("ledger", "match", "readable").with_columns(
            column_of(self.ledgers, "id", pl.String()), self.statuses, self._problem_numbers
        )
        reason = line_reasons(self.ledgers, lang)
        for part in sliced(lines):
            yield part.select(
                names.gather(pl.col("ledger").cast(pl.UInt32)).alias("ledger"),
                "id",
                pl.when(pl.col("match") >= 0).then(pl.col("match") + 1).alias("match_group"),
                "status",
                reason.alias("reason"),
            ).select(MATCH_COLUMNS)

    @property
    def _problem_numbers(self) -> pl.Series:
        """Of each line the place of its problem among those of all ledgers, from 1; 0 where it has none."""
        begins = [0, *accumulate(len(ledger.problems) for ledger in self.ledgers)]
        numbered = [
            ledger.lines.select(
                pl.when(pl.col("problem") > 0).then(pl.col("problem").cast(pl.UInt32) + begin).otherwise(0)
            ).to_series()
            for ledger, begin in zip(self.ledgers, begins, strict=False)
        ]
        return pl.concat(numbered or [pl.Series([], dtype=pl.UInt32)]).alias("problem")

    @cached_property
    def statuses(self) -> pl.Series:
        """What became of each line: one of `LINE_STATUSES`."""
        status = {name: pl.lit(place, pl.UInt8) for place, name in enumerate(LINE_STATUSES)}
        lines = self.compared.lines.select(
            pl.when(pl.any_horizontal(pl.col("kg", "year", "substance", "exporter", "importer").is_null()))
            .then(status["unreadable"])
            .when(~pl.col("readable") | (~pl.col("compared") & (pl.col("match") < 0))).then(status["not_compared"])
            .when((pl.col("match") < 0) & (pl.col("kg") < 0)).then(status["netted"])
            .when(pl.col("match") < 0).then(status["unmatched"])
            .when(pl.col("kind") > DOUBLE).then(status["matched_across"])
            .when(pl.col("kind").is_in([SUM, DOUBLE])).then(status["matched_in_sum"])
            .otherwise(status["matched"])
        )  # fmt: skip
        return lines.to_series().cat.to(pl.Enum(LINE_STATUSES)).alias("status")

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many sums are over the threshold and within it; how many lines unreadable, or without another side."""
        over = int(self.matters["over"].sum())
        lines = dict(self.statuses.value_counts().iter_rows())
        return {
            "discrepancy": over,
            "agreed": len(self.matters) - over,
            "unreadable": lines.get("unreadable", 0),
            "apart": lines.get("not_compared", 0),
        }

    def problems(self, most: int | None = PROBLEMS_TOLD) -> Iterator[tuple[str, Message]]:
        """Yield, by each ledger's name, the commonest problems of its lines with their first row."""
        for ledger in self.ledgers:
            counted = (
                ledger.lines.filter(pl.col("problem") > 0)
                .group_by("problem")
                .agg(count=pl.len(), row=pl.col("row").min())
                .sort("count", "row", descending=[True, False])
            )
            first = counted if most is None else counted.head(most)
            for problem, count, row in first.iter_rows():
                values: dict[str, Value] = {"problem": ledger.problems[problem - 1], "count": count, "row": row}
                yield ledger.name, Message("ledger_problem_of", values)
            if len(counted) > len(first):
                yield ledger.name, Message("ledger_problems_rest", {"count": len(counted) - len(first)})

    def told(self) -> tuple[Message, ...]:
        """Say what was compared, what came out, who proposed the causes, and what to bear in mind."""
        states = self.compared.reporters
        named = (
            ", ".join(states)
            if len(states) <= _MOST_STATES
            else Message("reconcile_states_more", {"count": len(states)})
        )
        messages = [
            Message("reconcile_compared", {
                "lines": Message("reconcile_lines", {"count": len(self.compared.lines)}),
                "ledgers": Message("reconcile_ledgers", {"count": len(self.ledgers)}), "states": named,
                "groups": Message("reconcile_sums", {"count": len(self.groups)}), "date": self.as_of.isoformat(),
            }),
            Message("reconcile_came_out", {
                name: Message(f"reconcile_{counted}_counted", {"count": self.counts[name]})
                for name, counted in _COUNTED.items()
            }),
            Message(f"reconcile_causes_by_{'model' if self.weights else 'rules'}", {"model": MODEL.id}),
            Message(f"reconcile_order_by_{'model' if self.ranking else 'rules'}", {"model": RANKING.id}),
        ]  # fmt: skip
        if joined := len(self.groups) - len(self.matters):
            messages.insert(2, Message("reconcile_halves", {"count": joined}))
        messages += (Message("reconcile_model_unfit", {"model": id}) for id in self.unfit)
        messages += (
            Message("reconcile_given_twice", {"first": first.name, "second": second.name})
            for first, second in combinations(self.ledgers, 2)
            if _hold_the_same(first, second)
        )
        schedules = {_schedule(substance) for substance in self.compared.substances}
        if "" in schedules:
            messages.append(Message("reconcile_other_goods", {"threshold": f"{other_goods(self.convention).kg:,.0f}"}))
        if "1" in schedules:
            messages.append(Message("reconcile_schedule_1"))
        return tuple(messages)

    def findings(self, most: int | None = None) -> Iterator[Finding]:
        """Yield a finding for every sum over the threshold, by rank, and for every line with a problem.

        A line that cannot be read is ``unreadable``; of one that was read with a doubt, the finding is ``review``.
        """
        over = self.matters.filter("over") if most is None else self.matters.filter("over").head(most)
        lines = self._lines_of(over)
        for group in over.iter_rows(named=True):
            yield self._sum_finding(group, lines.get(group["rank"], ()))
        yield from self._line_findings()

    def _sum_finding(self, group: Mapping[str, Any], lines: Sequence[tuple[int, int]]) -> Finding:
        substance = self.compared.substances[group["substance"]]
        where = f"{group['exporter']}>{group['importer']} {group['year']}"
        scheduled = next((entry for entry in substance.entries if entry.startswith("CWC ")), "")
        score = f"{group['score']:.1f}"
        order = ("score", score) if not self.ranking else (RANKING.id, f"{score}; {self.ranking}")
        evidence = (
            *(Evidence("quantity", side, value=f"{group[side]:.3f} kg") for side in ("exported", "imported")),
            *self._second_half(group),
            *rule_evidence(substance, self.convention),
            Evidence("order", order[0], value=order[1]),
            *self._line_evidence(lines),
        )
        return Finding(
            Subject(group["rank"], f"{substance.key} {where}", f"{substance.name} {where}{self._also(group)}"),
            Verdict.DISCREPANCY, why(group, self.compared.substances, self.doubts), maker_of(self),
            rule_named(scheduled, self.convention), "ledger", evidence,
            confidence=round(float(group["probability"]), 4) if self.weights and group["probability"] else None,
        )  # fmt: skip

    def _also(self, group: Mapping[str, Any]) -> str:
        if group["also_year"] is None:
            return ""
        return f" + {group['also_chemical']} {group['also_exporter']}>{group['also_importer']} {group['also_year']}"

    def _second_half(self, group: Mapping[str, Any]) -> Iterator[Evidence]:
        """Yield both sums of the other half of the matter, where there is one."""
        if group["also_year"] is not None:
            for side in ("exported", "imported"):
                where = f"{side}{self._also(group)}".replace(" + ", ": ")
                yield Evidence("quantity", where, value=f"{group[f'also_{side}']:.3f} kg")

    def _line_findings(self) -> Iterator[Finding]:
        maker = maker_of(self)
        begin = 0
        for number, ledger in enumerate(self.ledgers):
            lines = ledger.lines.select("row", "problem").with_columns(self.statuses.slice(begin, len(ledger.lines)))
            begin += len(ledger.lines)
            for row, problem, status in lines.filter(pl.col("problem") > 0).iter_rows():
                yield Finding(
                    Subject(row, f"{number + 1}:{row}", ledger.name, file=ledger.name),
                    Verdict.UNREADABLE if status == "unreadable" else Verdict.REVIEW,
                    ledger.problems[problem - 1], maker, basis="ledger",
                )  # fmt: skip

    def discrepancy(self, group: Mapping[str, Any]) -> Discrepancy:
        """Return a row of ``groups`` as a record, with its causes by likelihood."""
        shares = self.probabilities[group["place"]]
        causes = () if group["cause"] is None else tuple(
            (CAUSES[place], float(shares[place])) for place in np.argsort(-shares, kind="stable")
        )  # fmt: skip
        substances = self.compared.substances
        return Discrepancy(
            substances[group["substance"]], group["exporter"], group["importer"], group["year"], group["exported"],
            group["imported"], group["threshold"], causes, group["score"], why(group, substances, self.doubts),
            also=second_half_of(group),
        )  # fmt: skip

    def lines_of(self, rank: int) -> pl.DataFrame:
        """Return the lines of a group by its rank, of its first half, and what became of each.

        ``match`` is empty or the number of its match; lines elsewhere that one of them is matched with stand there too,
        and are not its ``own``.
        """
        lines = self.compared.lines
        group = self.groups.filter(pl.col("rank") == rank, pl.col("half") == 0).select(GROUP)
        here = lines.join(group, on=GROUP, how="semi")
        there = lines.join(here.filter(pl.col("match") >= 0).select("match").unique(), on="match", how="semi")
        both = pl.concat([here, there]).unique("line").sort("line")
        both = both.with_columns(own=pl.col("line").is_in(here["line"].implode()))
        ids = column_of(self.ledgers, "id", pl.String())
        names = pl.Series([ledger.name for ledger in self.ledgers])
        return both.select(
            pl.lit(names).gather(pl.col("ledger").cast(pl.UInt32)).alias("ledger"),
            "row",
            pl.lit(ids).gather("line").alias("id"),
            self._of_substance([substance.name for substance in self.compared.substances]).alias("chemical"),
            "own",
            pl.col("reporter").cast(pl.String),
            pl.when("export").then("importer").otherwise("exporter").cast(pl.String).alias("partner"),
            pl.when("export").then(pl.lit("export")).otherwise(pl.lit("import")).alias("flow"),
            "day", "year", "kg", "concentration",
            pl.when(pl.col("match") >= 0).then(pl.col("match") + 1).alias("match"),
            pl.lit(self.statuses).gather("line").cast(pl.String).alias("status"),
        )  # fmt: skip

    def _lines_of(self, groups: pl.DataFrame) -> Mapping[int, list[tuple[int, int]]]:
        """Return, by rank, the largest lines of groups and the line that each is matched with (-1 for none)."""
        lines = self.compared.lines.filter("compared").select(*GROUP, "line", "other", "kg")
        largest = (
            lines.join(self.groups.join(groups, on="rank", how="semi").select(*GROUP, "rank"), on=GROUP)
            .sort("rank", "kg", "line", descending=[False, True, False])
            .group_by("rank", maintain_order=True)
            .head(EVIDENCE_LINES)
        )
        lines_of: dict[int, list[tuple[int, int]]] = {}
        for rank, line, other in largest.select("rank", "line", "other").iter_rows():
            lines_of.setdefault(rank, []).append((line, other))
        return lines_of

    def _line_evidence(self, lines: Sequence[tuple[int, int]]) -> Iterator[Evidence]:
        for line, other in lines:
            with_it = f" = {self._named(other)}" if other >= 0 else ""
            yield Evidence("line", f"{self._named(line)}{with_it}", value=str(self.statuses[line]))

    def _named(self, place: int) -> str:
        line = self.compared.lines.row(place, named=True)
        ledger = self.ledgers[line["ledger"]]
        when = line["day"] or line["year"]
        flow = "export" if line["export"] else "import"
        where = ledger.lines["id"][line["row"] - 1]
        pair = f"{line['exporter']}>{line['importer']}"
        kg = Decimal(f"{line['kg']:.{DIGITS}g}")
        return f"{ledger.name} {where}: {flow} {pair} {when} {kg:f} kg"

    def _of_substance(self, values: Sequence[str]) -> pl.Expr:
        return pl.lit(pl.Series(list(values) or [""], dtype=pl.String)).gather(pl.col("substance"))


def _hold_the_same(first: Ledger, second: Ledger) -> bool:
    """Tell whether two ledgers have the same lines, in whatever order: one file was given twice, most likely."""
    if len(first.lines) != len(second.lines) or not len(first.lines):
        return False
    columns = pl.exclude("row", "problem", "substance")
    sums = [ledger.lines.select(pl.col("kg").sum(), pl.col("year").sum()).row(0) for ledger in (first, second)]
    if sums[0] != sums[1]:
        return False
    keys = [pl.lit(pl.Series([substance.key for substance in ledger.substances] or [""])) for ledger in (first, second)]
    hashes = [
        ledger.lines.select(columns, key.gather(pl.col("substance")).alias("key")).hash_rows().sort()
        for ledger, key in zip((first, second), keys, strict=True)
    ]
    return hashes[0].equals(hashes[1])


def column_of(ledgers: Sequence[Ledger], name: str, kind: pl.DataType) -> pl.Series:
    """Return a column of all lines of all ledgers, in their order."""
    return pl.concat([ledger.lines[name] for ledger in ledgers] or [pl.Series(name, [], dtype=kind)])


def sliced(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield a table in slices, at least one, so that what is made of each needs little memory."""
    yield from (table.slice(begin, SLICE) for begin in range(0, max(1, len(table)), SLICE))


def maker_of(reconciled: Reconciled) -> Maker:
    """Return who makes the findings of a reconciliation."""
    return Maker(
        "opencwc.transfers", __version__, reconciled.as_of.isoformat(), ("CWC",), reconciled.model, reconciled.weights
    )


def _rounded(name: str, of: str = "") -> pl.Expr:
    """Round a quantity of a group to what can be known beside the larger of its sides: twelve digits, a microgram."""
    larger = pl.max_horizontal(f"{of}exported", f"{of}imported").abs().clip(lower_bound=1e-9)
    decimals = (DIGITS - 1 - larger.log10().floor()).clip(0, DECIMALS)
    step = pl.lit(10.0) ** decimals
    return (pl.col(name) * step).round(0) / step


def _entry(substance: Substance) -> str:
    return substance.entries[0].split(" ", 1)[1] if substance.entries else ""


def _schedule(substance: Substance) -> str:
    entry = next((entry for entry in substance.entries if entry.startswith("CWC ")), "")
    return entry[4:5]
