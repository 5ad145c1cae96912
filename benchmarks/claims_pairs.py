"""Compare written claims with the statement that they are about, and measure relation and `differs_in`.

    python -m benchmarks.claims_pairs [FILE...]

Files are those of tests/cases/claims with a claim and its statement a line; without one, the part that nobody has read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct

from benchmarks.claims import CASES, LANGUAGES
from opencwc.claims.claim_weights import Learned, learned_weights
from opencwc.claims.model import ASPECTS, Aspect
from opencwc.claims.sentence_details import details_of
from opencwc.claims.statement_comparison import compare
from opencwc.language.encoders import named_encoder
from opencwc.records import from_json

READ = (CASES / "pairs.jsonl", CASES / "pairs_tuned.jsonl")
UNREAD = CASES / "pairs_unread.jsonl"
Stand = Literal["agrees", "differs", "not_in_record"]


class _Statement(Struct, frozen=True):
    date: str
    source: str
    lang: str
    text: str


class _Claim(Struct, frozen=True):
    lang: str
    published: str
    text: str
    before: str = ""


class WrittenPair(Struct, frozen=True):
    """A claim beside a statement, how it stands to it, and in what it differs."""

    id: str
    statement: _Statement
    claim: _Claim
    relation: Stand
    differs_in: tuple[Aspect, ...] = ()


class ComparedPair(NamedTuple):
    """A written pair with the signs of its comparison."""

    written: WrittenPair
    signs: Mapping[str, float]


def compared_pairs(path: Path) -> Iterator[ComparedPair]:
    """Yield the pairs of a file, compared."""
    encoder = named_encoder()
    for line in path.read_bytes().splitlines():
        pair = from_json(WrittenPair, line)
        said, held = pair.claim, pair.statement
        claim = details_of(said.text, said.lang, date.fromisoformat(said.published), encoder)
        statement = details_of(held.text, held.lang, date.fromisoformat(held.date), encoder, held.source)
        yield ComparedPair(pair, compare(claim, statement).signs)


def figures(pairs: Sequence[ComparedPair], weights: Learned) -> dict[str, float]:
    """Return the share of right relations, precision, recall and F1 of `differs_in`, and the F1 of each aspect."""
    about = [pair for pair in pairs if pair.written.relation != "not_in_record"]
    parts = [weights.differing_parts(pair.signs) for pair in about]
    wanted = [set(pair.written.differs_in) for pair in about]
    found = [set(some) & set(ASPECTS) for some in parts]
    right = sum(bool(some) == (pair.written.relation == "differs") for some, pair in zip(parts, about, strict=True))
    hits = sum(len(one & other) for one, other in zip(found, wanted, strict=True))
    all_found, all_wanted = sum(map(len, found)), sum(map(len, wanted))
    return {
        "pairs": float(len(about)),
        "relation": right / max(1, len(about)),
        "precision": hits / max(1, all_found),
        "recall": hits / max(1, all_wanted),
        "differs_in": 2 * hits / max(1, all_found + all_wanted),
        **{aspect: _aspect_f1(aspect, found, wanted) for aspect in ASPECTS},
    }


def _aspect_f1(aspect: Aspect, found: Sequence[set[Aspect]], wanted: Sequence[set[Aspect]]) -> float:
    both = sum(aspect in one and aspect in other for one, other in zip(found, wanted, strict=True))
    return 2 * both / max(1, sum(aspect in one for one in found) + sum(aspect in one for one in wanted))


def main() -> None:
    """Print the figures of files, for all and by the language of the claim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    pairs = [pair for path in parser.parse_args().files or [UNREAD] for pair in compared_pairs(path)]
    parts = {"all": pairs, **{lang: [one for one in pairs if one.written.claim.lang == lang] for lang in LANGUAGES}}
    table = {name: figures(some, learned_weights()) for name, some in parts.items()}
    sys.stdout.write(f"{'':<12}" + "".join(f"{name:>8}" for name in table) + "\n")
    for figure in table["all"]:
        sys.stdout.write(f"{figure:<12}" + "".join(f"{some[figure]:8.3f}" for some in table.values()) + "\n")


if __name__ == "__main__":
    main()
