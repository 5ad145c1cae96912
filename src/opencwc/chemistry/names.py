"""Chemical names brought to a key for exact lookup: two spellings of one name give one key, two names two keys.

The key is for comparing, never for showing. Nothing is corrected or guessed here: a misspelt name finds nothing.
"""

from __future__ import annotations

import re
import unicodedata

NORMALISER_VERSION = 1
"""Raised with every change of what ``normalise_name`` gives, so that stored keys are made anew."""

_GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
    *("nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
_GREEK_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"


def normalise_name(text: str) -> str:
    """Give the key under which a name is looked up; equal keys mean the same name, whatever its typography.

    Case, spaces, hyphens, commas and brackets do not count, but digits that they kept apart stay apart, since 1,2- and
    12- are different places, and so does what follows ``-,`` in an inverted name, since a 2-methyl-, propyl ester is no
    2-methylpropyl ester. Primes, plus signs and bracketed signs, ``(2-)`` or ``(+/-)``, count. Greek letters are spelt
    out, accents dropped, ``sulph`` is ``sulf``, and invisible characters do not exist. A Cyrillic letter that looks
    like a Latin one is read as Latin in a name otherwise Latin, and the reverse in a Cyrillic name. The key of a key is
    that key.

    >>> normalise_name("N,N-Dimethyl aminoethanol") == normalise_name("n,n-dimethylaminoethanol")
    True
    >>> normalise_name("1,2-Dichloroethane"), normalise_name("12-dichloroethane")
    ('1,2dichloroethane', '12dichloroethane')
    >>> normalise_name("α-Pinène") == normalise_name(".alpha.-pinene") == "alphapinene"
    True
    >>> normalise_name("2,2’-Thiodiethanol") == normalise_name("2,2'-thiodiethanol") == "2,2′thiodiethanol"
    True
    >>> normalise_name("\\u0420-alkyl") == normalise_name("P-alkyl")
    True
    """
    if text.isascii() and text.isprintable():
        return _key(text.lower())
    return _key(_plain(text))


# What carries no meaning, for ``_key``: ASCII alone, since ``_plain`` has turned all else into a space.
_PUNCTUATION = str.maketrans({c: " " for c in map(chr, range(128)) if not c.isalnum() and c != "+"})
_QUOTES = re.compile("['\"`]")
# A quote is a prime after a digit or a locant (N', alpha'), else an apostrophe or a quotation mark ("Fischer's salt").
_PRIME = re.compile(rf"(\d|(?<![a-z])[a-z]{{1,2}}|{'|'.join(_GREEK)})('+)")
# What punctuation must not lose: charge or sense of rotation in brackets, and the end of a substituent in an inverted
# name. The repetitions are bounded so that no input can make the search slow.
_SIGN = r"\+{1,4}|-{1,4}|\+ ?/? ?-|- ?/? ?\+|±"
_KEPT = re.compile(rf"[(\[{{][ .]{{0,3}}(\d{{0,2}} ?(?:{_SIGN})|(?:{_SIGN}) ?\d{{0,2}})[ .]{{0,3}}[)\]}}]|(- {{0,3}},)")
_GAP = re.compile("(?<=[0-9′]) +(?=[0-9])")


def _key(text: str) -> str:
    """The key of a lower-case text of letters, digits and ASCII punctuation."""
    if _QUOTES.search(text):
        text = text.replace('"', "''").replace("`", "'")
        text = _PRIME.sub(lambda found: found[1] + "′" * len(found[2]), text)
    between: list[str] = []
    end = 0
    for found in _KEPT.finditer(text):
        between += [_squeeze(text[end : found.start()]), f"({_sign(found[1])})" if found[1] else "-,"]
        end = found.end()
    between.append(_squeeze(text[end:]))
    return "".join(between).replace("sulph", "sulf").strip("′,-")


def _squeeze(text: str) -> str:
    return _GAP.sub(",", text.translate(_PUNCTUATION)).replace(" ", "")


def _sign(written: str) -> str:
    sign = written.replace(" ", "").replace("/", "")
    return sign.replace("+-", "±").replace("-+", "±")


_FIRST = {
    # Before NFKC, which would take the spacing accents apart: what people type for a prime, and the real primes.
    **dict.fromkeys(map(ord, "‘’‛´ʹʻʼˈ＇｀‵Ꞌꞌ"), "'"),
    **{ord("″"): "′′", ord("‴"): "′′′", ord("⁗"): "′′′′", ord("ʺ"): "′′", ord("＂"): "''"},
    # Hyphens and minus signs, so that a bracketed minus is known as a sign.
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2043, 0x2212, 0x058A, 0x05BE, 0xFE58, 0xFE63, 0xFF0D], "-"),
    # Soft hyphen, zero-width characters, direction marks, variation selectors, the Arabic stroke that only stretches.
    **dict.fromkeys(
        [
            *(0x00AD, 0x034F, 0x061C, 0x0640, 0x180E, 0xFEFF),
            *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10)),
        ],
        None,
    ),
}
# Accents of the Latin, Greek and Cyrillic scripts and Arabic vowel signs; in other scripts such marks are letters.
_ACCENTS = dict.fromkeys([*range(0x0300, 0x0370), *range(0x064B, 0x0660), 0x0670], None)
_SPELT_OUT = {
    **{ord(letter): name for letter, name in zip(_GREEK_LETTERS, _GREEK, strict=True)},
    **{ord(letter.upper()): name for letter, name in zip(_GREEK_LETTERS, _GREEK, strict=True)},
    **{ord("ς"): "sigma", ord("æ"): "ae", ord("œ"): "oe", ord("ø"): "o", ord("ł"): "l", ord("đ"): "d", ord("ı"): "i"},
    **{ord("Æ"): "ae", ord("Œ"): "oe", ord("Ø"): "o", ord("Ł"): "l", ord("Đ"): "d"},
}
_CYRILLIC_AS_LATIN = str.maketrans("АВЕКМНОРСТХУІЈЅаеорсхуіјѕ\u1c82\u1c83", "ABEKMHOPCTXYIJSaeopcxyijsoc")
_LATIN_AS_CYRILLIC = str.maketrans("AEOPCXYaeopcxy", "АЕОРСХУаеорсху")
_CYRILLIC = re.compile("[\u0400-\u052f\u1c80-\u1c8f\ua640-\ua69f]")
_LATIN = re.compile("[A-Za-z]")


