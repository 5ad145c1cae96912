"""The measures that a State's law may contain, their elements and how they are said, as dated data.

``data/measures/measures.yaml`` says what each measure consists of (its head explains the fields); ``en.yaml`` and one
file for every other language say it in words::

    terms:                       # patterns, see `opencwc.convention.measure_terms`
      develop: develop~; work~ out
    measures:
      PRO-01:
        title: Ban on developing ... chemical weapons
        query: No person shall develop ...          # a sentence as a law would have it, to search with
        elements:
          develop: [develop, The law forbids developing chemical weapons.]   # its name; what a provision says
      retain: [retain, They may not be kept., The law forbids retaining ...]  # where that does not stand alone: so

``sets/*.yaml`` map the obligations of another text onto measures::

    set: UNSCR1540
    title: {en: ...}
    source: ...
    evidence: unverified
    in_force: 2004-04-28
    obligations:
      - {id: OP2, title: {en: ...}, measures: [PRO-01, PEN-01], source: paragraph 2}

A user's own set is such a file in the folder ``measures`` of the settings. It may also bring measures of its own
(``measures``, as in ``measures.yaml``), their ``wording`` by language and ``terms`` by language; what it does not
say in a language is taken from English. `read_measures` is the way to all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from opencwc.convention.clauses import in_full, in_ranges
from opencwc.convention.fields import (
    Raw,
    cached,
    in_force,
    mappings_in,
    one_of,
    read_yaml,
    refuse_unknown,
    stamps,
    text_in,
    words_in,
)
from opencwc.convention.measure_terms import Terms
from opencwc.convention.model import EVIDENCE, InForce, Words
from opencwc.errors import RuleError
from opencwc.finding import Rule

FOLDER = Path(__file__).parent / "data" / "measures"
LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")
READ_LANGUAGES = (*LANGUAGES, "de")
"""Languages in which laws are read: those in which things are said, and German."""
KINDS = ("defines", "forbids", "obliges", "empowers", "punishes")
TIERS = ("initial", "necessary", "inspections_and_weapons")
HOW = ("reference", "regulation", "advised")
REACHES = ("persons", "schedules", "premises")
"""What a provision may have to reach: any person, all Schedules, more than dwellings."""
ACTORS = ("anyone", "operators", "authority", "international", "national", "police")
"""Who may have to act: anyone, operators, an authority, international or national inspectors, police or courts."""

_NO_WORDS: Words = MappingProxyType({})
Patterns = Mapping[str, tuple[str, ...]]
"""The patterns of a language, by term."""
Groups = tuple[tuple[str, ...], ...]
"""Groups of terms: of every group one term has to be there."""


class Element(NamedTuple):
    """One thing that a passage must contain: ``Element("PRO-01", "retain", terms=(("retain",),), ...)``.

    ``names`` and ``says`` are its short name and what a provision on it says, by language; ``alone`` says so where
    ``says`` rests on the sentence before it. ``one_of`` is the name of the group whose elements stand for one another,
    ``reach`` one of `REACHES`; both are empty where there is none.
    ``breach_of`` are the terms of the duty or the ban whose breach, punished in general, meets it too.
    """

    measure: str
    id: str
    terms: Groups
    by_reference: bool
    by_regulation: bool
    advised: bool
    one_of: str
    names: Words
    says: Words
    reach: str = ""
    breach_of: Groups = ()
    alone: Words = _NO_WORDS

    @property
    def key(self) -> str:
        """The element's id among all: ``PRO-01.retain``."""
        return f"{self.measure}.{self.id}"


class Measure(NamedTuple):
    """One measure of a set: ``Measure("PRO-01", "CWC", kind="forbids", ...)``.

    ``kind`` is among `KINDS`, ``tier`` among `TIERS`. ``subject`` are the terms of which a section has to speak.
    ``ordinary`` is set where the measure is told in words that any law may use (see `Measures.context`), ``absolute``
    where the Convention knows no exception by licence. ``decisions`` are further sources with their own grade.
    ``titles`` and ``queries`` are by language. ``actors`` are those among `ACTORS` who have to act, where it matters.
    """

    id: str
    set: str
    kind: str
    tier: str
    article: str
    ordinary: bool
    absolute: bool
    decisions: Mapping[str, str]
    subject: Groups
    elements: tuple[Element, ...]
    titles: Words
    queries: Words
    evidence: str
    in_force: InForce
    actors: tuple[str, ...] = ()

    @property
    def rule(self) -> Rule:
        """The measure, as findings name it."""
        return Rule(self.set, self.id, in_full(self.article), self.evidence)

    @property
    def needed(self) -> tuple[Element, ...]:
        """The elements without which the measure is not covered, those that stand for one another included."""
        return tuple(element for element in self.elements if not element.advised)

    def missing(self, met: Iterable[str]) -> tuple[Element, ...]:
        """Return the needed elements that are not among the ids ``met``: of a group the first, where none is met."""
        have = set(met)
        groups = {element.one_of for element in self.elements if element.id in have and element.one_of}
        lacking: list[Element] = []
        for one in self.needed:
            if one.id in have or one.one_of in groups:
                continue
            if one.one_of:
                groups.add(one.one_of)
            lacking.append(one)
        return tuple(lacking)


