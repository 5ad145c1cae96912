"""An anchor to be sent or printed: an e-mail with the signed head attached, a page that can be typed off."""

from __future__ import annotations

from email.message import EmailMessage

from opencwc.casebook.anchors import ENDING
from opencwc.casebook.signed_notes import Note
from opencwc.finding import Message
from opencwc.wording import sentence


def mail_of(note: Note, lang: str) -> bytes:
    """Return an e-mail without sender and recipient, to be opened, addressed and sent."""
    mail = EmailMessage()
    mail["Subject"] = sentence(_title(note), lang).rstrip(".")
    mail["X-Unsent"] = "1"  # mail programs open it as a draft
    mail.set_content(page_of(note, lang))
    mail.add_attachment(note.text.encode(), maintype="application", subtype="octet-stream", filename=f"head{ENDING}")
    return bytes(mail)


def page_of(note: Note, lang: str) -> str:
    """Return a page of plain text: what it is, the number of records and the root in groups of four, and the note."""
    digits = note.head.root.hex()
    groups = [digits[start : start + 4] for start in range(0, 64, 4)]
    lines = [str(note.head.size), *(" ".join(groups[start : start + 4]) for start in range(0, 16, 4))]
    said = [
        sentence(_title(note), lang),
        sentence(Message("anchor_about", {"records": note.head.size}), lang),
        sentence(Message("anchor_type_off"), lang).rstrip(".") + ":",
        "\n".join(f"    {line}" for line in lines),
        sentence(Message("anchor_whole"), lang).rstrip(".") + ":",
    ]
    return "\n\n".join(said) + f"\n\n{note.text}"


def _title(note: Note) -> Message:
    return Message("anchor_title", {"casebook": note.head.origin})
