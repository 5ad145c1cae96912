"""Names of places as they are compared: without case, accents and Arabic clitics, in all the cases of Russian."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from opencwc.convention.chinese import simplified

WORD = re.compile("[㐀-䶿一-鿿]+|[^\\W_㐀-䶿一-鿿]+")
HAN = re.compile("[㐀-䶿一-鿿]")
_ARABIC = re.compile("[ء-ي]")
_LEFT_OUT = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u02bb-\u02bf]")
_ALIKE = {
    "ß": "s", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "e", "œ": "e", "þ": "t",
    "İ": "i", "ё": "е", "Ё": "е", "ə": "e", "Ə": "e", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي",
    "ة": "ه", "ک": "ك", "ؤ": "و", "ئ": "ي", "ۀ": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "گ": "غ", "پ": "ب", "چ": "ش",
    "ڤ": "ف", "ژ": "ج",
}  # fmt: skip


class _Folding(dict[int, str]):
    """What each character becomes: one character, so that every place in a text stays."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if sign in "йЙ":  # a letter of its own, not an accented one
            self[code] = "й"
            return "й"
        bare = unicodedata.normalize("NFD", _ALIKE.get(sign, sign))[0].lower()
        self[code] = plain = _ALIKE.get(bare, bare)[0]
        return plain


_FOLDING = _Folding()


class Folded(NamedTuple):
    """The words of a text as they are compared, with one space between.

    ``starts`` are the places in ``plain`` where a word begins; ``first`` and ``last`` say for each place in ``plain``
    which character of the text begins or ends there.
    """

    plain: str
    starts: tuple[int, ...]
    first: tuple[int, ...]
    last: tuple[int, ...]


@lru_cache(maxsize=8)
def folded(text: str) -> Folded:
    """Return the words of a text as they are compared, and where they stand in it."""
    places: list[int] | range = range(len(text))
    if _LEFT_OUT.search(text):
        places = [place for place, sign in enumerate(text) if not _LEFT_OUT.match(sign)]
        text = _LEFT_OUT.sub("", text)
    plain = simplified(text).translate(_FOLDING)
    words: list[str] = []
    starts: list[int] = []
    first: list[int] = []
    last: list[int] = [0]
    for match in WORD.finditer(plain):
        starts.append(len(first))
        words.append(match[0])
        first += places[match.start() : match.end()]
        first.append(-1)
        last += [place + 1 for place in places[match.start() : match.end()]]
        last.append(-1)
    return Folded(" ".join(words), tuple(starts), tuple(first), tuple(last))


def place_key(name: str) -> str:
    """Return the words of a name as they are compared.

    >>> place_key("Côte d’Ivoire"), place_key("Port-Bouët"), place_key("القاهِرة")
    ('cote d ivoire', 'port bouet', 'القاهره')
    """
    return " ".join(WORD.findall(simplified(_LEFT_OUT.sub("", name)).translate(_FOLDING)))


_CLITICS = (("لل", "ال"), ("و", ""), ("ف", ""), ("ب", ""), ("ل", ""), ("ك", ""))
_LEAST = 3


def without_clitics(word: str) -> Iterator[tuple[str, str]]:
    """Yield an Arabic word as it stands and without the particles written together with it, with what was taken off.

    >>> [*without_clitics("وبالهند")]
    [('وبالهند', ''), ('بالهند', 'و'), ('الهند', 'وب')]
    """
    yield word, ""
    if not _ARABIC.match(word):
        return
    taken, rest = "", word
    for _ in range(2):
        for start, instead in _CLITICS:
            if rest.startswith(start) and len(rest) - len(start) >= _LEAST:
                taken, rest = taken + start, instead + rest[len(start) :]
                yield rest, taken
                break
        else:
            return
        if start == "لل":
            return