class Obligation(NamedTuple):
    """What another text obliges States to, and the measures that fulfil it: ``Obligation("UNSCR1540", "OP2", ...)``."""

    set: str
    id: str
    titles: Words
    measures: tuple[str, ...]
    source: str
    evidence: str
    in_force: InForce


class MeasureSet(NamedTuple):
    """A set of measures or obligations: the Convention's, or another text's, or a user's own."""

    id: str
    titles: Words
    source: str
    evidence: str
    measures: tuple[Measure, ...]
    obligations: tuple[Obligation, ...]


class Refused(NamedTuple):
    """A set file of the house's own that was left out: its name, and what is wrong with it and where."""

    file: str
    why: str


class Measures:
    """All sets as they stand on one day, with the terms of every language."""

    def __init__(
        self,
        as_of: date,
        sets: tuple[MeasureSet, ...],
        terms: Mapping[str, Patterns],
        context: Groups,
        refused: tuple[Refused, ...] = (),
    ) -> None:
        self.as_of = as_of
        self.refused = refused
        """The house's own set files that were left out."""
        self.context = context
        """Of which a text or chapter has to speak for an ordinary measure's passages to count there."""
        self.sets = sets
        self.measures = tuple(
            measure for every in sets for measure in every.measures if measure.in_force.holds_on(as_of)
        )
        self.obligations = tuple(
            obligation for every in sets for obligation in every.obligations if obligation.in_force.holds_on(as_of)
        )
        self._by_id = {measure.id: measure for measure in self.measures}
        self._said = terms
        self._terms: dict[str, Terms] = {}

    def measure(self, id: str) -> Measure | None:
        """Return a measure by its id, ``None`` where none of the day has it."""
        return self._by_id.get(id)

    def terms(self, language: str) -> Terms:
        """Return the terms of a language of `READ_LANGUAGES`; raise `RuleError` for another."""
        if language not in self._said:
            raise RuleError("no_terms_in_language", where="measures", language=language, known=tuple(self._said))
        if language not in self._terms:
            self._terms[language] = Terms(language, self._said[language])
        return self._terms[language]


def read_measures(as_of: date | None = None, files: Iterable[Path] = (), cache: Path | None = None) -> Measures:
    """Read the project's sets and the set files named in ``files``, a house's own.

    A file of the house's own that cannot hold is left out, and told in `Measures.refused`; one of the project's raises
    `RuleError`.

    >>> read_measures(date(2026, 1, 1)).measure("PRO-01").elements[-1].key
    'PRO-01.retain'
    """
    own = tuple(files)
    ours = sorted((FOLDER / "sets").glob("*.yaml"))
    wording = {language: FOLDER / f"{language}.yaml" for language in READ_LANGUAGES}
    key = [stamps([FOLDER / "measures.yaml", *wording.values(), *ours]), stamps(own)]
    sets = cached(cache, "measures", key, lambda: _read_sets(wording, ours, own), _Sets)
    return Measures(as_of or date.today(), *sets)


class _Sets(NamedTuple):
    """All sets whatever the day, as `Measures` takes them."""

    sets: tuple[MeasureSet, ...]
    terms: Mapping[str, Patterns]
    context: Groups
    refused: tuple[Refused, ...]


def _read_sets(wording: Mapping[str, Path], ours: Sequence[Path], own: Sequence[Path]) -> _Sets:
    raw = read_yaml(FOLDER / "measures.yaml")
    said = {language: read_yaml(file) for language, file in wording.items()}
    terms = {language: _patterns(one, f"{language}.yaml") for language, one in said.items()}
    core = _core(raw, said)
    built = [core]
    known = {measure.id for measure in core.measures}
    refused: list[Refused] = []
    for file in (*ours, *own):
        widened = {language: dict(patterns) for language, patterns in terms.items()}
        try:
            made = _set({**read_yaml(file), "file": str(file)}, known, widened, {other.id for other in built})
        except _STRANGE as error:
            if file in ours:
                raise
            refused.append(Refused(file.name, _said_of(error)))
            continue
        terms = widened
        built.append(made)
        known |= {measure.id for measure in made.measures}
    return _Sets(tuple(built), terms, _groups(raw.get("context"), "measures.yaml context"), tuple(refused))


