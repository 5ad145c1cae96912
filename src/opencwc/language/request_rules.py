"""The rules of refusal as they stand in ``data/refusals``: groups of words, and which of them together are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import cached, load_yaml, stamps
from opencwc.errors import RuleError
from opencwc.language.disguises import Words, make_plain
from opencwc.records import from_plain
from opencwc.settings import cache_folder

DATA = Path(__file__).parent / "data" / "refusals"
LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
GAP = "~"
TARGET = "target"
"""The group of what is written in signs, which no file of words can list."""


class Term(NamedTuple):
    """A word or several in a row: the group it belongs to, its language, and what stands after its first word."""

    group: str
    language: str
    rest: tuple[str, ...]


class Match(NamedTuple):
    """Where a term stands in the plain text."""

    start: int
    end: int
    group: str
    language: str


@dataclass(frozen=True, slots=True)
class RequestRule:
    """What together is refused; the meaning of each field stands at the head of ``rules.yaml``."""

    id: str
    category: str
    find: str
    after: str = ""
    start: bool = False
    near: Mapping[str, int] = field(default_factory=dict)
    anywhere: tuple[str, ...] = ()
    not_between: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestRules:
    """The rules and the terms they name, ready to be looked for."""

    rules: tuple[RequestRule, ...]
    words: Mapping[str, tuple[Term, ...]]
    stems: Mapping[str, tuple[Term, ...]]
    lengths: tuple[int, ...]
    compact: frozenset[str]
    variants: Mapping[str, str]

    def find(self, words: Words) -> list[Match]:
        """Return every place where a term stands, in the order of the text.

        A longer term hides a word of compliance that stands in it: "without declaring" does not declare. A term of the
        group ``none`` hides every word in it: what is caused (造成) is not made (造).
        """
        matches = {Match(start, end, TARGET, "") for start, end in _written_in_signs(words)}
        for start in words.starts:
            for form, end in words.forms[start].items():
                for term in self._beginning(form):
                    until = _rest_until(words, end, term.rest)
                    if until:
                        matches.add(Match(start, until, term.group, term.language))
        if nothing := [match for match in matches if match.group == _NONE]:
            covered = {place for match in nothing for place in range(match.start, match.end)}
            matches = {match for match in matches if not covered.issuperset(range(match.start, match.end))}
        return sorted(match for match in matches if match.group != "compliance" or not _hidden(match, matches))

    def _beginning(self, form: str) -> Iterator[Term]:
        yield from self.words.get(form, ())
        for length in self.lengths:
            if length > len(form):
                break
            yield from self.stems.get(form[:length], ())


@lru_cache(maxsize=4)
def load_rules(folder: Path = DATA) -> RequestRules:
    """Read the rules once; raise `RuleError` where a file names a group that no language has."""
    files = rule_files(folder)
    try:
        return _ready(cached(cache_folder(), "refusals", (_FORMAT, stamps(files)), lambda: _built(files)))
    except OSError as error:
        raise RuleError("refusal_rules_unreadable", where=str(folder), reason=str(error)) from error


def rule_files(folder: Path = DATA) -> tuple[Path, ...]:
    """Return the files that the rules stand in."""
    return tuple(folder / f"{name}.yaml" for name in ("rules", "agents", "signs", *LANGUAGES))


def _built(files: Iterable[Path]) -> dict[str, Any]:
    """Read the files and make the terms plain: what takes time, and is kept in the cache folder."""
    raw = {path.stem: load_yaml(path.read_text(encoding="utf-8")) for path in files}
    variants = {key: value for key, value in raw["zh"].pop("variants", {}).items() if len(key) == 1}
    terms = [(group, language, pieces_of(text, variants)) for group, language, text in _terms(raw)]
    groups = {TARGET, *(group for group, _, _ in terms)}
    for rule in from_plain(list[RequestRule], raw["rules"]):
        named = {rule.find, rule.after or rule.find, *rule.near, *rule.anywhere, *rule.not_between, *rule.never}
        if named - groups:
            raise RuleError("refusal_rule_without_words", rule=rule.id, group=sorted(named - groups)[0])
    asks = {"".join(pieces) for group, _, pieces in terms if group == "ask" and len(pieces) > 1}
    return {
        "rules": raw["rules"],
        "terms": terms,
        "compact": sorted(ask for ask in asks if ask.isalpha() and len(ask) >= _SHORTEST_COMPACT),
        "variants": variants,
    }


def _ready(built: Mapping[str, Any]) -> RequestRules:
    words: dict[str, list[Term]] = {}
    stems: dict[str, list[Term]] = {}
    for group, language, (first, *rest) in built["terms"]:
        (stems if first.endswith("*") else words).setdefault(first.rstrip("*"), []).append(
            Term(group, language, tuple(rest))
        )
    return RequestRules(
        rules=tuple(from_plain(list[RequestRule], built["rules"])),
        words={key: tuple(value) for key, value in words.items()},
        stems={key: tuple(value) for key, value in stems.items()},
        lengths=tuple(sorted({len(stem) for stem in stems})),
        compact=frozenset(built["compact"]),
        variants=built["variants"],
    )


def pieces_of(text: str, variants: Mapping[str, str]) -> list[str]:
    """Cut a term of a rule file into its words; each Chinese sign is one, and a star stays at its stem.

    >>> pieces_of("agent* neurotoxique*", {}), pieces_of("附表1", {})
    (['agent*', 'neurotoxique*'], ['附', '表', '1'])
    """
    plain, _ = make_plain(text, variants)
    pieces: list[str] = []
    for piece in plain.split():
        run = ""
        for sign in piece:
            if "\u3400" <= sign <= "\u9fff":
                pieces += [run, sign] if run else [sign]
                run = ""
            else:
                run += sign
        if run:
            pieces.append(run)
    return pieces


def _terms(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for language in LANGUAGES:
        for group, texts in raw[language].items():
            for text in texts:
                yield group, language, str(text)
    for group, by_language in raw["agents"].items():
        for language, texts in by_language.items():
            for text in texts:
                yield group, language, str(text)
                yield "agent", language, str(text)
    for group, by_language in raw["signs"].items():
        for language, texts in by_language.items():
            yield from ((group, language, str(text)) for text in texts)


def _written_in_signs(words: Words) -> Iterator[tuple[int, int]]:
    """Yield where a registry number or a structure in signs (SMILES) stands."""
    for written in (*_CAS.finditer(words.plain), *_SMILES.finditer(words.plain)):
        place = words.next_start(written.start())
        if place < len(words.starts) and words.starts[place] < written.end():
            yield words.starts[place], written.end()


def _hidden(match: Match, others: set[Match]) -> bool:
    return any(
        other.start <= match.start and match.end <= other.end and other.end - other.start > match.end - match.start
        for other in others
        if other.group in _HIDING or (other.group == "control" and other.language == "zh")
    )


def _rest_until(words: Words, end: int, rest: tuple[str, ...]) -> int:
    """Return where the rest of a term ends when it follows at once, else 0."""
    if not rest:
        return end
    first, *others = rest
    place = words.next_start(end)
    if first == GAP:
        return next(
            (
                until
                for start in words.starts[place : place + _WIDEST_GAP + 1]
                if (until := _rest_until(words, start, tuple(others)))
            ),
            0,
        )
    if place == len(words.starts):
        return 0
    for form, until in words.forms[words.starts[place]].items():
        if form.startswith(first[:-1]) if first.endswith("*") else form == first:
            whole = _rest_until(words, until, tuple(others))
            if whole:
                return whole
    return 0


_CAS = re.compile(r"(?<![\d-])[1-9]\d{1,6}-\d\d-\d(?![\d-])")
_SMILES = re.compile(
    r"(?<!\S)(?=\S{0,200}[(=#\[])(?=\S{0,200}[cnops])[a-z0-9@+\-\[\]()=#/\\.%]{6,2000}(?=[?!,;]?(?:\s|$))"
)
_HIDING = ("loophole", "evade", "agent")
_NONE = "none"
_FORMAT = 2  # raised with every change of what is kept in the cache
_SHORTEST_COMPACT = 5
_WIDEST_GAP = 3
