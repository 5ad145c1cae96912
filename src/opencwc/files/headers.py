"""Whether a row names the columns of a table: by known words, else by what its cells and those below look like.

What a cell looks like here is enough to tell a header from data; it is never a judgement on the chemical.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

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
