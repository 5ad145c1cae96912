"""Reports as findings, so that a person decides on each: what it tells, with the words that decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from opencwc.finding import Evidence, Finding, Maker, Subject, Verdict
from opencwc.reports.event_wording import headline
from opencwc.reports.likeness import DATA
from opencwc.reports.model import Span, Told
from opencwc.reports.private_people import masked
from opencwc.reports.verb import NO_EVENT
from opencwc.reports.watched import Line
from opencwc.version import __version__
from opencwc.wording.typography import cut_short

FINDINGS_AT_ONCE = 500
_MOST_SPANS = 6
_LONGEST = 500


def findings_of(lines: Iterable[Line], maker: Maker) -> Iterator[Finding]:
    """Yield one finding a report, in the order in which they came; the deciding words are its evidence."""
    for line in lines:
        report = line.told.report
        subject = Subject(
            report.row, report.id, cut_short(masked(line.told).partition("\n\n")[0], _LONGEST), file=report.file
        )
        verdict = Verdict(line.told.nature.stage) if line.event else NO_EVENT
        yield Finding(subject, verdict, headline(line.told), maker, basis="text", evidence=tuple(_evidence(line)))


def maker_of(as_of: str, encoder: str) -> Maker:
    """Return what made the findings: this package, its version, the encoder, and a digest of the learnt weights."""
    learnt = sha256(b"".join((DATA / f"{name}-likeness.yaml").read_bytes() for name in ("event", "origin")))
    return Maker("reports", __version__, as_of, (), encoder, learnt.hexdigest()[:16])


def _evidence(line: Line) -> Iterator[Evidence]:
    if not line.event:
        return
    whole = masked(line.told)
    for name, spans in spans_by_name(line.told).items():
        for start, end in spans[:_MOST_SPANS]:
            yield Evidence(name, whole[start:end], span=(start, end))
    yield Evidence("event", line.event)
    yield Evidence("origin", line.origin)


def spans_by_name(told: Told) -> dict[str, tuple[Span, ...]]:
    """Return where in `Report.whole` the words stand that decided on each fact; facts without words are left out."""
    spans = {
        **told.nature.spans,
        "date": told.date.spans,
        "place": told.place.spans,
        "agents": told.agents.spans,
        "killed": told.casualties.killed.spans,
        "affected": told.casualties.affected.spans,
    }
    return {name: some for name, some in spans.items() if some}
