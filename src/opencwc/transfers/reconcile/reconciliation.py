"""Do the books agree? Ledgers in; one ranked line a chemical, pair of States and year out, with the causes proposed.

The official rule comes first: a discrepancy counts where the difference is more than the chemical's declaration
threshold. Then all are ranked by how much they deserve an officer's hour, and causes are proposed.
"""

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

from opencwc.finding import Evidence, Finding, Maker, Message, Rule, Subject, Value, Verdict
from opencwc.models.model import Model
from opencwc.transfers.model import (
    CAUSES,
    LINE_STATUSES,
    MATCH_COLUMNS,
    RECONCILED_COLUMNS,
    Discrepancy,
    Ledger,
    Substance,
)
from opencwc.transfers.reconcile.causes import MODEL, RANKING, by_model, by_rules, fits, order_by_model, order_by_rules
from opencwc.transfers.reconcile.comparison import GROUP, OTHER_GOODS_KG, Compared, compare
from opencwc.transfers.reconcile.matching_kernel import DOUBLE, SUM
from opencwc.version import __version__
from opencwc.wording import number_signs, say, sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray


EVIDENCE_LINES = 8
"""How many lines a finding names, the largest first."""
SLICE = 65_536
"""Groups that are weighed, and groups or lines that are put into words, at once."""
PROBLEMS_TOLD = 12
"""How many different problems of a ledger's lines are told; the rest stands in the findings."""


