"""Names in a text: which of the spotted words are meant as chemicals, and which name stands within another one."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeAlias

from opencwc.chemistry.chemical_words import has_morpheme, is_substituent, looks_chemical
from opencwc.chemistry.curated_names import Spelling
from opencwc.chemistry.memo import Remembered
from opencwc.chemistry.name_parts import NameParts
from opencwc.chemistry.name_resolver import curated_candidate
from opencwc.chemistry.name_scanning import NameScanner, Spotted, Word, running_name
from opencwc.convention import OrdinaryWord
from opencwc.finding import Message, Verdict
from opencwc.language.commerce import Stated
from opencwc.language.language_recogniser import recognise_language
from opencwc.language.language_rules import LANGUAGES
from opencwc.screening.known_chemicals import Known, has_item_letter, shared_by_isomers
from opencwc.screening.mentions.denials import Denial
from opencwc.screening.mentions.model import Judge, Mention, Taken, TextRead, closed, reviewed
from opencwc.screening.mentions.other_meanings import SOMEWHERE, TOUCHING, OtherMeanings
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import MET


class Names:
    """Finds names; what was judged once is remembered."""

    def __init__(
        self, judge: Judge, scanner: NameScanner, parts: NameParts, denial: Denial, other_meanings: OtherMeanings
    ) -> None:
        self._judge = judge
        self._resolver = judge.screener.known.resolver
        self._scanner = scanner
        self._parts = parts
        self._denial = denial
        self._other_meanings = other_meanings
        self._answers: dict[object, tuple[Known, tuple[Outcome, ...]]] = {}
        self._needs: dict[str, tuple[frozenset[str], frozenset[str], str]] = {}
        self._stems_of = Remembered(self._stems, MOST_TEXTS)
        self._languages = Remembered(_languages, MOST_TEXTS)

    def uses(self, text: str, words: list[Word], spotted: Iterable[Spotted]) -> list[Use]:
        """Return the spotted names that can be meant as chemicals, with what each needs."""
        narrowed = (_as_formula(name, text) for name in spotted)
        return [use for name in narrowed if (use := self._use(name, text, words))]

    def choose(self, read: TextRead, uses: Sequence[Use], others: Sequence[Mention]) -> list[Spotted]:
        """Return the names that are meant as chemicals, given what else the text has."""
        beside = any(not use.against and use.needs == "plain" and _is_of_schedule_1(use.name) for use in uses)
        uses = [weighed for use in uses if (weighed := self._weigh(use, read, beside_agent=beside))]
        if others:
            taken = Taken((other.start, other.end) for other in others)
            uses = [use for use in uses if not taken.overlaps(use.name.start, use.name.end)]
        if all(use.needs == "plain" for use in uses):
            return [use.name for use in uses]
        signs = {"plain"}
        named = any(use.needs == "plain" and use.name.spellings for use in uses)
        if named or others or self._speaks_of_chemicals(read) or _of_one_entry(use.name for use in uses):
            signs |= {"context", "substance", "chemical"}
        elif any(map(self._other_meanings.states_chemical, read.stated)):
            signs |= {"context", "substance"}
        elif any(_is_of_goods(statement) for statement in read.stated) or any(
            use.needs == "context" and self._denial.is_denied_before(use.name, read) for use in uses
        ):
            signs |= {"context"}
        wanting = [use for use in uses if use.needs not in signs]
        alone = {use.name.start for use in wanting if use.needs != "beside" and _fills_cell(use.name, read)}
        by_weight = {use.name.start for use in wanting if use.needs == "agent" and _is_weighed_alone(use.name, read)}
        distinct = [use.name for use in wanting if use.needs == "context" and _is_distinct(use.name, read.text)]
        if distinct and self._speaks_of_trade(read):
            alone |= {name.start for name in distinct}
        plain = [use.name for use in uses if use.needs in signs]
        if any(map(_is_of_schedule_1, plain)) or self._other_meanings.speaks_of_agents(read):
            signs |= {"agent"}
        agents = [use.name for use in uses if use.needs in signs and _is_of_schedule_1(use.name)]
        cas = {name.spellings[0].chemical.cas for name in plain if len(name.spellings) == 1}
        cas |= {number for other in others if other.known for number in other.known.cas}
        return [
            use.name._replace(doubtful=True) if use.name.start in by_weight else use.name
            for use in uses
            if (
                use.needs in signs
                or use.name.start in alone
                or use.name.start in by_weight
                or (use.needs == "beside" and self._stands_beside(use.name, agents, read.text))
                or (use.needs == "agent" and any(spelling.chemical.cas in cas for spelling in use.name.spellings))
            )
            and not _stands_for_another(use.name, read.text, uses)
        ]

    def _stands_beside(self, name: Spotted, agents: Iterable[Spotted], text: str) -> bool:
        """Tell whether a word and an agent stand in one list, with only a comma or an "and" between them.

        In some scripts the "and" is a part of the word.
        """
        is_bare = text[name.start : name.end].isascii()
        gaps = (
            text[name.end : agent.start] if name.end <= agent.start else text[agent.end : name.start]
            for agent in agents
        )
        return any(
            len(gap) <= LONGEST_AND
            and (gap.strip(" ") or not is_bare)
            and gap.strip(_OF_LISTS).casefold() in self._ands
            for gap in gaps
        )

    @cached_property
    def _ands(self) -> frozenset[str]:
        """The words that join the parts of a list, and none."""
        return frozenset({"", *self._parts.conjunctions, *_OTHER_ANDS, *_UNSPACED_ANDS})

    def _weigh(self, use: Use, read: TextRead, *, beside_agent: bool) -> Use | None:
        """Hold what speaks for another meaning of a name against what speaks for a chemical; ``None`` where it wins."""
        if not use.against:
            return use
        in_favour = (
            self._other_meanings.in_favour(use.name, read, plain=use.needs == "plain") + beside_agent * SOMEWHERE
        )
        if in_favour < use.against:
            return None
        return use._replace(name=use.name._replace(doubtful=in_favour == use.against))

    def find(self, read: TextRead, kept: Sequence[Spotted], others: Sequence[Mention]) -> list[Mention]:
        """Return the mentions of the names that were chosen; an abbreviation is settled by the full name beside it."""
        taken = Taken((other.start, other.end) for other in others)
        edges = (
            {name.first for name in kept if name.spellings or not self._is_salt_word(name, read.words)},
            {name.last for name in kept},
        )
        named = {name.spellings[0].chemical.cas for name in kept if len(name.spellings) == 1}
        named |= {cas for other in others if other.known for cas in other.known.cas}
        found = (
            self._name(_settled(name, named), read.text, read.words, edges)
            for name in kept
            if not taken.overlaps(name.start, name.end)
        )
        return [mention for mention in found if mention is not None]

    def _is_salt_word(self, name: Spotted, words: list[Word]) -> bool:
        """Tell whether a name of the index is only the word behind a name that makes a salt or an ester of it."""
        return name.first == name.last and words[name.first].stem in self._parts.after

    def _use(self, name: Spotted, text: str, words: list[Word]) -> Use | None:
        """Say how a spotted name may be taken; ``None`` where it can be no chemical."""
        written = text[name.start : name.end]
        if not name.spellings:
            return Use(name) if _is_whole(name, written, text, words) else None
        needs = self._needs_in(name, written, text, words)
        if not needs:
            return None
        kinds, _, key = self._needs_of(written, name.spellings)
        is_code = kinds <= _CODES and len(written) <= SHORT
        if self._other_meanings.is_firm(name, text, words):
            against = TOUCHING
        elif is_code or key in self._ordinary:
            against = self._other_meanings.against(name, text, words, is_code=is_code)
        else:
            against = 0
        return Use(name, needs, against)

    def _needs_in(self, name: Spotted, written: str, text: str, words: list[Word]) -> str:
        """Return what a spotted name needs in a text; empty where it can be no chemical there."""
        kinds, needs, key = self._needs_of(written, name.spellings)
        ordinary = self._needs_of_ordinary(name, written, text, words) if key in self._ordinary else frozenset[str]()
        if ordinary is None or has_item_letter(written) or self._is_of_others(name, written, text, words):
            return ""
        needs |= ordinary
        if kinds == {"formula"}:
            needs = frozenset() if any(map(str.isdigit, written)) else frozenset({"context"})
            if not name.repaired and not _is_formula(written, [spelling.name.text for spelling in name.spellings]):
                return ""
        elif "capitals" in needs and written.upper() != written and not _is_spelt_so(name, written):
            return ""
        is_code = "code" in kinds and (written.isupper() or not written.isascii())
        if ("context" in needs and is_code) or self._is_person(name, text, words):
            needs = needs | {"chemical"}
        if name.plural:
            needs = needs | {"chemical"}
        if needs and _is_model(name, written, text, kinds):
            return ""
        if "chemical" in needs and "code" in kinds and written.isascii() and len(written) <= SHORTEST_CODE:
            return "agent"
        if "context" in needs and kinds <= _CODES and written.isascii() and _letters(written) < LEAST_DISTINCT:
            needs = needs | {"substance"}
        return next((need for need in ("beside", "chemical", "substance", "context") if need in needs), "plain")

    def _needs_of_ordinary(self, name: Spotted, written: str, text: str, words: list[Word]) -> frozenset[str] | None:
        """Return what a word with an ordinary meaning needs beside it; ``None`` where that meaning is meant."""
        rules = self._ordinary_of(name, written)
        before, after = self._around(name, text, words)
        if any(_is_ordinary(rule, before, after) for rule in rules) or self._has_with(rules, text):
            return None
        needy = [rule for rule in rules if rule.needs]
        if any(rule.lang in _LATIN for rule in needy):
            needy = [rule for rule in needy if rule in self._rules(name, text)]
        return frozenset("beside" if need == "agent" else need for rule in needy for need in rule.needs)

    def _is_of_others(self, name: Spotted, written: str, text: str, words: list[Word]) -> bool:
        """Tell whether what is around a name makes another word of it, or what a device is for."""
        return (
            (not written.isascii() and self._has_other_before(name, text))
            or self._is_equipment(name, text, words)
            or _PLACE.match(text, name.end) is not None
            or _FREE.match(text, name.end) is not None
            or (written.casefold() in self._parts.labels and _CODE_BEHIND.match(text, name.end) is not None)
        )

    def _has_other_before(self, name: Spotted, text: str) -> bool:
        """Tell whether a sign touches a name that makes a chemical of it that has nothing to do with it."""
        return text.endswith(self._parts.other_han, 0, name.start) and not text.endswith(
            self._parts.not_other_han, 0, name.start
        )

    def _needs_of(self, written: str, spellings: tuple[Spelling, ...]) -> tuple[frozenset[str], frozenset[str], str]:
        """Return, and remember, the kinds of a name, what a short one needs beside it, and its stems."""
        known = self._needs.get(written)
        if known is None:
            short = all(_needs_more(spelling.name.kind, spelling.name.text) for spelling in spellings)
            needs = ({"capitals", "context"} if written.isascii() else {"context"}) if short else ()
            known = self._needs[written] = (
                frozenset(spelling.name.kind for spelling in spellings),
                frozenset(needs),
                running_name(spellings[0].name.text),  # as written, but for an ending: tabunu is tabun
            )
            if len(self._needs) > MOST_REMEMBERED:
                self._needs.clear()
        return known

    def _rules(self, name: Spotted, text: str) -> tuple[OrdinaryWord, ...]:
        """Return what is known of the ordinary meanings of a word; not those in other languages than that of the text
        where the word names the chemical in that language: the castor plant is "ricin" in French alone.
        """
        rules = self._ordinary_of(name, text[name.start : name.end])
        if not any(rule.lang in _LATIN for rule in rules):  # in another script the word itself tells the language
            return rules
        spoken = self._languages[text]
        if not any(spelling.name.lang in spoken for spelling in name.spellings):
            return rules
        return tuple(rule for rule in rules if rule.lang not in _LATIN or rule.lang in spoken)

    def _has_with(self, rules: Iterable[OrdinaryWord], text: str) -> bool:
        """Tell whether a text has a word with which another one is ordinary."""
        wanted = [running_name(word) for rule in rules for word in rule.not_with]
        if not wanted:
            return False
        seen, joined = self._stems_of[text]
        return any(word in seen or (_HAN.match(word) and word in joined) for word in wanted)

    def _stems(self, text: str) -> tuple[frozenset[str], str]:
        """Return the stems of a text, by themselves and in a row."""
        stems = [word.stem for word in self._scanner.words(text)]
        return frozenset(stems), "".join(stems)

    def _speaks_of_chemicals(self, read: TextRead) -> bool:
        """Tell whether a text has a word that is only said of chemicals and of their control."""
        if any(word.stem in self._parts.context for word in read.words):
            return True
        return not read.text.isascii() and any(one in read.text for one in self._parts.context_han)

    def _speaks_of_trade(self, read: TextRead) -> bool:
        """Tell whether a text has a word of trade or of plants."""
        if any(word.stem in self._parts.trade for word in read.words):
            return True
        return not read.text.isascii() and any(one in read.text for one in self._parts.trade_han)

    def _is_person(self, name: Spotted, text: str, words: list[Word]) -> bool:
        """Tell whether a short name stands like that of a person or a firm: a capital, beside another one."""
        written = text[name.start : name.end]
        if (
            name.first != name.last
            or not written[:1].isupper()
            or not written[1:].islower()
            or len(written) > LONGEST_PERSON
        ):
            return False
        beside = []
        if name.first and not _PARTED.search(text[words[name.first - 1].end : name.start].replace(".", "")):
            beside.append(words[name.first - 1])
        following = words[name.last + 1 : name.last + 3]
        if following and following[0].stem in self._parts.conjunctions:
            following = following[1:] if following[0].key != _BEFORE_NOUNS else []
        if following and not _PARTED.search(text[name.end : following[0].start]):
            beside.append(following[0])
        return any(
            (text[word.start : word.end].istitle() and self._other_meanings.may_be_named(word))
            or (len(word.key) == 1 and text[word.start].isupper() and not _BEGINS_LIST.search(text, 0, word.start))
            for word in beside
        )

    def _around(self, name: Spotted, text: str, words: list[Word]) -> tuple[list[str], list[str]]:
        """Return the stems of the words before (nearest first) and after, as far as no sign parts them."""
        before: list[str] = []
        at = name.start
        for number in range(name.first - 1, max(-1, name.first - 5), -1):
            word = words[number]
            if (word.end + 1 != at and _PARTED.search(text, word.end, at)) or text[word.end : at] in _SIGNS_ALONE:
                break
            before.append(word.stem)
            at = word.start
        after: list[str] = []
        at = name.end
        for word in words[name.last + 1 : name.last + 5]:
            if (at + 1 != word.start and _PARTED.search(text, at, word.start)) or text[at : word.start] in _SIGNS_ALONE:
                break
            after.append(word.stem)
            at = word.end
        return before, after

    def _is_equipment(self, name: Spotted, text: str, words: list[Word]) -> bool:
        """Tell whether a name is that of what a detector or a filter is for, and not of goods."""
        if name.last + 1 < len(words) and words[name.last + 1].stem in self._parts.equipment:
            return _PARTED.search(text, name.end, words[name.last + 1].start) is None
        before = words[max(0, name.first - 3) : name.first]
        if (
            before
            and len(name.spellings) > 1
            and name.end - name.start <= SHORTEST
            and before[-1].stem in self._parts.equipment
        ):
            return text[before[-1].end : name.start] in _BESIDE  # датчик TMP: no amount of it is meant
        if before and before[-1].stem in self._parts.joins_equipment:
            return any(word.stem in self._parts.equipment for word in before[:-1])
        return text[name.end : name.end + 3].startswith(self._parts.equipment_han)

    def _name(self, name: Spotted, text: str, words: list[Word], edges: Edges) -> Mention | None:
        """Return a name as a mention; none where it is a part of another name and has to do with no entry."""
        written = text[name.start : name.end]
        kind = "formula" if name.spellings and self._needs_of(written, name.spellings)[0] == {"formula"} else "name"
        known, outcomes = self.judge_spotted(name, written)
        if kind == "formula" and any(shared_by_isomers(written, smiles) for smiles in known.structures):
            outcomes = reviewed(outcomes, "doubt_formula")
        elif word := self._ordinary_meaning(name, written, text):
            outcomes = _told_ordinary(outcomes, word)
        elif name.repaired:
            outcomes = reviewed(outcomes, "doubt_near_spelling")
        elif name.doubtful:
            outcomes = reviewed(outcomes, "doubt_other_meaning")
        elif self._is_part(name, text, words, edges):
            if is_substituent(written) or not any(outcome.verdict in MET for outcome in outcomes):
                return None
            outcomes = reviewed(outcomes, "doubt_part_of_name")
        return Mention(*closed(text, name.start, name.end), kind, outcomes, known)

    def _ordinary_meaning(self, name: Spotted, written: str, text: str) -> OrdinaryWord | None:
        """Return the ordinary meaning of a word, where it has one that signs beside it had to speak against."""
        if not name.spellings:
            return None
        if written.isupper() and len(written) <= SHORTEST and text.strip() != written:  # a code alone says nothing more
            return None
        needy = (rule for rule in self._rules(name, text) if {"context", "chemical", "agent"} & set(rule.needs))
        return next(needy, None)

    def judge_spotted(self, name: Spotted, written: str) -> tuple[Known, tuple[Outcome, ...]]:
        """Return, and remember, what a spotted name stands for and what comes of it."""
        key: object = name.name_id if not name.spellings else tuple(s.chemical.cas for s in name.spellings)
        if key not in self._answers:
            if name.spellings:
                sure = "certain" if len(name.spellings) == 1 else "ambiguous"
                candidates = tuple(curated_candidate(s.chemical, sure, s.name.text) for s in name.spellings)
            else:
                candidates = self._resolver.by_index_id(name.name_id, written)
            self._answers[key] = self._judge.judge(candidates)
        return self._answers[key]

    def _is_part(self, name: Spotted, text: str, words: list[Word], edges: Edges) -> bool:
        """Tell whether a name stands within the name of another chemical: a salt, an ester, a polymer of it."""
        starts, ends = edges
        if (
            name.last + 1 < len(words)
            and name.last + 1 not in starts
            and self._goes_on(name, text, words[name.last + 1])
        ):
            return True
        if name.first == 0:
            return False
        if words[name.first - 1].key in _MULTIPLES and text[name.start - 1] == "(":
            return True
        return name.first - 1 not in ends and self._begins_before(name, text, words, ends)

    def _goes_on(self, name: Spotted, text: str, after: Word) -> bool:
        """Tell whether the word after a name belongs to it."""
        gap = text[name.end : after.start]
        if gap == "" and _HAN.match(after.key):
            rest = text[name.end : name.end + 4]
            return any(rest.startswith(part) for part in self._parts.after_han)
        if gap == "-" and (after.key in _LIKE or (looks_chemical(after.key) and after.key not in _NO_PART)):
            return True
        return _JOINED.fullmatch(gap) is not None and (after.stem in self._parts.after or _is_salt(after.key))

    def _begins_before(self, name: Spotted, text: str, words: list[Word], ends: set[int]) -> bool:
        """Tell whether the word before a name belongs to it, or joins it to one that does."""
        word = words[name.first - 1]
        gap = text[word.end : name.start]
        if gap == "" and _HAN.match(word.key):
            return text.endswith(self._parts.before_han, 0, name.start)
        if (gap == "-" and _is_locant(text, word)) or (gap in ("-", "- ") and looks_chemical(word.key)):
            return True
        if _JOINED.fullmatch(gap) and (word.stem in self._parts.radicals or word.stem in self._parts.before):
            return True
        if word.stem in self._parts.joins and name.first > 1 and name.first - 2 not in ends:
            before = words[name.first - 2]
            return before.stem in self._parts.before or _is_salt(before.key)
        return False

    def _ordinary_of(self, name: Spotted, written: str) -> tuple[OrdinaryWord, ...]:
        """Return what is known of the ordinary meanings of a name: of its stem, those that are written exactly so."""
        rules = self._ordinary.get(running_name(name.spellings[0].name.text), ())
        return tuple(rule for rule in rules if rule.word.casefold() == written.casefold()) or rules

    @cached_property
    def _ordinary(self) -> dict[str, tuple[OrdinaryWord, ...]]:
        table: dict[str, list[OrdinaryWord]] = {}
        for one in self._judge.screener.rulebook.convention.naming.ordinary:
            table.setdefault(running_name(one.word), []).append(one)
        return {key: tuple(rules) for key, rules in table.items()}


class Use(NamedTuple):
    """How a spotted name may be taken, and what weighs against a chemical.

    ``needs`` is ``plain``, or what a text must have: signs of goods (``context``), what is stated of chemicals alone
    (``substance``), words of chemicals (``chemical``) or of agents (``agent``), or an agent in one list with it
    (``beside``).
    """

    name: Spotted
    needs: str = "plain"
    against: int = 0


Edges: TypeAlias = tuple[set[int], set[int]]
"""The first and the last words of the names that were chosen."""


@lru_cache(maxsize=100_000)
def _looks_chemical(name: str) -> bool:
    return looks_chemical(name)


def _is_spelt_so(name: Spotted, written: str) -> bool:
    """Tell whether a short name has the capitals and the small letters that the table has: S-Lost, not s-lost."""
    return any(spelling.name.text == written and written[:1].isupper() for spelling in name.spellings)


def _is_whole(name: Spotted, written: str, text: str, words: list[Word]) -> bool:
    """Tell whether a name of the index looks like a chemical's, and not like a group, or the place of another's."""
    begins_another = len(words[name.last].key) == 1 and text[name.end : name.end + 1] == "-"  # O-ethyl S-methyl
    return _looks_chemical(written) and not begins_another and _BARE_GROUP.fullmatch(written) is None


def _is_model(name: Spotted, written: str, text: str, kinds: frozenset[str]) -> bool:
    """Tell whether a number makes of a short name that of a product: VX-770, PS/2, but not TEA-85."""
    if not written.isascii() or not _MODEL.match(text, name.end):
        return False
    return not ("abbreviation" in kinds and _GRADE.match(text, name.end))


def _as_formula(name: Spotted, text: str) -> Spotted:
    """Keep of formulas that differ in case alone (COCl2, CoCl2) those that are written so."""
    if len(name.spellings) < 2:
        return name
    written = text[name.start : name.end]
    exact = tuple(spelling for spelling in name.spellings if spelling.name.text == written)
    formulas = any(spelling.name.kind == "formula" for spelling in exact)
    return name._replace(spellings=exact) if formulas else name


def _languages(text: str) -> frozenset[str]:
    """Return the languages that a text can be in: the recognised one, or all where that is not sure."""
    found = recognise_language(text, watch=False)
    sure = found.language if (found.confidence or 0) > SURE_LANGUAGE else _by_little_words(text)
    return frozenset({sure} if sure else LANGUAGES)


def _by_little_words(text: str) -> str:
    """Return the language whose little words a short text has, and no other's; empty where that does not tell."""
    words = set(re.findall(r"[a-zà-ÿ]+", text.lower()))
    told = [lang for lang, little in _LITTLE_WORDS.items() if words & little]
    return told[0] if len(told) == 1 else ""


