"""The demonstration's casebook: files kept and screened, and what the invented people did, as ``state.yaml`` tells it.

Everything goes through the same functions as anybody's work, so the record is a real one: its moments are those of
writing, and only the files speak of the year that is told.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import comment, decide, set_recheck_share
from opencwc.casebook.exports import ask_for_export
from opencwc.casebook.findings import list_findings, record_refusals
from opencwc.casebook.model import Filter, Mark, Outcome, Person, Role, Status
from opencwc.casebook.people import CONSOLE, People
from opencwc.casebook.run_pages import File, finish_with_pages
from opencwc.casebook.runs import Source, begin_run, keep_source
from opencwc.demo.state import State, load_state
from opencwc.demo.trade import write_ledgers, write_planned
from opencwc.demo.year import COLUMNS, write_year
from opencwc.files import open_table
from opencwc.language.encoders import named_encoder
from opencwc.language.vectors import vectors_of
from opencwc.legislation import check_texts
from opencwc.legislation import kept as kept_laws
from opencwc.legislation.example_texts import NOW, example_text
from opencwc.legislation.findings import findings_of as law_findings_of
from opencwc.legislation.findings import maker_of as law_maker_of
from opencwc.legislation.legal_texts import read_legal_text
from opencwc.legislation.passages import passages_of
from opencwc.screening.formats import checked_as_json
from opencwc.screening.model import Question, Tally
from opencwc.screening.rulebook import Rulebook, maker_of
from opencwc.screening.table_run import Wish, checked_by, run
from opencwc.transfers.check import kept as kept_checks
from opencwc.transfers.check.answers import alike, alike_findings, answer_as_json
from opencwc.transfers.check.certificates import read_certificates
from opencwc.transfers.check.checking import Checker
from opencwc.transfers.check.consignees import SanctionsList
from opencwc.transfers.check.formats import CheckTally, checked_by_rules, summary
from opencwc.transfers.check.shipments import read_shipments
from opencwc.transfers.ledgers.reader import read_ledger
from opencwc.transfers.patterns import find_patterns
from opencwc.transfers.reconcile import kept as kept_reconciliations
from opencwc.transfers.reconcile.reconciled import maker_of as ledger_maker_of
from opencwc.transfers.reconcile.reconciliation import reconcile
from opencwc.wording import sentence

Told = Callable[[int, int], None]
"""Called after each step with how many are done, and how many there are."""
_MOST = 1_000


@dataclass(frozen=True)
class Built:
    """What was made: the State's name, the year told, its files, and the people, the first of them signed in first."""

    state: str
    year: int
    files: tuple[Path, ...]
    people: tuple[Person, ...]


@dataclass
class _Telling:
    """The story while it is told: who is who, which case is which, and the findings that a step gave a name."""

    book: Casebook
    state: State
    year: int
    files: Sequence[Path]
    people: Mapping[str, Person]
    cases: dict[str, str] = field(default_factory=dict)
    called: dict[str, list[int]] = field(default_factory=dict)


def build(book: Casebook, folder: Path, *, year: int | None = None, told: Told = lambda done, all: None) -> Built:
    """Fill an empty casebook with the year before the present one; the files of the year go into a folder."""
    state = load_state()
    year = year or date.today().year - 1
    files = write_year(folder, year)
    people = People(book)
    who = {
        person.short: people.add(CONSOLE, person.login, person.name, Role(person.role), Mark[person.clearance.upper()])
        for person in state.people
    }
    telling = _Telling(book, state, year, files, who)
    for number, step in enumerate(state.story, 1):
        _STEPS[next(iter(step))](telling, step)
        told(number, len(state.story))
    return Built(state.name, year, tuple(files), tuple(who.values()))


def _open(telling: _Telling, step: Mapping[str, Any]) -> None:
    """Open a case, and keep a file and what the screening of it finds."""
    person = telling.people[step["by"]]
    name = step["case"].format(year=telling.year)
    mark = Mark[step.get("mark", "unclassified").upper()]
    due = (date.today() + timedelta(days=step["days"])).isoformat()
    open_case(telling.book, person, name, title=step["title"].format(year=telling.year), mark=mark, due=due)
    telling.cases[step["open"]] = name
    plan = telling.state.files[step["file"]]
    _screen(telling.book, person, name, telling.files[step["file"]], mark, COLUMNS[plan.shape][0])


