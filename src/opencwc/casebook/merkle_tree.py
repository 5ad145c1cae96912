"""The tree over all records: one hash for all of them, and short proofs of what is among them and what came before.

Hashes and proofs are those of RFC 6962 and RFC 9162, section 2.1; a leaf is the commitment of a record. Nothing but
Python's standard library, so that whoever checks a proof can take this file along.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH = 32


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf.

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two nodes under one."""
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """What is kept of a tree to add to it: its size and the roots of its full subtrees, the largest first.

    Adding a leaf costs two hashes on average, the root as many as there are subtrees, at most 64.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    @classmethod
    def read(cls, size: int, peaks: bytes) -> Frontier:
        """Return the tree of a size with these peaks; `ValueError` where a tree of that size has another number."""
        if len(peaks) != HASH * size.bit_count():
            raise ValueError(f"{len(peaks)} bytes are not the peaks of a tree of {size} leaves")
        frontier = cls()
        frontier.size = size
        frontier._peaks = [peaks[start : start + HASH] for start in range(0, len(peaks), HASH)]
        return frontier

    def copy(self) -> Frontier:
        """Return one that grows by itself from here."""
        other = Frontier()
        other.size, other._peaks = self.size, list(self._peaks)
        return other

    def add(self, leaf: bytes) -> None:
        """Add a leaf at the end."""
        node, full = leaf_hash(leaf), self.size
        while full & 1:
            node = node_hash(self._peaks.pop(), node)
            full >>= 1
        self._peaks.append(node)
        self.size += 1

    def peaks(self) -> bytes:
        """Return the peaks one after the other, to be kept."""
        return b"".join(self._peaks)

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self._peaks:
            return sha256(b"").digest()
        node = self._peaks[-1]
        for left in reversed(self._peaks[:-1]):
            node = node_hash(left, node)
        return node


class Tree:
    """A whole tree, from which proofs are made: 64 bytes a leaf."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        """The hashes of the full subtrees of 1, 2, 4, ... leaves, one after the other."""
        for leaf in leaves:
            self.add(leaf)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0]) // HASH

    def add(self, leaf: bytes) -> None:
        """Add a leaf at the end."""
        node, number = leaf_hash(leaf), self.size
        self._levels[0] += node
        level = 0
        while number & 1:
            node = node_hash(self._full(level, number - 1), node)
            level, number = level + 1, number >> 1
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += node

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the whole tree, or of its first leaves."""
        size = self.size if size is None else size
        self._see_that_it_reaches(size)
        return self._node(0, size) if size else sha256(b"").digest()

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return what shows that a leaf, counted from 0, is in the tree of the first ``size`` leaves."""
        size = self.size if size is None else size
        self._see_that_it_reaches(size)
        if not 0 <= index < size:
            raise ValueError(f"a tree of {size} leaves has no leaf {index}")
        proof: list[bytes] = []
        first, last = 0, size
        while last - first > 1:
            middle = first + _split(last - first)
            if index < middle:
                proof.append(self._node(middle, last))
                last = middle
            else:
                proof.append(self._node(first, middle))
                first = middle
        return proof[::-1]

    def consistency_proof(self, old: int, size: int | None = None) -> list[bytes]:
        """Return what shows that the tree of the first ``old`` leaves is the beginning of that of ``size`` leaves."""
        size = self.size if size is None else size
        self._see_that_it_reaches(size)
        if not 0 <= old <= size:
            raise ValueError(f"a tree of {size} leaves does not begin with one of {old}")
        if old in (0, size):
            return []
        proof: list[bytes] = []
        first, last = 0, size
        while last != old:
            middle = first + _split(last - first)
            if old <= middle:
                proof.append(self._node(middle, last))
                last = middle
            else:
                proof.append(self._node(first, middle))
                first = middle
        if first:  # else it is the old root itself, which the other side has
            proof.append(self._node(first, last))
        return proof[::-1]

    def _see_that_it_reaches(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves and not {size}")

    def _full(self, level: int, number: int) -> bytes:
        return bytes(self._levels[level][HASH * number : HASH * number + HASH])

    def _node(self, first: int, last: int) -> bytes:
        """Return the hash over leaves from ``first`` to before ``last``."""
        count = last - first
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._full(level, first >> level)
        middle = first + _split(count)
        return node_hash(self._node(first, middle), self._node(middle, last))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows that a leaf, counted from 0, is in the tree with a root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf_hash(leaf)
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(other, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, other)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that one tree is the beginning of another (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old in (0, size):
        return not proof and old_root == (root if old == size else sha256(b"").digest())
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = node = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, node = node_hash(other, was), node_hash(other, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, other)
        place, last = place >> 1, last >> 1
    return last == 0 and (was, node) == (old_root, root)


def _split(count: int) -> int:
    """Return the largest power of two that is smaller than a number of leaves, two or more."""
    return 1 << (count - 1).bit_length() - 1