def _is_salt(key: str) -> bool:
    """Tell whether a word is that of a salt or an ester: stearate and dimethacrylate, not certificate or mixture."""
    return _SALT.search(key) is not None and (has_morpheme(key) or _COUNTED.match(key) is not None)


def _is_locant(text: str, word: Word) -> bool:
    """Tell whether a number or letter before a hyphen is a place in a name, and not the number of a line or "O-"."""
    if not (word.key.isdecimal() or len(word.key) == 1) or word.key == "o":
        return False
    return _BEGINS_LINE.search(text, max(0, word.start - 2), word.start) is None and word.start > 0


def _is_of_schedule_1(name: Spotted) -> bool:
    return any(entry.schedule == 1 for spelling in name.spellings for entry, _ in spelling.chemical.named_in)


def _is_of_goods(statement: Stated) -> bool:
    """Tell whether what a text states is said of goods that are weighed, measured or packed, and not of pieces."""
    return statement.kind in _SIGNS and statement.unit != "pcs"


def _letters(written: str) -> int:
    """Count the letters and digits of a name."""
    return sum(map(str.isalnum, written))


def _start(use: Use) -> int:
    return use.name.start


def _stands_for_another(name: Spotted, text: str, uses: Sequence[Use]) -> bool:
    """Tell whether an abbreviation in brackets stands for the other chemical whose full name is before it."""
    if not name.spellings or any(spelling.name.kind != "abbreviation" for spelling in name.spellings):
        return False
    if text[name.start - 1 : name.start] != "(" or text[name.end : name.end + 1] != ")":
        return False
    begin, end = (bisect_left(uses, place, key=_start) for place in (name.start - FARTHEST, name.start))
    before = [
        other
        for other in (use.name for use in uses[begin:end])
        if other.end <= name.start and text[other.end : name.start].strip(" ,%0123456789") == "("
    ]
    cas = {spelling.chemical.cas for spelling in name.spellings}
    return any(not other.spellings or not cas & {s.chemical.cas for s in other.spellings} for other in before)


