"""SMILES files: a SMILES, white space, a name; and plain lists, where the whole line is the chemical."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from opencwc.files.cell_forms import looks_like_smiles
from opencwc.files.columns import SAMPLE_ROWS, WantedColumns, find_column, plain
from opencwc.files.identifier_columns import ANY_KIND, ReadColumn, kind_of_column, kind_of_heading
from opencwc.files.rows import HOLDS_NUL, Part, ValueLimits, examine, part_of_problem
from opencwc.files.tables import RowContents, TableFile
from opencwc.files.white_space import WHITE_SPACE
from opencwc.finding import Message

# A CXSMILES extension between bars stays with its SMILES; of several tab-separated fields after it the first counts.
_FIELDS = r"^(?<smiles>\S+(?:[ \t]+\|[^|]*\|)?)(?:[ \t]+(?<name>[^\t]*))?"
_SMILES_HEADERS = frozenset({"smiles", "smi", "cxsmiles", "canonical smiles", "isomeric smiles", "structure"})
_LIST_HEADERS = frozenset(
    {"name", "names", "chemical", "chemicals", "substance", "substances", "cas", "casrn", "cas no", "cas number"}
    | {"inchi", "compound", "product", "chemical name"}
)


def read_smiles(file: TableFile, wanted: WantedColumns) -> RowContents:
    """Open a SMILES file; a first line that starts with the word ``smiles`` names the columns."""
    text = file.text
    first_line = _first_line(text.start)
    cells = first_line.split(None, 1)
    headed = bool(cells) and plain(cells[0]) in _SMILES_HEADERS and not looks_like_smiles(cells[0])
    columns = (
        (cells[0], cells[1].split("\t")[0].strip() if len(cells) > 1 else "name") if headed else ("smiles", "name")
    )
    chosen = 0 if wanted.column is None else find_column(wanted.column, columns, wanted.where)
    other = 1 - chosen
    if wanted.id_column is not None:
        other = find_column(wanted.id_column, columns, wanted.where)
    kinds = ("structure", _kind_of_names(text.start.split("\n")[headed:], columns[1]))
    beside = wanted.column is None and wanted.beside and bool(kinds[1])
    reads = (0, 1) if beside else (chosen,)
    return RowContents(
        kind="smi",
        columns=columns,
        column=columns[chosen],
        id_column=columns[other],
        parts=_parts(text.data_lines(), text.limits, (chosen, other, beside)),
        reads=tuple(ReadColumn(columns[at], kinds[at] or ANY_KIND) for at in reads),
        drop=min(_lines_to_first(text.start), text.ended_lines) if headed else 0,
    )


def read_list(file: TableFile, wanted: WantedColumns) -> RowContents:
    """Open a list of one chemical a line; a first line such as ``name`` or ``CAS No.`` names the column."""
    text = file.text
    first_line = _first_line(text.start)
    headed = plain(first_line) in _LIST_HEADERS | _SMILES_HEADERS
    columns = (first_line if headed else "text",)
    for name in (wanted.column, wanted.id_column):
        if name is not None:
            find_column(name, columns, wanted.where)
    return RowContents(
        kind="text",
        columns=columns,
        column=columns[0],
        id_column=None,
        parts=_parts(text.data_lines(), text.limits, None),
        reads=(ReadColumn(columns[0], kind_of_heading(columns[0]) or ANY_KIND),),
        drop=min(_lines_to_first(text.start), text.ended_lines) if headed else 0,
    )


def _kind_of_names(lines: Sequence[str], heading: str) -> str:
    """Return what stands behind the SMILES: names, another identifier, or nothing but the ids of rows (empty)."""
    cut = [line.split(None, 1) for line in lines[:SAMPLE_ROWS]]
    behind = [cells[1].split("\t")[0] for cells in cut if len(cells) > 1]
    return kind_of_column(heading, behind) if behind else ""


def _first_line(start: str) -> str:
    return start.lstrip(WHITE_SPACE).split("\n", 1)[0].strip(WHITE_SPACE)


def _lines_to_first(start: str) -> int:
    return start[: len(start) - len(start.lstrip(WHITE_SPACE))].count("\n") + 1


def _parts(
    lines: Iterable[bytes | Message], limits: ValueLimits, fields: tuple[int, int, bool] | None
) -> Iterator[Part]:
    for block in lines:
        if isinstance(block, Message):
            yield part_of_problem(block)
        else:
            yield _part(block, limits, fields)


def _part(block: bytes, limits: ValueLimits, fields: tuple[int, int, bool] | None) -> Part:
    """Return the rows of a block; ``fields`` are the input and the id among the two, and whether the name is read."""
    import polars as pl

    lines = pl.Series("inputs", block.decode("utf-8").split("\n")[:-1], dtype=pl.String)
    problems: dict[int, Message] = {}
    if b"\0" in block:
        problems = dict.fromkeys(lines.str.contains("\0", literal=True).arg_true().to_list(), HOLDS_NUL)
    if fields is None:
        return examine(lines, None, limits, problems)
    cut = lines.str.strip_chars(WHITE_SPACE).str.extract_groups(_FIELDS).struct
    smiles_and_name = cut.field("smiles"), cut.field("name")
    beside = [smiles_and_name[1]] if fields[2] else []
    return examine(smiles_and_name[fields[0]], smiles_and_name[fields[1]], limits, problems, beside)
