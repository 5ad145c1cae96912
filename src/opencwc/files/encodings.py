"""The encoding of bytes where nobody says it: by its mark, by its NULs, as UTF-8, else by what reads as a language.

The old encodings that are told apart: Windows-1251 and KOI8-R (Russian), Windows-1256 (Arabic), GB 18030 (Chinese),
Windows-932 (Japanese), Windows-1252 (French, Spanish, English). Each is tried on a sample, and the one whose letters
are those of its language, in the order of how common they are there, is taken.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import NamedTuple

from opencwc.finding import Message

SAMPLE_BYTES = 200_000
_TABLE_SAMPLE, _LEAST_LETTERS = 20_000, 4
SURE = 0.4
"""How well a start reads in an encoding that is surely its own; see `encoding_scores`."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Letters from common to rare, counted by no one source: only the order matters, and only roughly.
_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_ARABIC = "اليمنورتبةعدسفهكقحجشطصخأىذئزثضغإظءؤآ"
_LATIN = "éèàçñóíáúêâîôûùëïüöäßœæãõåøÉÈÀÇÑÓÍÁÚÊÂÎÔÛÜÖÄ°º«»’‘“”–—…€£§µ²³½±·×®©™ª¿¡\xa0œŒ"
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
_JAPANESE_SIGNS = frozenset("、。・「」『』（）％－～：ーＡＢＣ０１２３４５６７８９") | frozenset(
    map(chr, range(0x3041, 0x30FF))
)
_SECOND_LEVEL = 0x98
"""First byte from which the rarer half of the characters of JIS X 0208 stands."""
_CHINESE_SIGNS = "，。、：；！？（）《》“”【】％－　·—…"


class Decoded(NamedTuple):
    """The text and the encoding it was taken to be in; ``assumed`` where that is a guess."""

    text: str
    encoding: str
    assumed: bool = False

    @property
    def notes(self) -> tuple[Message, ...]:
        """What to tell of it."""
        return (Message("note_encoding", {"encoding": self.encoding}),) if self.assumed else ()


