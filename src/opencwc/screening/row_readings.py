"""All that a row of a table says of its chemical, held together: its drawing, its numbers, its names.

Each different cell is read once. Readings that can be of one chemical make one statement; where two cannot, the row is
for review, and says what each column says. A salt and its base, a hydrate, stereoisomers, a solution, an ambiguous name
and one of its meanings can be of one chemical. What could not be read is said beside what could.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from opencwc.chemistry.registry_numbers import normalise_cas
from opencwc.files.identifier_columns import ANY_KIND, KINDS_WITH_DRAWINGS, UNREAD_KINDS, says_nothing
from opencwc.files.rows import EMPTY, Rows
from opencwc.finding import Evidence, Item, Message, Reading, Rule, Verdict
from opencwc.screening.known_chemicals import Known, recognise
from opencwc.screening.mentions.model import Mention
from opencwc.screening.model import Outcome, gravest
from opencwc.screening.same_chemical import Drawing, Likeness, carbons_in, carbons_in_all, likeness, smiles_of
from opencwc.screening.screener import LABEL_OF_KIND, Screener
from opencwc.screening.structure_screener import MET, unreadable

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MOST_REMEMBERED = 50_000
LONGEST_SHOWN = 80
DRAWN_KINDS = ("smiles", "inchi", "molblock")
OF_CHEMICALS = frozenset({*(str(chapter) for chapter in range(25, 41)), "93"})
"""Chapters of the Harmonized System whose goods can be a chemical, hold one or (93) be filled with one."""
LEAST_PLAIN_NAME = 4
"""Letters of a name that is surely no noise."""
Outcomes: TypeAlias = "dict[int, tuple[Outcome, ...]]"
"""Outcomes by the row's offset."""
QuietDrawings: TypeAlias = Callable[[Sequence[str]], Sequence[bool]]
"""Tells of drawings which no entry can have to do with."""


class CellReading(NamedTuple):
    """What one cell says: ``drawings`` and ``cas`` of all that it can stand for, and what comes of them.

    ``exact`` where it stands for one chemical and nothing else; ``loose`` where it may be meant for something else
    altogether: a word with an ordinary meaning, a name of a polymer, a code for many goods; ``is_line`` where it is a
    line that mentions chemicals. ``other_meaning`` is what the index of names has for a name that the lists' own names
    have too. ``outcomes`` are empty where no entry has to do with it; ``found`` says how it was found, and ``unread``
    why nothing could be made of the cell.
    """

    kind: str
    written: str
    name: Item = ""
    drawings: tuple[Drawing, ...] = ()
    cas: frozenset[str] = frozenset()
    outcomes: tuple[Outcome, ...] = ()
    exact: bool = False
    loose: bool = False
    is_line: bool = False
    found: Message | None = None
    other_meaning: CellReading | None = None
    unread: Message | None = None

    @property
    def met(self) -> bool:
        """Whether an entry has to do with it."""
        return any(outcome.verdict in MET for outcome in self.outcomes)

    @property
    def speaks(self) -> bool:
        """Whether it says anything of the chemical."""
        return bool(self.drawings or self.cas or self.outcomes)

    @property
    def rules(self) -> frozenset[tuple[Rule | None, Verdict]]:
        """What comes of it, to hold against another reading."""
        return frozenset((outcome.rule, outcome.verdict) for outcome in self.outcomes if outcome.verdict in MET)

    @property
    def shown(self) -> str:
        """What is written, on one line: a mol block as its SMILES."""
        return smiles_of(self.drawings[0]) if self.drawings and "\n" in self.written else self.written

    @property
    def says(self) -> Message:
        """What it says, for a sentence: ``the CAS number says Sarin (107-44-8)``."""
        written = self.shown if len(self.shown) <= LONGEST_SHOWN else self.shown[:LONGEST_SHOWN] + "…"
        what: Item = written
        if self.name and self.kind not in ("name", "structure"):
            what = Message("row_stands_for", {"name": self.name, "written": written})
        return Message("row_says", {"kind": Message(f"row_reading_{self.kind}"), "what": what})


class _Placed(NamedTuple):
    """A reading and the column that it stands in."""

    place: str
    cell: CellReading


class _Table(NamedTuple):
    """A batch whose cells were read: by column its cells, and what each different cell of them says.

    ``is_drawn`` where the inputs are drawings; what those say is in ``of_inputs``.
    """

    rows: Rows
    series: Sequence[pl.Series]
    texts: Sequence[Sequence[str | None]]
    read: Sequence[dict[str, CellReading]]
    of_inputs: Outcomes
    is_drawn: bool