def _plain(text: str) -> str:
    """Any text in lower-case letters, ASCII digits, ASCII punctuation, the prime and the plus-minus sign."""
    text = unicodedata.normalize("NFKC", text.translate(_FIRST)).translate(_FIRST)  # NFKC brings new ones
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_ACCENTS))
    text = _in_one_alphabet(text.translate(_SPELT_OUT)).casefold().lower()
    return _STRANGE.sub(_known, text)


def _in_one_alphabet(text: str) -> str:
    cyrillic = {letter for letter in _CYRILLIC.findall(text) if letter.isalpha()}
    if not cyrillic or not _LATIN.search(text):
        return text
    all_look_latin = all(ord(letter) in _CYRILLIC_AS_LATIN for letter in cyrillic)
    return text.translate(_CYRILLIC_AS_LATIN if all_look_latin else _LATIN_AS_CYRILLIC)


# Digits of other scripts, and what is neither a letter nor a digit nor printable ASCII.
_STRANGE = re.compile("(?![0-9])\\d|[^\\w\x20-\x7e]")


def _known(found: re.Match[str]) -> str:
    """A digit as 0 to 9; the prime, plus-minus and the marks of scripts where they are letters; else a space."""
    character = found[0]
    if character.isdecimal():
        return str(int(character))
    if character in "′±" or unicodedata.category(character)[0] == "M":
        return character
    return " "