def _fills_cell(name: Spotted, read: TextRead) -> bool:
    """Tell whether a short name is all that stands in its cell or between commas, but for an amount."""
    written = read.text[name.start : name.end]
    if not name.spellings or (written.isascii() and (len(written) < LEAST_CODE or not written.isupper())):
        return False
    before = _LAST_EDGE.split(read.text[max(0, name.start - 40) : name.start])[-1]
    after = _LAST_EDGE.split(read.text[name.end : name.end + 40])[0]
    return not any(map(str.isalpha, before.partition(": ")[2] if ": " in before else before)) and not any(
        map(str.isalpha, _AMOUNT.sub("", after))
    )


def _is_weighed_alone(name: Spotted, read: TextRead) -> bool:
    """Tell whether a text is a code in capitals and how much of it there is by weight, volume or share: VX, 1 g."""
    if not read.text[name.start : name.end].isupper():
        return False
    amounts = [
        stated
        for stated in read.stated
        if stated.kind == "concentration" or (stated.kind == "quantity" and stated.unit in _BY_WEIGHT_OR_VOLUME)
    ]
    left, place = "", 0
    for start, end in sorted([(name.start, name.end), *((amount.start, amount.end) for amount in amounts)]):
        left, place = left + read.text[place:start], max(place, end)
    return bool(amounts) and not any(map(str.isalnum, left + read.text[place:]))