class RowReadings:
    """Reads rows whose chemical stands in several columns; the same object serves all batches of a run."""

    def __init__(self, screener: Screener, quiet_drawings: QuietDrawings, *, quiet_rows_matter: bool = True) -> None:
        self._screener = screener
        self._quiet_drawings = quiet_drawings
        self._quiet_rows_matter = quiet_rows_matter
        self._cells: dict[tuple[str, str], CellReading] = {}

    def join(self, rows: Rows, of_inputs: Outcomes) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Yield the outcomes of the rows about which there is more to say than the input's own outcome.

        ``of_inputs`` are the outcomes of the inputs by the row's offset, where these are drawings; an input without
        one is of no list.
        """
        import numpy as np

        table = self._read_columns(rows, of_inputs)
        loud, noted = _to_tell(table)
        for offset in np.flatnonzero(loud).tolist():
            yield offset, self._row(table, offset)
        if not self._quiet_rows_matter:
            return
        if not table.is_drawn:
            yield from ((offset, self._row(table, offset)) for offset in np.flatnonzero(~loud).tolist())
            return
        for offset in _with_other_carbons(table, np.flatnonzero(~loud).tolist(), noted):
            yield offset, self._row(table, offset)

    def _read_columns(self, rows: Rows, of_inputs: Outcomes) -> _Table:
        """Read the different cells of each column, but drawings in the column of the inputs."""
        series = [rows.inputs, *rows.beside]
        is_drawn = rows.columns[0].kind in KINDS_WITH_DRAWINGS
        read = [
            {}
            if (is_drawn and not at) or column.kind in UNREAD_KINDS
            else self._read_all(column.kind, cells.drop_nulls().unique().to_list())
            for at, (column, cells) in enumerate(zip(rows.columns, series, strict=True))
        ]
        return _Table(rows, series, [cells.to_list() for cells in series], read, of_inputs, is_drawn)

    def _row(self, table: _Table, offset: int) -> tuple[Outcome, ...]:
        """Answer one row by its cells."""
        rows, texts = table.rows, [cells[offset] for cells in table.texts]
        placed: list[_Placed] = []
        problem = rows.problems.get(offset)
        if problem is not None and problem != EMPTY:
            placed.append(_Placed(rows.columns[0].name, CellReading("structure", "", unread=problem)))
        for at, (column, text) in enumerate(zip(rows.columns, texts, strict=True)):
            if text is None or column.kind in UNREAD_KINDS or says_nothing(text):
                continue
            if table.is_drawn and not at:
                placed.append(_Placed(column.name, self._of_input(text, table.of_inputs.get(offset, ()))))
            else:
                placed.append(_Placed(column.name, table.read[at][text]))
        return self._together(placed, texts[0])

    def _of_input(self, text: str, outcomes: tuple[Outcome, ...]) -> CellReading:
        """Read a cell of the column of drawings, in which a name or number may stand too."""
        if recognise(text, self._screener.known) in DRAWN_KINDS:
            return self._drawn(text, outcomes)
        return self._read_all(ANY_KIND, [text])[text]

    def _together(self, placed: Sequence[_Placed], main: str | None) -> tuple[Outcome, ...]:
        """Return what comes of the readings of one row."""
        speaking = [one for one in placed if one.cell.speaks]
        unread = [one for one in placed if one.cell.unread is not None]
        if goods := _other_goods(placed, speaking):
            word, code = goods
            why = Message("why_row_goods", {"written": word.cell.shown, "code": code})
            plain = Outcome(Verdict.NOT_LISTED, "name", why, written=word.cell.written)
            return (_told(plain, (), (), unread, main),)
        if not speaking:
            return self._nothing_read(placed, main)
        telling = [one for one in speaking if not _is_meant_otherwise(one, speaking)]
        exact = [one for one in telling if one.cell.exact]
        beside = [one for one in telling if not one.cell.exact]
        clash = any(_differ(one.cell, other.cell) for one, other in combinations(exact, 2)) or any(
            exact and one.cell.met and all(_differ(one.cell, other.cell) for other in exact) for one in beside
        )
        heard = [*exact, *beside] if clash else [*exact, *(one for one in beside if _adds(one.cell, exact))]
        outcomes = _statements(heard, clash=clash) or (self._unlisted(telling[0].cell),)
        agreeing = [one for one in telling if clash or one in heard or not exact or _fits(one.cell, exact)]
        said = tuple(one.cell.says for one in agreeing) if clash else ()
        readings = tuple(Reading(one.cell.kind, one.cell.shown, one.place) for one in agreeing)
        if len(readings) < 2 or not (clash or any(outcome.verdict in MET for outcome in outcomes)):
            readings = ()  # of a row of no list there is nothing to weigh
        return tuple(_told(outcome, readings, said, unread, main) for outcome in outcomes)

    def _unlisted(self, first: CellReading) -> Outcome:
        """Return the outcome of a row of no list, by the first reading that says anything."""
        basis = first.kind if first.kind in ("structure", "cas", "name") else "text"
        plain = self._screener.not_listed
        said = Message("why_found", {"found": first.found, "why": plain}) if first.found else plain
        return Outcome(Verdict.NOT_LISTED, basis, said, written=first.written)

    def _nothing_read(self, placed: Sequence[_Placed], main: str | None) -> tuple[Outcome, ...]:
        """Answer a row of which no column could be read: as its input alone would be answered."""
        if main is None and not placed:
            return (unreadable(EMPTY),)
        first, *others = placed or [_Placed("", CellReading("name", main or ""))]
        outcomes: tuple[Outcome, ...]
        if first.cell.kind == "structure" and first.cell.unread is not None:
            outcomes = (unreadable(first.cell.unread, "structure"),)
        else:
            outcomes = self._screener.answer(first.cell.written)
        written = "" if first.cell.written == main else first.cell.written
        unread = [other for other in others if other.cell.unread is not None]
        return tuple(
            _told(outcome._replace(written=outcome.written or written), (), (), unread, main) for outcome in outcomes
        )

    def _read_all(self, kind: str, texts: Sequence[str]) -> dict[str, CellReading]:
        """Read the different cells of a column; those that hold nothing are left out."""
        holding = [text for text in texts if not says_nothing(text)]
        new = [text for text in holding if (kind, text) not in self._cells]
        if len(self._cells) + len(new) > MOST_REMEMBERED:
            self._cells.clear()
            new = holding
        known: dict[str, tuple[str, Known]] = {}
        lines: list[str] = []
        for text in new:
            reading = self._known(kind, text)
            if reading is None:
                lines.append(text)
            elif isinstance(reading, CellReading):
                self._cells[kind, text] = reading
            else:
                known[text] = reading
        quiet = self._quiet(known)
        for text, (actual, meaning) in known.items():
            self._cells[kind, text] = self._of_known(actual, text, meaning, quiet=text in quiet)
        for text, mentions in zip(lines, self._screener.finder.find_all(lines), strict=True):
            actual = "name" if kind == ANY_KIND else kind
            self._cells[kind, text] = _line(actual, text, mentions or self._screener.mentions_beside_amounts(text))
        return {text: self._cells[kind, text] for text in holding}

    def _known(self, kind: str, text: str) -> CellReading | tuple[str, Known] | None:
        """Return what a cell stands for by itself; ``None`` where it has to be read as a line."""
        if kind in LABEL_OF_KIND:
            return self._labelled(kind, text)
        if kind == "inchikey":
            return self._keyed(text)
        actual = (
            "cas" if kind == "cas" and normalise_cas(text, dashless=True) else recognise(text, self._screener.known)
        )
        if actual == "cas":
            return self._numbered(text)
        if actual == "inchikey":
            return self._keyed(text)
        if actual != "name":
            return self._drawn(text, self._screener.answer(text))
        return self._named(text)

    def _named(self, text: str) -> tuple[str, Known] | None:
        """Look up a name in the tables; ``None`` where none has it.

        What else a name may mean is asked of the lists' names, and of those of the index only where an entry has to do
        with one: see `_of_known`.
        """
        known, resolver = self._screener.known, self._screener.known.resolver
        is_listed = bool(resolver.curated.by_name(text))
        candidates = () if is_listed else resolver.by_index(text)
        if candidates and text.isascii() and len(text) >= LEAST_PLAIN_NAME:
            return "name", known.known(candidates)
        named = known.by_name(text, guessed=True) if is_listed or candidates else None
        return ("name", named) if isinstance(named, Known) else None

    def _keyed(self, text: str) -> CellReading | tuple[str, Known]:
        """Read an InChIKey; one that no table has says nothing, since it cannot be turned back."""
        found = self._screener.known.by_inchi_key(text)
        if isinstance(found, Known):
            return "inchikey", found
        return CellReading("inchikey", text, unread=None if found.id == "unreadable_key_unknown" else found)

    def _numbered(self, text: str) -> CellReading | tuple[str, Known]:
        """Read a CAS number; one with a wrong digit also says which listed ones can be meant."""
        number = normalise_cas(text, dashless=True) or text
        found = self._screener.known.by_number(number)
        if isinstance(found, Known):
            return "cas", found
        mentions = self._screener.finder.answer(number) if found.id == "unreadable_cas_digit" else ()
        meant = tuple(outcome._replace(span=(), evidence=()) for outcome in mentions if outcome.rule is not None)
        return CellReading("cas", text, outcomes=meant, unread=found)

    def _quiet(self, known: dict[str, tuple[str, Known]]) -> frozenset[str]:
        """Return the cells of which no entry can have to do with any drawing."""
        plain = {
            text: meaning.structures
            for text, (_, meaning) in known.items()
            if meaning.structures and not meaning.doubt and not meaning.named_in
        }
        flat = [smiles for structures in plain.values() for smiles in structures]
        quiet = {smiles for smiles, is_quiet in zip(flat, self._quiet_drawings(flat), strict=True) if is_quiet}
        return frozenset(text for text, structures in plain.items() if quiet.issuperset(structures))

    def _of_known(self, kind: str, text: str, known: Known, *, quiet: bool) -> CellReading:
        if kind == "name" and not quiet:
            weighed = self._screener.known.by_name(text, guessed=True)
            known = weighed if isinstance(weighed, Known) else known
        outcomes = () if quiet else self._screener.answer_known(known, "structure" if kind == "inchikey" else kind)
        if outcomes and outcomes[0].verdict is Verdict.UNREADABLE:
            return CellReading(kind, text, unread=_reason(outcomes[0]))
        return CellReading(
            kind,
            text,
            _name_of(known),
            tuple(Drawing(smiles) for smiles in known.structures),
            frozenset(known.cas),
            outcomes if any(outcome.verdict in MET for outcome in outcomes) else (),
            exact=not known.doubt and known.found.id != "found_ambiguous",
            loose=bool(known.doubt) and known.doubt != "doubt_near_spelling",
            found=known.found,
            other_meaning=self._of_index(text) if kind == "name" and any(o.verdict in MET for o in outcomes) else None,
        )

    def _of_index(self, text: str) -> CellReading | None:
        """Return what a name stands for in the index of names."""
        candidates = self._screener.known.resolver.by_index(text)
        drawings = tuple(Drawing(smiles) for candidate in candidates for smiles in candidate.structures)
        cas = frozenset(candidate.cas for candidate in candidates if candidate.cas)
        return CellReading("name", text, drawings=drawings, cas=cas) if candidates else None

    def _drawn(self, text: str, outcomes: tuple[Outcome, ...]) -> CellReading:
        """Return the reading of a drawing with these outcomes; without any it is of no list."""
        if outcomes and outcomes[0].verdict is Verdict.UNREADABLE:
            return CellReading("structure", text, unread=_reason(outcomes[0]))
        kind = "molblock" if "M  END" in text else "inchi" if text.startswith("InChI=") else "smiles"
        met = outcomes if any(outcome.verdict in MET for outcome in outcomes) else ()
        return CellReading("structure", text, "", (Drawing(text, kind),), frozenset(), met, exact=True)

    def _labelled(self, kind: str, text: str) -> CellReading:
        """Read a number that means nothing without its label, with the label."""
        form = _FORMS[kind].search(text)
        number = _JOINED[kind].join(form.groups()) if form else text
        written = f"{LABEL_OF_KIND[kind]} {number}"
        mentions = self._screener.finder.find(written)
        line = _line(kind, text, mentions)
        outcomes = tuple(outcome._replace(written="", evidence=_without_mention(outcome)) for outcome in line.outcomes)
        is_exact = kind == "ec" and line.speaks
        of_many = bool(outcomes) and all(
            outcome.rule is None for outcome in outcomes
        )  # "other organo-sulfur compounds"
        return line._replace(outcomes=outcomes, exact=is_exact, loose=of_many, is_line=False, unread=None)


def _line(kind: str, text: str, mentions: Sequence[Mention]) -> CellReading:
    """Read a cell by what it mentions; it is exact where it is one mention and nothing else."""
    known = [mention for mention in mentions if mention.known is not None or mention.met]
    if not known:
        return CellReading(kind, text, unread=Message("unreadable_name"))
    meanings = [mention.known for mention in known if mention.known is not None]
    is_whole = len(known) == 1 and known[0].text == text
    exact = is_whole and known[0].known is not None and not known[0].known.doubt
    names = [name for meaning in meanings for name in meaning.names[:1]]
    outcomes = tuple(
        outcome._replace(span=()) for mention in known for outcome in mention.outcomes if outcome.verdict in MET
    )
    return CellReading(
        kind,
        text,
        names[0] if names else "",
        tuple(Drawing(smiles) for meaning in meanings for smiles in meaning.structures),
        frozenset(number for meaning in meanings for number in meaning.cas),
        outcomes,
        exact=exact,
        loose=not is_whole and all(outcome.verdict is Verdict.REVIEW for outcome in outcomes),
        is_line=True,
    )


def _name_of(known: Known) -> Item:
    """Name what a number or name stands for."""
    name = known.found.values.get("name")
    if isinstance(name, (str, Message)) and name:
        return name
    return known.names[0] if known.names else ""


def _differ(cell: CellReading, other: CellReading) -> bool:
    """Tell whether two readings cannot be of one chemical."""
    if cell.cas & other.cas or not (cell.speaks and other.speaks):
        return False
    if cell.unread or other.unread:  # a number with a wrong digit can be meant for what the other is
        return not {rule for rule, _ in cell.rules} & {rule for rule, _ in other.rules}
    if not (cell.drawings and other.drawings):
        return bool(cell.cas and other.cas) or bool(cell.drawings) != bool(other.drawings)
    alike = max(likeness(drawing, another) for drawing in cell.drawings for another in other.drawings)
    return alike is Likeness.OTHER or (alike is Likeness.ISOMER and cell.rules != other.rules)


def _fits(cell: CellReading, exact: Sequence[_Placed]) -> bool:
    return any(not _differ(cell, one.cell) for one in exact)


def _is_meant_otherwise(one: _Placed, speaking: Sequence[_Placed]) -> bool:
    """Tell whether a word that may be meant for something else is so, by the exact readings beside it.

    ``MDEA`` beside the number of another chemical that goes by these letters is that chemical.
    """
    cell, others = one.cell, [other for other in speaking if other is not one]
    if cell.loose and cell.kind in LABEL_OF_KIND:
        return bool(others)
    exact = [other for other in others if other.cell.exact]
    if not (exact and (cell.loose or cell.other_meaning)) or _fits(cell, exact):
        return False
    return cell.loose or (cell.other_meaning is not None and _fits(cell.other_meaning, exact))


def _other_goods(placed: Sequence[_Placed], speaking: Sequence[_Placed]) -> tuple[_Placed, str] | None:
    """Return the word and the code of a row whose only words have ordinary meanings, and whose HS code is of food,
    clothes or machines: mustard under 2103.
    """
    codes = [one.cell.written for one in placed if one.cell.kind == "hs"]
    chapters = [found[1] for code in codes if (found := _CHAPTER.match(code))]
    if not chapters or any(chapter in OF_CHEMICALS for chapter in chapters):
        return None
    words = [one for one in speaking if one.cell.met]
    if not words or any(not one.cell.loose or one.cell.kind != "name" for one in words):
        return None
    return words[0], codes[0]


def _adds(cell: CellReading, exact: Sequence[_Placed]) -> bool:
    """Tell whether a less exact reading adds to the exact ones: a line may mention more than they name."""
    return not exact or (cell.is_line and cell.met)


def _statements(heard: Sequence[_Placed], *, clash: bool) -> tuple[Outcome, ...]:
    """Return what the readings meet, each rule as the first reading says it that gives it the gravest verdict.

    In a contradiction it is certain only where every reading says the same. What the first reading says of parts that
    no entry covers stays.
    """
    verdicts: dict[Rule | None, list[Verdict]] = {}
    for one in heard:
        of_reading: dict[Rule | None, list[Verdict]] = {}
        for outcome in one.cell.outcomes:
            if outcome.verdict in MET:
                of_reading.setdefault(outcome.rule, []).append(outcome.verdict)
        for rule, given in of_reading.items():
            verdicts.setdefault(rule, []).append(gravest(given))
    statements: list[Outcome] = []
    for rule, given in verdicts.items():
        grave = gravest(given)
        sure = not clash or (len(given) == len(heard) and len(set(given)) == 1)
        cell = next(one.cell for one in heard if any(o.rule == rule and o.verdict is grave for o in one.cell.outcomes))
        statements += [
            outcome._replace(
                verdict=outcome.verdict if sure else Verdict.REVIEW, written=outcome.written or cell.written
            )
            for outcome in cell.outcomes
            if outcome.rule == rule and outcome.verdict in MET
        ]
    if statements and not clash:
        first = heard[0].cell
        parts = [outcome for outcome in first.outcomes if outcome.verdict is Verdict.NOT_LISTED]
        statements += [outcome._replace(written=first.written) for outcome in parts]
    return tuple(sorted(statements, key=lambda outcome: outcome.component or 0))


def _told(
    outcome: Outcome,
    readings: tuple[Reading, ...],
    said: tuple[Message, ...],
    unread: Sequence[_Placed],
    main: str | None,
) -> Outcome:
    """Add to an outcome what the columns say, where they contradict each other, and what could not be read."""
    message = outcome.message
    if said:
        message = Message("why_row_conflict", {"readings": said, "why": message})
    if unread:
        reasons = tuple(
            Message(
                "row_unread",
                {
                    "kind": Message(f"row_reading_{one.cell.kind}"),
                    "written": one.cell.written[:LONGEST_SHOWN],
                    "reason": one.cell.unread or "",
                },
            )
            for one in unread
        )
        message = Message("why_row_unread", {"why": message, "unread": reasons})
    written = "" if outcome.written == main else outcome.written
    return outcome._replace(message=message, readings=readings, written=written)


def _reason(outcome: Outcome) -> Message:
    """Return why an input could not be read, without the words that it was not checked."""
    reason = outcome.message.values.get("reason")
    return reason if outcome.message.id == "why_unreadable" and isinstance(reason, Message) else outcome.message


def _without_mention(outcome: Outcome) -> tuple[Evidence, ...]:
    """Return what decides by atoms: a number in a column of its own has no text around it."""
    return tuple(evidence for evidence in outcome.evidence if evidence.kind == "atoms")


def _to_tell(table: _Table) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows have to be told whatever is asked for, and which have a cell that could not be read.

    A row whose drawing was read needs no word on its other columns to be counted; any other does.
    """
    import numpy as np

    loud = np.zeros(len(table.rows), dtype=bool)
    noted, read = loud.copy(), loud.copy()
    loud[list(table.rows.problems)] = True
    loud[[at for at, outcomes in table.of_inputs.items() if outcomes[0].verdict is not Verdict.NOT_LISTED]] = True
    for cells, readings in zip(table.series, table.read, strict=True):
        loud |= _holds(cells, [text for text, cell in readings.items() if cell.met])
        noted |= _holds(cells, [text for text, cell in readings.items() if cell.unread])
        read |= _holds(cells, [text for text, cell in readings.items() if cell.speaks])
    return (loud, noted) if table.is_drawn else (loud | noted | ~read, noted)