def _screen(book: Casebook, person: Person, case: str, file: Path, mark: Mark, id_column: str) -> None:
    with file.open("rb") as stream:
        source = keep_source(book, person, stream, file.name, media_type="text/csv", mark=mark)
    rulebook = Rulebook.of(date.today())
    question = Question(date.today())
    table = open_table(file, column="chemical", id_column=id_column)
    asked = {
        "as_of": question.as_of.isoformat(), "lists": [], "rules": [], "kind": question.kind, "only": [],
        "column": table.column,
    }  # fmt: skip
    checked = checked_as_json(checked_by(rulebook, question.lang, table.name, table.column, table.notes))
    maker = maker_of(rulebook)._asdict()
    kept = begin_run(book, person, case, verb="screen", asked=asked, checked=checked, maker=maker, source=source)
    tally = Tally()
    for piece in run(table.batches(), question, Wish(file=table.name, everything=True)):
        tally.merge(piece.tally)
        kept.keep(piece.findings)
        if piece.refused:
            record_refusals(book, person.id, piece.refused)
    kept.finish({"rows": tally.rows, "by_verdict": {str(one): count for one, count in tally.by_verdict.items()}})


def _check(telling: _Telling, step: Mapping[str, Any]) -> None:
    """Open a case with planned shipments, and keep what the check of them finds and what its pages show."""
    person, name = _opened(telling, step, step["check"])
    files = write_planned(telling.state, telling.files[0].parent, telling.year)
    source = _keep_packed(telling.book, person, files, f"invented-shipments-{telling.year + 2}.zip")
    question = Question(date.today())
    shipments, certificates = read_shipments(files[0]), read_certificates(files[1])
    names = SanctionsList.read(files[2])
    checker = Checker(question, certificates)
    checked = checked_as_json(checked_by_rules(checker, file=shipments.name))
    asked = {"as_of": question.as_of.isoformat(), "lists": [], "files": [file.name for file in files]}
    kept = begin_run(
        telling.book, person, name, verb="transfers", asked=asked, checked=checked, maker=checker.maker._asdict(),
        source=source,
    )  # fmt: skip
    tally, answers, hits = CheckTally(), [], []
    for one in checker.check(shipments.shipments):
        tally.add(one)
        found = alike(names, one)
        hits += [hit for _, _, hit in found]
        answers.append(answer_as_json(one, certificates, found))
        kept.keep((*one.findings, *alike_findings(names, one, checker.maker)))
    said = (*summary(checker, tally, shipments.columns, len(certificates)), names.told(hits))
    told = kept_checks.told_of(checker, shipments.name, said, names.name)
    file = File(kept_checks.NAME, kept_checks.MEDIA_TYPE, kept_checks.packed(told, answers))
    counts = {str(one): count for one, count in tally.by_verdict.items()}
    finish_with_pages(
        telling.book, person, name, "transfers", kept, file, {"rows": tally.rows, "by_verdict": counts},
        as_of=question.as_of.isoformat(),
    )  # fmt: skip


def _reconcile(telling: _Telling, step: Mapping[str, Any]) -> None:
    """Open a case with ledgers, and keep what the reconciliation of them finds and what its pages show."""
    person, name = _opened(telling, step, step["reconcile"])
    files = write_ledgers(telling.state, telling.files[0].parent, telling.year)
    source = _keep_packed(telling.book, person, files, f"invented-ledgers-{telling.year}.zip")
    ledgers = [replace(read_ledger(file), name=file.name) for file in files]
    found = reconcile(ledgers, date.today())
    patterns = find_patterns(ledgers)
    checked = {
        "file": ", ".join(ledger.name for ledger in ledgers), "said": [sentence(one) for one in found.told()],
        "as_of": found.as_of.isoformat(),
    }  # fmt: skip
    maker = ledger_maker_of(found)
    kept = begin_run(
        telling.book, person, name, verb="reconcile", asked={"as_of": found.as_of.isoformat(), "model": True},
        checked=checked, maker=maker._asdict(), source=source,
    )  # fmt: skip
    kept.keep(kept_reconciliations.findings_of(found, patterns))
    file = File(kept_reconciliations.NAME, kept_reconciliations.MEDIA_TYPE, kept_reconciliations.pack(found, patterns))
    counts = {one: found.counts[one] for one in ("discrepancy", "agreed", "unreadable")}
    rows = len(found.compared.lines)
    finish_with_pages(
        telling.book, person, name, "reconcile", kept, file, {"rows": rows, "by_verdict": counts},
        as_of=found.as_of.isoformat(), rows=rows,
    )  # fmt: skip


