"""What is kept of checked laws, as their pages ask for it: a law, how each measure stands, the shelf, the labels."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import UNDECIDED, Filter, Outcome, Person, Status
from opencwc.casebook.people import names_by_id
from opencwc.convention.measures import TIERS
from opencwc.errors import NotFoundError
from opencwc.jobs.kept_runs import MOST_LISTED, Listed, Shelf, ShownRun, list_runs, shown_run
from opencwc.legislation.decided_law import Decided, Decisions
from opencwc.legislation.kept import KeptLaw, unpack
from opencwc.legislation.model import NONE, VERDICTS, Answer
from opencwc.legislation.verb import VERB as LAW
from opencwc.web.casebook.jobs_api import cell_of

SHELF = Shelf(LAW.id, "check of a law", "/law")
MOST_ON_SHELF = 500
LABEL_COLUMNS = (
    "country", "lang", "measure_id", "label", "section", "set", "proposed", "outcome", "reason", "person", "at", "file",
    "elements",
)  # fmt: skip
"""The columns of labels: the first five as the labels that models are measured against have them."""
_OUTCOMES = {Status.ACCEPTED: "accept", Status.CORRECTED: "correct"}
_Brief = Annotated[str, Query(max_length=64)]


class ShownLaw(ShownRun[KeptLaw]):
    """A checked law that somebody may see."""

    @property
    def state(self) -> str:
        """The State, by its alpha-3 code."""
        return self.kept.checked.law.state

    def answer(self, set_id: str, measure: str) -> Answer:
        """Return what is said of a measure; raise `NotFoundError` where it was not among those checked."""
        found = self.kept.answers.get((set_id, measure))
        if found is None:
            raise NotFoundError(f"the measure {measure} was not checked", remedy=f"See /law/runs/{self.number}.")
        return found


@dataclass(frozen=True)
class Standing:
    """How a measure stands with people: its finding, the verdict that was proposed, and what was decided.

    ``decided`` is the verdict that stands by a final decision, empty where none does: also where the proposal was
    rejected and nobody has said what is right. ``place`` is where the words stand, as who decided says it, ``elements``
    those of which the proposal says the contrary, and ``person`` the name of who decided.
    """

    finding: int
    status: Status
    proposed: str
    decided: str = ""
    place: str = ""
    reason: str = ""
    person: str = ""
    at: str = ""
    elements: tuple[str, ...] = ()

    @property
    def said(self) -> Decided | None:
        """What was finally decided, ``None`` where nothing was or where it may not be known."""
        if self.waits or not self.at:
            return None
        return Decided(
            _OUTCOMES.get(self.status, "reject"), self.decided, self.person, self.at, self.reason, self.place,
            self.elements,
        )  # fmt: skip

    @property
    def verdict(self) -> str:
        """The verdict that is shown: the decided one, else the proposal."""
        return self.decided or self.proposed

    @property
    def waits(self) -> bool:
        """Whether it waits for a person."""
        return self.status in UNDECIDED


@dataclass(frozen=True)
class Wanted:
    """Which measures to list; an empty field asks for nothing. ``stands`` is ``open`` or ``decided``."""

    tier: str = ""
    verdict: str = ""
    stands: str = ""
    set: str = ""

    @property
    def query(self) -> str:
        """Return what an address says of it, without the question mark."""
        return urlencode([(name, value) for name, value in vars(self).items() if value])


def _wanted(tier: _Brief = "", verdict: _Brief = "", stands: _Brief = "", set: _Brief = "") -> Wanted:
    return Wanted(
        tier if tier in TIERS else "", verdict if verdict in VERDICTS else "",
        stands if stands in ("open", "decided") else "", set,
    )  # fmt: skip


Asked = Annotated[Wanted, Depends(_wanted)]
Stands = Mapping[tuple[str, str], Standing]
"""How measures stand, by set and measure."""


def shown_law(book: Casebook, person: Person, number: int) -> ShownLaw:
    """Return a checked law; one that the person may not see is answered as not there.

    Raises:
        NotFoundError: there is no such check, or it was not brought to its end.

    """
    found = shown_run(book, person, number, SHELF, unpack)
    return ShownLaw(found.run, found.case, found.kept)


def list_laws(book: Casebook, person: Person, limit: int = MOST_LISTED) -> list[Listed]:
    """Return the checked laws that a person may see, the latest first."""
    return list_runs(book, person, LAW.id, limit)


def latest_laws(book: Casebook, person: Person) -> dict[str, Listed]:
    """Return of each State the law that was checked last and not as a trial, as far as the person may see it."""
    return {state: held[0] for state, held in checks_by_state(book, person).items() if not is_trial(held[0])}


def checks_by_state(book: Casebook, person: Person) -> dict[str, list[Listed]]:
    """Return of each State its checks that the person may see: the one on the shelf first, then the latest first."""
    found: dict[str, list[Listed]] = {}
    for run in list_runs(book, person, LAW.id, MOST_ON_SHELF):
        found.setdefault(str(run.asked.get("state", "")), []).append(run)
    decided = _with_decisions(book, [one.number for held in found.values() if len(held) > 1 for one in held])
    for held in found.values():
        on_shelf = _on_shelf(held, decided)
        held.remove(on_shelf)
        held.insert(0, on_shelf)
    return dict(sorted(found.items()))


def _on_shelf(checks: Sequence[Listed], decided: Set[int]) -> Listed:
    """Return which of a State's checks stands on the shelf: the latest that is no trial.

    One by plain rules on which nobody decided does not take the place of one with decisions, unless that was asked for.
    """
    standing = [check for check in checks if not is_trial(check)]
    for at, one in enumerate(standing):
        rival = next((other for other in standing[at + 1 :] if other.number in decided), None)
        if one.number in decided or one.maker.get("model") or one.asked.get("shelf") or rival is None:
            return one
    return checks[0]


def _with_decisions(book: Casebook, runs: Sequence[int]) -> set[int]:
    """Return those of some runs on whose findings somebody decided."""
    finding, decision = tables.finding, tables.decision
    query = select(finding.c.run).join(decision, decision.c.finding == finding.c.id).where(finding.c.run.in_(runs))
    with book.reading() as connection:
        return set(connection.execute(query.distinct()).scalars()) if runs else set()


def is_trial(one: Listed) -> bool:
    """Tell whether a law was checked as a trial, which leaves the shelf as it is."""
    return bool(one.asked.get("trial"))


def standings(book: Casebook, person: Person, number: int) -> Stands:
    """Return how every measure of a run stands, as this person may know it: a blind re-check hides what was said."""
    kept, after = [], 0
    while True:
        page = list_findings(book, person, Filter(run=number), after=after, limit=1_000)
        kept += page.findings
        if page.next is None:
            break
        after = page.next
    final = [one.id for one in kept if one.status in (Status.ACCEPTED, Status.CORRECTED, Status.REJECTED)]
    said = _last_decisions(book, final)
    names = names_by_id(book, (row["person"] for row in said.values()))
    found = {}
    for one in kept:
        row = said.get(one.id)
        held = Standing(one.id, one.status, one.verdict)
        if row is not None:
            correction = json.loads(row["correction"]) if row["correction"] else {}
            decided = {Outcome.ACCEPT: one.verdict, Outcome.CORRECT: correction.get("verdict", "")}
            held = Standing(
                one.id, one.status, one.verdict, str(decided.get(Outcome(row["outcome"]), "")),
                str(correction.get("place", "")), row["reason"] or "",
                names.get(row["person"], row["person"]), row["at"],
                tuple(filter(None, str(correction.get("elements", "")).split(";"))),
            )  # fmt: skip
        found[one.list, one.entry] = held
    return found


def decisions_of(stands: Stands) -> Decisions:
    """Return what people finally decided, by the set and the id of the measure."""
    return {key: said for key, one in stands.items() if (said := one.said) is not None}


def _last_decisions(book: Casebook, findings: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    table = tables.decision
    found: dict[int, Mapping[str, Any]] = {}
    with book.reading() as connection:
        for start in range(0, len(findings), 500):
            query = select(table).where(table.c.finding.in_(findings[start : start + 500])).order_by(table.c.seq)
            found |= {row["finding"]: dict(row) for row in connection.execute(query).mappings()}
    return found


def in_order(answers: Sequence[Answer]) -> list[Answer]:
    """Return measures in the order of the matrix: by tier, within one as the set has them."""
    return sorted(answers, key=lambda answer: TIERS.index(answer.measure.tier))


def fitting(answers: Sequence[Answer], stands: Stands, wanted: Wanted) -> list[Answer]:
    """Return the measures that a filter wants, as the matrix has them; what was decided stands for the proposal."""
    found = []
    for one in in_order(answers):
        held = stands.get((one.measure.set, one.measure.id))
        verdict = held.verdict if held else one.verdict
        waits = held is None or held.waits
        asked = (wanted.tier, wanted.verdict, wanted.set, wanted.stands)
        has = (one.measure.tier, verdict, one.measure.set, "open" if waits else "decided")
        if all(one_asked in ("", one_has) for one_asked, one_has in zip(asked, has, strict=True)):
            found.append(one)
    return found


def counted(answers: Sequence[Answer], stands: Stands) -> dict[str, dict[str, int]]:
    """Return how many measures of each tier came out how, by tier and verdict."""
    counts = {tier: dict.fromkeys(VERDICTS, 0) for tier in TIERS}
    for answer in answers:
        held = stands.get((answer.measure.set, answer.measure.id))
        counts[answer.measure.tier][held.verdict if held else answer.verdict] += 1
    return counts


def labels_of(shown: ShownLaw, stands: Stands) -> Iterator[dict[str, str]]:
    """Yield the labels that people's final decisions amount to, one a measure: `LABEL_COLUMNS`.

    A rejected proposal says what is wrong and not what is right: its label is empty.
    """
    law = shown.kept.checked.law
    for answer in shown.kept.checked.answers:
        held = stands.get((answer.measure.set, answer.measure.id))
        if held is None or held.waits or not held.at:
            continue
        places = [one.passage.section.id for one in answer.shown if one.elements]
        section = held.place or (";".join(dict.fromkeys(places)) if held.decided not in ("", NONE) else "")
        outcome = _OUTCOMES.get(held.status, "reject")
        yield {
            "country": law.state, "lang": (law.languages or ("",))[0], "measure_id": answer.measure.id,
            "label": held.decided, "section": section, "set": answer.measure.set, "proposed": held.proposed,
            "outcome": outcome, "reason": held.reason, "person": held.person, "at": held.at,
            "file": ";".join(text.name for text in law.texts), "elements": ";".join(held.elements),
        }  # fmt: skip


def labels_jsonl(shown: ShownLaw, stands: Stands) -> str:
    """Return the labels as lines of JSON with the signs of each, in the shape of `opencwc.legislation.corrections`.

    ``opencwc corrections take`` keeps them, and models are measured against them; a rejected proposal is no label.
    """
    law = shown.kept.checked.law
    lines = []
    for label in labels_of(shown, stands):
        answer = shown.kept.answers[label["set"], label["measure_id"]]
        if label["label"]:
            record = {
                "at": label["at"], "by": label["person"], "state": law.state, "as_of": law.as_of.isoformat(),
                "measure": label["measure_id"], "proposed": label["proposed"], "probability": answer.probability,
                "verdict": label["label"], "sections": [part for part in label["section"].split(";") if part],
                "reason": label["reason"], "lang": label["lang"], "signs": dict(answer.signs),
                "elements": [part for part in label["elements"].split(";") if part],
            }  # fmt: skip
            lines.append(json.dumps(record, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines)


def labels_csv(shown: ShownLaw, stands: Stands) -> str:
    """Return the labels as CSV."""
    out = io.StringIO()
    table = csv.DictWriter(out, LABEL_COLUMNS, lineterminator="\r\n")
    table.writeheader()
    for label in labels_of(shown, stands):
        table.writerow({name: cell_of(value) for name, value in label.items()})
    return out.getvalue()
