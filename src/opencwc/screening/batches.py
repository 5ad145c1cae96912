"""Many rows at once: the gate in front, the full path for what it does not vouch for, and lines of a table out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from opencwc.files.rows import Rows
from opencwc.finding import FINDING_COLUMNS, Finding, Maker, Subject, Verdict
from opencwc.screening.known_chemicals import BRACKET_ATOM, DRAWN, LONGEST_SHORT_NAME
from opencwc.screening.model import Outcome, Question, Tally, gravest
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import NO_MENTION, Screener
from opencwc.screening.structure_screener import unreadable
from opencwc.wording import sentence

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from opencwc.chemistry.smiles_gate import Limits

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
        self._limits: Limits | None = None

    def answer(self, rows: Rows) -> Answered:
        """Answer a batch."""
        outcomes: dict[int, tuple[Outcome, ...]] = {
            offset: (unreadable(problem),) for offset, problem in rows.problems.items()
        }
        if self.question.kind == "text":
            return self._answer_texts(rows, outcomes)
        kinds = _kinds(rows.inputs, self.question.kind, self.screener)
        smiles = kinds["smiles"]
        if self.question.gate and len(smiles) >= LEAST_ROWS_FOR_GATE:
            smiles = smiles[self._gate(rows.inputs.gather(smiles))]
        for offsets in {**kinds, "smiles": smiles}.values():
            inputs = rows.inputs.gather(offsets).to_list()
            for offset, text in zip(offsets.tolist(), inputs, strict=True):
                if offset not in outcomes:
                    outcomes[offset] = self.screener.answer(text, self.question.kind)
        tally = Tally()
        for answered in outcomes.values():
            tally.add(gravest(one.verdict for one in answered))
        tally.add(Verdict.NOT_LISTED, len(rows.inputs) - len(outcomes))
        return Answered(rows, outcomes, tally, Outcome(Verdict.NOT_LISTED, "structure", self.screener.not_listed))

    def _answer_texts(self, rows: Rows, outcomes: dict[int, tuple[Outcome, ...]]) -> Answered:
        """Answer texts by the mentions in them; a text without any is told as `NO_MENTION`."""
        readable = [(offset, text) for offset, text in enumerate(rows.inputs.to_list()) if offset not in outcomes]
        different = list(dict.fromkeys(text for _, text in readable))  # the same goods come again and again
        answers = dict(zip(different, self.screener.finder.answer_all(different), strict=True))
        outcomes.update({offset: told for offset, text in readable if (told := answers[text])})
        tally = Tally()
        for answered in outcomes.values():
            tally.add(gravest(one.verdict for one in answered))
        tally.silent = len(rows.inputs) - len(outcomes)
        tally.add(NO_MENTION.verdict, tally.silent)
        return Answered(rows, outcomes, tally, NO_MENTION)

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


def gate_limits(rulebook: Rulebook) -> Limits:
    """Return what a rulebook's compositions allow, laid out for the bulk reader."""
    from opencwc.chemistry.smiles_gate import make_limits

    gate = rulebook.gate
    needs = [(one.elements, one.alkyl_on_phosphorus, one.quaternary, one.positive) for one in gate.needs]
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
    )
    told = _told(answered, question).join(keys, on="offset", how="left", maintain_order="left")
    told = told.with_columns(pl.coalesce("place", "id").alias("id"), pl.coalesce("written", "input").alias("input"))
    if question.only and answered.plain.verdict not in question.only:
        simple = simple.clear()
    lines = pl.concat([simple.select("offset", *FINDING_COLUMNS), told.select("offset", *FINDING_COLUMNS)])
    return lines.sort("offset", maintain_order=True).select(FINDING_COLUMNS)


def _told(answered: Answered, question: Question) -> pl.DataFrame:
    """Return the outcomes that are asked for, a line each; a message that many of them share is said once."""
    import polars as pl

    ids, inputs = answered.rows.ids.to_list(), answered.rows.inputs.to_list()
    told = [
        (offset, outcome)
        for offset, outcomes in answered.outcomes.items()
        for outcome in outcomes
        if not question.only or outcome.verdict in question.only
    ]
    said = {id(message): message for message in (one.message for _, one in told)}
    whys = {key: sentence(message, question.lang) for key, message in said.items()}
    columns: dict[str, list[str | None]] = {
        "place": [_place(one, ids[offset] or "", inputs[offset]) for offset, one in told],
        "written": [one.written or None for _, one in told],
        "component": ["" if one.component is None else str(one.component) for _, one in told],
        "verdict": [str(one.verdict) for _, one in told],
        "list": [one.rule.list if one.rule else "" for _, one in told],
        "entry": [one.rule.entry if one.rule else "" for _, one in told],
        "basis": [one.basis for _, one in told],
        "why": [whys[id(one.message)] for _, one in told],
    }
    offsets = pl.Series("offset", [offset for offset, _ in told], dtype=pl.UInt32)
    return pl.DataFrame([offsets, *(pl.Series(name, cells, dtype=pl.String) for name, cells in columns.items())])


def to_findings(answered: Answered, maker: Maker, file: str = "") -> list[Finding]:
    """Return every finding of a batch, in the order of its rows."""
    simple = (answered.plain,)
    rows = answered.rows
    findings: list[Finding] = []
    for offset in range(len(rows)):
        findings += _findings(answered, offset, answered.outcomes.get(offset, simple), maker, file)
    return findings


def told_findings(answered: Answered, maker: Maker, file: str = "", most: int | None = None) -> list[Finding]:
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


def _place(one: Outcome, place: str, text: str | None) -> str | None:
    """Return where in a passage a mention stands: in the row of a sheet, or of a table that is attached, the cell;
    ``None`` where the id says it.
    """
    if not one.span or not ("!" in place or " > " in place):
        return None
    from opencwc.files import cell_of

    return cell_of(place, text or "", one.span[0])


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
            found = offsets.filter(numbers)
            moved = pl.Series(range(len(inputs)), dtype=pl.UInt32).is_in(found.implode())
            masks["cas"] = masks["cas"] | moved
            masks["name"] = masks["name"] & ~moved
    return {name: mask.fill_null(value=False).arg_true().to_numpy().astype("int64") for name, mask in masks.items()}