def _said_of(error: Exception) -> str:
    """Say what is wrong with a set file: in the words of the rule, or where its fields have another shape."""
    return str(error) if isinstance(error, RuleError) else f"a field has another shape than it should ({error})."


_STRANGE = (RuleError, AttributeError, KeyError, TypeError, ValueError)


def own_sets(folder: Path) -> tuple[Path, ...]:
    """Return a user's own set files: ``measures/*.yaml`` in the settings folder."""
    return tuple(sorted((folder / "measures").glob("*.yaml"))) if (folder / "measures").is_dir() else ()


def _core(raw: Raw, said: Mapping[str, Raw]) -> MeasureSet:
    where = str(FOLDER / "measures.yaml")
    fields = {"set", "title", "source", "in_force", "evidence", "context", "tiers", "measures", "cues"}
    refuse_unknown(raw, fields, where)
    wording = {language: dict(one.get("measures") or {}) for language, one in said.items()}
    used = {str(cue) for cue in raw.get("cues") or ()}
    measures = tuple(_measure(mapping, raw, wording, where) for mapping in mappings_in(raw, "measures", where))
    used |= _used(measures)
    for language, one in said.items():
        refuse_unknown(one, {"terms", "measures"}, f"{language}.yaml")
        lacking = sorted(used - set(one["terms"]))
        strange = sorted(set(one["terms"]) - used)
        if lacking or strange:
            where = f"{language}.yaml"
            if lacking:
                raise RuleError("term_not_said", where=where, term=lacking[0])
            raise RuleError("term_not_used", where=where, term=strange[0])
        if strange := sorted(set(wording[language]) - {measure.id for measure in measures}):
            raise RuleError("no_such_measure", where=f"{language}.yaml", measure=strange[0])
    return _measure_set(raw, measures, (), where)


def _measure_set(
    raw: Raw, measures: tuple[Measure, ...], obligations: tuple[Obligation, ...], where: str
) -> MeasureSet:
    name, titles, source = text_in(raw, "set", where), words_in(raw, "title", where), text_in(raw, "source", where)
    return MeasureSet(name, titles, source, one_of(raw, "evidence", EVIDENCE, where), measures, obligations)


def _patterns(raw: Raw, where: str) -> dict[str, tuple[str, ...]]:
    said = {str(term): tuple(part.strip() for part in str(line).split(";")) for term, line in raw["terms"].items()}
    if empty := [term for term, patterns in said.items() if not all(patterns)]:
        raise RuleError("term_pattern_empty", where=where, term=empty[0])
    return said


def _set(raw: Raw, known: set[str], terms: dict[str, dict[str, tuple[str, ...]]], sets: set[str]) -> MeasureSet:
    where = str(raw.get("file", ""))
    fields = {"set", "title", "source", "evidence", "in_force", "obligations", "measures", "wording", "terms", "file"}
    refuse_unknown(raw, fields, where)
    name = text_in(raw, "set", where)
    if name in sets:
        raise RuleError("measure_set_there_already", where=where, set=name)
    wording = {str(language): dict(words) for language, words in dict(raw.get("wording") or {}).items()}
    measures = tuple(_measure(mapping, raw, wording, where) for mapping in mappings_in(raw, "measures", where))
    if again := sorted({measure.id for measure in measures} & known):
        raise RuleError("measure_there_already", where=where, measure=again[0])
    said = {str(language): _patterns({"terms": one}, where) for language, one in dict(raw.get("terms") or {}).items()}
    for language, held in terms.items():
        for term, patterns in {**said.get("en", {}), **said.get(language, {})}.items():
            if term in held and term in said.get(language, {}):
                raise RuleError("term_there_already", where=where, term=term)
            held.setdefault(term, patterns)
    if lacking := sorted(_used(measures) - set(terms["en"])):
        raise RuleError("term_not_said_in_english", where=where, term=lacking[0])
    at_hand = known | {measure.id for measure in measures}
    obligations = tuple(
        _obligation(mapping, raw, name, at_hand, where) for mapping in mappings_in(raw, "obligations", where)
    )
    return _measure_set(raw, measures, obligations, where)


def _obligation(raw: Raw, top: Raw, name: str, known: set[str], where: str) -> Obligation:
    refuse_unknown(raw, {"id", "title", "measures", "source", "evidence", "in_force"}, where)
    measures = tuple(str(one) for one in raw.get("measures") or ())
    if strange := [measure for measure in measures if measure not in known] or ([] if measures else ["(none)"]):
        raise RuleError("obligation_names_no_measure", where=where, obligation=raw.get("id"), measure=strange[0])
    return Obligation(
        name,
        text_in(raw, "id", where),
        words_in(raw, "title", where),
        measures,
        text_in(raw, "source", where),
        *_standing(raw, top, where),
    )


