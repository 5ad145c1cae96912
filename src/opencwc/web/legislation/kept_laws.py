"""What the pages of checked laws read: a law, the standing of each measure, the shelf, the labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import AfterValidator

from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import Decision, last_decisions, runs_with_decisions
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import UNDECIDED, Filter, KeptFinding, Mark, Outcome, Person, Status
from opencwc.casebook.people import names_by_id
from opencwc.casebook.permissions import require
from opencwc.convention.measures import TIERS
from opencwc.errors import NotFoundError
from opencwc.files.csv_cells import csv_of
from opencwc.finding import Verdict
from opencwc.jobs.kept_runs import MOST_LISTED, Listed, Shelf, ShownRun, list_runs, shown_run
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.decided_law import Decided, Decisions
from opencwc.legislation.kept import KeptLaw, unpack
from opencwc.legislation.model import ALL_VERDICTS, NONE, PARTIAL, REVIEW, Answer
from opencwc.legislation.verb import VERB as LAW
from opencwc.web.server.page_parameters import AddressFilter, Brief
from opencwc.web.server.service import book_of, person_of

SHELF = Shelf(LAW.id, "check of a law", "/law")
MOST_ON_SHELF = 500
LABEL_COLUMNS = (
    "country", "lang", "measure_id", "label", "section", "set", "proposed", "outcome", "reason", "person", "at", "file",
    "elements",
)  # fmt: skip
"""The columns of labels: the first five as the labels that models are measured against have them."""
_OUTCOMES = {Status.ACCEPTED: "accept", Status.CORRECTED: "correct"}
_FINAL = (Status.ACCEPTED, Status.CORRECTED, Status.REJECTED)


class ShownLaw(ShownRun[KeptLaw]):
    """A checked law that somebody may see."""

    @property
    def state(self) -> str:
        """The State, by its alpha-3 code."""
        return self.kept.checked.law.state

    def answer(self, set_id: str, measure: str) -> Answer:
        """Return the answer on a measure; raise `NotFoundError` where it was not among those checked."""
        answer_kept = self.kept.answers.get((set_id, measure))
        if answer_kept is None:
            raise NotFoundError("measure_not_checked", measure=measure, run=self.number)
        return answer_kept


@dataclass(frozen=True)
class Standing:
    """How a measure stands with people: its finding, the verdict that was proposed, and what was finally decided.

    ``said`` is ``None`` where nothing was decided or where it may not be known.
    """

    finding: int
    status: Status
    proposed: str
    said: Decided | None = None

    @property
    def decided(self) -> str:
        """The verdict of the final decision; empty where there is none, or it rejected the proposal without another."""
        return self.said.verdict if self.said else ""

    @property
    def verdict(self) -> str:
        """The verdict that is shown: the decided one, else the proposal."""
        return self.decided or self.proposed

    @property
    def waits(self) -> bool:
        """Whether it waits for a person."""
        return self.status in UNDECIDED


def _one_of(*known: str) -> AfterValidator:
    """Take any other word for none."""
    return AfterValidator(lambda word: word if word in known else "")


@dataclass(frozen=True)
class MeasureFilter(AddressFilter):
    """Which measures to list, in which order. ``stands`` is ``open`` or ``decided``, ``order`` empty or ``tier``.

    Without an order they stand as a lawyer reads them: `in_reading_order`.
    """

    tier: Annotated[Brief, _one_of(*TIERS)] = ""
    verdict: Annotated[Brief, _one_of(*ALL_VERDICTS)] = ""
    stands: Annotated[Brief, _one_of("open", "decided")] = ""
    set: Brief = ""
    order: Annotated[Brief, _one_of("tier")] = ""

    @property
    def filters(self) -> bool:
        """Whether measures are left out."""
        return any((self.tier, self.verdict, self.stands, self.set))


MeasuresAsked = Annotated[MeasureFilter, Depends()]
Stands = Mapping[tuple[str, str], Standing]
"""How measures stand, by set and measure."""


def shown_law(book: Casebook, person: Person, number: int) -> ShownLaw:
    """Return a checked law; one that the person may not see is answered as not there.

    Raises:
        NotFoundError: there is no such check, or it was not brought to its end.

    """
    run = shown_run(book, person, number, SHELF, unpack)
    return ShownLaw(run.run, run.case, run.kept)


def standing_law(request: Request, number: int) -> tuple[ShownLaw, Stands]:
    """Return the checked law that a page is asked for, and how its measures stand with the person who asks."""
    book, person = book_of(request), person_of(request)
    return shown_law(book, person, number), standings(book, person, number)


def list_laws(book: Casebook, person: Person, limit: int = MOST_LISTED) -> list[Listed]:
    """Return the checked laws that a person may see, the latest first."""
    return list_runs(book, person, LAW.id, limit)


def latest_laws(book: Casebook, person: Person) -> dict[str, Listed]:
    """Return of each State the law that was checked last and not as a trial, as far as the person may see it."""
    return {state: checks[0] for state, checks in checks_by_state(book, person).items() if not is_trial(checks[0])}


def checks_by_state(book: Casebook, person: Person) -> dict[str, list[Listed]]:
    """Return of each State its checks that the person may see: the one on the shelf first, then the latest first."""
    by_state: dict[str, list[Listed]] = {}
    for run in list_runs(book, person, LAW.id, MOST_ON_SHELF):
        by_state.setdefault(str(run.asked.get("state", "")), []).append(run)
    decided = runs_with_decisions(
        book, [check.number for checks in by_state.values() if len(checks) > 1 for check in checks]
    )
    for checks in by_state.values():
        on_shelf = _on_shelf(checks, decided)
        checks.remove(on_shelf)
        checks.insert(0, on_shelf)
    return dict(sorted(by_state.items()))


def _on_shelf(checks: Sequence[Listed], decided: Set[int]) -> Listed:
    """Return which of a State's checks stands on the shelf: the latest that is no trial.

    One by plain rules on which nobody decided does not take the place of one with decisions, unless that was asked for.
    """
    standing = [check for check in checks if not is_trial(check)]
    for at, check in enumerate(standing):
        rival = next((other for other in standing[at + 1 :] if other.number in decided), None)
        if check.number in decided or check.maker.get("model") or check.asked.get("shelf") or rival is None:
            return check
    return checks[0]


def is_trial(check: Listed) -> bool:
    """Return whether a law was checked as a trial, which leaves the shelf as it is."""
    return bool(check.asked.get("trial"))


def standings(book: Casebook, person: Person, number: int) -> Stands:
    """Return how every measure of a run stands, as this person may know it: a blind re-check hides what was said."""
    findings: list[KeptFinding] = []
    after: int | None = 0
    while after is not None:
        page = list_findings(book, person, Filter(run=number), after=after, limit=1_000)
        findings += page.findings
        after = page.next
    final = [finding.id for finding in findings if finding.status in _FINAL]
    decisions = last_decisions(book, person, final)
    names = names_by_id(book, (decision.person for decision in decisions.values()))
    return {(finding.list, finding.entry): _standing(finding, decisions.get(finding.id), names) for finding in findings}


def _standing(finding: KeptFinding, decision: Decision | None, names: Mapping[str, str]) -> Standing:
    if decision is None:
        return Standing(finding.id, finding.status, finding.verdict)
    correction = decision.correction or {}
    accepted = "" if finding.verdict is Verdict.REVIEW else finding.verdict  # nobody said what is right
    verdicts = {Outcome.ACCEPT: accepted, Outcome.CORRECT: correction.get("verdict", "")}
    said = Decided(
        _OUTCOMES.get(finding.status, "reject"), verdicts.get(decision.outcome, ""),
        names.get(decision.person, decision.person), decision.at, decision.reason or "", correction.get("place", ""),
        tuple(filter(None, correction.get("elements", "").split(";"))),
    )  # fmt: skip
    return Standing(finding.id, finding.status, finding.verdict, said)


def decisions_of(stands: Stands) -> Decisions:
    """Return what people finally decided, by the set and the id of the measure."""
    return {key: decided for key, standing in stands.items() if (decided := standing.said) is not None}


def in_order(answers: Sequence[Answer], stands: Stands, wanted: MeasureFilter) -> list[Answer]:
    """Return measures in the order that is wanted: as a lawyer reads them, or by tier."""
    by_tier = sorted(answers, key=lambda answer: TIERS.index(answer.measure.tier))
    return by_tier if wanted.order == "tier" else in_reading_order(by_tier, stands)


def in_reading_order(answers: Iterable[Answer], stands: Stands) -> list[Answer]:
    """Return first what needs reading, then the other proposals, last what people decided; the least sure first."""
    return sorted(answers, key=lambda answer: (PARTS.index(part_of(answer, stands)), _sureness(answer)))


PARTS = ("to_read", "proposed", "decided")
"""The parts of a law's measures in the order in which a lawyer reads them."""