def _with_other_carbons(table: _Table, quiet: Iterable[int], noted: NDArray[np.bool_]) -> Iterator[int]:
    """Yield the rows of no list in which a number or name has other carbon atoms than the drawing, or was not read.

    A drawing with as many of them as the number or name beside it is believed to be that: to compare millions of
    drawings would take longer than to screen them, and nothing is listed either way.
    """
    of_rows = carbons_in_all(table.rows.inputs).to_list()
    of_cells = [
        (table.texts[at], {text: {carbons_in(drawn.text) for drawn in cell.drawings} for text, cell in read.items()})
        for at, read in enumerate(table.read)
        if read
    ]
    for offset in quiet:
        carbons = of_rows[offset]
        if noted[offset]:
            yield offset
            continue
        for texts, counts in of_cells:
            of_cell = counts.get(texts[offset] or "")
            if of_cell and carbons not in of_cell:
                yield offset
                break


def _holds(cells: pl.Series, texts: Sequence[str]) -> NDArray[np.bool_]:
    """Tell of each cell whether it holds one of the texts."""
    import polars as pl

    held: NDArray[np.bool_] = cells.is_in(pl.Series(texts, dtype=pl.String).implode()).fill_null(value=False).to_numpy()
    return held


_JOINED = {"ec": "-", "un": "", "hs": "."}
"""What stands between the parts of a number."""
_CHAPTER = re.compile(r"\D{0,6}(\d\d)\d\d[. ]?\d\d")
_FORMS = {
    "ec": re.compile(r"(\d{3})\s?[-‐-―−]\s?(\d{3})\s?[-‐-―−]\s?(\d)"),
    "un": re.compile(r"(\d{4})(?!\d)"),
    "hs": re.compile(r"(\d{4})[. ]?(\d\d)"),
}
