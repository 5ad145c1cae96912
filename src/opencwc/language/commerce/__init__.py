"""What a commercial line states beside the name: concentration, quantity, packing, HS code and the registers' numbers.

A line is first made plain, sign for sign: small letters without accents, European digits, one kind of dash and space.
The numbers of registers are taken first and hidden, so that none of their digits is read as an amount; then the
amounts, then the packings with their counts. The words stand in ``data/commerce.yaml``. Nothing is judged here.

Read in this order: `stated` (the record), `words` and `line` (what everything else uses), `registers`, `tariff`,
`measures`, `concentrations`, `amounts` and `packings` (what is read).
"""

from __future__ import annotations

from opencwc.language.commerce.amounts import read_amounts
from opencwc.language.commerce.codes import (
    ec_check_digit,
    read_bare_codes,
    read_codes_behind,
    read_dashless,
    read_registry_numbers,
    read_un_number,
)
from opencwc.language.commerce.line import (
    DIGIT,
    DIGITS,
    IN_KILOGRAMS,
    KINDS,
    LABELLED,
    Line,
    Stated,
    as_written,
    by_place,
    made_plain,
)
from opencwc.language.commerce.packings import read_packings
from opencwc.language.commerce.words import DATA, PACKINGS, load_words

__all__ = ["DATA", "IN_KILOGRAMS", "KINDS", "LABELLED", "Stated", "ec_check_digit", "load_words", "read_commerce"]


def read_commerce(text: str) -> tuple[Stated, ...]:
    """Return what one line or sentence states, in the order of the line; statements of a kind never overlap.

    >>> [one[3:] for one in read_commerce("TEA 85%, 4 fûts de 200 kg, SH 2922.15.00")]
    [('85%', '85', '%'), ('4 fûts', 'drum', '4'), ('200 kg', '200', 'kg'), ('2922.15.00', '29221500', '')]
    """
    words = load_words()
    if text.isascii():
        plain, origin = text.lower(), None
    else:
        plain, origin = made_plain(text, words.signs)
    line = Line(text, plain, words)
    if DIGIT.search(plain):
        read_numbers(line)
    read_packings(line)
    if not line.statements:
        return ()
    line.statements.sort(key=by_place)
    if origin is None:
        return tuple([Stated(kind, a, b, text[a:b], value, unit) for kind, a, b, value, unit in line.statements])
    return tuple([as_written(text, origin, statement) for statement in line.statements])


def read_numbers(line: Line) -> None:
    """Read all that is made of digits: numbers of registers, codes, amounts."""
    plain = line.plain
    if "-" in plain:
        read_registry_numbers(line)
    _read_labelled(line)
    if line.statements:
        line.hide()
    if "." in line.plain:
        read_bare_codes(line)
    read_amounts(line)


def _read_labelled(line: Line) -> None:
    taken = 0
    for kind, start, end, _, _ in line.names():
        if start < taken or kind in PACKINGS:
            continue
        tail = line.words.label_tail.match(line.plain, end)
        place = tail.end() if tail else end
        if line.plain[place : place + 1] not in DIGITS:
            continue
        if kind.startswith("hs_"):
            taken = max(taken, read_codes_behind(line, kind, place))
        elif kind == "un_number":
            read_un_number(line, start, end, place)
        elif kind == "cas_number":
            read_dashless(line, place)