def _standing(raw: Raw, top: Raw, where: str) -> tuple[str, InForce]:
    """Return how sure a measure or an obligation is and from when it holds, else what the whole set says."""
    evidence = {"evidence": raw.get("evidence", top.get("evidence"))}
    return one_of(evidence, "evidence", EVIDENCE, where), in_force(raw.get("in_force", top.get("in_force")), where)


def _measure(raw: Raw, top: Raw, wording: Mapping[str, Raw], where: str) -> Measure:
    fields = {"id", "kind", "tier", "article", "ordinary", "absolute", "decisions", "subject", "actor"}
    fields |= {"elements", "evidence", "in_force"}
    refuse_unknown(raw, fields, where)
    id = text_in(raw, "id", where)
    said = {language: _said(words.get(id), raw, id, language) for language, words in wording.items() if words.get(id)}
    if "en" not in said:
        raise RuleError("measure_without_english_wording", where=where, measure=id)
    for language in LANGUAGES:
        if language in wording and language not in said:
            raise RuleError("measure_without_wording", where=f"{language}.yaml", measure=id)
    elements = tuple(_element(mapping, id, said, where) for mapping in mappings_in(raw, "elements", where))
    return Measure(
        id,
        str(top["set"]),
        one_of(raw, "kind", KINDS, where),
        one_of(raw, "tier", TIERS, where),
        in_ranges(text_in(raw, "article", where)),
        raw.get("ordinary") is True,
        raw.get("absolute") is True,
        {str(key): str(grade) for key, grade in dict(raw.get("decisions") or {}).items()},
        _groups(raw.get("subject"), f"{where} {id}"),
        elements,
        {language: str(one["title"]) for language, one in said.items()},
        {language: str(one["query"]) for language, one in said.items()},
        *_standing(raw, top, where),
        _actors(raw, f"{where} {id}"),
    )


def _actors(raw: Raw, where: str) -> tuple[str, ...]:
    named = str(raw["actor"]).split("|") if "actor" in raw else []
    return tuple(one_of({"actor": name}, "actor", ACTORS, where) for name in named)


def _said(said: Any, raw: Raw, id: str, language: str) -> Raw:
    where = f"{language}.yaml {id}"
    one = dict(said)
    refuse_unknown(one, {"title", "query", "elements"}, where)
    wanted = {str(element.get("id")) for element in raw.get("elements") or ()}
    pairs = dict(one.get("elements") or {})
    have = {str(key) for key, pair in pairs.items() if isinstance(pair, list) and len(pair) in (2, 3)}
    for field in ("title", "query"):
        text_in(one, field, where)
    spoken = language in LANGUAGES or pairs  # a language that is only read needs no names of elements
    if spoken and (odd := sorted(wanted ^ have)):
        raise RuleError("element_not_said", where=where, element=odd[0])
    return one


def _element(raw: Raw, measure: str, said: Mapping[str, Raw], where: str) -> Element:
    refuse_unknown(raw, {"id", "terms", "how", "one_of", "reach", "breach_of"}, f"{where} {measure}")
    id = text_in(raw, "id", where)
    spoken = {language: wording["elements"] for language, wording in said.items() if wording.get("elements")}
    how = [one_of({"how": way}, "how", HOW, f"{where} {measure}.{id}") for way in raw.get("how") or ()]
    return Element(
        measure,
        id,
        _groups(raw.get("terms"), f"{where} {measure}.{id}"),
        "reference" in how,
        "regulation" in how,
        "advised" in how,
        str(raw.get("one_of", "")),
        {language: str(pairs[id][0]) for language, pairs in spoken.items()},
        {language: str(pairs[id][1]) for language, pairs in spoken.items()},
        one_of(raw, "reach", REACHES, f"{where} {measure}.{id}") if "reach" in raw else "",
        _groups(raw["breach_of"], f"{where} {measure}.{id}") if "breach_of" in raw else (),
        {language: str(pairs[id][2]) for language, pairs in spoken.items() if len(pairs[id]) == 3},
    )


def _groups(raw: Any, where: str) -> Groups:
    groups = tuple(tuple(part.strip() for part in str(one).split("|")) for one in raw or ())
    if not groups or not all(all(group) for group in groups):
        raise RuleError("measure_terms_missing", where=where)
    return groups


def _used(measures: Iterable[Measure]) -> set[str]:
    return {
        term
        for measure in measures
        for groups in (measure.subject, *(element.terms for element in measure.elements))
        for group in groups
        for term in group
    }