def _is_distinct(name: Spotted, text: str) -> bool:
    """Tell whether an abbreviation is one chemical's alone and long enough to be taken for it in trade: DMMP, NaCN."""
    written = text[name.start : name.end]
    kinds = {spelling.name.kind for spelling in name.spellings}
    return len(name.spellings) == 1 and len(written) >= LEAST_DISTINCT and kinds <= {"abbreviation", "formula"}


def _of_one_entry(spotted: Iterable[Spotted]) -> bool:
    """Tell whether two codes of one entry stand in a text: HN1 and HN2 are no parts of a machine."""
    seen: dict[tuple[str, str], set[str]] = {}
    for name in spotted:
        for spelling in name.spellings if name.end - name.start >= LEAST_CODE else ():
            if sum(map(str.isalpha, spelling.name.text)) == 1:  # L1 and L2 are the wires of a cable as well
                continue
            for entry, _ in spelling.chemical.named_in:
                seen.setdefault((entry.list, entry.id), set()).add(spelling.name.text)
    return any(len(names) > 1 for names in seen.values())


def _settled(name: Spotted, named: set[str]) -> Spotted:
    """Take an ambiguous name for the one chemical of it that the text names in full or by number, if there is one."""
    meant = tuple(spelling for spelling in name.spellings if spelling.chemical.cas in named)
    return name._replace(spellings=meant) if len(name.spellings) > 1 and len(meant) == 1 else name


