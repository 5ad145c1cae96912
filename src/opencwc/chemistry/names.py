"""Chemical names brought to a key for exact lookup: two spellings of one name give one key, two names two keys.

The key is for comparing, never for showing. Nothing is corrected or guessed here: a misspelt name finds nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from opencwc.convention.chinese import simplified

NORMALISER_VERSION = 6
"""Raised with every change of what ``normalise_name`` gives, so that stored keys are made anew."""

_GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
    *("nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
_ASCII_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_GREEK_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"


def normalise_name(text: str) -> str:
    """Give the key under which a name is looked up; equal keys mean the same name, whatever its typography.

    Case, spaces, hyphens, commas and brackets do not count, but digits that they kept apart stay apart, since 1,2-
    and 12- are different places, and so does what follows ``-,`` in an inverted name, since a 2-methyl-, propyl
    ester is no 2-methylpropyl ester. Primes, plus signs and bracketed signs, ``(2-)`` or ``(+/-)``, count. Greek
    letters are spelt out, accents dropped (but the Turkish ı is no i), ``sulph`` is ``sulf``, and invisible
    characters do not exist. A Cyrillic or Greek letter that looks like a Latin one is read as Latin in a name
    otherwise Latin, a Latin one as Cyrillic in a Cyrillic name. Of Arabic letters the seats of hamza, the forms of
    alef, ya and ha and the Persian kaf and ya count as one; a traditional Chinese character counts as that of the
    mainland, a small katakana as the full-sized one. The key of a key is that key.

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
    if text.isascii():
        written = text.encode()
        marks = written.translate(_MARKS, _NO_MARKS)
        if b"!" not in marks and b"-)" not in marks and b"(-" not in marks:
            spaced = written.translate(_SPACED)
            if spaced.translate(None, _DIGITS) != spaced:
                spaced = _BYTE_GAP.sub(b",", spaced)
            return spaced.replace(b" ", b"").decode().replace("sulph", "sulf")
        if text.isprintable():
            return _key(text.lower()).strip(_ENDS)
        return _key(_plain(text)).strip(_ENDS)
    return _other_key(text) if len(text) <= _WORD else _other_key.__wrapped__(text)


@lru_cache(maxsize=16_384)
def _other_key(text: str) -> str:
    """The key of a name in another alphabet; kept for a word, since running text comes back to the same ones."""
    return _key(_plain(text)).strip(_ENDS)


_WORD = 40


def normalise_names(names: Sequence[str]) -> list[str]:
    """Give ``normalise_name`` of each; of thousands at once it takes some three quarters of the time.

    >>> normalise_names(["N,N-Dimethylaniline", "Sarin", "2,2'-Thiodiethanol"])
    ['nndimethylaniline', 'sarin', '2,2′thiodiethanol']
    """
    plain = [name for name in names if name.isascii()]  # one in another alphabet would make its neighbours slow
    keys: list[str] = []
    for start in range(0, len(plain), _AT_ONCE):
        keys += _keys_of_lines(plain[start : start + _AT_ONCE])
    if len(plain) == len(names):
        return keys
    of_plain = iter(keys)
    return [next(of_plain) if name.isascii() else normalise_name(name) for name in names]


def _keys_of_lines(names: Sequence[str]) -> list[str]:
    text = "\n".join(names)
    marks = text.translate(_LINE_MARKS).replace("-)", "!").replace("(-", "!")
    if "?" in marks or marks.count("\n") != len(names) - 1:  # a control character
        return [normalise_name(name) for name in names]
    text = f"\n{text.lower()}\n"
    if "'" in text or '"' in text or "`" in text:
        text = _QUOTES.sub(_prime, text.replace('"', "''").replace("`", "'")).replace("′", _PRIME)
    for spaces in range(4):
        text = text.replace(f"-{' ' * spaces},", _INVERTED)
    text = _LINE_GAP.sub(",", text.translate(_LINES_SPACED)).replace(" ", "").replace("sulph", "sulf")
    if _PRIME in text or _INVERTED in text:
        text = _LINE_ENDS.sub("\n", text).replace(_PRIME, "′").replace(_INVERTED, "-,")
    keys = text[1:-1].split("\n")
    line = end = 0
    while (place := marks.find("!", end)) >= 0:
        line += marks.count("\n", end, place)
        keys[line] = normalise_name(names[line])
        end = place
        if (end := marks.find("\n", place)) < 0:
            break
    return keys


