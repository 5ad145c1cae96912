"""The deadlines of a year as a table, as CSV, and as a calendar that other programs read (iCalendar, RFC 5545)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from opencwc.convention.clauses import in_short
from opencwc.declarations.deadline_calendar import AmendmentDue, CalendarDay, CountedDeadline
from opencwc.finding import Message
from opencwc.version import __version__
from opencwc.wording import say, sentence

CALENDAR_FIELDS = ("day", "regime", "deadline", "what", "period", "owed_by", "owed_to", "source", "evidence")
OPERATOR, STATE_PARTY = ("operator", "national_authority"), ("state_party", "opcw")
"""Who owes a declaration to whom."""
_MOST_OCTETS = 75
"""How long a line of a calendar may be, its end not counted (RFC 5545, 3.1)."""


class _Duty:
    """One day on which somebody owes something: a line of the CSV, an entry of the calendar."""

    def __init__(self, of: CalendarDay, *, own: bool) -> None:
        self.day = of.own_day if own and of.own_day is not None else of.treaty_day
        self.deadline = of.own_deadline if own and of.own_deadline is not None else of.deadline
        self.id, self.regime, self.period = of.deadline.id, of.deadline.regime, of.period
        self.act = "past" if own and of.deadline.act == "past_national" else of.deadline.act  # the State's own data
        self.who, self.whom = OPERATOR if own else STATE_PARTY


def calendar_as_csv(days: Sequence[CalendarDay], lang: str = "en", amendments: Iterable[AmendmentDue] = ()) -> str:
    """Return the days as CSV, a line for each who owes something; the header also where there are none.

    ``amendments`` stand among them by their day, each as a duty of the operator.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CALENDAR_FIELDS)
    rows: list[tuple[str | int, ...]] = [
        (
            duty.day.isoformat(), duty.regime, duty.id, say(f"deadline_act_{duty.act}", lang), duty.period,
            duty.who, duty.whom, in_short(duty.deadline.source), duty.deadline.evidence,
        )
        for duty in _duties(days)
    ]  # fmt: skip
    rows += [
        (
            one.due.isoformat(), "", one.rule, say(one.said, lang), one.year, *OPERATOR, _source(one),
            one.known.evidence if one.known else "",
        )
        for one in amendments
    ]  # fmt: skip
    rows.sort(key=lambda row: str(row[0]))
    writer.writerows(rows)
    return out.getvalue()


def calendar_as_ics(
    days: Sequence[CalendarDay], profile: str, as_of: date, lang: str = "en", amendments: Iterable[AmendmentDue] = ()
) -> str:
    """Return the days as a calendar (RFC 5545), each a whole day; its lines end in CR and LF, none above 75 octets.

    The same days of the same profile have the same UIDs, so that a calendar read again replaces what is there.
    ``as_of`` stamps every entry, so that the same question gives the same file.
    """
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//OpenCWC//opencwc {__version__}//{lang.upper()}",
        "CALSCALE:GREGORIAN", f"X-WR-CALNAME:{_escaped(say('calendar_title', lang))}",
    ]  # fmt: skip
    for duty in _duties(days):
        lines += _entry(duty, profile, as_of, lang)
    for one in amendments:
        lines += _amendment_entry(one, as_of, lang)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def calendar_rows(days: Sequence[CalendarDay], lang: str = "en") -> list[tuple[str, ...]]:
    """Return the days as rows to print: the operator's, the State Party's, regime, what, on which year, by what."""
    rows: list[tuple[str, ...]] = []
    for day in days:
        sources = [in_short(rule.source) for rule in (day.own_deadline, day.deadline) if rule is not None]
        rows.append(
            (
                day.own_day.isoformat() if day.own_day else "", day.treaty_day.isoformat(), day.deadline.regime,
                say(f"deadline_act_{day.deadline.act}", lang), str(day.period),
                "; ".join(sources),
            )
        )  # fmt: skip
    return rows


def counted_rows(counted: Iterable[CountedDeadline], lang: str = "en") -> list[tuple[str, ...]]:
    """Return the deadlines that count from an event as rows: the regime, what, when, its rule; national ones apart."""
    rows: list[tuple[str, ...]] = []
    for known in counted:
        for deadline in (known.own_deadline, known.deadline):
            if deadline is None or (deadline is known.deadline and known.only_for):
                continue
            act = Message(f"deadline_act_{known.deadline.act}")
            if known.only_for:
                act = Message("calendar_only_for", {"act": act, "activity": Message(f"calendar_{known.only_for}")})
            rows.append(
                (
                    known.deadline.regime,
                    say(act, lang),
                    say(deadline.when, lang),
                    deadline.state,
                    in_short(deadline.source),
                )
            )
    return rows


def _duties(days: Iterable[CalendarDay]) -> list[_Duty]:
    duties = [_Duty(day, own=own) for day in days for own in (True, False) if not own or day.own_day is not None]
    return sorted(duties, key=lambda duty: duty.day)


def _entry(duty: _Duty, profile: str, as_of: date, lang: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{duty.id}-{duty.day.year}-{profile}-{duty.who}@opencwc"
    yield f"DTSTAMP:{as_of:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{duty.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{duty.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(say(_summary(duty), lang))}"
    yield f"DESCRIPTION:{_escaped(sentence(_description(duty), lang))}"
    yield f"CATEGORIES:{_escaped(duty.regime)}"
    yield "CLASS:PUBLIC"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _amendment_entry(one: AmendmentDue, as_of: date, lang: str) -> Iterator[str]:
    told = Message("calendar_amendment_why", {"why": one.why, "source": _source(one)})
    yield "BEGIN:VEVENT"
    yield f"UID:amendment-{one.submission}-{one.due}@opencwc"
    yield f"DTSTAMP:{as_of:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{one.due:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{one.due + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(say(one.said, lang))}"
    if one.why:
        yield f"DESCRIPTION:{_escaped(sentence(told, lang))}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def amendment_rows(amendments: Iterable[AmendmentDue], lang: str = "en") -> list[tuple[str, ...]]:
    """Return amendments as rows to print: the day, what, why, by which rule."""
    return [(one.due.isoformat(), say(one.said, lang), one.why, _source(one)) for one in amendments]


def _source(one: AmendmentDue) -> str:
    return in_short(one.known.source) if one.known else one.rule


def _summary(duty: _Duty) -> Message:
    act = Message(f"deadline_act_{duty.act}")
    return Message("calendar_entry", {"regime": duty.regime, "act": act, "year": str(duty.period)})


def _description(duty: _Duty) -> Message:
    return Message(
        f"calendar_owed_{duty.who}",
        {
            "day": duty.day.isoformat(), "when": duty.deadline.when, "source": in_short(duty.deadline.source),
            "evidence": Message(f"evidence_{duty.deadline.evidence}"),
        },
    )  # fmt: skip


def _escaped(text: str) -> str:
    r"""Return a text as a value of a calendar (RFC 5545, 3.3.11).

    >>> print(_escaped("VA VII.4(b), 90 days; a\\b\nc"))
    VA VII.4(b)\, 90 days\; a\\b\nc
    """
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    r"""Return a line in pieces of at most 75 octets, each after the first behind a space; no character is split.

    >>> [len(piece.encode()) for piece in _folded("ы" * 80).split("\r\n")]
    [74, 75, 13]
    """
    pieces, piece, used = [], "", 0
    for character in line:
        octets = len(character.encode())
        if used + octets > _MOST_OCTETS:
            pieces.append(piece)
            piece, used = "", 1  # the space
        piece, used = piece + character, used + octets
    return "\r\n ".join((*pieces, piece))
