# mypy: ignore-errors
"""The compiled heart of `opencwc.chemistry.smiles_gate`: one walk over each SMILES text, and what it decides.

Numba infers the types, which is why the type checker leaves this file alone. `scan_texts` asks three things of a text,
each in a function of its own: whether its grammar is plain, whether RDKit can read what it draws, and, where its bare
composition is not enough, whether a rule could list it. At the first doubt the text is left to the full path. Nothing
is allocated: what is noted of the atoms of one text stands in ``atoms``, a row a property, and is overwritten by the
next text. This module imports nothing of OpenCWC, so that the code can be compiled while the package is built.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types

MAX_ATOMS = 520
MAX_LENGTH = 1_200
_MAX_CLOSURES = 64
_MAX_DEPTH = 64
_MAX_PARTS = 64
_MOST_NEIGHBOURS = 8
_LARGEST_ALKYL = 8
_NO_GROUP = 1_000
HYDROGEN_WEIGHT = np.uint64(0xD1B54A32D192ED03)
RING_WEIGHT = np.uint64(0x8CB92BA72F3D8DD7)
"""As in `opencwc.chemistry.composition`."""

# What is noted of each atom: a row of `atoms`.
_STATE = 0  # what it is, how it may be bound and how it is bound, packed as below
_PARENT = 1 * MAX_ATOMS
_IN_RING = 2 * MAX_ATOMS  # whether the bond to its parent lies in a ring
_RING_MATES = 3 * MAX_ATOMS  # what it shares its aromatic bonds with, in three rows
_RING_ATOMS = 6 * MAX_ATOMS  # the atoms with an aromatic bond, one after the other
_MATE = 7 * MAX_ATOMS  # in a Kekule form the atom that it shares a double bond with; -1 none yet, -2 it needs none
_SEEN = 8 * MAX_ATOMS
_CAME = 9 * MAX_ATOMS
_QUEUE = 10 * MAX_ATOMS
_PIECE = 11 * MAX_ATOMS  # from here on only where the bare composition is not enough
_PIECE_RINGS = 12 * MAX_ATOMS
_PIECE_HYDROGENS = 13 * MAX_ATOMS
_BLURRED = 14 * MAX_ATOMS
_HEAVY = 15 * MAX_ATOMS
_DRAWN_HYDROGENS = 16 * MAX_ATOMS
_NEIGHBOURS = 17 * MAX_ATOMS
_CARBONS = 18 * MAX_ATOMS
_NEAR = 19 * MAX_ATOMS  # eight rows
QUATERNARY = 119  # what a rule may need at least, behind the counts by atomic number
POSITIVE_NITROGEN = 120
POSITIVE = 121
BRIDGES = 122
ALKYL = 123  # at most, not at least
NEEDS = 124
MOST_NEEDS = 16  # of one rule: pairs of what and how many, 0 where there are no more
ATOMS = _NEAR + _MOST_NEIGHBOURS * MAX_ATOMS

# The keys: of each piece, of each atom with its neighbours, and of each piece with what surrounds each of its atoms.
_PIECE_KEY = 0
_OF_ATOM = 1 * MAX_ATOMS
_DRAWN_KEY = 2 * MAX_ATOMS
KEYS = 3 * MAX_ATOMS

# What is noted of each ring closure, open label, open branch and dot-separated part: a row of `marks`.
_CLOSURE_FIRST = 0
_CLOSURE_LAST = 1 * MAX_ATOMS
_LABEL_ATOM = 2 * MAX_ATOMS  # one more than the atom, 0 where the label is not open
_LABEL_ORDER = 3 * MAX_ATOMS
_BRANCH = 4 * MAX_ATOMS
_DOUBTFUL_BOND = (
    5 * MAX_ATOMS
)  # bonds that are aromatic only in a ring: twice the atom, and one more where it is written so
_ENDS = 6 * MAX_ATOMS
MARKS = 7 * MAX_ATOMS

# What an atom is, from the lowest bit: its element, hydrogens, charge plus 8, whether it stands in brackets. How it is
# bound: the sum of its bonds but the aromatic ones, what of it goes beyond single bonds, the number of the aromatic
# ones. How it may be bound, from `_ALLOWED` on: bit n where RDKit takes it with a sum of n and sees no radical.
_ELEMENT = 127
_HYDROGENS = 8
_CHARGE = 12
_BRACKET = 1 << 16
_LOWER = 1 << 17
_HALOGEN = 1 << 18  # RDKit redraws one with a double bond, and may refuse what it is bound to
_NEUTRAL = 8 << _CHARGE
_BONDS = 20  # ten bits, as many as all atoms could fill
_EXCESS = 30  # ten bits
_RING_BONDS = 40  # two bits
_ALLOWED = 42
_ONE_BOND = 1 << _BONDS
_ONE_RING_BOND = 1 << _RING_BONDS
_ANY_BONDS = 0xFFFF << _ALLOWED

_DOUBT, _START, _ATOM, _BOND, _OPEN, _CLOSE, _RING = 0, 1, 2, 4, 8, 16, 32
_WHOLE = _ATOM | _CLOSE | _RING
_AROMATIC_BOND = 4
_NOT_SURE, _WITH_METAL = 1, 2  # a piece whose hydrogens are not sure; one with a metal, which no closed rule has
_RARE = 1  # an element without which some rules cannot be met
_METAL = 2
_COMPOSED = 4  # the composition of something listed
_POSITIVE = 8


def _letters():
    states = np.zeros(256, np.int64)
    most = {5: 3, 6: 4, 7: 3, 8: 2, 9: 1, 15: 5, 16: 6, 17: 1, 35: 1, 53: 5}
    letters = {"B": 5, "C": 6, "N": 7, "O": 8, "F": 9, "P": 15, "S": 16, "I": 53, "l": 17, "r": 35}
    for letter, number in letters.items():
        halogen = _HALOGEN if number in (9, 17, 35, 53) else 0
        states[ord(letter)] = number | _NEUTRAL | halogen | ((2 << most[number]) - 1) << _ALLOWED
    for letter, number in {"c": 6, "n": 7, "o": 8, "s": 16}.items():
        states[ord(letter)] = number | _NEUTRAL | _LOWER | _ANY_BONDS
    return states


def _orders():
    orders = np.zeros(256, np.int64)
    for sign, order in {"-": 1, "/": 1, "\\": 1, "=": 2, "#": 3, ":": 4}.items():
        orders[ord(sign)] = order
    return orders


_LETTERS = _letters()
_CHLORINE, _BROMINE = _LETTERS[ord("l")], _LETTERS[ord("r")]
_LETTERS[[ord("l"), ord("r")]] = 0
_ORDERS = _orders()
_SIZES = np.array([_ONE_BOND, _ONE_BOND, 2 * _ONE_BOND | 1 << _EXCESS, 3 * _ONE_BOND | 2 << _EXCESS])
"""What a bond that is not aromatic adds to its atoms, by its order, 0 where none is written."""


@njit(nogil=True, error_model="numpy")
def _read_bracket(data, at, end, symbols, allowed):
    """Read an atom in brackets from behind the first one; return its kind (0: not plain) and where it ends."""
    digits = 0
    if at < end and data[at] == 48:  # no isotope begins with a 0
        return 0, at
    while at < end and 48 <= data[at] <= 57 and digits < 3:
        at += 1
        digits += 1
    if at + 1 >= end:
        return 0, at
    letter = data[at]
    number = 0
    lower = 0
    if 65 <= letter <= 90:
        second = data[at + 1]
        if 97 <= second <= 122:
            number = symbols[(letter - 64) * 27 + second - 96]
        if number:
            at += 2
        else:
            number = symbols[(letter - 64) * 27]
            at += 1
    elif letter == 99 or letter == 110:  # c, n
        number = 6 if letter == 99 else 7
        lower = _LOWER
        at += 1
    if number == 0:
        return 0, at
    turns = 0
    while at < end and data[at] == 64 and turns < 2:  # @
        at += 1
        turns += 1
    if turns and number == 1:  # no hydrogen has a hand, and RDKit does not read one
        return 0, at
    hydrogens = 0
    if at < end and data[at] == 72 and number != 1:  # H
        hydrogens = 1
        at += 1
        if at < end and 48 <= data[at] <= 57:
            hydrogens = np.int64(data[at]) - 48
            at += 1
    charge = 0
    if at < end and (data[at] == 43 or data[at] == 45):  # + -
        mark = data[at]
        charge = 1
        at += 1
        if at < end and 48 <= data[at] <= 57:
            charge = np.int64(data[at]) - 48
            at += 1
        elif at < end and data[at] == mark:
            charge = 2
            at += 1
        if mark == 45:
            charge = -charge
        if charge < -7 or charge > 7:
            return 0, at
    if at < end and data[at] == 58:  # :
        at += 1
        digits = 0
        while at < end and 48 <= data[at] <= 57 and digits < 4:
            at += 1
            digits += 1
        if digits == 0:
            return 0, at
    if at >= end or data[at] != 93:  # ]
        return 0, at
    if lower:
        bonds = _ANY_BONDS
    else:
        bonds = np.int64(allowed[number * 9 + min(max(charge, -4), 4) + 4] >> hydrogens) << _ALLOWED
    if number == 9 or number == 17 or number == 35 or number == 53:
        lower = _HALOGEN
    return number | hydrogens << _HYDROGENS | (charge + 8) << _CHARGE | _BRACKET | lower | bonds, at + 1


@njit(nogil=True, error_model="numpy")
def _is_closed(marks, closures, first, last):
    """Tell whether a ring closure between these two atoms is there already."""
    earlier = closures - 1
    while earlier >= 0 and marks[_CLOSURE_LAST + earlier] == last:
        if marks[_CLOSURE_FIRST + earlier] == first:
            return True
        earlier -= 1
    return False


@njit(nogil=True, error_model="numpy")
def _bind_aromatic(atoms, one, other, ring_atoms):
    """Note an aromatic bond; return how many atoms have any, or -1 where one has four of them."""
    here, there = one, other
    for _ in range(2):
        state = atoms[_STATE + here]
        bound = state >> _RING_BONDS & 3
        if bound == 3:
            return -1
        if bound == 0 and not state & _LOWER:
            atoms[_RING_ATOMS + ring_atoms] = here
            ring_atoms += 1
        atoms[_RING_MATES + bound * MAX_ATOMS + here] = there
        atoms[_STATE + here] = (state | _ANY_BONDS) + _ONE_RING_BOND
        here, there = there, here
    return ring_atoms


@njit(nogil=True, error_model="numpy")
def _reasons_to_look(key, traits, positive, size, listed, least_positive):
    """Tell why the atoms of a part, whatever holds them together, could be those of something listed, in bits."""
    place, other = key >> np.uint64(48), key >> np.uint64(32) & np.uint64(0xFFFF)
    composed = listed[place >> np.uint64(6)] >> (place & np.uint64(63)) & np.uint64(1)
    composed &= listed[np.uint64(1024) + (other >> np.uint64(6))] >> (other & np.uint64(63))
    made = np.int64(traits & _RARE) + (_POSITIVE if positive >= least_positive else 0)
    return made + (_COMPOSED if composed else 0) + (_METAL if traits & _METAL and size > 1 else 0)


@njit(nogil=True, error_model="numpy")
def _read(data, start, end, symbols, allowed, unusual, weights, listed, least_positive, atoms, marks):
    """Read the grammar; return the number of atoms (0: not plain), of closures, of doubtful bonds, of atoms in aromatic
    rings, of parts, and why the bare composition leaves it open that a rule lists a part (0: it does not).
    """
    count = closures = doubtful = ring_atoms = depth = parts = open_labels = 0
    previous = -1
    pending = 0
    last = _START
    before_bond = 0
    reasons = 0
    traits = 0
    positive = 0
    first = 0
    key = np.uint64(0)
    at = start
    while at < end:
        sign = data[at]
        state = _LETTERS[sign]
        if state or sign == 91:  # [
            at += 1
            if state == 0:
                state, at = _read_bracket(data, at, end, symbols, allowed)
                if state == 0:
                    last = _DOUBT
                    break
                positive += (state >> _CHARGE & 15) > 8
            elif at < end:
                if sign == 67 and data[at] == 108:  # Cl
                    state = _CHLORINE
                    at += 1
                elif sign == 66 and data[at] == 114:  # Br
                    state = _BROMINE
                    at += 1
            if count >= MAX_ATOMS:
                last = _DOUBT
                break
            element = state & _ELEMENT
            key += weights[element]
            traits |= unusual[element]
            atoms[_PARENT + count] = previous
            atoms[_IN_RING + count] = 0
            if previous >= 0:
                before = atoms[_STATE + previous]
                if pending == _AROMATIC_BOND or (pending == 0 and state & before & _LOWER):
                    bound = before >> _RING_BONDS & 3
                    if bound == 3:
                        last = _DOUBT
                        break
                    if bound == 0 and not before & _LOWER:
                        atoms[_RING_ATOMS + ring_atoms] = previous
                        ring_atoms += 1
                    atoms[_RING_MATES + bound * MAX_ATOMS + previous] = count
                    atoms[_RING_MATES + count] = previous
                    atoms[_STATE + previous] = (before | _ANY_BONDS) + _ONE_RING_BOND
                    state = (state | _ANY_BONDS) + _ONE_RING_BOND
                    marks[_DOUBTFUL_BOND + doubtful] = 2 * count + (pending != 0)
                    doubtful += 1
                    atoms[_RING_ATOMS + ring_atoms] = count
                    ring_atoms += 1
                else:
                    if pending > 1 and (state | before) & _HALOGEN:
                        last = _DOUBT
                        break
                    state += _SIZES[pending]
                    atoms[_STATE + previous] = before + _SIZES[pending]
                    if state & _LOWER:
                        atoms[_RING_ATOMS + ring_atoms] = count
                        ring_atoms += 1
            elif state & _LOWER:
                atoms[_RING_ATOMS + ring_atoms] = count
                ring_atoms += 1
            atoms[_STATE + count] = state
            previous = count
            count += 1
            pending = 0
            last = _ATOM
        elif 48 <= sign <= 57 or sign == 37:  # ring labels 0 to 9, %nn
            if not (last & (_ATOM | _RING) or (last == _BOND and before_bond & (_ATOM | _RING))):
                break
            if sign == 37:
                if at + 2 >= end or not (49 <= data[at + 1] <= 57 and 48 <= data[at + 2] <= 57):  # RDKit reads no %01
                    break
                label = (np.int64(data[at + 1]) - 48) * 10 + np.int64(data[at + 2]) - 48
                at += 3
            else:
                label = np.int64(sign) - 48
                at += 1
            opener = marks[_LABEL_ATOM + label] - 1
            if opener < 0:
                marks[_LABEL_ATOM + label] = previous + 1
                marks[_LABEL_ORDER + label] = pending
                open_labels += 1
            else:
                marks[_LABEL_ATOM + label] = 0
                open_labels -= 1
                other = marks[_LABEL_ORDER + label]
                apart = opener != previous and atoms[_PARENT + previous] != opener
                agreed = pending == other or pending == 0 or other == 0
                if not (apart and agreed) or closures >= _MAX_CLOSURES or _is_closed(marks, closures, opener, previous):
                    last = _DOUBT
                    break
                marks[_CLOSURE_FIRST + closures] = opener
                marks[_CLOSURE_LAST + closures] = previous
                closures += 1
                pending = max(pending, other)
                lower = atoms[_STATE + opener] & atoms[_STATE + previous] & _LOWER
                if pending == _AROMATIC_BOND or (pending == 0 and lower):
                    ring_atoms = _bind_aromatic(atoms, opener, previous, ring_atoms)
                    if ring_atoms < 0:
                        last = _DOUBT
                        break
                else:
                    if pending > 1 and (atoms[_STATE + opener] | atoms[_STATE + previous]) & _HALOGEN:
                        last = _DOUBT
                        break
                    atoms[_STATE + opener] += _SIZES[pending]
                    atoms[_STATE + previous] += _SIZES[pending]
            pending = 0
            last = _RING
        elif _ORDERS[sign]:
            if last & (_START | _BOND):
                break
            pending = _ORDERS[sign]
            before_bond = last
            at += 1
            last = _BOND
        elif sign == 40:  # (
            if not last & _WHOLE or depth >= _MAX_DEPTH:
                break
            marks[_BRANCH + depth] = previous
            depth += 1
            at += 1
            last = _OPEN
        elif sign == 41:  # )
            if depth == 0 or not last & _WHOLE:
                break
            depth -= 1
            previous = marks[_BRANCH + depth]
            at += 1
            last = _CLOSE
        elif sign == 46:  # .
            if depth or open_labels or not last & _WHOLE or parts >= _MAX_PARTS:
                break
            reasons |= _reasons_to_look(key, traits, positive, count - first, listed, least_positive)
            marks[_ENDS + parts] = count
            parts += 1
            traits = positive = 0
            key = np.uint64(0)
            first = count
            previous = -1
            at += 1
            last = _START
        else:
            break
    if at < end or depth or open_labels or not last & _WHOLE:
        for label in range(100):
            marks[_LABEL_ATOM + label] = 0
        return 0, 0, 0, 0, 0, 0
    reasons |= _reasons_to_look(key, traits, positive, count - first, listed, least_positive)
    marks[_ENDS + parts] = count
    return count, closures, doubtful, ring_atoms, parts + 1, reasons


@njit(nogil=True, error_model="numpy")
def _is_readable(count, closures, doubtful, ring_atoms, atoms, marks):
    """Tell whether RDKit surely takes the drawing: its valences, and double bonds for its aromatic rings."""
    if doubtful and not _settle_doubtful_bonds(closures, doubtful, atoms, marks):
        return False
    fits = np.int64(1)
    for atom in range(count):
        state = atoms[_STATE + atom]
        fits &= state >> _ALLOWED + min(state >> _BONDS & 1023, 15)
    if not fits:
        return False
    unpaired = 0
    for place in range(ring_atoms):
        atom = atoms[_RING_ATOMS + place]
        atoms[_MATE + atom] = -3  # not looked at yet
    for place in range(ring_atoms):
        atom = atoms[_RING_ATOMS + place]
        need = _need_of_aromatic(atoms[_STATE + atom])
        if need < 0:
            return False
        atoms[_MATE + atom] = need - 2
        unpaired += _pair(atom, atoms) if need else 0
    return unpaired == 0 or _has_kekule_form(ring_atoms, atoms)


@njit(nogil=True, error_model="numpy")
def _settle_doubtful_bonds(closures, doubtful, atoms, marks):
    """Bind as single what was taken for aromatic and lies in no ring; return whether that is all as it should be."""
    for closure in range(closures):
        one, other = marks[_CLOSURE_FIRST + closure], marks[_CLOSURE_LAST + closure]
        while other > one:
            atoms[_IN_RING + other] = 1
            other = atoms[_PARENT + other]
        while one != other:
            if one < other:
                one, other = other, one
            atoms[_IN_RING + one] = 1
            one = atoms[_PARENT + one]
    for bond in range(doubtful):
        atom = marks[_DOUBTFUL_BOND + bond] >> 1
        if atoms[_IN_RING + atom]:
            continue
        if marks[_DOUBTFUL_BOND + bond] & 1:
            return False
        _unbind_aromatic(atoms, atom, atoms[_PARENT + atom])
        _unbind_aromatic(atoms, atoms[_PARENT + atom], atom)
    return True


@njit(nogil=True, error_model="numpy")
def _unbind_aromatic(atoms, atom, mate):
    """Turn an aromatic bond of an atom into a single one."""
    state = atoms[_STATE + atom]
    last = (state >> _RING_BONDS & 3) - 1
    for place in range(last):
        if atoms[_RING_MATES + place * MAX_ATOMS + atom] == mate:
            atoms[_RING_MATES + place * MAX_ATOMS + atom] = atoms[_RING_MATES + last * MAX_ATOMS + atom]
    atoms[_STATE + atom] = state - _ONE_RING_BOND + _ONE_BOND


@njit(nogil=True, error_model="numpy")
def _need_of_aromatic(state):
    """Return whether an aromatic atom needs one of the double bonds of its rings, 1 or 0; -1 where it is not plain."""
    number = state & _ELEMENT
    charge = (state >> _CHARGE & 15) - 8
    ring = state >> _RING_BONDS & 3
    doubled = state >> _EXCESS & 1023
    total = (state >> _BONDS & 1023) + (state >> _HYDROGENS & 15)
    if ring < 2 or (doubled and number != 6 and not (number == 7 and charge == 1)):
        return -1
    need = 0
    fine = False
    if number == 6 and charge == 0:
        need = int(doubled == 0)
        fine = ring + total + need <= 4 and (ring == 2 or total == 0)
        fine = fine and (not state & _BRACKET or doubled != 0 or ring + total == 3)
    elif number == 6:
        fine = charge == -1 and doubled == 0 and ring + total == 3
    elif number == 7 and charge == 0:
        need = int(ring == 2 and total == 0)
        fine = ring + total <= 3
    elif number == 7 and charge == -1:
        fine = ring == 2 and total == 0
    elif number == 7:
        need = int(doubled == 0)
        fine = charge == 1 and ring + total == (3 if need else 4) and (need == 1 or ring == 2)
    elif number == 8 or number == 16 or number == 34 or number == 52:
        need = int(charge == 1 and total == 0)
        fine = ring == 2 and (charge == 0 or charge == 1) and (total == 0 or (total == 1 and charge == 1))
        fine = fine and (charge == 1 or number == 34 or number == 52 or not state & _BRACKET)
    return need if fine else -1


@njit(nogil=True, error_model="numpy")
def _pair(atom, atoms):
    """Pair an atom with a neighbour that is free; return what that adds to the number of the unpaired."""
    for place in range(atoms[_STATE + atom] >> _RING_BONDS & 3):
        mate = atoms[_RING_MATES + place * MAX_ATOMS + atom]
        if atoms[_MATE + mate] == -1:
            atoms[_MATE + mate] = atom
            atoms[_MATE + atom] = mate
            return -1
    return 1


@njit(nogil=True, error_model="numpy")
def _has_kekule_form(ring_atoms, atoms):
    """Pair up the rest of the atoms that need a double bond, along paths that free a neighbour.

    The paths are those of Berge (1957), without the shrinking of odd rings: a pairing that is found is one, and what is
    not paired from either end is left to RDKit.
    """
    for _ in range(2):
        paired = True
        for place in range(ring_atoms):
            atoms[_SEEN + atoms[_RING_ATOMS + place]] = -1
        for place in range(ring_atoms):
            atom = atoms[_RING_ATOMS + place]
            paired = paired and (atoms[_MATE + atom] != -1 or _finds_mate(atom, atoms))
        if paired:
            return True
        for place in range(ring_atoms):
            atom = atoms[_RING_ATOMS + place]
            atoms[_MATE + atom] = -2 if atoms[_MATE + atom] == -2 else -1
        for place in range(ring_atoms - 1, -1, -1):
            atom = atoms[_RING_ATOMS + place]
            if atoms[_MATE + atom] == -1:
                _pair(atom, atoms)
    return False


@njit(nogil=True, error_model="numpy")
def _finds_mate(root, atoms):
    """Look, breadth first, for a path of changing pairs from an atom to one that is free, and change them along it."""
    atoms[_QUEUE + 0] = root
    atoms[_SEEN + root] = root
    waiting, at = 1, 0
    while at < waiting:
        here = atoms[_QUEUE + at]
        at += 1
        for place in range(atoms[_STATE + here] >> _RING_BONDS & 3):
            there = atoms[_RING_MATES + place * MAX_ATOMS + here]
            if atoms[_MATE + there] == -2 or atoms[_SEEN + there] == root:
                continue
            atoms[_SEEN + there] = root
            atoms[_CAME + there] = here
            beyond = atoms[_MATE + there]
            if beyond >= 0:
                atoms[_QUEUE + waiting] = beyond
                atoms[_SEEN + beyond] = root  # so no atom is met twice, and a path crosses itself nowhere
                waiting += 1
                continue
            while True:
                here = atoms[_CAME + there]
                beyond = atoms[_MATE + here]
                atoms[_MATE + there] = here
                atoms[_MATE + here] = there
                if here == root:
                    return True
                there = beyond
    return False


@njit(nogil=True, error_model="numpy")
def _may_be_listed(
    count, closures, parts, reasons, metals, weights, bonded, full_keys, full_keys_number, keys, keys_number, needs,
    needs_number, phosphorus, atoms, marks, keys_of, counts,
):  # fmt: skip
    """Tell whether a rule could list a part, or what is left of it between its metals."""
    cuts = reasons & _METAL and _cuts_metals(count, closures, metals, atoms, marks)
    composed = cuts or reasons & _COMPOSED
    meets = _has_elements(parts, needs, needs_number, atoms, marks, counts)
    if not composed and not meets:
        return False
    if not _lay_out_neighbours(count, closures, cuts, metals, atoms, marks):
        return True
    if composed and _is_composed(
        count, metals, bonded, full_keys, full_keys_number, keys, keys_number, atoms, keys_of
    ):  # fmt: skip
        return True
    first = 0
    for part in range(parts if meets else 0):
        if _meets_needs(first, marks[_ENDS + part], metals, weights, needs, needs_number, phosphorus, atoms, counts):
            return True
        first = marks[_ENDS + part]
    return False


@njit(nogil=True, error_model="numpy")
def _has_elements(parts, needs, needs_number, atoms, marks, counts):
    """Tell whether a part has the elements that some rule asks for whose rest is free."""
    first = 0
    for part in range(parts):
        for place in range(NEEDS):
            counts[place] = 0
        for atom in range(first, marks[_ENDS + part]):
            counts[atoms[_STATE + atom] & _ELEMENT] += 1
        first = marks[_ENDS + part]
        for rule in range(needs_number):
            meets = True
            for place in range(2 * rule * MOST_NEEDS, 2 * (rule + 1) * MOST_NEEDS, 2):
                what, number = needs[place], needs[place + 1]
                if what == 0 or not meets:
                    break
                meets = what >= QUATERNARY or counts[what] >= number
            if meets:
                return True
    return False


@njit(nogil=True, error_model="numpy")
def _is_composed(count, metals, bonded, full_keys, full_keys_number, keys, keys_number, atoms, keys_of):
    """Tell whether a part, or what is left of it between its metals, is made up as something listed is."""
    for atom in range(count):
        atoms[_PIECE_HYDROGENS + atom] = 0
        keys_of[_PIECE_KEY + atom] = 0
        keys_of[_DRAWN_KEY + atom] = 0
        keys_of[_OF_ATOM + atom] = _mixed(np.uint64(1_000 + _place_of(atom, atoms)))
    for atom in range(count):
        kind = atoms[_STATE + atom]
        number = kind & _ELEMENT
        root = _root(atom, atoms)
        if metals[number]:
            atoms[_BLURRED + root] = _WITH_METAL
            continue
        keys_of[_PIECE_KEY + root] += bonded[_place_of(atom, atoms)]
        keys_of[_DRAWN_KEY + root] += _surroundings(atom, metals, atoms, keys_of)
        hydrogens = _hydrogens_less_charge(kind)
        atoms[_PIECE_HYDROGENS + root] += hydrogens
        several = number == 15 or number == 16 or number == 53
        halogen = number == 9 or number == 17 or number == 35 or number == 53 or number == 85
        if (
            (number == 15 and kind & _BRACKET)  # a phosphite drawn without its hydrogen
            or (several and atoms[_DRAWN_HYDROGENS + atom])  # once it is folded, the unwritten ones are counted anew
            or (halogen and hydrogens and atoms[_HEAVY + atom])  # rules ask for a halogen, whatever its charge
        ):
            atoms[_BLURRED + root] |= _NOT_SURE
    for atom in range(count):
        if _root(atom, atoms) != atom or atoms[_BLURRED + atom] & _WITH_METAL:
            continue
        more = RING_WEIGHT * np.uint64(atoms[_PIECE_RINGS + atom])
        key, drawn = keys_of[_PIECE_KEY + atom] + more, keys_of[_DRAWN_KEY + atom] + more
        if atoms[_BLURRED + atom]:
            if _holds(keys, keys_number, key) or _holds(keys, keys_number, drawn):
                return True
            continue
        more = HYDROGEN_WEIGHT * np.uint64(atoms[_PIECE_HYDROGENS + atom])
        if _holds(full_keys, full_keys_number, key + more) or _holds(full_keys, full_keys_number, drawn + more):
            return True
    return False


@njit(nogil=True, error_model="numpy")
def _mixed(number):
    """Return 64 bits that look random, as `opencwc.chemistry.composition.mixed` does."""
    bits = number * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@njit(nogil=True, error_model="numpy")
def _place_of(atom, atoms):
    """Return the number of an atom of its element with so many heavy neighbours, so many of them carbon."""
    place = (atoms[_STATE + atom] & _ELEMENT) * (_MOST_NEIGHBOURS + 1) + min(atoms[_HEAVY + atom], _MOST_NEIGHBOURS)
    return place * (_MOST_NEIGHBOURS + 1) + min(atoms[_CARBONS + atom], _MOST_NEIGHBOURS)


@njit(nogil=True, error_model="numpy")
def _surroundings(atom, metals, atoms, keys_of):
    """Return the weight of an atom by what it is bound to, and what that is bound to; hydrogens weigh nothing."""
    if atoms[_STATE + atom] & _ELEMENT == 1:
        return np.uint64(0)
    key = np.uint64(3) * keys_of[_OF_ATOM + atom]
    for place in range(atoms[_NEIGHBOURS + atom]):
        beside = atoms[_NEAR + place * MAX_ATOMS + atom]
        if not metals[atoms[_STATE + beside] & _ELEMENT]:
            key += keys_of[_OF_ATOM + beside]
    return _mixed(key)


@njit(nogil=True, error_model="numpy")
def _ends_of(bond, count, atoms, marks):
    """Return the two atoms of a bond, those to a parent first, then the closures; the second is -1 where none is."""
    if bond < count:
        return bond, atoms[_PARENT + bond]
    return marks[_CLOSURE_FIRST + bond - count], marks[_CLOSURE_LAST + bond - count]


@njit(nogil=True, error_model="numpy")
def _cuts_metals(count, closures, metals, atoms, marks):
    """Tell whether standardising cuts metals off: not where every bound metal is drawn negative, as in a complex."""
    for bond in range(count + closures):
        one, other = _ends_of(bond, count, atoms, marks)
        if other < 0:
            continue
        for atom in (one, other):
            state = atoms[_STATE + atom]
            if metals[state & _ELEMENT] and (state >> _CHARGE & 15) >= 8:
                return True
    return False


@njit(nogil=True, error_model="numpy")
def _lay_out_neighbours(count, closures, cuts, metals, atoms, marks):
    """Note who is bound to whom, and join the atoms that no cut metal keeps apart; False where one has too many."""
    for atom in range(count):
        atoms[_PIECE + atom] = atom
        atoms[_PIECE_RINGS + atom] = 0
        atoms[_BLURRED + atom] = 0
        atoms[_HEAVY + atom] = 0
        atoms[_CARBONS + atom] = 0
        atoms[_DRAWN_HYDROGENS + atom] = 0
        atoms[_NEIGHBOURS + atom] = 0
    for bond in range(count + closures):
        one, other = _ends_of(bond, count, atoms, marks)
        if other < 0:
            continue
        through_metal = metals[atoms[_STATE + one] & _ELEMENT] or metals[atoms[_STATE + other] & _ELEMENT]
        if not (cuts and through_metal):
            first, last = _root(one, atoms), _root(other, atoms)
            if first == last:
                atoms[_PIECE_RINGS + first] += 1
            else:
                atoms[_PIECE + max(first, last)] = min(first, last)
                atoms[_PIECE_RINGS + min(first, last)] += atoms[_PIECE_RINGS + max(first, last)]
        for here, there in ((one, other), (other, one)):
            number = atoms[_STATE + there] & _ELEMENT
            if number == 1:
                atoms[_DRAWN_HYDROGENS + here] += 1
                continue
            if metals[number]:
                atoms[_BLURRED + here] = _NOT_SURE  # handed on to its piece below
            else:
                atoms[_HEAVY + here] += 1
                atoms[_CARBONS + here] += number == 6
            if metals[atoms[_STATE + here] & _ELEMENT]:
                continue
            if atoms[_NEIGHBOURS + here] == _MOST_NEIGHBOURS:
                return False
            atoms[_NEAR + atoms[_NEIGHBOURS + here] * MAX_ATOMS + here] = there
            atoms[_NEIGHBOURS + here] += 1
    for atom in range(count):
        if atoms[_BLURRED + atom]:
            atoms[_BLURRED + _root(atom, atoms)] = _NOT_SURE
    return True


@njit(nogil=True, error_model="numpy")
def _root(atom, atoms):
    while atoms[_PIECE + atom] != atom:
        atom = atoms[_PIECE + atom]
    return atom


@njit(nogil=True, error_model="numpy")
def _holds(keys, number, key):
    """Tell whether a key is one of some that are sorted."""
    low, high = 0, number
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low < number and keys[low] == key


@njit(nogil=True, error_model="numpy")
def _hydrogens_less_charge(kind):
    """Count the hydrogens of an atom, written or not, less its charge; a drawn hydrogen counts itself."""
    number = kind & _ELEMENT
    bonds = kind >> _BONDS & 1023
    if number == 1:
        own = 1
    elif kind & _BRACKET:
        own = kind >> _HYDROGENS & 15
    elif kind >> _RING_BONDS & 3:
        need = 0 if kind >> _EXCESS & 1023 else 1
        own = 4 - (kind >> _RING_BONDS & 3) - bonds - need if number == 6 else 0
    elif number == 6:
        own = 4 - bonds
    elif number == 5 or number == 7:
        own = 3 - bonds
    elif number == 8:
        own = 2 - bonds
    elif number == 15:
        own = (3 if bonds <= 3 else 5) - bonds
    elif number == 16:
        own = (2 if bonds <= 2 else (4 if bonds <= 4 else 6)) - bonds
    elif number == 53:
        own = (1 if bonds <= 1 else (3 if bonds <= 3 else 5)) - bonds
    else:
        own = 1 - bonds
    return own - ((kind >> _CHARGE & 15) - 8)


@njit(nogil=True, error_model="numpy")
def _meets_needs(first, end, metals, weights, needs, needs_number, phosphorus, atoms, counts):
    """Tell whether a part holds what some rule whose rest is free asks for."""
    for place in range(NEEDS):
        counts[place] = 0
    smallest = _NO_GROUP
    for atom in range(first, end):
        kind = atoms[_STATE + atom]
        number = kind & _ELEMENT
        counts[number] += 1
        counts[BRIDGES] += number == 8 and atoms[_CARBONS + atom] >= 2
        if number == 15:
            smallest = min(smallest, _alkyl_alone(atom, metals, atoms))
        if (kind >> _CHARGE & 15) > 8:
            if number == 7 and atoms[_NEIGHBOURS + atom] == 4:
                counts[QUATERNARY] += 1
            lasting = kind >> _HYDROGENS & 15 == 0 and atoms[_DRAWN_HYDROGENS + atom] == 0
            for place in range(atoms[_NEIGHBOURS + atom]):
                # nitro groups and N-oxides carry their own counter-charge; a carbon with one is a group like others
                beside = atoms[_STATE + atoms[_NEAR + place * MAX_ATOMS + atom]]
                lasting = lasting and ((beside >> _CHARGE & 15) >= 8 or beside & _ELEMENT == 6)
            counts[POSITIVE] += lasting
            counts[POSITIVE_NITROGEN] += lasting and number == 7
    for rule in range(needs_number):
        meets = True
        for place in range(2 * rule * MOST_NEEDS, 2 * (rule + 1) * MOST_NEEDS, 2):
            what, number = needs[place], needs[place + 1]
            if what == 0 or not meets:
                break
            meets = smallest <= number if what == ALKYL else counts[what] >= number
        if meets and (phosphorus[rule] == 0 or _is_bound_to(phosphorus[rule], first, end, metals, weights, atoms)):
            return True
    return False


@njit(nogil=True, error_model="numpy")
def _is_bound_to(wanted, first, end, metals, weights, atoms):
    """Tell whether the heavy neighbours of some phosphorus, metals left out, have this composition key."""
    for atom in range(first, end):
        if atoms[_STATE + atom] & _ELEMENT != 15:
            continue
        key = np.uint64(0)
        for place in range(atoms[_NEIGHBOURS + atom]):
            number = atoms[_STATE + atoms[_NEAR + place * MAX_ATOMS + atom]] & _ELEMENT
            if not metals[number]:
                key += weights[number]
        if key == wanted:
            return True
    return False


@njit(nogil=True, error_model="numpy")
def _alkyl_alone(phosphorus, metals, atoms):
    """Return the size of the one saturated carbon group on a phosphorus with exactly one carbon neighbour.

    A metal on the group may be cut off, and is left out. A number above any limit stands for: no such group.
    """
    start = -1
    for place in range(atoms[_NEIGHBOURS + phosphorus]):
        neighbour = atoms[_NEAR + place * MAX_ATOMS + phosphorus]
        if atoms[_STATE + neighbour] & _ELEMENT == 6:
            if start >= 0:
                return _NO_GROUP
            start = neighbour
    if start < 0:
        return _NO_GROUP
    atoms[_QUEUE + 0] = start
    size, at = 1, 0
    while at < size:
        here = atoms[_QUEUE + at]
        at += 1
        at_metal = False  # then its double bond may be to that one
        for place in range(atoms[_NEIGHBOURS + here]):
            at_metal = at_metal or metals[atoms[_STATE + atoms[_NEAR + place * MAX_ATOMS + here]] & _ELEMENT]
        if atoms[_STATE + here] >> _EXCESS & 4095 and not at_metal:
            return _NO_GROUP
        for place in range(atoms[_NEIGHBOURS + here]):
            there = atoms[_NEAR + place * MAX_ATOMS + here]
            known = there == phosphorus
            for step in range(size):
                known = known or atoms[_QUEUE + step] == there
            if known or metals[atoms[_STATE + there] & _ELEMENT]:
                continue
            if atoms[_STATE + there] & _ELEMENT != 6 or size == _LARGEST_ALKYL:
                return _NO_GROUP
            atoms[_QUEUE + size] = there
            size += 1
    return size


def _pointers(*kinds):
    return [types.CPointer(getattr(types, kind)) if kind else types.int64 for kind in kinds]


SIGNATURE = types.void(
    *_pointers("uint8", "int64", "", "uint8", "int16", "uint8", "uint8", "uint64", "uint64", "uint64", ""),
    *_pointers("uint64", "", "uint64", "int16", "", "uint64", "", "int64", "int64", "uint64", "int64", "uint8"),
)
"""What `scan_texts` takes: pointers to arrays, and integers where no kind is named."""


def scan_texts(
    data, offsets, rows, symbols, allowed, unusual, metals, weights, bonded, full_keys, full_keys_number, keys,
    keys_number, listed, needs, needs_number, phosphorus, least_positive, atoms, marks, keys_of, counts, out,
):  # fmt: skip
    """Walk every text; ``out[i]`` becomes 0 where it is plainly readable and nothing in it can be listed, else 1."""
    for row in range(rows):
        start, end = offsets[row], offsets[row + 1]
        out[row] = 1
        if end - start > MAX_LENGTH:
            continue
        count, closures, doubtful, ring_atoms, parts, reasons = _read(
            data, start, end, symbols, allowed, unusual, weights, listed, least_positive, atoms, marks
        )
        if count == 0 or not _is_readable(count, closures, doubtful, ring_atoms, atoms, marks):
            continue
        if reasons and _may_be_listed(
            count, closures, parts, reasons, metals, weights, bonded, full_keys, full_keys_number, keys, keys_number,
            needs, needs_number, phosphorus, atoms, marks, keys_of, counts,
        ):  # fmt: skip
            continue
        out[row] = 0