def part_of(answer: Answer, stands: Stands) -> str:
    """Return which of `PARTS` a measure is in."""
    standing = stands.get((answer.measure.set, answer.measure.id))
    if standing is not None and not standing.waits:
        return "decided"
    return "to_read" if answer.verdict == REVIEW else "proposed"


def _sureness(answer: Answer) -> float:
    """Return how sure a verdict is; of those by rules *partly covered* is the least sure."""
    return float(answer.verdict != PARTIAL) if answer.probability is None else answer.probability


def fitting_measures(answers: Sequence[Answer], stands: Stands, wanted: MeasureFilter) -> list[Answer]:
    """Return the measures that a filter wants, in its order; what was decided stands for the proposal."""
    fitting = []
    for answer in in_order(answers, stands, wanted):
        standing = stands.get((answer.measure.set, answer.measure.id))
        verdict = standing.verdict if standing else answer.verdict
        waits = standing is None or standing.waits
        asked = (wanted.tier, wanted.verdict, wanted.set, wanted.stands)
        has = (answer.measure.tier, verdict, answer.measure.set, "open" if waits else "decided")
        if all(one_asked in ("", one_has) for one_asked, one_has in zip(asked, has, strict=True)):
            fitting.append(answer)
    return fitting


def counts_by_tier(answers: Sequence[Answer], stands: Stands) -> dict[str, dict[str, int]]:
    """Return how many measures of each tier came out how, by tier and verdict."""
    counts = {tier: dict.fromkeys(ALL_VERDICTS, 0) for tier in TIERS}
    for answer in answers:
        standing = stands.get((answer.measure.set, answer.measure.id))
        counts[answer.measure.tier][standing.verdict if standing else answer.verdict] += 1
    return counts


