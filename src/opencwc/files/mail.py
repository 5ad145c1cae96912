"""E-mail: the subject, the body, and every attachment that is a document, messages in messages to a bounded depth."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email import policy
from email.header import decode_header, make_header
from email.message import Message as AnyMessage
from pathlib import PurePath

from opencwc.files.document_reading import DocumentSource, Inner, text_of
from opencwc.files.encodings import decode, decode_page
from opencwc.files.kinds import MAILBOX_LINE
from opencwc.files.passages import Item, Passage, Reading, Refusal, Unread
from opencwc.files.text_passages import read_text
from opencwc.files.web_pages import read_page
from opencwc.finding import Message

_TOO_DEEP = 40
_WORD = re.compile(r"[^\W_]{2,}")
_NAMING = ("Content-Disposition", "Content-Type")
_SUFFIX = {
    "application/pdf": ".pdf",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/plain": ".txt",
    "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.ms-excel": ".xls",
}


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of a message; raises `Refusal`: parts stand in parts beyond any reason."""
    data, reading = source.data, source.reading
    # Only as many boundaries as may be nested are handed to the standard parser, which goes down by itself.
    if (
        data.lower().count(b"\ncontent-type: multipart") + data.lower().count(b"message/rfc822")
        > 20 * reading.limits.attachments
    ):
        raise Refusal("reading_nested", "reading_remedy_save_attachments")
    try:
        message = email.message_from_bytes(data, policy=policy.default)
    except RecursionError as error:
        raise Refusal("reading_nested", "reading_remedy_save_attachments") from error
    return _passages(message, reading, source.inner)


