"""The tree of records against a naive one written from RFC 6962, and against proofs that lie."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.casebook.merkle_tree import Frontier, Tree, verify_consistency, verify_inclusion

# RFC 6962, 2.1, word by word: every hash is made anew from the leaves.


def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = power_below(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], is_whole: bool) -> list[bytes]:
    n = len(leaves)
    if m == n:
        return [] if is_whole else [mth(leaves)]
    k = power_below(n)
    if m <= k:
        return [*subproof(m, leaves[:k], is_whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def power_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


LEAVES = [sha256(bytes([number])).digest() for number in range(70)]
TREE = Tree(LEAVES)


def test_known_roots() -> None:
    """The leaves and roots that implementations of Certificate Transparency test each other with."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tree = Tree(bytes.fromhex(leaf) for leaf in leaves)
    assert tree.root(0).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.root(1).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert tree.root(8).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_roots_and_proofs_are_those_of_the_naive_tree() -> None:
    frontier = Frontier()
    for size in range(len(LEAVES) + 1):
        first = LEAVES[:size]
        root = mth(first)
        assert frontier.root() == root == TREE.root(size)
        assert Frontier.read(size, frontier.peaks()).root() == root
        for index in range(size):
            proof = TREE.inclusion_proof(index, size)
            assert proof == path(index, first)
            assert verify_inclusion(LEAVES[index], index, size, proof, root)
        for old in range(1, size + 1):
            proof = TREE.consistency_proof(old, size)
            assert proof == subproof(old, first, True)
            assert verify_consistency(old, mth(LEAVES[:old]), size, root, proof)
        assert verify_consistency(0, mth([]), size, root, TREE.consistency_proof(0, size))
        if size < len(LEAVES):
            frontier.add(LEAVES[size])


@given(st.data())
def test_no_proof_of_inclusion_that_was_changed_holds(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    proof, root = TREE.inclusion_proof(index, size), TREE.root(size)
    changed = data.draw(st.sampled_from(["leaf", "place", "root", "longer", "shorter", "hash"]))
    leaf = LEAVES[(index + 1) % len(LEAVES)] if changed == "leaf" else LEAVES[index]
    place = data.draw(st.integers(-1, size).filter(lambda at: at != index)) if changed == "place" else index
    proof = _changed(data, proof, changed)
    root = sha256(root).digest() if changed == "root" else root
    if (leaf, place, proof, root) == (LEAVES[index], index, TREE.inclusion_proof(index, size), TREE.root(size)):
        return  # a tree of one leaf has no proof to be changed
    assert not verify_inclusion(leaf, place, size, proof, root)


@given(st.data())
def test_no_proof_of_consistency_that_was_changed_holds(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, len(LEAVES)))
    old = data.draw(st.integers(1, size - 1))
    true = TREE.consistency_proof(old, size)
    changed = data.draw(st.sampled_from(["old root", "root", "longer", "shorter", "hash"]))
    roots = [TREE.root(old), TREE.root(size)]
    if changed.endswith("root"):
        roots[changed == "root"] = sha256(roots[changed == "root"]).digest()
    assert verify_consistency(old, TREE.root(old), size, TREE.root(size), true)
    assert not verify_consistency(old, roots[0], size, roots[1], _changed(data, true, changed))


def _changed(data: st.DataObject, proof: list[bytes], how: str) -> list[bytes]:
    if how == "longer":
        return [*proof, sha256(b"").digest()]
    if how == "shorter":
        return proof[:-1]
    if how == "hash" and proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        return [*proof[:place], sha256(proof[place]).digest(), *proof[place + 1 :]]
    return proof


def test_another_history_has_no_proof() -> None:
    """Two houses agree on 40 records and differ in the 41st: no proof takes the one head for the other's beginning."""
    other = Tree([*LEAVES[:40], b"another", *LEAVES[41:]])
    assert verify_consistency(40, TREE.root(40), 70, other.root(), other.consistency_proof(40))
    for proof in (other.consistency_proof(45), TREE.consistency_proof(45)):
        assert not verify_consistency(45, TREE.root(45), 70, other.root(), proof)


def test_what_a_tree_does_not_have_is_refused() -> None:
    for ask in (
        lambda: TREE.root(71), lambda: TREE.inclusion_proof(70), lambda: TREE.inclusion_proof(5, 5),
        lambda: TREE.consistency_proof(6, 5), lambda: TREE.consistency_proof(-1), lambda: Frontier.read(3, bytes(32)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"tree|leaves"):
            ask()
    assert not verify_inclusion(LEAVES[0], 0, 0, [], TREE.root(0))
    assert not verify_consistency(3, TREE.root(3), 2, TREE.root(2), [])
    assert not verify_consistency(3, TREE.root(3), 5, TREE.root(5), [])