def _law(telling: _Telling, step: Mapping[str, Any]) -> None:
    """Open a case with the State's law, and keep what the check of it finds and what its pages show."""
    person, name = _opened(telling, step, step["law"])
    file = telling.files[0].parent / NOW
    file.write_text(example_text(NOW), encoding="utf-8")
    source = _keep_packed(telling.book, person, [file], "invented-law.zip")
    encoder = named_encoder()
    law = check_texts([read_legal_text(file)], telling.state.trade.state, date.today(), encoder=encoder)
    as_of = law.law.as_of.isoformat()
    kept = begin_run(
        telling.book, person, name, verb="law",
        asked={"state": law.law.state, "as_of": as_of, "files": [NOW], "model": bool(law.model)},
        checked={"file": NOW, "state": law.law.state, "as_of": as_of}, maker=law_maker_of(law)._asdict(), source=source,
    )  # fmt: skip
    kept.keep(law_findings_of(law))
    passages = list(passages_of(law.law.sections))
    content = kept_laws.packed(
        kept_laws.told_of(law, encoder.id),
        kept_laws.answers_as_json(law),
        kept_laws.passages_as_json(law.law.sections, passages),
        kept_laws.vectors_as_npy(vectors_of([passage.searched for passage in passages], encoder)),
    )
    verdicts = [answer.verdict for answer in law.answers]
    counts = {verdict: verdicts.count(verdict) for verdict in set(verdicts)}
    finish_with_pages(
        telling.book, person, name, "law", kept, File(kept_laws.NAME, kept_laws.MEDIA_TYPE, content),
        {"rows": len(verdicts), "by_verdict": counts}, as_of=as_of, rows=len(verdicts),
    )  # fmt: skip


def _opened(telling: _Telling, step: Mapping[str, Any], called: str) -> tuple[Person, str]:
    """Open the case of a step; return who did it, and the name of the case."""
    person = telling.people[step["by"]]
    years = {"year": telling.year, "next": telling.year + 2}
    name = step["case"].format(**years)
    due = (date.today() + timedelta(days=step["days"])).isoformat()
    open_case(telling.book, person, name, title=step["title"].format(**years), mark=Mark.UNCLASSIFIED, due=due)
    telling.cases[called] = name
    return person, name


def _keep_packed(book: Casebook, person: Person, files: Sequence[Path], name: str) -> Source:
    """Keep several files as one source."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, one in enumerate(files, 1):
            archive.writestr(zipfile.ZipInfo(f"{number}-{one.name}", (1980, 1, 1, 0, 0, 0)), one.read_bytes())
    out.seek(0)
    return keep_source(book, person, out, name, media_type="application/zip")


def _decide(telling: _Telling, step: Mapping[str, Any]) -> None:
    person = telling.people[step["by"]]
    if "findings" in step:
        found = telling.called[step["findings"]]
    else:
        wanted = Filter(
            case=telling.cases[step["decide"]],
            verdict=(step["verdict"],),
            list=step.get("list", ""),
            entry=step.get("entry", ""),
            status=(Status.OPEN,),
            grave=step.get("grave"),
        )
        found = [finding.id for finding in list_findings(telling.book, person, wanted, limit=_MOST).findings]
    skip = step.get("skip", 0)
    found = found[skip : skip + step.get("most", _MOST)]
    if "called" in step:
        telling.called[step["called"]] = found
    if found:
        reason = step["reason"].format(year=telling.year)
        decide(telling.book, person, found, Outcome(step["as"]), reason, correction=step.get("correction"))


def _comment(telling: _Telling, step: Mapping[str, Any]) -> None:
    text = step["text"].format(year=telling.year)
    comment(telling.book, telling.people[step["by"]], telling.cases[step["comment"]], text)


def _close(telling: _Telling, step: Mapping[str, Any]) -> None:
    change_case(telling.book, telling.people[step["by"]], telling.cases[step["close"]], status="closed")


def _review(telling: _Telling, step: Mapping[str, Any]) -> None:
    change_case(telling.book, telling.people[step["by"]], telling.cases[step["review"]], status="in_review")


def _export(telling: _Telling, step: Mapping[str, Any]) -> None:
    ask_for_export(telling.book, telling.people[step["by"]], telling.cases[step["export"]], step["reason"])


def _share(telling: _Telling, step: Mapping[str, Any]) -> None:
    set_recheck_share(telling.book, telling.people[step["by"]], step["share"])


_STEPS: Mapping[str, Callable[[_Telling, Mapping[str, Any]], None]] = {
    "open": _open, "check": _check, "reconcile": _reconcile, "law": _law, "decide": _decide, "comment": _comment,
    "close": _close, "review": _review, "export": _export, "share": _share,
}  # fmt: skip