def token_key(token: str) -> str:
    """Give the key of one word of running text, such that the keys of a name's words put together are the name's key.

    Unlike ``normalise_name`` it keeps a prime at the end, and the ``-,`` of an inverted name; quotation marks around
    the word do not count. Where one word ends and the next begins with a digit, a comma belongs between the two.

    >>> token_key("2,2'-"), token_key("N,N'"), token_key("“Sarin”"), token_key("'VX'"), token_key("chloride,")
    ('2,2′', 'nn′', 'sarin', 'vx', 'chloride')
    """
    if token[-1:] not in _TRAILING:
        return normalise_name(token)
    return _word_key(token) if len(token) <= _WORD else _word_key.__wrapped__(token)


@lru_cache(maxsize=16_384)
def _word_key(token: str) -> str:
    if token[:1] in _OPENING:
        token = token[1:].rstrip(_CLOSING)
    plain = token.lower() if token.isascii() and token.isprintable() else _plain(token)
    return _key(plain).lstrip(_ENDS)


def as_read_by_ocr(token: str) -> str | None:
    """Give the word that a text recogniser took some letters of for digits (0 o, 1 l, 5 s, 8 b, | l), else ``None``.

    It is a guess to be looked up, no more. Locants and formulas are left alone.

    >>> as_read_by_ocr("Triethano1amine"), as_read_by_ocr("TH10DIGLYC0L"), as_read_by_ocr("2-ch|oroethano1")
    ('Triethanolamine', 'THLODIGLYCOL', '2-chloroethanol')
    >>> [as_read_by_ocr(word) for word in ("C6H15NO3", "POCl3", "HN2", "4-nitrophenol", "phosgen3", "5-aminouracil")]
    [None, None, None, None, None, None]
    """
    if not token.isascii() or not _MISREAD.search(token):
        return None
    corrected = _RUN.sub(lambda found: _reread(found[0]), token)
    return corrected if corrected != token else None


def typed_plainly(text: str) -> str:
    """Give the text in the characters of a keyboard: plain hyphens, digits and letters, Greek letters spelt out.

    >>> typed_plainly("2,2’‐β‐Méthyl"), typed_plainly("３‐ΑMINO")
    ("2,2'-beta-Methyl", '3-AMINO')
    """
    text = unicodedata.normalize("NFKC", text.translate(_FIRST)).translate(_FIRST)  # NFKC brings new ones
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_ACCENTS))
    if _LATIN.search(text):
        text = _GREEK_IN_LATIN.sub(lambda found: found[0].translate(_GREEK_AS_LATIN), text)
        text = _GREEK_ALONE.sub(lambda found: found[0].translate(_GREEK_AS_LATIN), text)
    return _in_one_alphabet(simplified(text.translate(_ONE_FORM)))


# What carries no meaning, for ``_key``: ASCII alone, since ``_plain`` has turned all else into a space.
_PUNCTUATION = str.maketrans({c: " " for c in map(chr, range(128)) if not c.isalnum() and c != "+"})
_QUOTES = re.compile("'+")
# What punctuation must not lose: charge or sense of rotation in brackets, and the end of a substituent in an inverted
# name. The repetitions are bounded so that no input can make the search slow.
_SIGN = r"\+{1,4}|-{1,4}|\+ ?/? ?-|- ?/? ?\+|±"
_KEPT = re.compile(
    # Begun with one set of characters, so that the search jumps from one such character to the next.
    rf"[(\[{{-](?:(?<!-)[ .]{{0,3}}(\d{{0,2}} ?(?:{_SIGN})|(?:{_SIGN}) ?\d{{0,2}})[ .]{{0,3}}[)\]}}]|(?<=-) {{0,3}},)"
)
_GAP = re.compile("(?<=[0-9′]) +(?=[0-9])")
_ENDS = "′,-"