def labels_of(shown: ShownLaw, stands: Stands) -> Iterator[dict[str, str]]:
    """Yield the labels that people's final decisions amount to, one a measure: `LABEL_COLUMNS`.

    A rejected proposal says what is wrong and not what is right: its label is empty.
    """
    law = shown.kept.checked.law
    for answer in shown.kept.checked.answers:
        standing = stands.get((answer.measure.set, answer.measure.id))
        if standing is None or (said := standing.said) is None:
            continue
        places = [passage.passage.section.id for passage in answer.shown if passage.elements]
        section = said.place or (";".join(dict.fromkeys(places)) if said.verdict not in ("", NONE) else "")
        yield {
            "country": law.state, "lang": (law.languages or ("",))[0], "measure_id": answer.measure.id,
            "label": said.verdict, "section": section, "set": answer.measure.set, "proposed": standing.proposed,
            "outcome": said.outcome, "reason": said.reason, "person": said.by, "at": said.at,
            "file": ";".join(text.name for text in law.texts), "elements": ";".join(said.elements),
        }  # fmt: skip


def labels_jsonl(shown: ShownLaw, stands: Stands) -> str:
    """Return the labels as lines of JSON, which ``opencwc corrections take`` keeps."""
    return "".join(f"{json.dumps(label, ensure_ascii=False)}\n" for label in shelf_labels(shown, stands))


def put_on_shelf(book: Casebook, person: Person, number: int) -> int:
    """Put what people finally decided of a check on the house's shelf of labels; return how many labels are new.

    Of a case with a mark reasons and sections stay in the case: the shelf is no part of the casebook.
    """
    require(person, "decide")
    shown = shown_law(book, person, number)
    labels = list(shelf_labels(shown, standings(book, person, number)))
    if shown.run["mark"] != str(Mark.UNCLASSIFIED):
        labels = [label | {"reason": "", "sections": []} for label in labels]
    new = Corrections.of_house().take_labels(labels)
    if new:
        with book.writing(person.id) as writer:
            writer.record("labels_shelved", {"run": number, "labels": new})
    return new


def shelf_labels(shown: ShownLaw, stands: Stands) -> Iterator[dict[str, Any]]:
    """Yield the labels with the signs of each, in the shape of `opencwc.legislation.corrections`.

    A rejected proposal is no label.
    """
    law = shown.kept.checked.law
    for label in labels_of(shown, stands):
        answer = shown.kept.answers[label["set"], label["measure_id"]]
        if label["label"]:
            yield {
                "at": label["at"], "by": label["person"], "state": law.state, "as_of": law.as_of.isoformat(),
                "measure": label["measure_id"], "proposed": label["proposed"], "probability": answer.probability,
                "verdict": label["label"], "sections": [part for part in label["section"].split(";") if part],
                "reason": label["reason"], "lang": label["lang"], "signs": dict(answer.signs),
                "elements": [part for part in label["elements"].split(";") if part],
            }  # fmt: skip


def labels_csv(shown: ShownLaw, stands: Stands) -> bytes:
    """Return the labels as CSV."""
    return csv_of([LABEL_COLUMNS, *([label[name] for name in LABEL_COLUMNS] for label in labels_of(shown, stands))])