def decode(data: bytes, declared: str = "") -> Decoded:
    """Return the text of bytes; a byte without meaning becomes U+FFFD. A declared encoding is believed if it fits."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(encoding, "replace"), encoding)
    if encoding := _utf16_by_its_nuls(data[:SAMPLE_BYTES], most=0.1, least=0.02):
        return Decoded(data.decode(encoding, "replace"), encoding, assumed=True)
    if data.isascii() and b"\x1b" not in data:
        return Decoded(data.decode("ascii"), "utf-8")
    if _is_mostly_utf8(data):
        return Decoded(data.decode("utf-8", "replace"), "utf-8")
    if (encoding := _known_codec(declared)) and _fits(data, encoding):
        return Decoded(data.decode(encoding, "replace"), encoding)
    encoding = recognise(data[:SAMPLE_BYTES])
    return Decoded(data.decode(encoding, "replace"), encoding, assumed=True)


def decode_page(data: bytes, declared: str = "") -> Decoded:
    """Return the text of a page: by its mark, by what was declared outside it, by its own ``meta``, else recognised."""
    own = _META.search(data[:8_000])
    return decode(data, declared or (own[1].decode("ascii") if own else ""))


def recognise_encoding(start: bytes) -> tuple[str, int, tuple[Message, ...]]:
    """The encoding, the length of the byte order mark, and a note where the encoding is an assumption.

    For a table, of which only the start is known and every byte must stay in its row: a mark decides; then the NUL
    pattern of UTF-16; then UTF-8 if it fits most lines that are not plain ASCII; then the old encoding of another
    script where the start surely reads as that and not as Latin letters; else Windows-1252, or Latin-1 where bytes
    occur that Windows-1252 does not define.
    """
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding, len(mark), ()
    assumed = _utf16_by_its_nuls(start, most=0.4, least=0.05)
    if not assumed:
        if _is_utf8_in_most_lines(start):
            return "utf-8", 0, ()
        assumed = _of_another_script(start) or (
            "latin-1" if any(byte in start for byte in _UNDEFINED_IN_CP1252) else "cp1252"
        )
    return assumed, 0, (Message("note_encoding", {"encoding": assumed}),)


def _of_another_script(start: bytes) -> str:
    """Return the old encoding in which the start surely reads better than as Latin letters; empty for none."""
    sample = b"\n".join(line for line in start.splitlines() if not line.isascii())[:_TABLE_SAMPLE]
    if sum(byte > 0x7F for byte in sample) < _LEAST_LETTERS:
        return ""
    scores = encoding_scores(sample)
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] > SURE and scores["cp1252"] <= 0 else ""


def recognise(sample: bytes) -> str:
    """Return the old encoding in which a sample reads best.

    >>> recognise("Хлорид натрия, мешки по 25 кг".encode("koi8-r"))
    'koi8-r'
    """
    scores = encoding_scores(sample)
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] > 0 else "cp1252"


def encoding_scores(sample: bytes) -> dict[str, float]:
    """Return how well a sample reads in each of the old encodings, from -1 to 1."""
    return {
        "cp1252": _score_latin(sample),
        "cp1251": _score_letters(sample, "cp1251", _RUSSIAN, cased=True),
        "koi8-r": _score_letters(sample, "koi8-r", _RUSSIAN, cased=True),
        "cp1256": _score_letters(sample, "cp1256", _ARABIC, cased=False),
        "gb18030": _score_chinese(sample),
        "cp932": _score_japanese(sample),
    }


def _utf16_by_its_nuls(start: bytes, *, most: float, least: float) -> str:
    """Return the UTF-16 whose high bytes are NUL in more than ``most`` of the pairs, and the low ones in few."""
    pairs = len(start) // 2
    if pairs < 2 or b"\0" not in start:
        return ""
    first, second = start[0 : 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    if second > most * pairs and first < least * pairs:
        return "utf-16-le"
    if first > most * pairs and second < least * pairs:
        return "utf-16-be"
    return ""


def _is_utf8_in_most_lines(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        good = bad = 0
        for line in start.splitlines():
            if not line.isascii():
                fits = "\ufffd" not in line.decode("utf-8", "replace")
                good, bad = good + fits, bad + (not fits)
        return good > bad
    return True


def _is_mostly_utf8(data: bytes) -> bool:
    text = data[: 4 * SAMPLE_BYTES].decode("utf-8", "replace")
    lost = text.count("\ufffd") - (1 if len(data) > 4 * SAMPLE_BYTES else 0)
    if lost <= 0:
        return True
    good = sum(1 for character in text if character > "\x7f") - lost
    return good > 4 * lost


def _known_codec(declared: str) -> str:
    name = declared.strip().strip("\"'").lower()
    if name in ("", "us-ascii", "ascii", "unknown-8bit", "utf-16", "utf-7", "utf-8", "utf8"):
        return ""
    name = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin1": "cp1252", "x-gbk": "gb18030"}.get(
        name, name
    )
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    return codec.name if getattr(codec, "_is_text_encoding", True) else ""


def _fits(data: bytes, encoding: str) -> bool:
    sample = data[:SAMPLE_BYTES]
    text = sample.decode(encoding, "replace")
    odd = sum(1 for character in text if character == "\ufffd" or "\x80" <= character < "\xa0")
    return odd <= 1 + len(text) // 200


def _score_letters(sample: bytes, encoding: str, letters: str, *, cased: bool) -> float:
    """From -1 to 1 for each byte that is not ASCII: common letters count most, what is no letter counts against it."""
    rank = {letter: 1 - at / len(letters) for at, letter in enumerate(letters)}
    score, seen, before = 0.0, 0, " "
    for character in sample.decode(encoding, "replace"):
        if character > "\x7f":
            seen += 1
            lower = character.lower() if cased else character
            if lower in rank:
                score += rank[lower]
                if lower != character and before.isalpha() and before == before.lower():
                    score -= 1.5  # a capital inside a word
                if before.isascii() and before.isalpha():
                    score -= 1.0
            elif character in "«»“”’‘–—№…°،؛؟\xa0ًٌٍَُِّْـ":
                score += 0.3
            else:
                score -= 1.0
        elif character.isalpha() and before > "\x7f" and before.isalpha():
            score -= 1.0  # two scripts in one word
        before = character
    return score / seen if seen else 0.0


def _score_latin(sample: bytes) -> float:
    text = sample.decode("cp1252", "replace")
    signs = frozenset(_LATIN)
    score, seen = 0.0, 0
    for word in _WORD.findall(text):
        high = [character for character in word if character > "\x7f"]
        seen += len(high)
        letters = sum(character.isalpha() for character in high)
        plain = sum(character.isascii() and character.isalpha() for character in word)
        # Letters with marks stand among plain ones; a word of nothing else is another script.
        good = 1.0 if letters <= max(1, plain) else -1.0
        score += sum(good if character in signs else -1.0 for character in high)
    return 0.75 * score / seen if seen else 0.0


_WORD = re.compile(r"\S*[^\x00-\x7f]\S*")


def _score_chinese(sample: bytes) -> float:
    return _mean_weight(sample, "gb18030", lambda sign: 1.0 if sign in _CHINESE_SIGNS else _weight(sign, _level))


def _score_japanese(sample: bytes) -> float:
    """From -1.5 to 1 for each character that is not ASCII; half-width kana are rather the bytes of another encoding."""
    return _mean_weight(
        sample, "cp932", lambda sign: 1.0 if sign in _JAPANESE_SIGNS else _weight(sign, _level_in_japanese)
    )


def _mean_weight(sample: bytes, encoding: str, weight: Callable[[str], float]) -> float:
    """Return the mean weight of the characters that are not ASCII; a character cut by the sample's end has none."""
    text = sample.decode(encoding, "replace")
    if len(sample) >= SAMPLE_BYTES:
        text = text.rstrip("\ufffd")
    weights = [weight(character) for character in text if character > "\x7f"]
    return sum(weights) / len(weights) if weights else 0.0


def _weight(character: str, level: Callable[[str], float]) -> float:
    """Weigh a Han character by how common it is; anything else speaks against the encoding."""
    return level(character) if "\u4e00" <= character <= "\u9fff" else -1.5


def _level_in_japanese(character: str) -> float:
    return 0.6 if character.encode("cp932", "replace")[0] < _SECOND_LEVEL else -0.5


def _level(character: str) -> float:
    """Common characters stand on the first level of GB 2312 (rows 16 to 55), the rarer on its second."""
    lead = character.encode("gb18030")
    if len(lead) != 2 or lead[1] < 0xA1:
        return -0.5
    return 0.9 if 0xB0 <= lead[0] <= 0xD7 else 0.1
