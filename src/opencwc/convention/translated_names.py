"""Systematic names in more languages, put together from what each part of a name is called there.

``data/translated_names.yaml`` holds the names to translate, in English, the parts and the shapes in which languages set
the words of a name. A name passes through here once: cut into words, the words into parts, each said in every language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any, NamedTuple

from opencwc.convention.fields import Raw
from opencwc.errors import RuleError

MOST_FORMS = 8
"""Of one shape of a name in one language; its spellings beyond these are seldom met."""


LEAST_ALIKE = 4
"""Letters with which the two forms of an acid begin; they come again in it no more."""


class Translated(NamedTuple):
    """A name put together for a chemical."""

    cas: str
    lang: str
    text: str


def translate_names(raw: Raw, where: str) -> Iterator[Translated]:
    """Yield the names of all chemicals of ``data/translated_names.yaml``; raise `RuleError` where a part is unknown."""
    parts = _Parts(raw, where)
    for cas, names in raw["names"].items():
        for lang in raw["languages"]:
            said = (text for name in names for text in parts.translate(str(name), lang))
            for text in dict.fromkeys(said):
                yield Translated(str(cas), lang, text)


class _Parts:
    """The parts of names, what they are called, and the shapes of languages."""

    def __init__(self, raw: Raw, where: str) -> None:
        self._where = where
        self._shapes: Mapping[str, Mapping[str, Sequence[str]]] = raw["shapes"]
        self._joint: Mapping[str, str] = raw["joint"]
        self._radical_of: Mapping[str, str] = raw["radical_of"]
        self._final: Mapping[str, Mapping[str, str]] = raw["final"]
        self._acid_of: Mapping[str, str] = raw["acid_of"]
        self._groups: dict[str, dict[str, Mapping[str, str]]] = {
            group: {part: _by_language(row, raw["languages"]) for part, row in rows.items()}
            for group, rows in raw["parts"].items()
        }
        within = [part for group in ("multipliers", "radicals", "prefixes") for part in self._groups[group]]
        ends = [part for group in ("acids", "anions") for part in self._groups[group]]
        self._cut = re.compile("|".join(map(re.escape, sorted([*within, *ends], key=len, reverse=True))))
        self._counted = re.compile(
            f"({'|'.join(self._groups['multipliers'])})?({'|'.join(self._groups['functions'])})$"
        )

    def translate(self, name: str, lang: str) -> Iterator[str]:
        """Yield what a name is called in a language, in each of its shapes and some of its spellings."""
        salt = name.removesuffix(" hydrochloride")
        if salt != name:
            yield from self._shaped("hydrochloride", lang, {"word": list(self.translate(salt, lang))})
            return
        first, _, last = name.rpartition(" ")
        if not first:
            yield from self._word(last, lang)
        elif last == "acid":
            yield from self._shaped("acid", lang, self._both("acid", first, lang))
        elif last == "alcohol":
            yield from self._shaped("alcohol", lang, {"first": self._word(first, lang)})
        elif function := self._counted.match(last):
            yield from self._halide(first, function[1] or "", function[2], lang)
        else:
            yield from self._ester(first, last, lang)

    def _halide(self, first: str, number: str, function: str, lang: str) -> Iterator[str]:
        multipliers, functions = self._groups["multipliers"], self._groups["functions"]
        counts = multipliers[number][lang].split("|") if number else [""]
        said = {"function": [a + b for a in counts for b in functions[function][lang].split("|")]}
        before = self._groups["counted_functions"].get(function, {}).get(lang)
        if before:
            number_before = self._groups["counted"][number][lang]
            said["counted"] = [number_before + form for form in before.split("|")]
        acid_function = self._groups["function_acids"].get(function, {}).get(lang)
        if acid_function:
            said["function_acid"] = [count + acid_function for count in counts]
        if first in self._groups["elements"]:
            said |= self._both("first", first, lang)
            yield from self._shaped("halide", lang, said)
        elif first.endswith("ic"):
            yield from self._shaped("acid_halide", lang, said | self._both("acid", first, lang))
        else:
            said |= {"first": self._word(first, lang), "first_of": self._radical(first, lang)}
            yield from self._shaped("halide", lang, said)

    def _ester(self, first: str, last: str, lang: str) -> Iterator[str]:
        said = {"anion": self._word(last, lang)}
        said |= {"radicals": self._word(first, lang), "radicals_of": self._radical(first, lang)}
        acid = next((last.replace(anion, acid) for anion, acid in self._acid_of.items() if last.endswith(anion)), None)
        if acid:
            said |= self._both("acid", acid, lang)
        yield from self._shaped("ester", lang, said)

    def _shaped(self, shape: str, lang: str, said: Mapping[str, Sequence[str]]) -> Iterator[str]:
        for template in self._shapes[shape][lang]:
            fields = _FIELD.findall(template)
            if all(field in said for field in fields):
                for forms in islice(product(*(said[field] for field in fields)), MOST_FORMS):
                    yield template.format(**dict(zip(fields, forms, strict=True)))

    def _both(self, field: str, word: str, lang: str) -> dict[str, list[str]]:
        """Return the forms of an element or an acid, by itself and after "of"."""
        forms = [form.partition(">") for form in self._word(word, lang)]
        is_element = word in self._groups["elements"]
        after_of = [of if of and is_element else _with_ending(form, of) if of else form for form, _, of in forms]
        return {field: [form for form, _, _ in forms], f"{field}_of": after_of}

    def _radical(self, word: str, lang: str) -> list[str]:
        """Return the forms of a radical after "of"."""
        endings = self._radical_of.get(lang, "").split("|")
        return [
            f"{form.rstrip(')')}{ending}{')' * form.endswith(')')}"
            for ending in endings
            for form in self._word(word, lang)
        ]

    def _word(self, word: str, lang: str) -> list[str]:
        """Return a word in the spellings of a language."""
        if word in self._groups["elements"]:
            return self._groups["elements"][word][lang].split("|")
        pieces = self._pieces(word)
        said = [self._said(piece, lang) if is_part else [piece] for piece, is_part in pieces]
        if joint := self._joint.get(lang):
            for number, (piece, is_part) in enumerate(pieces):
                following = [part for _, part in pieces[number + 1 : number + 3]]
                closed = pieces[number + 1 : number + 2] == [(")", False)]
                if is_part and piece.endswith(("yl", "ol")) and (following[closed : closed + 1] == [True]):
                    said[number] = [form + joint for form in said[number]]
        words = ["".join(forms) for forms in islice(product(*said), MOST_FORMS)]
        for ending, final in self._final.get(lang, {}).items():
            words = [word.removesuffix(ending) + final if word.endswith(ending) else word for word in words]
        return words

    def _said(self, part: str, lang: str) -> list[str]:
        groups = ("multipliers", "radicals", "prefixes", "acids", "anions")
        return next(self._groups[group][part][lang].split("|") for group in groups if part in self._groups[group])

    def _pieces(self, word: str) -> list[tuple[str, bool]]:
        """Cut a word into its parts, and the places and brackets between them."""
        pieces: list[tuple[str, bool]] = []
        at = 0
        while at < len(word):
            if part := self._cut.match(word, at):
                pieces.append((part[0], True))
                at = part.end()
            elif word[at].islower():
                raise RuleError("part_of_name_unknown", where=self._where, name=word, rest=word[at:])
            else:
                pieces.append((word[at], False))
                at += 1
        return pieces


def _with_ending(form: str, last: str) -> str:
    """Put the other form of an acid in its place behind what stands before it: they begin alike.

    >>> _with_ending("метилфосфонова", "фосфонової")
    'метилфосфонової'
    """
    return form[: form.rindex(last[:LEAST_ALIKE])] + last


def _by_language(row: Any, languages: Sequence[str]) -> Mapping[str, str]:
    return row if isinstance(row, dict) else dict(zip(languages, map(str, row), strict=True))


_FIELD = re.compile(r"\{(\w+)\}")
