"""Many rows at once: the gate in front, the full path for what it does not vouch for, and lines of a table out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from opencwc.files.identifier_columns import ANY_KIND, KINDS_WITH_DRAWINGS
from opencwc.files.rows import Rows
from opencwc.finding import FINDING_COLUMNS, Finding, Maker, Subject, Verdict, readings_cell
from opencwc.screening.allow_list import AllowList, silenced_in
from opencwc.screening.known_chemicals import BRACKET_ATOM, DRAWN, LONGEST_SHORT_NAME
from opencwc.screening.model import KINDS_BY_CELL, Outcome, Question, Tally, gravest
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import NO_MENTION, Screener
from opencwc.screening.structure_screener import unreadable
from opencwc.wording import sentence

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from opencwc.chemistry.smiles_gate import Limits
    from opencwc.screening.row_readings import RowReadings

LEAST_ROWS_FOR_GATE = 2_000
"""Below it, reading every row in full is quicker than loading the compiled reader."""


@dataclass(frozen=True)
class Answered:
    """What came of a batch: ``outcomes`` by the row's offset, and what is said of every other row (``plain``)."""

    rows: Rows
    outcomes: dict[int, tuple[Outcome, ...]]
    tally: Tally
    plain: Outcome


class BatchScreener:
    """Screens batches under one question; the same object serves one process, many, and a cluster."""

    def __init__(
        self, question: Question, rulebook: Rulebook | None = None, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.question = question
        self.rulebook = rulebook or Rulebook.of(question.as_of, question.lists, question.files)
        self.screener = Screener(self.rulebook, progress)
        self.allow_list = AllowList.of_house()
        self._limits: Limits | None = None

    def answer(self, rows: Rows) -> Answered:
        """Answer a batch."""
        outcomes: dict[int, tuple[Outcome, ...]] = {
            offset: (unreadable(problem),) for offset, problem in rows.problems.items()
        }
        if self.question.kind == "text":
            return self._answer_texts(rows, outcomes)
        kind = rows.columns[0].kind if rows.columns else ANY_KIND
        may_be_drawn = kind in KINDS_WITH_DRAWINGS
        plain = Outcome(Verdict.NOT_LISTED, "structure", self.screener.not_listed)
        if self.question.kind in KINDS_BY_CELL and (rows.beside or not (may_be_drawn or kind == "name")):
            of_inputs = self._answer_inputs(rows, outcomes) if may_be_drawn else outcomes
            outcomes = of_inputs | dict(self._row_readings.join(rows, of_inputs))
        else:
            outcomes = self._answer_inputs(rows, outcomes)
        return _counted(rows, self._allowing(rows, outcomes), plain)

    def _allowing(self, rows: Rows, outcomes: dict[int, tuple[Outcome, ...]]) -> dict[int, tuple[Outcome, ...]]:
        """Let the allow-list silence what it allows."""
        if not self.allow_list.in_force:
            return outcomes
        return {
            offset: self.allow_list.silence(rows.inputs[offset] or "", statements)
            for offset, statements in outcomes.items()
        }

    @cached_property
    def _row_readings(self) -> RowReadings:
        """Reads rows of several columns."""
        from opencwc.screening.row_readings import RowReadings

        quiet_rows_matter = not self.question.only or Verdict.NOT_LISTED in self.question.only
        return RowReadings(self.screener, self._are_quiet, quiet_rows_matter=quiet_rows_matter)

    def _are_quiet(self, drawings: Sequence[str]) -> Sequence[bool]:
        """Tell of SMILES which no entry can have to do with; of a few of them nothing is told."""
        import polars as pl

        if not self.question.gate or len(drawings) < LEAST_ROWS_FOR_GATE:
            return [False] * len(drawings)
        quiet: list[bool] = (~self._gate(pl.Series(drawings, dtype=pl.String))).tolist()
        return quiet

    def _answer_inputs(self, rows: Rows, outcomes: dict[int, tuple[Outcome, ...]]) -> dict[int, tuple[Outcome, ...]]:
        """Answer the inputs each for itself, beside those whose outcome is known; those of no list have none."""
        outcomes = dict(outcomes)
        kinds = _kinds(rows.inputs, self.question.kind, self.screener)
        smiles = kinds["smiles"]
        if self.question.gate and len(smiles) >= LEAST_ROWS_FOR_GATE:
            smiles = smiles[self._gate(rows.inputs.gather(smiles))]
        for offsets in {**kinds, "smiles": smiles}.values():
            inputs = rows.inputs.gather(offsets).to_list()
            for offset, text in zip(offsets.tolist(), inputs, strict=True):
                if offset not in outcomes:
                    outcomes[offset] = self.screener.answer(text, self.question.kind)
        return outcomes

    def _answer_texts(self, rows: Rows, outcomes: dict[int, tuple[Outcome, ...]]) -> Answered:
        """Answer texts by the mentions in them; a text without any is told as `NO_MENTION`."""
        readable = [(offset, text) for offset, text in enumerate(rows.inputs.to_list()) if offset not in outcomes]
        different = list(dict.fromkeys(text for _, text in readable))  # the same goods come again and again
        answers = dict(zip(different, self.screener.finder.answer_all(different), strict=True))
        outcomes.update({offset: mentions for offset, text in readable if (mentions := answers[text])})
        answered = _counted(rows, self._allowing(rows, outcomes), NO_MENTION)
        answered.tally.silent = len(rows.inputs) - len(outcomes)
        return answered

    def _gate(self, inputs: pl.Series) -> NDArray[np.bool_]:
        import numpy as np
        import polars as pl

        from opencwc.chemistry.smiles_gate import scan

        if self._limits is None:
            self._limits = gate_limits(self.rulebook)
        array = inputs.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        _, offsets, data = array.buffers()
        ends = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
        return scan(np.frombuffer(data or b"\0", np.uint8), ends, self._limits)


def _counted(rows: Rows, outcomes: dict[int, tuple[Outcome, ...]], plain: Outcome) -> Answered:
    """Count how the rows of a batch came out; ``plain`` is said of those that have no outcome of their own."""
    tally = Tally()
    for statements in outcomes.values():
        tally.add(gravest(outcome.verdict for outcome in statements))
        for name, mentions in silenced_in(statements).items():
            tally.allowed[name] = tally.allowed.get(name, 0) + mentions
    tally.add(plain.verdict, len(rows.inputs) - len(outcomes))
    return Answered(rows, outcomes, tally, plain)


def gate_limits(rulebook: Rulebook) -> Limits:
    """Return what a rulebook's compositions allow, laid out for the bulk reader."""
    from opencwc.chemistry.smiles_gate import make_limits

    gate = rulebook.gate
    needs = [(counts.elements, counts.alkyl_on_phosphorus, counts.quaternary, counts.positive) for counts in gate.needs]
    return make_limits(gate.full_keys, gate.keys, needs)


def to_lines(answered: Answered, question: Question) -> pl.DataFrame:
    """Lay out a batch as the lines of the answer, with the columns of `FINDING_COLUMNS`."""
    import polars as pl

    rows = answered.rows
    special = pl.Series("offset", list(answered.outcomes), dtype=pl.UInt32)
    base = pl.DataFrame({"id": rows.ids.fill_null(""), "input": rows.inputs.fill_null("")}).with_row_index("offset")
    keys = base.select("offset", (pl.col("offset").cast(pl.Int64) + rows.first).alias("row"), "id", "input")
    simple = keys.filter(~pl.col("offset").is_in(special.implode())).with_columns(
        pl.lit("").alias("component"),
        pl.lit(str(answered.plain.verdict)).alias("verdict"),
        pl.lit("").alias("list"),
        pl.lit("").alias("entry"),
        pl.lit(answered.plain.basis).alias("basis"),
        pl.lit(sentence(answered.plain.message, question.lang)).alias("why"),
        pl.lit("").alias("readings"),
    )
    special_lines = _outcome_lines(answered, question).join(keys, on="offset", how="left", maintain_order="left")
    special_lines = special_lines.with_columns(
        pl.coalesce("place", "id").alias("id"), pl.coalesce("written", "input").alias("input")
    )
    if question.only and answered.plain.verdict not in question.only:
        simple = simple.clear()
    lines = pl.concat([simple.select("offset", *FINDING_COLUMNS), special_lines.select("offset", *FINDING_COLUMNS)])
    return lines.sort("offset", maintain_order=True).select(FINDING_COLUMNS)


def _outcome_lines(answered: Answered, question: Question) -> pl.DataFrame:
    """Return the outcomes that are asked for, a line each; a message that many of them share is said once."""
    import polars as pl

    ids, inputs = answered.rows.ids.to_list(), answered.rows.inputs.to_list()
    chosen = [
        (offset, outcome)
        for offset, outcomes in answered.outcomes.items()
        for outcome in outcomes
        if not question.only or outcome.verdict in question.only
    ]
    messages = {id(outcome.message): outcome.message for _, outcome in chosen}
    whys = {key: sentence(message, question.lang) for key, message in messages.items()}
    columns: dict[str, list[str | None]] = {
        "place": [_place(outcome, ids[offset] or "", inputs[offset]) for offset, outcome in chosen],
        "written": [outcome.written or None for _, outcome in chosen],
        "component": ["" if outcome.component is None else str(outcome.component) for _, outcome in chosen],
        "verdict": [str(outcome.verdict) for _, outcome in chosen],
        "list": [outcome.rule.list if outcome.rule else "" for _, outcome in chosen],
        "entry": [outcome.rule.entry if outcome.rule else "" for _, outcome in chosen],
        "basis": [outcome.basis for _, outcome in chosen],
        "why": [whys[id(outcome.message)] for _, outcome in chosen],
        "readings": [readings_cell(outcome.readings) for _, outcome in chosen],
    }
    offsets = pl.Series("offset", [offset for offset, _ in chosen], dtype=pl.UInt32)
    return pl.DataFrame([offsets, *(pl.Series(name, cells, dtype=pl.String) for name, cells in columns.items())])


def to_findings(answered: Answered, maker: Maker, file: str = "", only: Collection[Verdict] = ()) -> Iterator[Finding]:
    """Yield every finding of a batch, in the order of its rows; with ``only`` those of these verdicts."""
    simple = (answered.plain,)
    for offset in range(len(answered.rows)):
        outcomes = answered.outcomes.get(offset, simple)
        wanted = [outcome for outcome in outcomes if outcome.verdict in only] if only else outcomes
        yield from _findings(answered, offset, wanted, maker, file)


def findings_to_see(answered: Answered, maker: Maker, file: str = "", most: int | None = None) -> list[Finding]:
    """Return the findings that a person must see: everything but what is plainly not listed, up to ``most``."""
    findings: list[Finding] = []
    for offset in sorted(answered.outcomes):
        outcomes = answered.outcomes[offset]
        seen = [outcome for outcome in outcomes if outcome.verdict is not Verdict.NOT_LISTED]
        findings += _findings(answered, offset, seen, maker, file)
        if most is not None and len(findings) >= most:
            break
    return findings


def _findings(
    answered: Answered, offset: int, outcomes: Iterable[Outcome], maker: Maker, file: str
) -> Iterator[Finding]:
    rows = answered.rows
    subject = Subject(rows.first + offset, rows.ids[offset] or "", rows.inputs[offset] or "", None, file)
    for outcome in outcomes:
        place = _place(outcome, subject.id, subject.input)
        yield outcome.finding(subject if place is None else replace(subject, id=place), maker)


def _place(outcome: Outcome, place: str, text: str | None) -> str | None:
    """Return where in a passage a mention stands: in the row of a sheet, or of a table that is attached, the cell;
    ``None`` where the id says it.
    """
    if not outcome.span or not ("!" in place or " > " in place):
        return None
    from opencwc.files import cell_of

    return cell_of(place, text or "", outcome.span[0])


def _kinds(inputs: pl.Series, kind: str, screener: Screener) -> dict[str, NDArray[np.int64]]:
    """Sort the readable rows by what they are: offsets by kind."""
    import polars as pl

    readable = inputs.is_not_null()
    none = readable & False
    masks = {"smiles": none, "inchi": none, "cas": none, "name": none, "molblock": none}
    if kind != "auto":
        masks[kind] = readable
    else:
        short = inputs.str.len_bytes() <= LONGEST_SHORT_NAME
        listed = short & inputs.str.to_lowercase().is_in(pl.Series(sorted(screener.known.short_names)).implode())
        block = inputs.str.contains("M  END", literal=True) & inputs.str.contains("\n", literal=True)
        masks["molblock"] = block
        masks["inchi"] = inputs.str.starts_with("InChI=") & ~block
        masks["cas"] = inputs.str.contains(r"^\d{2,7}-\d\d-\d$")
        drawn = inputs.str.replace_all(BRACKET_ATOM, "*").str.contains(rf"^{DRAWN}$")
        masks["smiles"] = drawn & ~(listed | masks["inchi"] | masks["cas"] | block)
        rest = ~(masks["inchi"] | masks["cas"] | masks["smiles"] | masks["molblock"])
        masks["name"] = rest & readable
        odd = inputs.filter(masks["name"].fill_null(value=False))
        if odd.len():
            from opencwc.chemistry.registry_numbers import looks_like_cas

            numbers = pl.Series([looks_like_cas(text) for text in odd.to_list()])
            offsets = masks["name"].fill_null(value=False).arg_true()
            moved = pl.Series(range(len(inputs)), dtype=pl.UInt32).is_in(offsets.filter(numbers).implode())
            masks["cas"] = masks["cas"] | moved
            masks["name"] = masks["name"] & ~moved
    return {name: mask.fill_null(value=False).arg_true().to_numpy().astype("int64") for name, mask in masks.items()}
