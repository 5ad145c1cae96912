"""Names hidden in an original of a case: the masked text is kept beside it, the salts leave with who asked for it.

Who has the salts can show one hidden part later, or all; in a case that is a step on record.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from opencwc.casebook.custody_steps import MASKED, custody_of, keep_copy, note_revealed, read_evidence
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.custody import MANIFEST_ENDING
from opencwc.custody.hidden_names import spans_to_hide
from opencwc.custody.masks import Manifest, Masked, Salts, ShownPart, manifest_in, mask_text, revealed, shown_part
from opencwc.custody.readable_text import readable_text
from opencwc.errors import InputError, NotFoundError
from opencwc.finding import Message
from opencwc.verbs import Input
from opencwc.wording import say

MOST_BYTES = 200_000_000
"""Of an original that is masked."""
_JSON = "application/json"


class Hiding(Struct, frozen=True):
    """What is to be hidden: names, places by hand (``5-8``), what the rule knows; ``same`` marks a person alike."""

    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    rule: bool = True
    same: bool = False
    text_lang: str = ""


class MaskedOriginal(NamedTuple):
    """An original of a case with its names hidden, and the name that it came under."""

    masked: Masked
    name: str
    text: str


def mask_file(data: bytes, name: str, hiding: Hiding, lang: str = "en") -> MaskedOriginal:
    """Hide names in what a file says; ``lang`` is that of the marks.

    Raises:
        InputError: not all of it could be read, or it is too long.

    """
    with tempfile.NamedTemporaryFile(prefix="opencwc-mask-") as file:
        file.write(data)
        file.flush()
        text = readable_text(Input(name, Path(file.name)))
    spans = spans_to_hide(text, hiding.names, hiding.places, hiding.text_lang, rule=hiding.rule)
    person = (lambda number: say(Message("custody_person", {"number": number}), lang)) if hiding.same else None
    return MaskedOriginal(mask_text(text, spans, data, person), name, text)


def mask_original(
    book: Casebook, person: Person, case: str, original: str, hiding: Hiding, lang: str = "en"
) -> MaskedOriginal:
    """Hide names in an original of a case, and keep nothing: to be looked at first.

    Raises:
        InputError: not all of it could be read, or it is too long.
        NotFoundError: the case has no such original for this person.

    """
    step = next((one.step for one in custody_of(book, person, case) if one.step.source_id == original), None)
    if step is None:
        raise NotFoundError("no_such_source", where=original)
    data = _whole(book, person, case, original, step.name)
    return mask_file(data, step.name, hiding, lang)


def keep_masked(book: Casebook, person: Person, case: str, original: str, made: MaskedOriginal) -> str:
    """Keep a masked text and its masks beside the original; return the SHA-256 of the text. The salts stay out."""
    name = f"{made.name.rpartition('.')[0] or made.name}-masked.txt"
    masked = made.masked
    step = keep_copy(
        book, person, case, original, io.BytesIO(masked.text_bytes), name, step=MASKED, media_type="text/plain"
    )
    keep_copy(
        book, person, case, original, io.BytesIO(masked.manifest_bytes), name + MANIFEST_ENDING, step=MASKED,
        media_type=_JSON,
    )  # fmt: skip
    return step.source_id


def show_part(book: Casebook, person: Person, case: str, salts: Salts, number: int, to: str = "") -> ShownPart:
    """Return one hidden part of a masked text of a case as it is shown to somebody, and put that on record.

    Raises:
        InputError: there is no part of that number.
        NotFoundError: the case has no masked text that these salts are of.

    """
    part = shown_part(salts, number)
    masked_of(book, person, case, salts)
    note_revealed(book, person, case, salts.document, _note(str(number), to))
    return part


def reveal_all(book: Casebook, person: Person, case: str, salts: Salts) -> str:
    """Return a masked text of a case with every part in its place again, and put that on record.

    Raises:
        InputError: the salts do not belong to it.
        NotFoundError: the case has no masked text that these salts are of.

    """
    text, manifest = masked_of(book, person, case, salts)
    whole = revealed(text, manifest, salts)
    note_revealed(book, person, case, salts.document, _note("*", ""))
    return whole


def masked_of(book: Casebook, person: Person, case: str, salts: Salts) -> tuple[str, Manifest]:
    """Return the masked text of a case that salts are of, with its masks; `NotFoundError` where it has none."""
    steps = [one.step for one in custody_of(book, person, case) if one.step.step == MASKED]
    text = next((step for step in steps if step.source_id == salts.document), None)
    if text is None:
        raise NotFoundError("no_such_source", where=salts.document)
    beside = (step for step in steps if step.from_id == text.from_id and step.name.endswith(MANIFEST_ENDING))
    for step in beside:
        manifest = manifest_in(_whole(book, person, case, step.source_id, step.name), step.name)
        if manifest.document == salts.document:
            data = _whole(book, person, case, text.source_id, text.name)
            return data.decode("utf-8", "surrogatepass"), manifest
    raise NotFoundError("no_such_source", where=salts.document)


def _note(parts: str, to: str) -> str:
    return ": ".join(part for part in (f"⟦{parts}⟧", to.strip()) if part)


def _whole(book: Casebook, person: Person, case: str, source: str, name: str) -> bytes:
    whole = bytearray()
    for part in read_evidence(book, person, case, source):
        whole += part
        if len(whole) > MOST_BYTES:
            raise InputError("custody_not_all_read", where=name)
    return bytes(whole)
