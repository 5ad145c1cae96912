# mypy: ignore-errors
"""The compiled heart of `opencwc.chemistry.smiles_gate`: one walk over each SMILES text.

Numba infers the types, which is why the type checker leaves this file alone. Read `scan_texts` from top to bottom: the
grammar, the rings, the bonds, the valences, a Kekulé form, the composition. At the first doubt it goes on to the next
text and leaves this one to the full path.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from opencwc.chemistry.composition import HYDROGEN_WEIGHT, MOST_NEIGHBOURS, RING_WEIGHT

MAX_ATOMS = 300
MAX_LENGTH = 1_200
_MAX_CLOSURES = 64
_MAX_DEPTH = 64
_NO_GROUP = 1_000_000


def _by_number(values: dict[int, int], size: int, other: int) -> Any:
    table = np.full(size, other, np.int64)
    for place, value in values.items():
        table[place] = value
    return table


_ATOMS = {"N": 7, "O": 8, "F": 9, "P": 15, "S": 16, "I": 53, "c": -6, "n": -7, "o": -8, "s": -16}
_ALONE = _by_number({ord(letter): number for letter, number in _ATOMS.items()}, 128, 0)
"""The element of a letter that is an atom without brackets, but for B and C; negative where it is aromatic."""
_MOST_ALONE = _by_number({5: 3, 6: 4, 7: 3, 8: 2, 15: 5, 16: 6}, 119, 1)
"""The most bonds of an atom without brackets, by its atomic number."""
_FEWEST = _by_number({5: 3, 6: 4, 7: 3, 8: 2, 14: 4, 15: 3, 16: 2, 32: 4, 33: 3, 34: 2, 50: 4, 51: 3, 52: 2}, 119, 1)
"""The fewest bonds, hydrogens among them, of an uncharged atom that lacks none."""


@numba.njit(cache=True, nogil=True)
def _alkyl_alone(
    phosphorus: int, element: Any, near: Any, near_count: Any, doubled: Any, aromatic: Any, walked: Any
) -> int:
    """Return the size of the one saturated carbon group on a phosphorus with exactly one carbon neighbour.

    A number above any limit stands for: no such group.
    """
    start = -1
    for neighbour in range(near_count[phosphorus]):
        if element[near[phosphorus, neighbour]] == 6:
            if start >= 0:
                return _NO_GROUP
            start = near[phosphorus, neighbour]
    if start < 0:
        return _NO_GROUP
    size = 1
    walked[0] = start
    at = 0
    while at < size:
        here = walked[at]
        if aromatic[here] or doubled[here]:
            return _NO_GROUP
        for neighbour in range(near_count[here]):
            there = near[here, neighbour]
            if there == phosphorus:
                continue
            if element[there] != 6:
                return _NO_GROUP
            known = False
            for step in range(size):
                known = known or walked[step] == there
            if not known:
                if size >= MOST_NEIGHBOURS:
                    return _NO_GROUP
                walked[size] = there
                size += 1
        at += 1
    return size


@numba.njit(cache=True, nogil=True)
def scan_texts(
    data: Any, offsets: Any, full_keys: Any, keys: Any, needs: Any, features: Any,
    bonded: Any, metals: Any, tolerant: Any, most_bonds: Any, symbols: Any, out: Any,
) -> None:  # fmt: skip
    """Walk every text; ``out[i]`` becomes False where the text is plainly readable and nothing in it can be listed."""
    element = np.zeros(MAX_ATOMS, np.int64)
    charge = np.zeros(MAX_ATOMS, np.int64)
    hydrogens = np.zeros(MAX_ATOMS, np.int64)
    bracket = np.zeros(MAX_ATOMS, np.bool_)
    lower = np.zeros(MAX_ATOMS, np.bool_)
    aromatic = np.zeros(MAX_ATOMS, np.bool_)
    parent = np.zeros(MAX_ATOMS, np.int64)
    order = np.zeros(MAX_ATOMS, np.int64)
    height = np.zeros(MAX_ATOMS, np.int64)
    ring_edge = np.zeros(MAX_ATOMS, np.bool_)
    part = np.zeros(MAX_ATOMS, np.int64)
    bonds = np.zeros(MAX_ATOMS, np.int64)
    ring_bonds = np.zeros(MAX_ATOMS, np.int64)
    doubled = np.zeros(MAX_ATOMS, np.bool_)
    near = np.zeros((MAX_ATOMS, MOST_NEIGHBOURS), np.int64)
    near_count = np.zeros(MAX_ATOMS, np.int64)
    kept_count = np.zeros(MAX_ATOMS, np.int64)
    drawn_hydrogens = np.zeros(MAX_ATOMS, np.int64)
    on_metal = np.zeros(MAX_ATOMS, np.bool_)
    walked = np.zeros(MOST_NEIGHBOURS, np.int64)
    stack = np.zeros(_MAX_DEPTH, np.int64)
    label_atom = np.full(100, -1, np.int64)
    label_order = np.zeros(100, np.int64)
    close_a = np.zeros(_MAX_CLOSURES, np.int64)
    close_b = np.zeros(_MAX_CLOSURES, np.int64)
    close_order = np.zeros(_MAX_CLOSURES, np.int64)
    edges = np.zeros((MAX_ATOMS, 4), np.int64)
    edge_count = np.zeros(MAX_ATOMS, np.int64)
    queue = np.zeros(MAX_ATOMS, np.int64)
    unmatched = np.zeros(MAX_ATOMS, np.bool_)
    free_edges = np.zeros(MAX_ATOMS, np.int64)
    counts = np.zeros(119, np.int64)
    piece = np.zeros(MAX_ATOMS, np.int64)
    piece_key = np.zeros(MAX_ATOMS, np.uint64)
    piece_hydrogens = np.zeros(MAX_ATOMS, np.int64)
    piece_rings = np.zeros(MAX_ATOMS, np.int64)
    piece_blurred = np.zeros(MAX_ATOMS, np.bool_)

    for row in range(offsets.shape[0] - 1):
        start, end = offsets[row], offsets[row + 1]
        if end == start or end - start > MAX_LENGTH:
            continue
        # 1. Grammar: atoms, their tree of bonds, and the ring closures.
        atoms = closures = depth = parts = open_labels = 0
        previous = np.int64(-1)
        pending = 0  # 0 nothing written, 1 single, 2 double, 3 triple, 4 aromatic
        fine = True
        at = start
        before_bond = 0
        last = 0  # kind of the last token: 0 start or dot, 1 atom, 2 bond, 3 open, 4 close, 5 ring label
        while at < end:
            sign = data[at]
            found = 0
            is_aromatic = False
            in_bracket = False
            its_charge = its_hydrogens = 0
            if sign == 91:  # [
                in_bracket = True
                at += 1
                digits = 0
                while at < end and 48 <= data[at] <= 57 and digits < 3:
                    at += 1
                    digits += 1
                if at + 1 >= end:
                    fine = False
                    break
                letter = data[at]
                if 65 <= letter <= 90:
                    second = data[at + 1]
                    if 97 <= second <= 122 and symbols[letter - 64, second - 96] != 0:
                        found = np.int64(symbols[letter - 64, second - 96])
                        at += 2
                    else:
                        found = np.int64(symbols[letter - 64, 0])
                        at += 1
                elif letter == 99 or letter == 110:  # c, n
                    found = 6 if letter == 99 else 7
                    is_aromatic = True
                    at += 1
                if found == 0:
                    fine = False
                    break
                turns = 0
                while at < end and data[at] == 64 and turns < 2:  # @
                    at += 1
                    turns += 1
                if turns and found == 1:  # no hydrogen has a hand, and RDKit does not read one
                    fine = False
                    break
                if at < end and data[at] == 72 and found != 1:  # H
                    its_hydrogens = 1
                    at += 1
                    if at < end and 48 <= data[at] <= 57:
                        its_hydrogens = np.int64(data[at]) - 48
                        at += 1
                if at < end and (data[at] == 43 or data[at] == 45):  # + -
                    direction = 1 if data[at] == 43 else -1
                    mark = data[at]
                    its_charge = direction
                    at += 1
                    if at < end and 48 <= data[at] <= 57:
                        its_charge = direction * (np.int64(data[at]) - 48)
                        at += 1
                    elif at < end and data[at] == mark:
                        its_charge += direction
                        at += 1
                if at < end and data[at] == 58:  # :
                    at += 1
                    digits = 0
                    while at < end and 48 <= data[at] <= 57 and digits < 4:
                        at += 1
                        digits += 1
                    if digits == 0:
                        fine = False
                        break
                if at >= end or data[at] != 93:  # ]
                    fine = False
                    break
                at += 1
            elif sign == 67:  # C or Cl
                if at + 1 < end and data[at + 1] == 108:
                    found = 17
                    at += 2
                else:
                    found = 6
                    at += 1
            elif sign == 66:  # B or Br
                if at + 1 < end and data[at + 1] == 114:
                    found = 35
                    at += 2
                else:
                    found = 5
                    at += 1
            elif sign < 128 and _ALONE[sign]:
                found = abs(_ALONE[sign])
                is_aromatic = _ALONE[sign] < 0
                at += 1
            if found:
                if atoms >= MAX_ATOMS or (last == 0 and pending):
                    fine = False
                    break
                element[atoms] = found
                charge[atoms] = its_charge
                hydrogens[atoms] = its_hydrogens
                bracket[atoms] = in_bracket
                lower[atoms] = is_aromatic
                aromatic[atoms] = is_aromatic
                piece[atoms] = atoms
                parent[atoms] = previous
                order[atoms] = pending
                height[atoms] = height[previous] + 1 if previous >= 0 else 0
                ring_edge[atoms] = False
                part[atoms] = parts
                bonds[atoms] = 0
                ring_bonds[atoms] = 0
                doubled[atoms] = False
                near_count[atoms] = 0
                kept_count[atoms] = 0
                drawn_hydrogens[atoms] = 0
                on_metal[atoms] = False
                edge_count[atoms] = 0
                previous = np.int64(atoms)
                atoms += 1
                pending = 0
                last = 1
            elif sign == 45 or sign == 61 or sign == 35 or sign == 47 or sign == 92 or sign == 58:  # - = # / \ :
                if last == 0 or last == 2:
                    fine = False
                    break
                pending = 2 if sign == 61 else (3 if sign == 35 else (4 if sign == 58 else 1))
                before_bond = last
                at += 1
                last = 2
            elif sign == 40:  # (
                if (last != 1 and last != 4 and last != 5) or depth >= _MAX_DEPTH:
                    fine = False
                    break
                stack[depth] = previous
                depth += 1
                at += 1
                last = 3
            elif sign == 41:  # )
                if depth == 0 or (last != 1 and last != 4 and last != 5):
                    fine = False
                    break
                depth -= 1
                previous = stack[depth]
                at += 1
                last = 4
            elif sign == 46:  # .
                if depth != 0 or open_labels != 0 or (last != 1 and last != 4 and last != 5):
                    fine = False
                    break
                previous = np.int64(-1)
                parts += 1
                at += 1
                last = 0
            elif 48 <= sign <= 57 or sign == 37:  # ring labels 0 to 9, %nn
                if last != 1 and last != 5 and not (last == 2 and (before_bond == 1 or before_bond == 5)):
                    fine = False
                    break
                if sign == 37:
                    if at + 2 >= end or not (48 <= data[at + 1] <= 57 and 48 <= data[at + 2] <= 57):
                        fine = False
                        break
                    label = (np.int64(data[at + 1]) - 48) * 10 + np.int64(data[at + 2]) - 48
                    at += 3
                else:
                    label = np.int64(sign) - 48
                    at += 1
                if label_atom[label] < 0:
                    label_atom[label] = previous
                    label_order[label] = pending
                    open_labels += 1
                else:
                    first = label_atom[label]
                    label_atom[label] = -1
                    open_labels -= 1
                    other = label_order[label]
                    if first == previous or parent[previous] == first or parent[first] == previous:
                        fine = False
                        break
                    if (pending and other and pending != other) or closures >= _MAX_CLOSURES:
                        fine = False
                        break
                    for closure in range(closures):
                        if close_a[closure] == first and close_b[closure] == previous:
                            fine = False
                    close_a[closures] = first
                    close_b[closures] = previous
                    close_order[closures] = max(pending, other)
                    closures += 1
                pending = 0
                last = 5
            else:
                fine = False
                break
        if open_labels != 0 or not fine:
            for label in range(100):
                label_atom[label] = -1
        if not fine or depth != 0 or open_labels != 0 or (last != 1 and last != 4 and last != 5):
            continue
        # 2. Rings: every bond on a path that a closure closes.
        for closure in range(closures):
            a, b = close_a[closure], close_b[closure]
            while a != b:
                if height[a] >= height[b]:
                    ring_edge[a] = True
                    a = parent[a]
                else:
                    ring_edge[b] = True
                    b = parent[b]
        # 3. Bonds: orders, neighbours, and the aromatic ones.
        for bond in range(atoms + closures):
            if bond < atoms:
                a, b = np.int64(bond), parent[bond]
                if b < 0:
                    continue
                written, in_ring = order[bond], ring_edge[bond]
            else:
                a, b = close_a[bond - atoms], close_b[bond - atoms]
                written, in_ring = close_order[bond - atoms], True
            if metals[element[a]] or metals[element[b]]:
                if written > 3 or (lower[a] and lower[b]):
                    fine = False
                    break
            else:
                while piece[a] != a:
                    a = piece[a]
                while piece[b] != b:
                    b = piece[b]
                piece[max(a, b)] = min(a, b)
                if bond < atoms:
                    a, b = np.int64(bond), parent[bond]
                else:
                    a, b = close_a[bond - atoms], close_b[bond - atoms]
            if written == 4 or (written == 0 and lower[a] and lower[b] and in_ring):
                if not in_ring or edge_count[a] >= 4 or edge_count[b] >= 4:
                    fine = False
                    break
                aromatic[a] = True
                aromatic[b] = True
                edges[a, edge_count[a]] = b
                edges[b, edge_count[b]] = a
                edge_count[a] += 1
                edge_count[b] += 1
            else:
                size = written if written else 1
                bonds[a] += size
                bonds[b] += size
                if size > 1:
                    doubled[a] = True
                    doubled[b] = True
            for side in range(2):
                here, there = (a, b) if side == 0 else (b, a)
                if metals[element[there]]:
                    on_metal[here] = True
                elif element[there] != 1:
                    kept_count[here] += 1
                if element[there] != 1:
                    if near_count[here] >= MOST_NEIGHBOURS:
                        fine = False
                        break
                    near[here, near_count[here]] = there
                    near_count[here] += 1
                else:
                    drawn_hydrogens[here] += 1
        if not fine:
            continue
        # 4. Valences, and which aromatic atoms need a double bond.
        needy = 0
        for atom in range(atoms):
            number = element[atom]
            if number == 1:
                if bonds[atom] > 1 or (bonds[atom] == 1 and charge[atom] != 0):
                    fine = False
                    break
                continue
            if metals[number]:
                usual = -3 <= charge[atom] <= 3
                if bonds[atom] and not tolerant[number] and not usual:
                    fine = False
                    break
                if bonds[atom] and not tolerant[number]:
                    fine = bonds[atom] + hydrogens[atom] <= most_bonds[number, charge[atom] + 3]
                    if not fine:
                        break
                continue
            if aromatic[atom]:
                ring = edge_count[atom]
                total = bonds[atom] + hydrogens[atom]
                need = False
                oxide = number == 7 and charge[atom] == 1
                if ring < 2 or ring > 3 or (number != 6 and doubled[atom] and not oxide):
                    fine = False
                elif number == 6 and charge[atom] == -1:
                    fine = bracket[atom] and not doubled[atom] and ring + total == 3
                elif number == 6:
                    need = not doubled[atom]
                    fine = charge[atom] == 0 and ring + total + (1 if need else 0) <= 4 and (ring == 2 or total == 0)
                    if bracket[atom] and ring + total != 3 and not doubled[atom]:
                        fine = False
                elif number == 7 and charge[atom] == 0:
                    need = ring == 2 and total == 0
                    fine = ring + total <= 3
                elif number == 7:
                    need = not doubled[atom]
                    fine = charge[atom] == 1 and ring + total == (3 if need else 4) and (need or ring == 2)
                elif number == 8 or number == 16 or number == 34:
                    need = charge[atom] == 1
                    fine = ring == 2 and total == 0 and (charge[atom] == 0 or charge[atom] == 1)
                    fine = fine and (charge[atom] == 1 or number == 34 or not bracket[atom])
                else:
                    fine = False
                if not fine:
                    break
                unmatched[atom] = need
                needy += need
            else:
                most = np.int64(-1)
                if bracket[atom]:
                    if -3 <= charge[atom] <= 3:
                        most = np.int64(most_bonds[number, charge[atom] + 3])
                else:
                    most = _MOST_ALONE[number]
                if bonds[atom] + hydrogens[atom] > most:
                    fine = False
                    break
                unmatched[atom] = False
        if not fine:
            continue
        # 5. A Kekulé form: match needy atoms along aromatic bonds, those with one choice left first.
        if needy:
            waiting = 0
            for atom in range(atoms):
                free_edges[atom] = 0
                if aromatic[atom] and unmatched[atom]:
                    for edge in range(edge_count[atom]):
                        if unmatched[edges[atom, edge]]:
                            free_edges[atom] += 1
                    if free_edges[atom] == 1:
                        queue[waiting] = atom
                        waiting += 1
            cursor = 0
            while needy > 0 and fine:
                pick = np.int64(-1)
                while waiting > 0 and pick < 0:
                    waiting -= 1
                    if unmatched[queue[waiting]]:
                        pick = queue[waiting]
                while pick < 0:
                    if unmatched[cursor] and aromatic[cursor]:
                        pick = np.int64(cursor)
                    cursor += 1
                mate = np.int64(-1)
                for edge in range(edge_count[pick]):
                    if unmatched[edges[pick, edge]]:
                        mate = edges[pick, edge]
                        break
                if mate < 0:
                    fine = False
                    break
                unmatched[pick] = False
                unmatched[mate] = False
                needy -= 2
                for side in range(2):
                    here = pick if side == 0 else mate
                    for edge in range(edge_count[here]):
                        there = edges[here, edge]
                        if unmatched[there]:
                            free_edges[there] -= 1
                            if free_edges[there] == 1 and waiting < MAX_ATOMS:
                                queue[waiting] = there
                                waiting += 1
        if not fine:
            continue
        # 6. Composition: nothing that a rule could list, in no piece between the metals.
        for atom in range(atoms):
            piece_key[atom] = 0
            piece_hydrogens[atom] = 0
            piece_rings[atom] = 0
            piece_blurred[atom] = False
        for atom in range(atoms):
            number = element[atom]
            if metals[number]:
                continue
            root = piece[atom]
            while piece[root] != root:
                root = piece[root]
            piece_key[root] += bonded[number, kept_count[atom]]
            if on_metal[atom] or (number == 15 and bracket[atom]):
                piece_blurred[root] = True  # cut from a metal, or a phosphite drawn without its hydrogen
            if bracket[atom] and not aromatic[atom] and number != 1:
                least = _FEWEST[number] - abs(charge[atom]) if number == 6 else _FEWEST[number] + charge[atom]
                if bonds[atom] + hydrogens[atom] < least:
                    piece_blurred[root] = True  # drawn without its hydrogens, which the full path fills in
            if (number == 15 or number == 16) and drawn_hydrogens[atom]:
                # several valences: the full path folds the hydrogen and counts the unwritten ones anew, of fewer bonds
                piece_blurred[root] = True
            own = hydrogens[atom]
            if number == 1:
                own = 1
            elif not bracket[atom]:
                if aromatic[atom]:
                    own = 4 - edge_count[atom] - bonds[atom] - (0 if doubled[atom] else 1) if number == 6 else 0
                elif number == 6:
                    own = 4 - bonds[atom]
                elif number == 5 or number == 7:
                    own = 3 - bonds[atom]
                elif number == 8:
                    own = 2 - bonds[atom]
                elif number == 15:
                    own = (3 if bonds[atom] <= 3 else 5) - bonds[atom]
                elif number == 16:
                    own = (2 if bonds[atom] <= 2 else (4 if bonds[atom] <= 4 else 6)) - bonds[atom]
                else:
                    own = 1 - bonds[atom]
            piece_hydrogens[root] += own - charge[atom]
        for closure in range(closures):
            root = close_a[closure]
            while piece[root] != root:
                root = piece[root]
            piece_rings[root] += 1
        listed = False
        for atom in range(atoms):
            if piece[atom] != atom or metals[element[atom]]:
                continue
            if piece_blurred[atom]:
                place = np.searchsorted(keys, piece_key[atom])
                listed = listed or (place < keys.shape[0] and keys[place] == piece_key[atom])
            else:
                full = piece_key[atom] + np.uint64(RING_WEIGHT) * np.uint64(piece_rings[atom])
                full += np.uint64(HYDROGEN_WEIGHT) * np.uint64(piece_hydrogens[atom] + 4096)
                full -= np.uint64(HYDROGEN_WEIGHT) * np.uint64(4096)
                place = np.searchsorted(full_keys, full)
                listed = listed or (place < full_keys.shape[0] and full_keys[place] == full)
        first = 0
        while first < atoms and not listed:
            beyond = first
            smallest = _NO_GROUP
            quaternary = positive = 0
            counts[:] = 0
            while beyond < atoms and part[beyond] == part[first]:
                number = element[beyond]
                counts[number] += 1
                if number == 15:
                    smallest = min(smallest, _alkyl_alone(beyond, element, near, near_count, doubled, aromatic, walked))
                if charge[beyond] > 0 and number == 7 and hydrogens[beyond] == 0:
                    lasting = True  # nitro groups and N-oxides carry their own counter-charge
                    for neighbour in range(near_count[beyond]):
                        lasting = lasting and charge[near[beyond, neighbour]] >= 0
                    if lasting:
                        positive = 1
                if number == 7 and charge[beyond] > 0 and near_count[beyond] == 4:
                    quaternary += 1
                beyond += 1
            for rule in range(needs.shape[0]):
                meets = features[rule, 0] == 0 or smallest <= features[rule, 0]
                meets = meets and quaternary >= features[rule, 1] and positive >= features[rule, 2]
                if meets:
                    for number in range(119):
                        if counts[number] < needs[rule, number]:
                            meets = False
                            break
                listed = listed or meets
            first = beyond
        out[row] = listed