_CYRILLIC = re.compile("[а-я]")
_HARD = "кгхжчшщц"
_ADJECTIVES = (
    ("ый", ("ого", "ому", "ым", "ом")), ("ой", ("ого", "ому", "ым", "им", "ом")),
    ("ая", ("ой", "ую", "аи", "ае", "аю", "аей")),
    ("яя", ("ей", "юю")), ("ое", ("ого", "ому", "ым", "им", "ом")), ("ее", ("его", "ему", "им", "ем")),
    ("ые", ("ых", "ым", "ыми")), ("ие", ("их", "им", "ими")),
)  # fmt: skip
_NOUNS = (
    ("ковь", ("кви", "ковью")),
    ("ия", ("ии", "ию", "ией")), ("ье", ("ья", "ью", "ьем", "ьего", "ьему")), ("ец", ("ца", "цу", "цом", "цем", "це")),
    ("ок", ("ка", "ку", "ком", "ке")), ("я", ("и", "е", "ю", "ей")), ("ай", ("ая", "аю", "аем", "ае")),
    ("ей", ("ея", "ею", "еем", "ее")), ("й", ("я", "ю", "ем", "е")), ("ь", ("и", "ью", "я", "ю", "ем", "е")),
    ("ово", ("ова", "ову", "овом", "ове")), ("ево", ("ева", "еву", "евом", "еве")),
    ("ино", ("ина", "ину", "ином", "ине")), ("ы", ("", "ов", "ам", "ами", "ах")),
    ("и", ("", "ей", "ов", "ам", "ами", "ах")),
)  # fmt: skip
_CONSONANT = ("а", "у", "ом", "ем", "ым", "е")
ADJECTIVE_ENDINGS = ("ий", "ого", "ому", "им", "ом", "ая", "ой", "ую", "ое", "ие", "их", "ими")
_NEVER = tuple("оуюэеи")
_SHORTEST = 3


def russian_forms(key: str) -> tuple[str, ...]:
    """Return the cases of a Russian name, beside the name itself; none where it has none.

    >>> russian_forms("чили"), "хомсе" in russian_forms("хомс"), "нижнем новгороде" in russian_forms("нижний новгород")
    ((), True, True)
    """
    if not "а" <= key[-1:] <= "я":
        return ()
    *before, last = key.split(" ")
    if not _CYRILLIC.match(last) or len(last) < (2 if before else _SHORTEST):
        return ()
    forms = _forms(last, least=2 if before else 3)
    return tuple(f"{head} {form}" for head in _heads(before) for form in (last, *forms)) if before else forms


_OF_ADJECTIVES = frozenset(("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие"))
_OF_OWNERS = ("ов", "ев", "ин")
_CASES = ("ого", "его", "ому", "ему", "ым", "им", "ом", "ем", "ой", "ей", "ую", "юю", "ых", "их", "ыми", "ими")
_CASES_OF_OWNERS = ("а", "у", "ым", "ом")


def _heads(before: Sequence[str]) -> set[str]:
    """Return the cases of what stands before the last word of a name: "нижн-ем" Новгороде, "часов-ым" Яром."""
    heads = {" ".join(before)}
    if any(word[-2:] in _OF_ADJECTIVES for word in before):
        heads |= {
            " ".join(word[:-2] + case if word[-2:] in _OF_ADJECTIVES else word for word in before) for case in _CASES
        }
    if any(word.endswith(_OF_OWNERS) for word in before):
        heads |= {
            " ".join(word + case if word.endswith(_OF_OWNERS) else word for word in before) for case in _CASES_OF_OWNERS
        }
    return heads


def _forms(word: str, least: int = 3) -> tuple[str, ...]:
    for ending, others in (*_ADJECTIVES, *_NOUNS):
        if word.endswith(ending) and len(word) > len(ending) + (2 if ending != "и" else least):
            return tuple(word[: -len(ending)] + other for other in others)
    if word.endswith("ий"):
        return tuple(word[:-2] + other for other in ("ого", "его", "ому", "ему", "им", "ом", "ем"))
    if word.endswith("а"):
        other = "и" if word[-2] in _HARD else "ы"
        return tuple(word[:-1] + ending for ending in (other, "е", "у", "ой", "ей"))
    if word.endswith(_NEVER):
        return ()
    return tuple(word + ending for ending in _CONSONANT)