# The usual name is ASCII and has neither quotes nor signs nor a ``-,``: for it bytes and these tables do the same as
# ``_key`` in a third of the time. "!" stands for what is certainly a mark, "-)" and "(-" for what may be one.
_DIGITS = b"0123456789"
_MARKS = bytes.maketrans(b"'\"`+!([{)]},", b"!!!!_((())))")
_NO_MARKS = bytes([*range(32), 127, *b" ."])
_SPACED = bytes(ord(chr(c).lower()) if c < 128 and chr(c).isalnum() else 32 for c in range(256))
_SQUEEZED = _SPACED[:43] + b"+" + _SPACED[44:]  # where a plus sign is no mark but counts
# Begun with the blank itself, so that the search jumps from one to the next.
_BYTE_GAP = re.compile(b" (?<=[0-9] ) *(?=[0-9])")
_AT_ONCE = 256  # one name with a control character makes its neighbours slow, so not too many; more are no faster
# The same for many names in one text, a line each; there two characters stand for the prime and for ``-,``.
_PRIME, _INVERTED = "\x01", "\x02"
_LINE_MARKS: dict[int, str | None] = {
    **{c: chr(_MARKS[c]) for c in range(128)},
    **dict.fromkeys(map(ord, "'\"`,"), "_"),
    **{ord("?"): "_", ord(" "): None, ord("."): None},
    **dict.fromkeys([*range(10), *range(11, 32), 127], "?"),
    10: "\n",
}
_LINES_SPACED = {**{c: chr(_SPACED[c]) for c in range(128)}, 1: _PRIME, 2: _INVERTED, 10: "\n"}
_LINE_GAP = re.compile(" (?<=[0-9\x01] ) *(?=[0-9])")
_LINE_ENDS = re.compile("\n[\x01\x02]+|[\x01\x02]+\n")

# Of a word of running text.
_OPENING = tuple("'\"`‘“„«‚‹")
_CLOSING = "'\"`’”“»›,;.:"
_TRAILING = frozenset("'\"`’”“‘´ʹʻʼˈ＇｀‵′″‴⁗ʺ＂,-" + "-‐‑‒–—−")


def _key(text: str) -> str:
    """The key of a lower-case text of letters, digits and ASCII punctuation."""
    if "'" in text or '"' in text or "`" in text:
        text = _QUOTES.sub(_prime, text.replace('"', "''").replace("`", "'"))
    between: list[str] = []
    end = 0
    for found in _KEPT.finditer(text):
        between += [_squeeze(text[end : found.start()]), f"({_sign(found[1])})" if found[1] else "-,"]
        end = found.end()
    between.append(_squeeze(text[end:]))
    return "".join(between).replace("sulph", "sulf")


def _prime(quotes: re.Match[str]) -> str:
    """Primes after a digit or a locant (N', alpha'), else an apostrophe or a quotation mark ("Fischer's salt")."""
    before = quotes.string[max(0, quotes.start() - 7) : quotes.start()]
    letters = len(before) - len(before.rstrip(_ASCII_LETTERS))
    after_locant = 1 <= letters <= 2 or before[-1:].isdecimal() or before.endswith(_GREEK)
    return "′" * len(quotes[0]) if after_locant else quotes[0]


def _squeeze(text: str) -> str:
    if text.isascii():
        return _BYTE_GAP.sub(b",", text.encode().translate(_SQUEEZED)).replace(b" ", b"").decode()
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
    **{ord("ς"): "sigma", ord("æ"): "ae", ord("œ"): "oe", ord("ø"): "o", ord("ł"): "l", ord("đ"): "d"},
    **{ord("Æ"): "ae", ord("Œ"): "oe", ord("Ø"): "o", ord("Ł"): "l", ord("Đ"): "d"},
}
_CYRILLIC_AS_LATIN = str.maketrans(
    "АВЕКМНОРСТХУІЈЅҮӀѴԌаеорсхуіјѕүһԁԛԝӏѵк\u1c82\u1c83", "ABEKMHOPCTXYIJSYIVGaeopcxyijsyhdqwlvkoc"
)
_LATIN_AS_CYRILLIC = str.maketrans("ABEKMHOPCTXYaeopcxykmhtu", "АВЕКМНОРСТХУаеорсхукмнти")
# A Greek letter is a locant unless it stands in a word of Latin letters, or is a capital that no locant is.
_GREEK_AS_LATIN = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι", "ABEZHIKMNOPTYXovi")
_GREEK_IN_LATIN = re.compile("(?<=[A-Za-z])[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι]+|[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι]+(?=[A-Za-z])")
_GREEK_ALONE = re.compile("(?<![Α-ω])[ΝΟΡΤΧ](?![Α-ω])")
_CYRILLIC = re.compile("[\u0400-\u052f\u1c80-\u1c8f\ua640-\ua69f]")
_LATIN = re.compile("[A-Za-z]")