@dataclass(frozen=True)
class Reconciled:
    """What two or more ledgers say together, ranked.

    ``groups`` has the columns of `comparing.signs` and ``rank`` (from 1), ``score`` (0 to 100), ``cause``,
    ``probability``, ``second`` and ``second_probability``, and ``doubt``, a place in ``doubts``: what is doubtful in
    the lines that were summed, as far as the amounts rest on it; ``compared`` holds the lines with their matches.
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

    def table(self, lang: str = "en") -> pl.DataFrame:
        """Return the answer with the columns of `RECONCILED_COLUMNS`, one line a group, in the order of the ranks."""
        return pl.concat(self._table(some, lang) for some in _sliced(self.groups))

    def _table(self, groups: pl.DataFrame, lang: str) -> pl.DataFrame:
        return groups.select(
            "rank",
            pl.col("score").round(3),
            self._of_substance([substance.name for substance in self.compared.substances]).alias("chemical"),
            self._of_substance([_entry(substance) for substance in self.compared.substances]).alias("entry"),
            pl.col("exporter").cast(pl.String),
            pl.col("importer").cast(pl.String),
            "year",
            *(_known(one).alias(f"{one}_kg") for one in ("exported", "imported", "difference")),
            pl.col("over").alias("over_threshold"),
            pl.col("cause").cast(pl.String),
            pl.col("probability").round(3).alias("cause_probability"),
            pl.col("second").cast(pl.String).alias("second_cause"),
            _why(lang, self.compared.substances, self.doubts).alias("why"),
        ).select(RECONCILED_COLUMNS)

    def matches(self, lang: str = "en") -> pl.DataFrame:
        """Return what became of each line, with the columns of `MATCH_COLUMNS`, in the order of the ledgers."""
        return pl.concat(self.matches_by_parts(lang))

    def matches_by_parts(self, lang: str = "en") -> Iterator[pl.DataFrame]:
        """Yield `matches` in parts, at least one, that need little memory each."""
        ids = (
            pl.concat([ledger.lines["id"] for ledger in self.ledgers])
            if self.ledgers
            else pl.Series([], dtype=pl.String)
        )
        names = pl.lit(pl.Series([ledger.name for ledger in self.ledgers] or [""], dtype=pl.String))
        told = self.compared.lines.select("ledger", "match", "readable").with_columns(
            ids.alias("id"), self.statuses, self._problem_numbers
        )
        reason = self._reason(lang)
        for part in _sliced(told):
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

    def _reason(self, lang: str) -> pl.Expr:
        """Say `reason_of` of all lines at once."""
        means = pl.lit(pl.Series([reason_of(status, None, lang) for status in LINE_STATUSES]))
        problems = [sentence(problem, lang) for ledger in self.ledgers for problem in ledger.problems]
        problem = pl.lit(pl.Series(["", *problems])).gather(pl.col("problem"))
        mean = means.gather(pl.col("status").to_physical().cast(pl.UInt32))
        both = pl.concat_str(mean, pl.lit("" if lang == "zh" else " "), problem)
        return pl.when(problem == "").then(mean).when("readable").then(both).otherwise(problem)

    @cached_property
    def statuses(self) -> pl.Series:
        """What became of each line: one of `LINE_STATUSES`."""
        status = {name: pl.lit(place, pl.UInt8) for place, name in enumerate(LINE_STATUSES)}
        told = self.compared.lines.select(
            pl.when(pl.any_horizontal(pl.col("kg", "year", "substance", "exporter", "importer").is_null()))
            .then(status["unreadable"])
            .when(~pl.col("readable") | (~pl.col("compared") & (pl.col("match") < 0))).then(status["not_compared"])
            .when((pl.col("match") < 0) & (pl.col("kg") < 0)).then(status["netted"])
            .when(pl.col("match") < 0).then(status["unmatched"])
            .when(pl.col("kind") > DOUBLE).then(status["matched_across"])
            .when(pl.col("kind").is_in([SUM, DOUBLE])).then(status["matched_in_sum"])
            .otherwise(status["matched"])
        )  # fmt: skip
        return told.to_series().cat.to(pl.Enum(LINE_STATUSES)).alias("status")

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many sums are over the threshold and within it; how many lines unreadable, or without another side."""
        over = int(self.groups["over"].sum())
        lines = dict(self.statuses.value_counts().iter_rows())
        return {
            "discrepancy": over,
            "agreed": len(self.groups) - over,
            "unreadable": lines.get("unreadable", 0),
            "apart": lines.get("not_compared", 0),
        }

    def problems(self, most: int | None = PROBLEMS_TOLD) -> Iterator[tuple[str, Message]]:
        """Yield, by each ledger's name, the commonest problems of its lines with their first row."""
        for ledger in self.ledgers:
            told = (
                ledger.lines.filter(pl.col("problem") > 0)
                .group_by("problem")
                .agg(count=pl.len(), row=pl.col("row").min())
                .sort("count", "row", descending=[True, False])
            )
            shown = told if most is None else told.head(most)
            for problem, count, row in shown.iter_rows():
                values: dict[str, Value] = {"problem": ledger.problems[problem - 1], "count": count, "row": row}
                yield ledger.name, Message("ledger_problem_of", values)
            if len(told) > len(shown):
                yield ledger.name, Message("ledger_problems_rest", {"count": len(told) - len(shown)})

    @property
    def by_verdict(self) -> Mapping[str, int]:
        """How many findings there are of each verdict of the verb, for the tally of a kept run."""
        problems = pl.concat([ledger.lines["problem"] for ledger in self.ledgers]) > 0
        unreadable = int((problems & (self.statuses == "unreadable")).sum())
        return {
            "discrepancy": self.counts["discrepancy"], "review": int(problems.sum()) - unreadable,
            "unreadable": unreadable, "agreed": self.counts["agreed"],
        }  # fmt: skip

    def told(self) -> tuple[Message, ...]:
        """Say what was compared, what came out, who proposed the causes, and what to bear in mind."""
        states = self.compared.reporters
        named = (
            ", ".join(states)
            if len(states) <= _MOST_STATES
            else Message("reconcile_states_more", {"count": len(states)})
        )
        said = [
            Message("reconcile_compared", {
                "lines": Message("reconcile_lines", {"count": len(self.compared.lines)}),
                "ledgers": Message("reconcile_ledgers", {"count": len(self.ledgers)}), "states": named,
                "groups": Message("reconcile_sums", {"count": len(self.groups)}), "date": self.as_of.isoformat(),
            }),
            Message("reconcile_came_out", {
                one: Message(f"reconcile_{said}_counted", {"count": self.counts[one]}) for one, said in _COUNTED.items()
            }),
            Message(f"reconcile_causes_by_{'model' if self.weights else 'rules'}", {"model": MODEL.id}),
            Message(f"reconcile_order_by_{'model' if self.ranking else 'rules'}", {"model": RANKING.id}),
        ]  # fmt: skip
        said += (Message("reconcile_model_unfit", {"model": one}) for one in self.unfit)
        said += (
            Message("reconcile_given_twice", {"first": first.name, "second": second.name})
            for first, second in combinations(self.ledgers, 2)
            if _hold_the_same(first, second)
        )
        schedules = {_schedule(substance) for substance in self.compared.substances}
        if "" in schedules:
            said.append(Message("reconcile_other_goods", {"threshold": f"{OTHER_GOODS_KG:,.0f}"}))
        if "1" in schedules:
            said.append(Message("reconcile_schedule_1"))
        return tuple(said)

    def findings(self, most: int | None = None) -> Iterator[Finding]:
        """Yield a finding for every sum over the threshold, by rank, and for every line with a problem.

        A line that cannot be read is ``unreadable``; of one that was read with a doubt, the finding is ``review``.
        """
        maker = maker_of(self)
        over = self.groups.filter("over") if most is None else self.groups.filter("over").head(most)
        lines = self._lines_of(over)
        for group in over.iter_rows(named=True):
            substance = self.compared.substances[group["substance"]]
            where = f"{group['exporter']}>{group['importer']} {group['year']}"
            rule = next((Rule(*entry.split(" ", 1)) for entry in substance.entries if entry.startswith("CWC ")), None)
            ordered = [Evidence("order", "score", value=f"{group['score']:.1f}")]
            if self.ranking:
                ordered[0] = Evidence("order", RANKING.id, value=f"{group['score']:.1f}; {self.ranking}")
            evidence = (
                *(Evidence("quantity", side, value=f"{group[side]:.3f} kg") for side in ("exported", "imported")),
                *ordered, *self._told_lines(lines.get(group["rank"], ())),
            )  # fmt: skip
            yield Finding(
                Subject(group["rank"], f"{substance.key} {where}", f"{substance.name} {where}"),
                Verdict.DISCREPANCY, why(group, self.compared.substances, self.doubts), maker, rule, "ledger", evidence,
                confidence=round(float(group["probability"]), 4) if self.weights and group["probability"] else None,
            )  # fmt: skip
        begin = 0
        for number, ledger in enumerate(self.ledgers):
            told = ledger.lines.select("row", "problem").with_columns(self.statuses.slice(begin, len(ledger.lines)))
            begin += len(ledger.lines)
            for row, problem, status in told.filter(pl.col("problem") > 0).iter_rows():
                yield Finding(
                    Subject(row, f"{number + 1}:{row}", ledger.name, file=ledger.name),
                    Verdict.UNREADABLE if status == "unreadable" else Verdict.REVIEW,
                    ledger.problems[problem - 1], maker, basis="ledger",
                )  # fmt: skip

    def discrepancy(self, group: Mapping[str, Any]) -> Discrepancy:
        """Return a row of ``groups`` as a record, with its causes by likelihood."""
        shares = self.probabilities[group["rank"] - 1]
        causes = () if group["cause"] is None else tuple(
            (CAUSES[place], float(shares[place])) for place in np.argsort(-shares, kind="stable")
        )  # fmt: skip
        substances = self.compared.substances
        return Discrepancy(
            substances[group["substance"]], group["exporter"], group["importer"], group["year"], group["exported"],
            group["imported"], group["threshold"], causes, group["score"], why(group, substances, self.doubts),
        )  # fmt: skip

    def lines_of(self, rank: int) -> pl.DataFrame:
        """Return the lines of a group by its rank, and what became of each.

        ``match`` is empty or the number of its match; lines elsewhere that one of them is matched with stand there too,
        and are not its ``own``.
        """
        lines = self.compared.lines
        group = self.groups.filter(pl.col("rank") == rank).select(GROUP)
        here = lines.join(group, on=GROUP, how="semi")
        there = lines.join(here.filter(pl.col("match") >= 0).select("match").unique(), on="match", how="semi")
        shown = pl.concat([here, there]).unique("line").sort("line")
        shown = shown.with_columns(own=pl.col("line").is_in(here["line"].implode()))
        ids = pl.concat([ledger.lines["id"] for ledger in self.ledgers])
        names = pl.Series([ledger.name for ledger in self.ledgers])
        return shown.select(
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
        some = (
            lines.join(groups.select(*GROUP, "rank"), on=GROUP)
            .sort("rank", "kg", "line", descending=[False, True, False])
            .group_by("rank", maintain_order=True)
            .head(EVIDENCE_LINES)
        )
        found: dict[int, list[tuple[int, int]]] = {}
        for rank, line, other in some.select("rank", "line", "other").iter_rows():
            found.setdefault(rank, []).append((line, other))
        return found

    def _told_lines(self, lines: Sequence[tuple[int, int]]) -> Iterator[Evidence]:
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
        kg = Decimal(f"{line['kg']:.{_DIGITS}g}")
        return f"{ledger.name} {where}: {flow} {pair} {when} {kg:f} kg"

    def _of_substance(self, values: Sequence[str]) -> pl.Expr:
        return pl.lit(pl.Series(list(values) or [""], dtype=pl.String)).gather(pl.col("substance"))


def reconcile(ledgers: Sequence[Ledger], as_of: date | None = None, *, model: bool = True) -> Reconciled:
    """Say where ledgers disagree, by how much, why probably, and in which order to look.

    ``model`` false has the causes proposed by plain rules, as they are where the model is switched off.
    """
    compared = compare(ledgers)
    compared, doubts = _doubted(compared, ledgers)
    models = {one.id: _usable(one) if model else ("", False) for one in (MODEL, RANKING)}
    weights, ranking = (hash for hash, _ in models.values())
    unfit = tuple(id for id, (_, is_unfit) in models.items() if is_unfit)
    groups = compared.groups
    weighed = [_weighed(some, model=bool(weights), order=bool(ranking)) for some in _sliced(groups)]
    causes, apart = (np.concatenate(parts) for parts in zip(*weighed, strict=True))
    order = np.argsort(-causes, axis=1, kind="stable")
    first, second = order[:, 0], order[:, 1] if len(groups) else order[:, 0]
    rows = np.arange(len(groups))
    same = groups.select(
        pl.col("size") <= pl.min_horizontal(_SAME_KG, _SAME_SHARE * pl.col("threshold")).clip(lower_bound=_SAME_G)
    ).to_series().to_numpy()  # fmt: skip
    kinds = pl.Enum(CAUSES)
    ranked = groups.with_columns(
        score=pl.Series(np.where(same, 0.0, 100.0 * apart), dtype=pl.Float64),
        cause=pl.Series(np.array(CAUSES)[first], dtype=pl.String).cast(kinds),
        probability=pl.Series(causes[rows, first]),
        second=pl.Series(np.array(CAUSES)[second], dtype=pl.String).cast(kinds),
        second_probability=pl.Series(causes[rows, second]),
        place=pl.Series(rows),
    ).with_columns(
        second=pl.when(pl.col("second_probability") >= _WORTH_SAYING).then("second"),
    )
    agreed = pl.Series(same)
    ranked = ranked.with_columns(
        pl.when(agreed).then(None).otherwise(pl.col(name)).alias(name) for name in ("cause", "probability", "second")
    ).sort(pl.col("over"), "score", "size", descending=[True, True, True], maintain_order=True)
    probabilities = causes[ranked["place"].to_numpy()]
    ranked = ranked.drop("place").with_row_index("rank", offset=1)
    return Reconciled(
        tuple(ledgers), compared, ranked, probabilities, as_of or date.today(), weights, ranking, unfit, doubts
    )  # fmt: skip


def _doubted(compared: Compared, ledgers: Sequence[Ledger]) -> tuple[Compared, tuple[Message, ...]]:
    """Give each group the problem of its largest line on whose reading its amounts rest (``doubt``), where one has."""
    doubts: dict[str, tuple[int, Message]] = {}
    places = []
    for ledger in ledgers:
        told = [_bearing(problem) for problem in ledger.problems]
        numbers = [None if one is None else doubts.setdefault(repr(one), (len(doubts), one))[0] for one in told]
        doubt = pl.lit(pl.Series([None, *numbers], dtype=pl.UInt32))
        places.append(ledger.lines.select(doubt.gather(pl.col("problem").cast(pl.UInt32))).to_series())
    lines = compared.lines.select(*GROUP, "compared", "kg").with_columns(
        pl.concat(places or [pl.Series([], dtype=pl.UInt32)]).alias("doubt")
    )
    found = (
        lines.filter("compared", pl.col("doubt").is_not_null())
        .group_by(GROUP)
        .agg(pl.col("doubt").sort_by(pl.col("kg").abs(), "doubt", descending=[True, False]).first())
    )
    groups = compared.groups.join(found, on=GROUP, how="left", maintain_order="left")
    return compared._replace(groups=groups), tuple(message for _, message in doubts.values())


def _bearing(problem: Message) -> Message | None:
    """Return of a line's problem what amounts may rest on, and nothing where that is none of it."""
    parts = problem.values["problems"] if problem.id == "ledger_problems" else (problem,)
    kept = tuple(part for part in parts if isinstance(part, Message) and part.id in _BEARING)  # type: ignore[union-attr]
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else Message("ledger_problems", {"problems": kept})


def _hold_the_same(first: Ledger, second: Ledger) -> bool:
    """Tell whether two ledgers have the same lines, in whatever order: one file was given twice, most likely."""
    if len(first.lines) != len(second.lines) or not len(first.lines):
        return False
    columns = pl.exclude("row", "problem", "substance")
    sums = [one.lines.select(pl.col("kg").sum(), pl.col("year").sum()).row(0) for one in (first, second)]
    if sums[0] != sums[1]:
        return False
    keys = [pl.lit(pl.Series([substance.key for substance in ledger.substances] or [""])) for ledger in (first, second)]
    hashes = [
        ledger.lines.select(columns, key.gather(pl.col("substance")).alias("key")).hash_rows().sort()
        for ledger, key in zip((first, second), keys, strict=True)
    ]
    return hashes[0].equals(hashes[1])


def _sliced(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield a table in slices, at least one, so that what is made of each needs little memory."""
    yield from (table.slice(begin, SLICE) for begin in range(0, max(1, len(table)), SLICE))


def _weighed(groups: pl.DataFrame, *, model: bool, order: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probability of each cause, and the order from 0 to 1, by the models or by plain rules."""
    causes = by_model(groups) if model and len(groups) else by_rules(groups)
    if not (order and len(groups)):
        return causes, order_by_rules(groups, causes)
    return causes, order_by_model(groups, causes if model else by_model(groups))


def maker_of(found: Reconciled) -> Maker:
    """Return who makes the findings of a reconciliation."""
    return Maker("opencwc.transfers", __version__, found.as_of.isoformat(), ("CWC",), found.model, found.weights)


def reason_of(status: str, problem: Message | None, lang: str, *, readable: bool = True) -> str:
    """Say why a line has its status: what that means, and what is wrong with it; ``readable`` as in `Compared`."""
    means = () if problem is not None and not readable else (f"page_transfers_status_{status}",)
    said = [sentence(one, lang) for one in (*means, *(() if problem is None else (problem,)))]
    return ("" if lang == "zh" else " ").join(said)


def why(group: Mapping[str, object], substances: Sequence[Substance] = (), doubts: Sequence[Message] = ()) -> Message:
    """Say why a group stands where it does: the rule, the likeliest cause, the one that comes next, what is doubtful.

    ``group`` is a row of `Reconciled.groups`; without ``substances`` another chemical is not named.
    """
    beside = _beside(group, substances, doubts)
    if group["cause"] is None:
        agreed = Message("reconcile_agreed")
        return Message("ledger_problems", {"problems": (agreed, *beside)}) if beside else agreed
    values: dict[str, Value] = {key: _kg(group[key]) for key in ("exported", "imported", "threshold")}
    values["difference"] = _kg(group["difference"], signless=True)
    values |= {key: str(group[key]) for key in ("exporter", "importer")}
    values |= {key: str(group[key]) for key in ("other_state", "other_year") if group.get(key) is not None}
    if substances and group.get("other_substance") is not None:
        values["other_substance"] = substances[int(str(group["other_substance"]))].name
    rule = Message("reconcile_over" if group["over"] else "reconcile_under", values)
    parts: dict[str, Value] = {"rule": rule, "cause": Message(_why_id(group, values), values)}
    if group["second"] is not None:
        parts["second"] = Message("reconcile_second", {"cause": Message(f"reconcile_cause_{group['second']}")})
    if beside:
        parts["unread"] = beside[0] if len(beside) == 1 else Message("ledger_problems", {"problems": beside})
    return Message(
        "_".join(("reconcile_why", *(_JOINED[name] for name in ("second", "unread") if name in parts))), parts
    )


def _beside(
    group: Mapping[str, object], substances: Sequence[Substance], doubts: Sequence[Message]
) -> tuple[Message, ...]:
    """Say what else is to be known of a group: what its chemical was read from, doubtful lines, lines unread."""
    found = []
    if group.get("code"):
        found.append(Message("reconcile_by_code", {"code": _code(int(str(group["code"])))}))
    if substances and (named := _may_be(substances[int(str(group["substance"]))])):
        found.append(named)
    if doubts and group.get("doubt") is not None:
        found.append(doubts[int(str(group["doubt"]))])
    if group.get("unread"):
        found.append(Message("reconcile_unread", {"unread": str(group["unread"])}))
    return tuple(found)


def _may_be(substance: Substance) -> Message | None:
    """Say of goods that only a subheading names that they may be any chemical of it."""
    return Message("reconcile_any_of_code", {"code": _code(substance.code)}) if substance.code else None


def _code(code: int) -> str:
    """Write an HS subheading.

    >>> _code(292215)
    '2922.15'
    """
    return f"{code // 100:04d}.{code % 100:02d}"


def _why_id(group: Mapping[str, object], values: Mapping[str, Value]) -> str:
    cause = str(group["cause"])
    if cause == "one_side_silent" and group["exports"] and group["imports"]:
        return f"reconcile_why_lacking_{'importer' if float(str(group['difference'])) > 0 else 'exporter'}"
    if cause == "one_side_silent":
        return f"reconcile_why_silent_{'importer' if group['exports'] else 'exporter'}"
    return f"reconcile_why_{cause}{'_named' if _NAMED.get(cause) in values else ''}"


def _why(lang: str, known: Sequence[Substance], doubts: Sequence[Message]) -> pl.Expr:
    """Say `why` of all groups at once, in one language, without a message object for each."""
    substances = [one.name for one in known]
    between = say(Message("reconcile_why", {"rule": _MARK, "cause": _MARK}), lang).split(_MARK)[1]
    rule = pl.when("over").then(_filled("reconcile_over", lang, substances, first=True)).otherwise(
        _filled("reconcile_under", lang, substances, first=True)
    )  # fmt: skip
    cause = seconds = pl.lit("")
    for one in CAUSES:
        if one == "one_side_silent":
            said = (
                pl.when(pl.col("exports") == 0)
                .then(_filled("reconcile_why_silent_exporter", lang, substances))
                .when(pl.col("imports") == 0)
                .then(_filled("reconcile_why_silent_importer", lang, substances))
                .when(pl.col("difference") > 0)
                .then(_filled("reconcile_why_lacking_importer", lang, substances))
                .otherwise(_filled("reconcile_why_lacking_exporter", lang, substances))
            )
        else:
            said = _filled(f"reconcile_why_{one}", lang, substances)
        if one in _NAMED:
            named = _filled(f"reconcile_why_{one}_named", lang, substances)
            said = pl.when(pl.col(_NAMED[one]).is_not_null()).then(named).otherwise(said)
        cause = pl.when(pl.col("cause") == one).then(said).otherwise(cause)
        second = between + say(Message("reconcile_second", {"cause": Message(f"reconcile_cause_{one}")}), lang)
        seconds = pl.when(pl.col("second") == one).then(pl.lit(second)).otherwise(seconds)
    beside = _all_beside(lang, between, known, doubts)
    full = pl.concat_str(rule, pl.lit(between), cause, seconds, beside, pl.lit(_stop(lang)))
    agreed = pl.concat_str(
        pl.lit(sentence("reconcile_agreed", lang).removesuffix(_stop(lang))), beside, pl.lit(_stop(lang))
    )
    return pl.when(pl.col("cause").is_null()).then(agreed).otherwise(full)


def _all_beside(lang: str, between: str, known: Sequence[Substance], doubts: Sequence[Message]) -> pl.Expr:
    """Say `_beside` of all groups at once, each part after what stands between two."""
    said = [between + say(doubt, lang) for doubt in doubts]
    named = [between + say(one, lang) if (one := _may_be(substance)) else "" for substance in known]
    parts = (
        (pl.col("code") > 0, pl.concat_str(pl.lit(between), _filled("reconcile_by_code", lang, ()))),
        (pl.lit(value=True), pl.lit(pl.Series(named or [""])).gather(pl.col("substance"))),
        (pl.col("doubt").is_not_null(), pl.lit(pl.Series(said or [""])).gather(pl.col("doubt").fill_null(0))),
        (pl.col("unread") > 0, pl.concat_str(pl.lit(between), _filled("reconcile_unread", lang, ()))),
    )
    return pl.concat_str(pl.when(is_told).then(part).otherwise(pl.lit("")) for is_told, part in parts)


def _stop(lang: str) -> str:
    return sentence("x", lang)[1:]


def _filled(id: str, lang: str, substances: Sequence[str], *, first: bool = False) -> pl.Expr:
    """Return what a message says with each group's own values; ``first`` where it begins a sentence."""
    said = say(Message(id, {name: f"{_MARK}{name}{_MARK}" for name in _VALUES}), lang)
    said = said[:1].upper() + said[1:] if first else said
    pieces = [
        _value(part, lang, substances) if place % 2 else pl.lit(part) for place, part in enumerate(said.split(_MARK))
    ]
    return pl.concat_str(pieces)


def _value(name: str, lang: str, substances: Sequence[str]) -> pl.Expr:
    if name == "other_substance":
        named = pl.lit(pl.Series(list(substances) or [""], dtype=pl.String))
        return named.gather(pl.col(name).fill_null(0))
    if name == "code":
        digits = pl.col(name).cast(pl.String).str.zfill(6)
        return pl.concat_str(digits.str.slice(0, 4), pl.lit("."), digits.str.slice(4))
    if name in ("exporter", "importer", "other_state", "other_year", "unread"):
        return pl.col(name).cast(pl.String).fill_null("")
    rounded = pl.col(name).abs() if name == "difference" else pl.col(name)
    whole = rounded.round(0).cast(pl.Int64)
    fine = rounded.cast(pl.Decimal(38, _DECIMALS)).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    group, decimal = number_signs(lang)
    apart = whole.map_batches(_apart, return_dtype=pl.String).str.replace_all(",", group, literal=True)
    fine = fine.str.replace(".", decimal, literal=True)
    return pl.when(rounded.abs() >= 10).then(apart).otherwise(fine)


def _apart(numbers: pl.Series) -> pl.Series:
    """Write whole numbers with commas between their thousands; Polars has no faster way than Python's own."""
    return pl.Series(numbers.name, [None if one is None else f"{one:,}" for one in numbers.to_list()], pl.String)


def _known(name: str) -> pl.Expr:
    """Round a quantity of a group to what can be known beside the larger of its sides: twelve digits, a microgram."""
    larger = pl.max_horizontal("exported", "imported").abs().clip(lower_bound=1e-9)
    decimals = (_DIGITS - 1 - larger.log10().floor()).clip(0, _DECIMALS)
    step = pl.lit(10.0) ** decimals
    return (pl.col(name) * step).round(0) / step


def _kg(value: object, *, signless: bool = False) -> float:
    number = float(value)  # type: ignore[arg-type]
    number = abs(number) if signless else number
    return float(round(number)) if abs(number) >= 10 else round(number, _DECIMALS)


_COUNTED = {"discrepancy": "over", "agreed": "within", "unreadable": "unread", "apart": "apart"}
_VALUES = ("exported", "imported", "difference", "threshold", "exporter", "importer", "other_state",
           "other_substance", "other_year", "unread", "code")  # fmt: skip
_NAMED = {"hub": "other_state", "wrong_partner": "other_state", "wrong_chemical": "other_substance",
          "year_end": "other_year"}  # fmt: skip
"""Causes that can name what the lines fit under elsewhere."""
_JOINED = {"second": "or", "unread": "unread"}


def _usable(model: Model) -> tuple[str, bool]:
    """Return the hash of a model's weights, empty where it is not used, and whether its file does not fit."""
    from opencwc.models.register import state_of

    state = state_of(model)
    if not state.usable:
        return "", False
    return (state.hash, False) if fits(model) else ("", True)


def _entry(substance: Substance) -> str:
    return substance.entries[0].split(" ", 1)[1] if substance.entries else ""


def _schedule(substance: Substance) -> str:
    entry = next((entry for entry in substance.entries if entry.startswith("CWC ")), "")
    return entry[4:5]


_MARK = "\x01"
_DECIMALS, _DIGITS = 9, 12
"""Quantities are told to the microgram, and with no more digits; more is the noise of binary fractions."""
_BEARING = frozenset((
    "ledger_quantity_huge", "ledger_quantity_negative", "ledger_date_far", "ledger_date_ahead", "ledger_hs_disagrees",
    "ledger_chemical_disagrees", "ledger_chemical_doubtful",
))  # fmt: skip
"""Problems of lines that are read all the same, and that the amounts or the places of a group rest on."""
_SAME_KG, _SAME_SHARE, _SAME_G = 0.5, 0.001, 1e-9
"""What counts as no difference at all: half a kilogram, less where the threshold is small."""
_WORTH_SAYING = 0.1
_MOST_STATES = 6
