"""The columns of a table: whether a row names them, and which of them hold the chemical and the row's own id.

A row names columns by known words, else by what its cells and those below look like. What a cell looks like here is
enough to tell a header from data; it is never a judgement on the chemical.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from opencwc.errors import InputError
from opencwc.wording import did_you_mean

WORDS = Path(__file__).parent / "data" / "headers.yaml"
"""The words that name columns in invoices, packing lists and safety data sheets, in six languages."""
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
_SMILES = re.compile(
    r"(?:\[[^\[\]\s]{1,40}\]|Br|Cl|[BCNOPSFIbcnops*]|[()=#$:/\\.\-+~@]|%\d\d|\d)+(?:\s*\|[^|]*\|)?", re.ASCII
)
_CAS_NUMBER = re.compile(r"\d{2,7}-\d\d-\d", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d[\d .,]*(?:[eE][-+]?\d+)?\s*%?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d\d?[./]\d\d?[./]\d{2,4}", re.ASCII)
_SMILES_SIGNS = frozenset("()=#[]@/\\0123456789")


def has_header(records: Sequence[Sequence[str]], wanted: Sequence[str | None]) -> bool:
    """Whether the first record names the columns.

    It does where it holds a name the caller asked for or a known header; it does not where a cell of it is data; else
    it does where some column is data below it. When in doubt it is data: a first chemical read as a header would be
    lost, a header read as a chemical is only reported as unknown.
    """
    if not records:
        return False
    first = [cell.strip() for cell in records[0]]
    names = {plain(name) for name in wanted if name is not None and not name.strip().isdecimal()}
    if any(is_known_header(cell) or plain(cell) in names for cell in first):
        return True
    if any(map(looks_like_data, first)):
        return False
    return any(_is_data_below(records[1:], at) and not looks_like_smiles(first[at]) for at in range(len(first)))


def _is_data_below(records: Sequence[Sequence[str]], at: int) -> bool:
    cells = [record[at].strip() for record in records if at < len(record) and record[at].strip()]
    return bool(cells) and 2 * sum(looks_like_data(cell) or looks_like_smiles(cell) for cell in cells) > len(cells)


def is_known_header(cell: str) -> bool:
    """Whether a first line with this cell names the columns of a table of chemicals."""
    return plain(cell) in INPUT_HEADERS or plain(cell) in ID_HEADERS


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


def is_heading_word(cell: str) -> bool:
    """Whether a cell is a word that names a column, alone, with a unit, or in two languages.

    >>> is_heading_word("Qty (kg)"), is_heading_word("Désignation / Description"), is_heading_word("Sarin")
    (True, True, False)
    """
    words = _heading_words()
    whole = _plain_word(cell)
    if whole in words:
        return True
    parts = [_plain_word(part) for part in re.split(r"[/|()（）\[\]\n;:：,،-]", cell)]
    return any(part in words for part in parts)


def _plain_word(cell: str) -> str:
    return " ".join(re.sub(r"[.\u2019'`’#*\u0640]", " ", cell.casefold()).split())


@lru_cache(maxsize=1)
def _heading_words() -> frozenset[str]:
    import yaml

    with WORDS.open(encoding="utf-8") as file:
        loaded = yaml.load(file, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - gives only texts
    return frozenset(
        _plain_word(word)
        for by_language in loaded["columns"].values()
        for words in by_language.values()
        for word in words
    )


def looks_like_smiles(cell: str) -> bool:
    """Whether every character could stand in a SMILES; short words such as ``CO`` do too."""
    return bool(_SMILES.fullmatch(cell[:5000])) and any(sign.isalpha() for sign in cell)


def looks_like_data(cell: str) -> bool:
    """Whether a header would never be written so: a number, a CAS number, a date, an InChI, a bracketed SMILES."""
    cell = cell.strip()
    if not cell:
        return False
    if any(pattern.fullmatch(cell[:5000]) for pattern in (_CAS_NUMBER, _NUMBER, _DATE)) or cell.startswith("InChI="):
        return True
    return looks_like_smiles(cell) and any(sign in _SMILES_SIGNS for sign in cell)


Recognise = Callable[[Sequence[str], Sequence[Sequence["str | None"]]], "str | None"]
SAMPLE_ROWS = 200

_TELLING_WORDS = ("smiles", "inchi", "cas", "casrn", "structure", "chemical", "substance", "compound")


@dataclass(frozen=True)
class Chosen:
    """Positions, from 0, of the input column and of the id column (``None`` where there is none)."""

    input: int
    id: int | None


@dataclass(frozen=True)
class WantedColumns:
    """What the caller asked for: columns by name or by number from 1, and how to recognise the input column."""

    where: str
    column: str | None = None
    id_column: str | None = None
    recognise: Recognise | None = None

    def choose(self, headers: Sequence[str], samples: Sequence[Sequence[str | None]]) -> Chosen:
        """Choose the input and id columns of a table.

        Raises `InputError`: a named column does not exist, or no column can be recognised.
        """
        chosen = self._input(headers, samples)
        if self.id_column is not None:
            return Chosen(chosen, find_column(self.id_column, headers, self.where))
        return Chosen(chosen, next((at for at in _by_names(headers, ID_HEADERS) if at != chosen), None))

    def _input(self, headers: Sequence[str], samples: Sequence[Sequence[str | None]]) -> int:
        if self.column is not None:
            return find_column(self.column, headers, self.where)
        recognised = self.recognise(headers, samples) if self.recognise else None
        if recognised is not None and recognised in headers:
            return list(headers).index(recognised)
        for at in (*_by_names(headers, INPUT_HEADERS), *_by_words(headers)):
            return at
        if len(headers) == 1:
            return 0
        raise InputError("column_unclear", where=self.where, columns=_listed(headers))


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