# One letter for the several that one Arabic letter is typed as; hamza above and below goes with the vowel signs.
_ARABIC = {
    **dict.fromkeys(map(ord, "\u0671\u0672\u0673\u0675"), "\u0627"),  # alef: wasla, wavy hamza, high hamza
    **dict.fromkeys(map(ord, "\u0649\u06cc\u06d0\u06d2\u0678"), "\u064a"),  # ya: alef maqsura, Persian, e, Urdu
    **dict.fromkeys(map(ord, "\u0629\u06be\u06c1\u06c3\u06d5"), "\u0647"),  # ha: ta marbuta and the Urdu forms
    **dict.fromkeys(map(ord, "\u06a9\u06aa"), "\u0643"),  # kaf: Persian, swash
}
# Elements and groups that are called by another character in Taiwan, and silicon and phosphorus by an older one.
_OTHER_CHARACTER = str.maketrans("矽燐鎝鈽鋂醯鎓", "硅磷锝钚镅酰鎓")
# Katakana: small letters as large ones, the letters of one sound as one.
_KATAKANA = str.maketrans("ァィゥェォッャュョヮヂヅヴ", "アイウエオツヤユヨワジズブ")
_ONE_FORM: dict[int, str | int] = {**_SPELT_OUT, **_ARABIC, **_OTHER_CHARACTER, **_KATAKANA}


def _plain(text: str) -> str:
    """Any text in lower-case letters, ASCII digits, ASCII punctuation, the prime and the plus-minus sign."""
    return _STRANGE.sub(_known, typed_plainly(text).casefold().lower())


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


# What a recogniser takes for a letter, and where: among letters, or one digit at the end or the beginning of a word.
_LETTER_FOR = str.maketrans("0158|", "olsbl")
_MISREAD = re.compile("[0158|]")
_RUN = re.compile("[A-Za-z0-9|]+")
_INSIDE = re.compile("(?<=[A-Za-z])[0158|]{1,2}(?=[A-Za-z])")
_AT_THE_END = re.compile("(?<=[A-Za-z]{4})[01|]$")
# A digit before one of these is a locant whose hyphen was lost.
_SUBSTITUENT = (
    "acet|amino|azido|benz|brom|but|carb|chlor|cyan|deoxy|ethan|ethen|ethox|ethyl|fluor|form|hepta|hex|hydro|imino|iod"
    "|iso|keto|mercapto|meth|naphth|nitro|oct|oxa|oxi|oxo|oxy|pent|phen|phosph|prop|pyr|sulf|sulph|tert|thio|tol|vinyl"
)
_AT_THE_BEGINNING = re.compile(rf"^(?:0|[158|](?!{_SUBSTITUENT}))(?=[A-Za-z]{{4}})", re.IGNORECASE)
_ELEMENTS = (
    "A[cglmrstu]|B[aehikr]?|C[adeflmnorsu]?|D[bsy]?|E[rsu]|F[elmr]?|G[ade]|H[efgos]?|I[nr]?|Kr?|L[airuv]|M[cdgnot]"
    "|N[abdeiop]?|O[gs]?|P[abdmortu]?|R[abefghnu]|S[bcegimnr]?|T[abcehilms]|U|V|W|Xe|Yb?|Z[nr]"
)
_FORMULA = re.compile(rf"(?:(?:{_ELEMENTS})[0-9]*)+")


def _reread(word: str) -> str:
    letters = sum(map(str.isalpha, word))
    one_case = word.isupper() or word[1:].replace("|", "l").islower()  # TOLUENE, Toluene, toluene
    if letters < 4 or letters < 3 * (len(word) - letters) or not one_case or _FORMULA.fullmatch(word):
        return word
    corrected = word
    for place in (_INSIDE, _AT_THE_END, _AT_THE_BEGINNING):
        corrected = place.sub(lambda found: found[0].translate(_LETTER_FOR), corrected)
    if any(map(str.isdigit, corrected)):  # a digit that is no letter: a code or a formula, not a word
        return word
    return corrected.upper() if word.isupper() else corrected
