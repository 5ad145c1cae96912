"""Files of reports to the steps of a run: read, told, joined to events, kept for its pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from queue import SimpleQueue
from threading import Thread
from typing import Any

from opencwc.finding import Maker
from opencwc.language.encoders import Encoder, named_encoder
from opencwc.records import to_plain
from opencwc.reports import kept
from opencwc.reports.batches import ready_items
from opencwc.reports.events import Archive
from opencwc.reports.findings import FINDINGS_AT_ONCE, findings_of, maker_of
from opencwc.reports.intake.arrivals import FailedCapture
from opencwc.reports.model import Report
from opencwc.reports.report_files import Address, ReportFiles
from opencwc.reports.report_files import warm as warm_readers
from opencwc.reports.watched import Watched, joining, watch
from opencwc.verbs import Ended, Found, Input, PagesFile, Progress, Started, Step

_SAMPLES = (
    "Chlorine leaked from a tank in Basel on 4 March 2026; two people were injured, the police said.",
    "Du chlore s'est échappé d'un réservoir à Bâle le 4 mars 2026, selon la police; deux blessés.",
    "تسرب غاز الكلور من خزان في بازل في 4 مارس 2026 وأصيب شخصان بحسب الشرطة.",
    "Una fuga de cloro en Basilea el 4 de marzo de 2026 dejó dos heridos, según la policía.",
    "Утечка хлора из цистерны в Базеле 4 марта 2026 года, двое пострадавших, сообщила полиция.",
    "警方称，2026年3月4日巴塞尔一储罐氯气泄漏，两人受伤。",
)
"""A report in each language, in which everything is loaded before the rights are given up."""


class Reader:
    """Watches reports. The question: ``as_of``, the day of the run; ``fetched``, from where each file was fetched."""

    def __init__(self, question: Mapping[str, Any]) -> None:
        self.as_of = str(question["as_of"])
        self.addresses = [str(one["url"]) for one in question.get("fetched", ())]
        self.encoder: Encoder = named_encoder()

    def warm(self) -> None:
        """Watch a sample in each language, so that everything is loaded."""
        warm_readers()
        at = datetime(2026, 3, 5, tzinfo=UTC)
        samples = [Report(str(row), at, "", "", "", "", text, row) for row, text in enumerate(_SAMPLES, 1)]
        watched = watch(samples, self.encoder)
        list(findings_of(watched.lines, maker_of(self.as_of, self.encoder.id)))

    def steps(self, inputs: Sequence[Input]) -> Iterator[Step]:
        """Give what is checked, how far it is, a finding a report, and the end with the file of the pages."""
        file = ", ".join(given.name for given in inputs)[:200]
        maker = maker_of(self.as_of, self.encoder.id)
        yield Started({"file": file, "as_of": self.as_of}, to_plain(maker))
        reading = self._reading(inputs)
        reports = list(kept.within_bounds(reading.reports()))  # this process is confined already, and starts no other
        for step in self._watch(reports):
            if isinstance(step, Progress):
                yield step
            else:
                archive, watched = step
                yield from steps_of(watched, file, maker, reading.failed, archive)

    def _reading(self, inputs: Sequence[Input]) -> ReportFiles:
        """Return what reads the files; of those that were fetched, one that cannot be read keeps no other from it."""
        if not self.addresses:
            return ReportFiles(inputs, confine=False)
        came = {url: Input(url, given.path) for url, given in zip(self.addresses, inputs, strict=True)}
        return ReportFiles(map(Address, came), fetch=came.__getitem__, confine=False, follow=False)

    def _watch(self, reports: Sequence[Report]) -> Iterator[Progress | tuple[Archive, Watched]]:
        """Give how far it is, at last the watched reports; it works in a thread of its own meanwhile."""
        steps: SimpleQueue[Progress | tuple[Archive, Watched] | BaseException] = SimpleQueue()

        def tell(done: int) -> None:
            steps.put(_progress(done, len(reports)))

        def work() -> None:
            try:
                steps.put(joining(ready_items(reports, self.encoder), progress=tell))
            except BaseException as error:
                steps.put(error)

        Thread(target=work, daemon=True).start()
        while isinstance(step := steps.get(), Progress):
            yield step
        if isinstance(step, BaseException):
            raise step
        yield step


def steps_of(
    watched: Watched,
    file: str,
    maker: Maker,
    failed: Iterable[FailedCapture] = (),
    archive: Archive | None = None,
) -> Iterator[Step]:
    """Give what is kept of watched reports: a finding a report, and the end with the file of the pages.

    ``failed`` are the pages that could not be had. With the ``archive`` in which the reports were joined, later runs of
    the case join to them.
    """
    findings = list(findings_of(watched.lines, maker))
    for at in range(0, len(findings), FINDINGS_AT_ONCE):
        yield Found(findings[at : at + FINDINGS_AT_ONCE])
    counts = Counter(finding.verdict for finding in findings)
    content = kept.pack(watched, file, maker.as_of, maker.model, failed, archive)
    tally = {"events": len(watched.events)}
    yield Ended(len(findings), counts, tally, PagesFile(kept.NAME, kept.MEDIA_TYPE, content))


def _progress(done: int, of: int) -> Progress:
    return Progress(done, 0.9 * done / of if of else None)