def _told_ordinary(outcomes: Iterable[Outcome], word: OrdinaryWord) -> tuple[Outcome, ...]:
    """Return outcomes for review, with what else the word can be."""
    also = Message("by_language", dict(word.also))
    return tuple(
        outcome._replace(
            verdict=Verdict.REVIEW, message=Message("why_ordinary_word", {"why": outcome.message, "also": also})
        )
        if outcome.verdict is Verdict.LISTED
        else outcome
        for outcome in outcomes
    )


def _is_ordinary(rule: OrdinaryWord, before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether the words around a word make it an ordinary one."""
    ahead, behind = "".join(after), "".join(reversed(before))
    return any(_same_words(after, ahead, running_name(word), forward=True) for word in rule.not_before) or any(
        _same_words(before, behind, running_name(word), forward=False) for word in rule.not_after
    )


def _same_words(around: Sequence[str], joined: str, key: str, *, forward: bool) -> bool:
    if not key or not around:
        return False
    if _HAN.match(key):
        return joined.startswith(key) if forward else joined.endswith(key)
    lengths: list[int] = []
    for word in around:
        lengths.append((lengths[-1] if lengths else 0) + len(word))
    return len(key) in lengths and (joined.startswith(key) if forward else joined.endswith(key))


def _needs_more(kind: str, name: str) -> bool:
    """Tell whether a name is too short to be one of a chemical in any text: TEA, VX, GB."""
    return (kind in ("abbreviation", "code") and len(name) <= SHORT) or (len(name) <= SHORTEST and name.isascii())


def _is_formula(written: str, formulas: Iterable[str]) -> bool:
    """Tell whether a text has the case of a formula, or is one in capitals that no word could be."""
    plain = unicodedata.normalize("NFKC", written).translate(_AS_LATIN)
    bare = {formula.strip("()[]") for formula in formulas} | set(formulas)
    return plain in bare or (
        len(plain) > SHORTEST
        and any(map(str.isdigit, plain))
        and plain.upper() == plain
        and plain in {formula.upper() for formula in bare}
    )


_AS_LATIN = str.maketrans("АВЕКМНОРСТХаеорсх", "ABEKMHOPCTXaeopcx")
SHORT, SHORTEST = 6, 4
"""Letters of an abbreviation, and of any name, up to which a text must show that a chemical is meant."""
LONGEST_PERSON = 8
FARTHEST = 200
"""Characters back to where a full name, with its share, may begin before its abbreviation in brackets."""
LEAST_CODE, SHORTEST_CODE = 3, 2
LEAST_DISTINCT = 4
MOST_REMEMBERED, MOST_TEXTS = 100_000, 50
SURE_LANGUAGE = 0.9
LONGEST_AND = 8
_OF_LISTS = " ,;/+&、，،·|()\n\t"
_OTHER_ANDS = ("en", "ve", "i", "oraz", "та", "ed", "or", "ou", "o", "u", "oder", "или", "أو")
_UNSPACED_ANDS = frozenset("和与與及跟とや및와과و")
_BEGINS_LIST = re.compile(r"(?:^|[\n\t])$")
_CODES = frozenset({"abbreviation", "code"})
_LATIN = ("en", "fr", "es")
_BY_WEIGHT_OR_VOLUME = frozenset({"mg", "g", "kg", "t", "mL", "L"})
_SIGNS = ("concentration", "quantity", "packaging", "hs_code", "un_number", "cas_number", "ec_number")
_PARTED = re.compile(r"[.;:!?\n|/]|,|[()\[\]]|[。；，、：]")
_SIGNS_ALONE = frozenset(".;:!?\n|/,()[]。；，、：")
_JOINED = re.compile(r"[ \n\t]{1,2}|-")
_BESIDE = (" ", "-")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_NO_PART = frozenset({"based", "free", "containing"})
_LIKE = frozenset({"like", "type"})
_BEFORE_NOUNS = "und"
"""Of the language that writes every noun with a capital: a capital behind it says nothing."""
_LITTLE_WORDS = {
    "en": frozenset({"the", "of", "from", "and", "with", "for", "was", "were", "said"}),
    "fr": frozenset({"le", "les", "du", "des", "et", "une", "dans", "avec", "pour"}),
    "es": frozenset({"el", "los", "las", "y", "del", "con", "para", "una"}),
}
_MULTIPLES = frozenset({"bis", "tris", "tetrakis", "poly", "mono"})
_COUNTED = re.compile(r"(?:di|tri|tetra|mono|poly|bi|iso)[a-z]{4}")
_LAST_EDGE = re.compile(r"[\t\n,;/|、，；]")
_AMOUNT = re.compile(r"\d[\d.,\s]*(?:kg|g|mg|t|l|ml|%|pct|lb|кг|г|л|т|كغ|公斤|千克|克|升|吨)?", re.IGNORECASE)
_BARE_GROUP = re.compile(r"[A-Za-z]*(?:yl|yle|oxy)|anhydride|sulph?ur", re.IGNORECASE)
_BEGINS_LINE = re.compile(r"(?:[\n\t|]|: )$")
_SALT = re.compile(r"(?:ate|ite|ide|ure|oxime|ester|ether|ato|ito|uro|ido)s?$")
_FREE = re.compile(r"-free\b|-frei\b", re.IGNORECASE)
_PLACE = re.compile(r"-(?!based|like|containing|type|filled|contaminated|exposed)[a-z]{2,}")
_CODE_BEHIND = re.compile(r"[ .:№nº°]{0,4}(?:2[89]|3[0-8])\d\d[ .]?\d\d(?!\d*[,.]\d)")
"""A customs code behind the word that labels it, which may be a chemical's code as well: "SA 2930.70"."""
_GRADE = re.compile(r"-[89]\d(?![\w-])")
_MODEL = re.compile(r"[-/‐]?[0-9]|/T ?[0-9]| I{1,3}(?!\w)")
"""What makes a code that of a product, or (VG II, GE III) the packing group of the rules of transport."""