def read_mailbox(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of every message of a mailbox (RFC 4155), as many as may be attached to one."""
    reading = source.reading
    for number, text in enumerate(MAILBOX_LINE.split(source.data)[1:], 1):
        name = f"message {number}.eml"
        reading.attachments += 1
        if reading.attachments > reading.limits.attachments:
            yield Unread(name, Message("reading_attachments", {"count": reading.limits.attachments}))
            return
        yield from source.inner(text, name)


def _passages(message: AnyMessage, reading: Reading, inner: Inner) -> Iterator[Item]:
    if subject := _header(message, "Subject"):
        yield Passage("Subject", subject)
    bodies, attached = _sort(message, reading.limits.attachments + 1)
    yield from _body(bodies, reading)
    for number, part in enumerate(attached, 1):
        name = _name(part, number)
        reading.attachments += 1
        if reading.attachments > reading.limits.attachments:
            yield Unread(name, Message("reading_attachments", {"count": reading.limits.attachments}))
            return
        yield from _attachment(part, name, inner)


def _attachment(part: AnyMessage, name: str, inner: Inner) -> Iterator[Item]:
    kind = part.get_content_type()
    if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
        yield Unread(name, Message("reading_kind_winmail"))
    elif kind in ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"):
        return
    elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"):
        yield Unread(name, Message("reading_encrypted"))
    else:
        yield from inner(_payload(part), name)


def _sort(message: AnyMessage, most: int) -> tuple[list[AnyMessage], list[AnyMessage]]:
    """The parts that make up the body, and those that are attached; of alternatives the plain one and the last."""
    bodies: list[AnyMessage] = []
    attached: list[AnyMessage] = []
    waiting: list[tuple[AnyMessage, int]] = [(message, 0)]
    while waiting and len(attached) + len(bodies) < most:
        part, depth = waiting.pop()
        kind = part.get_content_type()
        inner = part.get_payload()
        if depth > _TOO_DEEP:
            raise Refusal("reading_nested")
        if kind == "message/rfc822" and part is not message:
            attached.append(part)
        elif isinstance(inner, list) and kind == "multipart/alternative":
            children = [child for child in inner if isinstance(child, AnyMessage)]
            plain = [
                child for child in children if child.get_content_type() == "text/plain" and _payload(child).strip()
            ]
            read = [*plain[:1], *children[-1:]] if plain[:1] != children[-1:] else plain[:1]
            waiting += [(child, depth + 1) for child in reversed(read)]
            # What is no text beside the alternatives (a calendar, a misplaced file) is attached.
            attached += [
                child for child in children if child not in plain and child.get_filename() and child is not children[-1]
            ]
        elif isinstance(inner, list) and part.get_content_maintype() == "multipart":
            waiting += [(child, depth + 1) for child in reversed(inner) if isinstance(child, AnyMessage)]
        elif (
            kind in ("text/plain", "text/html")
            and part.get_content_disposition() != "attachment"
            and not part.get_filename()
        ) or (part is message and part.get_content_maintype() == "text"):
            bodies.append(part)
        else:
            attached.append(part)
    return bodies, attached


def _body(bodies: list[AnyMessage], reading: Reading) -> Iterator[Item]:
    words: set[str] = set()
    for number, part in enumerate(bodies, 1):
        place = "body" if number == 1 else f"body {number}"
        is_page = part.get_content_type() == "text/html"
        decoded = (decode_page if is_page else decode)(_payload(part), _parameter(part, "charset"))
        text = text_of(decoded, reading)
        items = read_page(text, reading, place) if is_page else read_text(text, place)
        yield from _saying_more(items, words) if is_page and words else items
        if not is_page:
            words.update(_words(text))


def _saying_more(items: Iterator[Item], words: set[str]) -> Iterator[Item]:
    """Yield the passages of a page that say more than the plain text before it: most pages say the same again."""
    for item in items:
        if not isinstance(item, Passage) or not words.issuperset(_words(item.text)):
            yield item


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _payload(part: AnyMessage) -> bytes:
    """The bytes of a part; a message as the bytes of a message."""
    payload = part.get_payload()
    if isinstance(payload, list):
        first = payload[0] if payload and isinstance(payload[0], AnyMessage) else None
        try:
            return first.as_bytes(policy=policy.compat32) if first is not None else b""
        except (UnicodeError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise Refusal("reading_damaged") from error
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, UnicodeError, AssertionError, TypeError):
        data = str(payload).encode("utf-8", "surrogateescape")
    return data if isinstance(data, bytes) else b""


def _header(message: AnyMessage, name: str) -> str:
    """A header without its encoded words; bytes that should not be there are read as what they look like."""
    raw = _raw(message, name)
    if raw and not raw.isascii():
        header = _decoded_words(raw)
    else:
        try:
            header = str(message.get(name) or "")
        except Exception:
            header = raw
    return " ".join(header.split())


def _raw(message: AnyMessage, name: str) -> str:
    raw = next((str(payload) for key, payload in message.raw_items() if key.lower() == name.lower()), "")
    if raw.isascii():
        return raw
    return decode(raw.encode("utf-8", "surrogateescape")).text


def _decoded_words(text: str) -> str:
    """Return a text without the encoded words (RFC 2047) in it."""
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError, UnicodeError):
        return text


def _parameter(part: AnyMessage, name: str) -> str:
    try:
        value = part.get_param(name)
    except Exception:
        return ""
    return value if isinstance(value, str) else str(value[2]) if isinstance(value, tuple) else ""


def _name(part: AnyMessage, number: int) -> str:
    """The file name of an attachment (RFC 2231, 2047), or one made from its kind."""
    kind = part.get_content_type()
    headers = [_raw(part, header) for header in _NAMING]
    if not all(map(str.isascii, headers)):
        again = "".join(
            f"{header}: {' '.join(value.split())}\n" for header, value in zip(_NAMING, headers, strict=True) if value
        )
        part = email.message_from_string(f"{again}\n", policy=policy.default)
    try:
        name = part.get_filename() or ""
    except Exception:
        name = ""
    if not name and kind == "message/rfc822":
        return f"message {number}.eml"
    name = _decoded_words(name)
    name = PurePath(name.replace("\\", "/")).name
    return " ".join(name.split())[:200] or f"attachment {number}{_SUFFIX.get(kind, '')}"
