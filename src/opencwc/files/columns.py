"""The columns of a table: whether a row names them, and which of them hold the chemical and the row's own id.

A row names columns by known words, else by what its cells and those below look like. What a cell looks like here is
enough to tell a header from data; it is never a judgement on the chemical.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opencwc.errors import InputError
from opencwc.files.cell_forms import looks_like_data, looks_like_smiles
from opencwc.files.headings import is_heading_word
from opencwc.files.identifier_columns import (
    ANY_KIND,
    EXACT_KINDS,
    KINDS,
    MOST_OTHERS,
    MOST_READ,
    OTHER,
    PACKING,
    ReadColumn,
    is_heading_of_packings,
    is_heading_of_results,
    kind_of_column,
    kind_of_heading,
    kind_of_words,
)
from opencwc.wording import did_you_mean

INPUT_HEADERS = (
    *("smiles", "canonical smiles", "isomeric smiles", "cxsmiles", "smi", "structure", "molblock", "mol", "inchi"),
    *("cas", "casrn", "cas rn", "cas number", "cas no", "cas nr", "cas registry number", "no cas", "numero cas"),
    *("name", "chemical", "chemical name", "substance", "substance name", "compound", "product", "product name"),
    *("item", "goods", "description", "goods description", "inchikey", "inchi key"),
    *("nom", "substance chimique", "produit", "nombre", "sustancia", "producto", "stoff", "produkt"),
    *("название", "наименование", "вещество", "名称", "化学品", "品名", "物质", "الاسم", "المادة"),
)
ID_HEADERS = (
    *("id", "row id", "identifier", "code", "product code", "sku", "catalog", "catalogue", "catalog number"),
    *("catalog no", "catalogue no", "no", "nr", "number", "ref", "reference", "chembl id", "molecule chembl id"),
    *("zinc id", "pubchem cid", "cid", "item no", "item number", "line", "row", "key", "uuid", "title", "name"),
)


def has_header(records: Sequence[Sequence[str]], wanted: Sequence[str | None]) -> bool:
    """Whether the first record names the columns.

    It does where it holds a name the caller asked for or a known header; it does not where a cell of it is data; else
    it does where all of it are words that head columns, or some column is data below it. When in doubt it is data: a
    first chemical read as a header would be lost, a header read as a chemical is only reported as unknown.
    """
    if not records:
        return False
    first = [cell.strip() for cell in records[0]]
    names = {plain(name) for name in wanted if name is not None and not name.strip().isdecimal()}
    if any(is_known_header(cell) or plain(cell) in names for cell in first):
        return True
    if any(map(looks_like_data, first)):
        return False
    if len(first) > 1 and all(map(is_heading_word, first)):
        return True
    return any(_is_data_below(records[1:], at) and not looks_like_smiles(first[at]) for at in range(len(first)))


def _is_data_below(records: Sequence[Sequence[str]], at: int) -> bool:
    cells = [record[at].strip() for record in records if at < len(record) and record[at].strip()]
    return bool(cells) and 2 * sum(looks_like_data(cell) or looks_like_smiles(cell) for cell in cells) > len(cells)


def is_known_header(cell: str) -> bool:
    """Whether a first line with this cell names the columns of a table of chemicals."""
    known = plain(cell)
    return known in INPUT_HEADERS or known in ID_HEADERS or (len(known) > _SHORT and bool(kind_of_heading(cell)))


def plain(header: str) -> str:
    """A header without case, punctuation and doubled spaces: ``CAS_No.`` -> ``cas no``."""
    return " ".join(re.findall(r"\w+", header.replace("_", " ").casefold()))


def named(headers: Sequence[str]) -> tuple[str, ...]:
    """The headers, with ``col3`` in place of an empty one."""
    return tuple(header.strip() or f"col{number}" for number, header in enumerate(headers, 1))


def names_columns(record: Sequence[str]) -> bool:
    """Tell whether a first record names the columns: it does unless one of its cells is a number or a day.

    >>> names_columns(["id", "reporter", "2012 (kg)"]), names_columns(["17", "FRA", "export"])
    (True, False)
    """
    return not any(_holds_data(cell.strip()) for cell in record)


def _holds_data(cell: str) -> bool:
    bare = cell.translate(str.maketrans("", "", " ,.-/:+%\u00a0\u202f'"))
    return bare.isdecimal() and bool(bare)


Recognise = Callable[[Sequence[str], Sequence[Sequence["str | None"]]], "str | None"]
SAMPLE_ROWS = 200
_SHORT = 2
"""Letters of a word that heads a column ("SH") and may be a chemical as well."""

_TELLING_WORDS = ("smiles", "inchi", "cas", "casrn", "structure", "chemical", "substance", "compound")


@dataclass(frozen=True)
class Chosen:
    """Positions, from 0, of the columns that are read, and of the id column (``None`` where there is none).

    The first of those that are read is the input column: the answer's `input`.
    """

    reads: tuple[int, ...]
    id: int | None
    columns: tuple[ReadColumn, ...]

    @property
    def input(self) -> int:
        """The position of the input column."""
        return self.reads[0]

    @property
    def beside(self) -> tuple[int, ...]:
        """The positions of the other columns that are read."""
        return self.reads[1:]


@dataclass(frozen=True)
class WantedColumns:
    """What the caller asked for: columns by name or by number from 1, and how to recognise the input column.

    Without ``beside`` the input column is read alone, and so is one that was asked for or recognised by the caller.
    With ``others`` the first of the remaining columns are carried along, for a person to see.
    """

    where: str
    column: str | None = None
    id_column: str | None = None
    recognise: Recognise | None = None
    beside: bool = True
    others: bool = False

    def choose(self, headers: Sequence[str], samples: Sequence[Sequence[str | None]]) -> Chosen:
        """Choose the columns of a table that are read, and the id column.

        Raises `InputError`: a named column does not exist, or no column can be recognised.
        """
        kinds = [kind_of_column(header, cells) for header, cells in zip(headers, samples, strict=True)]
        given = self._given(headers, samples)
        if given is None and self.beside and not _is_recognised(headers, kinds):
            kinds = _kinds_of_words(headers, samples)
        chosen = self._recognised(headers, kinds) if given is None else given
        beside: list[int] = []
        if given is None and self.beside:
            beside = [at for at, kind in enumerate(kinds) if kind and at != chosen][: MOST_READ - 1]
        packings = self._packings(headers, kinds, (chosen, *beside)) if given is None and self.beside else []
        reads = (chosen, *beside, *packings)
        columns = [ReadColumn(headers[at], PACKING if at in packings else kinds[at] or ANY_KIND) for at in reads]
        if self.id_column is not None:
            id_at: int | None = find_column(self.id_column, headers, self.where)
        else:
            id_at = next((at for at in _by_names(headers, ID_HEADERS) if at != chosen), None)
        others = [at for at in range(len(headers)) if at != id_at and at not in reads] if self.others else []
        others = others[:MOST_OTHERS]
        columns += [ReadColumn(headers[at], OTHER) for at in others]
        return Chosen((*reads, *others), id_at, tuple(columns))

    @staticmethod
    def _packings(headers: Sequence[str], kinds: Sequence[str], reads: Sequence[int]) -> list[int]:
        """Return the columns of packings beside one of names."""
        if not any(kinds[at] in ("name", ANY_KIND) for at in reads):
            return []
        left = [at for at in range(len(headers)) if at not in reads and not kinds[at]]
        return [at for at in left if is_heading_of_packings(headers[at])][: max(0, MOST_READ - len(reads))]

    def _given(self, headers: Sequence[str], samples: Sequence[Sequence[str | None]]) -> int | None:
        """Return the input column that the caller named, or knows how to recognise."""
        if self.column is not None:
            return find_column(self.column, headers, self.where)
        recognised = self.recognise(headers, samples) if self.recognise else None
        return list(headers).index(recognised) if recognised is not None and recognised in headers else None

    def _recognised(self, headers: Sequence[str], kinds: Sequence[str]) -> int:
        """Return the column that is named best where its cells agree, else an exact one, else the one that is named."""
        named = [*_by_names(headers, INPUT_HEADERS), *_by_words(headers)]
        exact = [kinds.index(kind) for kind in EXACT_KINDS if kind in kinds]
        less_exact = [kinds.index(kind) for kind in KINDS if kind in kinds]
        for at in (*(at for at in named if kinds[at]), *exact, *named, *less_exact):
            return at
        if len(headers) == 1:
            return 0
        raise InputError("column_unclear", where=self.where, columns=_listed(headers))


def _is_recognised(headers: Sequence[str], kinds: Sequence[str]) -> bool:
    return len(headers) == 1 or any(kinds) or bool(_by_names(headers, INPUT_HEADERS) or _by_words(headers))


def _kinds_of_words(headers: Sequence[str], samples: Sequence[Sequence[str | None]]) -> list[str]:
    """Return as what the columns of a small table are read whose headings say nothing, such as "Sample" and "Result".

    Every column of words is read, but those whose heading is known for something else; what was read as what is said.
    """
    if max(map(len, samples), default=0) >= SAMPLE_ROWS:
        return [""] * len(headers)
    return [
        "" if is_heading_word(header) and not is_heading_of_results(header) else kind_of_words(cells)
        for header, cells in zip(headers, samples, strict=True)
    ]


def find_column(name: str, headers: Sequence[str], where: str) -> int:
    """The position, from 0, of the column with this name, or with this number counted from 1."""
    name = name.strip()
    for same in (lambda header: header == name, lambda header: plain(header) == plain(name)):
        for at, header in enumerate(headers):
            if same(header):
                return at
    if name.isdecimal() and 1 <= int(name[:9]) <= len(headers):
        return int(name[:9]) - 1
    import difflib

    close = difflib.get_close_matches(plain(name), [plain(header) for header in headers], n=1)
    meant = next((header for header in headers if close and plain(header) == close[0]), None)
    raise InputError(
        "no_such_column",
        where=where,
        column=name,
        guess=did_you_mean(repr(meant)) if meant else "",
        columns=_listed(headers),
    )


def _by_names(headers: Sequence[str], names: Sequence[str]) -> list[int]:
    plain_headers = [plain(header) for header in headers]
    return [plain_headers.index(name) for name in names if name in plain_headers]


def _by_words(headers: Sequence[str]) -> list[int]:
    words = [plain(header).split() for header in headers]
    return [at for telling in _TELLING_WORDS for at, these in enumerate(words) if telling in these]


def _listed(headers: Sequence[str]) -> str:
    short = [header if len(header) <= 60 else header[:57] + "..." for header in headers[:40]]
    more = f" and {len(headers) - 40} more" if len(headers) > 40 else ""
    return ", ".join(f"{number} {header!r}" for number, header in enumerate(short, 1)) + more
