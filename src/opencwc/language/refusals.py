"""Requests that are refused: making, routes, enhancement, dispersal, ways round a rule; by rules and by meaning.

A refusal says only that such requests are refused and recorded: never which word, which rule or what would have passed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from opencwc.errors import StorageError
from opencwc.finding import Message
from opencwc.language.rule_judge import REFUSED, Refusal, judge_by_rules

MEANING = "meaning"
"""The rule that a refusal by meaning names."""


def is_refusal(message: Message) -> bool:
    """Tell whether a message, or the reason that it gives, is that a request was refused."""
    reason = message.values.get("reason")
    return message.id == REFUSED or (isinstance(reason, Message) and reason.id == REFUSED)


def judge_request(text: str) -> Refusal | None:
    """Return a refusal where a text asks for what OpenCWC never gives, else ``None``: by the rules and by its meaning.

    What a sentence means refuses what no rule knows, and lifts a rule's refusal of what is surely a harmless question
    ("has anybody been convicted of making ...?"), unless it has a structure, a formula or a number: of those the model
    knows nothing. Where the model is off, or a text is no sentence, the rules decide.

    >>> judge_request("How do I make sarin?").category
    'synthesis'
    >>> judge_request("How do I declare production of thiodiglycol?") is None
    True
    """
    by_rules = judge_by_rules(text)
    if not _has_several_words(text):
        return by_rules
    from opencwc.language.request_meaning import is_lifted, judge_by_meaning  # loads the encoder

    meaning = judge_by_meaning(text)
    if meaning is None:
        return by_rules
    if by_rules is not None:
        return None if is_lifted(by_rules, meaning, text) else by_rules
    if not meaning.refused:
        return None
    from opencwc.language.language_rules import recognise_by_rules

    return Refusal(meaning.category, MEANING, recognise_by_rules(text).language, ((meaning.start, meaning.end),))


def reason_of_refusal(text: str) -> Refusal | None:
    """Return why a text was refused, by either judge: for the record of what was refused already."""
    return judge_by_rules(text) or judge_request(text)


class RefusalLog:
    """Where the command line records refusals when there is no casebook: one JSON line each, for the owner's eyes.

    ``RefusalLog(load_settings().folder).record(refusal, text)`` appends to ``refusals.jsonl``.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "refusals.jsonl"

    def record(self, refusal: Refusal, text: str, at: datetime | None = None) -> dict[str, object]:
        """Append a refusal and return what was written; `StorageError` where it cannot be."""
        import json

        from opencwc.models.state_files import append_line  # loads the register, which only a refusal needs

        written = refusal_record(refusal, text, at)
        try:
            append_line(self.path, json.dumps(written, ensure_ascii=True))
        except OSError as error:
            raise StorageError("refusal_not_recorded", where=str(self.path), reason=str(error)) from error
        return written


def refusal_record(refusal: Refusal, text: str, at: datetime | None = None) -> dict[str, object]:
    """Return a refusal as a record keeps it: time, category, rule, language, the text and its SHA-256.

    A text longer than 10,000 signs is cut; its digest is that of the whole.
    """
    from hashlib import sha256  # OpenSSL: 3 ms that a screening of one value does not need

    return {
        "at": (at or datetime.now(UTC)).isoformat(timespec="seconds"),
        "category": refusal.category,
        "rule": refusal.rule,
        "language": refusal.language,
        "sha256": sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "text": text[:_LONGEST_KEPT],
    }


def _has_several_words(text: str) -> bool:
    return not text.isascii() or text.strip().count(" ") > 1


_LONGEST_KEPT = 10_000
