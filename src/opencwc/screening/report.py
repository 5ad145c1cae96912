"""Findings to a report that a person reads and decides by: what was checked, what came out, why, and what follows.

The findings stream through as cards; each rule that was met is written once, behind them, and the cards lead to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import TextIO

from opencwc.convention import Convention
from opencwc.finding import Finding, Rule, Verdict, spans_of
from opencwc.publishing.html import write_html
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Block,
    Bullets,
    Card,
    Cards,
    Count,
    Counts,
    Fact,
    Facts,
    Filter,
    Paragraph,
    Passage,
    Passages,
    Piece,
    Remark,
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.screening.allow_list import AllowList
from opencwc.screening.answers import reason_of, said_alone
from opencwc.screening.cards import Teller
from opencwc.screening.model import Checked, Tally, TextRow
from opencwc.screening.table_run import columns_as
from opencwc.screening.verb import VERB as SCREEN
from opencwc.wording import number_said, say, sentence
from opencwc.wording.lists import list_said, rule_said

SHOWN_ROWS = 500
"""Rows without a card (not read, or not listed) that are shown one by one; the rest is counted."""


def write_report(
    stream: TextIO,
    findings: Iterable[Finding],
    checked: Checked,
    tally: Tally,
    convention: Convention,
    lang: str = "en",
    *,
    drawn_most: int = 2000,
    made: date | None = None,
    texts: Sequence[TextRow] = (),
) -> None:
    """Write the findings of one screening as a self-contained HTML page.

    Where the rows are ``texts``, they are shown with the mentions marked in place and the reason beside each; then
    ``findings`` is a list. Else ``findings`` may stream; what has no rule (rows not read, rows not listed) is set apart
    from the cards, and findings beyond ``drawn_most`` are counted, not drawn. ``made`` is the day that the page names,
    today unless given.
    """
    reporter = _Reporter(checked, tally, convention, lang, drawn_most, made or date.today())
    if texts:
        reporter.texts, reporter.marked = texts, tuple(findings)
        findings = reporter.marked
    write_html(reporter.report(findings), stream)


@dataclass
class _Apart:
    """Rows without a card: the first ones, and how many in all."""

    first: list[Finding] = field(default_factory=list)
    number: int = 0

    def add(self, finding: Finding) -> None:
        self.number += 1
        if len(self.first) < SHOWN_ROWS:
            self.first.append(finding)


class _Reporter(Teller):
    """Makes the report of one screening; what the cards met on their way is remembered for the sections behind them."""

    def __init__(
        self, checked: Checked, tally: Tally, convention: Convention, lang: str, drawn_most: int, made: date
    ) -> None:
        self.checked = checked
        self.tally = tally
        super().__init__(convention, lang, lambda rule: f"#{self.anchor(rule)}")
        self.drawn_most = drawn_most
        self.made = made
        self.unread = _Apart()
        self.clear = _Apart()
        self.rows_drawn: set[int] = set()
        self.not_drawn = 0
        self.met: dict[Rule, str] = {}
        self.texts: Sequence[TextRow] = ()
        self.marked: tuple[Finding, ...] = ()
        self.remarks = 0

    def report(self, findings: Iterable[Finding]) -> Report:
        """Return the report; its sections must be taken in order."""
        counts = {str(verdict): self.tally.by_verdict[verdict] for verdict in SCREEN.verdicts}
        return Report(
            title=self.say("report_title"),
            lang=self.lang,
            labels=labels_in(self.lang),
            lead=(self.summary(), self.sentence("summary_counts", **counts)),
            contents=self.contents(),
            sections=self.sections(iter(findings)),
            closing=(
                self.say("report_person"),
                self.sentence("report_made_by", version=self.checked.version, date=self.made.isoformat()),
            ),
            main="findings",
        )

    def contents(self) -> tuple[tuple[str, str], ...]:
        """Name the sections that the page will surely have."""
        names = {
            "checked": "report_checked",
            "result": "report_counts",
            "text": "report_text" if self.texts else "",
            "findings": "report_hits",
            "rules": "report_rules" if self.missing() > 0 else "",
            "unreadable": "report_unreadable" if self.tally.by_verdict[Verdict.UNREADABLE] else "",
            "policies": "report_policies",
        }
        return tuple((name, self.say(title)) for name, title in names.items() if title)

    def summary(self) -> str:
        """Say what was checked, in one sentence."""
        checked = self.checked
        return self.sentence("summary_checked", rows=self.tally.rows, lists=checked.list_ids, date=checked.as_of)

    def sections(self, findings: Iterator[Finding]) -> Iterator[Section]:
        """Yield the sections in the order of the page."""
        yield Section("checked", self.say("report_checked"), (self.what_was_checked(),), wide=False)
        yield Section("result", self.say("report_counts"), self.result(), wide=False)
        if self.texts:
            yield Section("text", self.say("report_text"), self.text())
        yield Section("findings", self.say("report_hits"), self.findings(findings))
        if self.met or self.missing() > 0:
            yield Section("rules", self.say("report_rules"), self.rules())
        if self.unread.number or self.tally.by_verdict[Verdict.UNREADABLE]:
            yield Section("unreadable", self.say("report_unreadable"), self.not_read())
        if self.clear.number:
            yield Section("not-listed", self.say("report_not_listed"), self.not_listed())
        yield Section("policies", self.say("report_policies"), (self.policies(),))

    def what_was_checked(self) -> Facts:
        """Say against what, as of when and from where."""
        known = {list_.id: list_ for list_ in self.convention.known_lists}
        lists: list[Words] = []
        for checked in self.checked.lists:
            told = self.say(
                "report_list", title=checked.title, id=list_said(checked.id, self.lang), date=checked.text_of
            )
            rules = known.get(checked.id)
            note = self.source(rules.source, rules.evidence) if rules else ""
            lists.append(Text(told, note=note))
        facts = [
            Fact(self.say("report_lists"), tuple(lists)),
            Fact(self.say("report_as_of"), (self.checked.as_of,)),
            Fact(self.say("report_rows"), (number_said(self.tally.rows, self.lang),)),
        ]
        if self.checked.file:
            facts.append(Fact(self.say("report_file"), (Text(self.checked.file, verbatim=True),)))
        if len(self.checked.columns) > 1:
            read = [say(column, self.lang) for column in columns_as(self.checked)]
            if self.checked.not_read:
                read.append(
                    f"{self.say('page_columns_not_read')} {self.say('list_separator').join(self.checked.not_read)}"
                )
            facts.append(Fact(self.say("report_columns"), tuple(read)))
        elif self.checked.column:
            facts.append(Fact(self.say("report_column"), (Text(self.checked.column, verbatim=True),)))
        notes = [sentence(note, self.lang) for note in self.checked.notes]
        if not self.checked.systematic_names:
            notes.append(self.sentence("checked_without_systematic_names"))
        if notes:
            facts.append(Fact(self.say("report_notes"), tuple(notes)))
        made = self.sentence("report_made_by", version=self.checked.version, date=self.made.isoformat())
        facts.append(Fact(self.say("report_made"), (made,)))
        return Facts(tuple(facts))

    def result(self) -> Iterator[Block]:
        """Count the rows by verdict, and say plainly what was not checked."""
        yield Counts(
            tuple(
                Count(self.badge(verdict), self.tally.by_verdict[verdict], self.sentence(f"means_{verdict}"))
                for verdict in SCREEN.verdicts
            )
        )
        yield Paragraph((self.sentence("report_once"),), "note")
        if self.tally.silent:
            yield Paragraph((self.sentence("summary_silent", count=self.tally.silent),), "warning")
        for note in AllowList.of_house().notes(Counter(self.tally.allowed)):
            yield Paragraph((sentence(note, self.lang),), "warning")
        if self.tally.by_verdict[Verdict.UNREADABLE]:
            yield Paragraph((Text(self.sentence("summary_unreadable"), to="#unreadable"),), "warning")

    def findings(self, findings: Iterator[Finding]) -> Iterator[Block]:
        """Yield the cards; or say that there are none, which is no clearance."""
        cards = self.cards(findings)
        first = next(cards, None)
        if first is None and not self.not_drawn:
            if not self.missing():
                yield Paragraph((self.sentence("report_nothing"),), "lead")
                yield Paragraph((self.sentence("report_nothing_means"),), "warning")
        else:
            filters = (("verdict", "label_verdict"), ("list", "label_list"), ("entry", "label_entry"))
            some = chain(() if first is None else (first,), cards)
            yield Cards(some, tuple(Filter(facet, self.say(label)) for facet, label in filters))
        more = max(self.not_drawn, self.missing())
        if more:
            yield Paragraph((self.sentence("report_more", count=more),), "warning")

    def text(self) -> Iterator[Block]:
        """Show the texts with the mentions marked."""
        yield Paragraph((self.sentence("report_text_means"),), "note")
        numbers: dict[int, int] = {}
        by_row: dict[int, list[tuple[Finding, int]]] = {}
        for finding in self.marked:
            if finding.verdict not in (Verdict.UNREADABLE, Verdict.NOT_LISTED):
                numbers[id(finding)] = len(numbers) + 1
            by_row.setdefault(finding.subject.row, []).append((finding, numbers.get(id(finding), 0)))
        yield Passages(self.passage(text, by_row.get(text.row, ())) for text in self.texts)

    def passage(self, row: TextRow, findings: Sequence[tuple[Finding, int]]) -> Passage:
        """Mark what was found in a text and say why beside it: once for all entries, and once for all mentions that
        surely are the same chemical (its name, its number).
        """
        by_mention: dict[tuple[tuple[int, ...], Verdict], list[tuple[Finding, int]]] = {}
        for finding, number in findings:
            by_mention.setdefault((_span(finding), finding.verdict), []).append((finding, number))
        told: dict[object, int] = {}
        remarks: list[Remark] = []
        marks: dict[tuple[int, ...], tuple[Finding, int, str]] = {}
        for (span, verdict), group in by_mention.items():
            finding, number = group[0]
            same = _same_remark(group)
            if number and same not in told:
                self.remarks += 1
                told[same] = self.remarks
                remarks.append(Remark(self.remarks, self.badge(verdict), self.reason([row for row, _ in group])))
            to = f"#finding-{number}" if 0 < number <= self.drawn_most else ""
            for place in spans_of(finding.readings, span):
                if place not in marks or _graver(finding, marks[place][0]):
                    marks[place] = (finding, told.get(same, 0), to)
        pieces: list[Piece] = []
        at = 0
        for (start, end), (finding, number, to) in sorted(marks.items()):
            if start < at:
                continue
            pieces += [Piece(row.text[at:start]), Piece(row.text[start:end], SCREEN.tones[finding.verdict], number, to)]
            at = end
        pieces.append(Piece(row.text[at:]))
        return Passage(row.place, tuple(piece for piece in pieces if piece.text), tuple(remarks))

    def reason(self, findings: Sequence[Finding]) -> tuple[Words, ...]:
        """Say by which entries, and why; what the text states beside the mention stands there already."""
        rules = tuple(finding.rule for finding in findings if finding.rule)
        links = tuple(Text(rule_said(rule, self.lang), to=self.link(rule)) for rule in rules)
        return (*links, sentence(said_alone(reason_of(findings[0])), self.lang))

    def missing(self) -> int:
        """Count the rows that the tally holds and no finding was handed over for."""
        to_draw = sum(self.tally.by_verdict[verdict] for verdict in (Verdict.LISTED, Verdict.REVIEW, Verdict.EXEMPT))
        return to_draw - len(self.rows_drawn)

    def cards(self, findings: Iterator[Finding]) -> Iterator[Card]:
        """Yield a card for each finding that rests on a rule, and set the others apart."""
        drawn = 0
        for finding in findings:
            if finding.verdict is Verdict.UNREADABLE:
                self.unread.add(finding)
            elif finding.verdict is Verdict.NOT_LISTED:
                self.clear.add(finding)
            elif drawn >= self.drawn_most:
                self.not_drawn += 1
            else:
                drawn += 1
                self.rows_drawn.add(finding.subject.row)
                yield self.card(finding, f"finding-{drawn}")

    def rules(self) -> Iterator[Block]:
        """Write each rule that a card rests on, once, with the duties that follow from it."""
        if not self.met:
            yield Paragraph((self.sentence("report_no_rules"),))
        entries = [(self.convention.find(rule.list, rule.entry), name) for rule, name in self.met.items()]
        order = {rule_list.id: number for number, rule_list in enumerate(self.convention.lists)}
        known = [(entry, name) for entry, name in entries if entry]
        known.sort(key=lambda pair: (order.get(pair[0].list, 0), pair[0].id))
        yield Cards(self.rule(entry, name) for entry, name in known)

    def not_read(self) -> Iterator[Block]:
        """List the rows that could not be read, with the reason."""
        yield Paragraph((self.sentence("summary_unreadable"),), "warning")
        if self.unread.first:
            yield self.table(self.unread.first, "report_unreadable")
        rows = len({finding.subject.row for finding in self.unread.first})
        more = max(self.unread.number - len(self.unread.first), self.tally.by_verdict[Verdict.UNREADABLE] - rows)
        if more > 0:
            yield Paragraph((self.sentence("report_unreadable_more", count=more),), "note")

    def not_listed(self) -> Iterator[Block]:
        """List the rows that were handed over and fall under no entry; this is no clearance."""
        if self.met:
            yield Paragraph((self.sentence("report_nothing_means"),), "note")
        yield self.table(self.clear.first, "report_not_listed")
        more = self.clear.number - len(self.clear.first)
        if more:
            yield Paragraph((self.sentence("report_not_listed_more", count=more),), "note")

    def table(self, findings: list[Finding], caption: str) -> Table:
        """Make a table of rows, inputs and reasons."""
        rows = (
            (
                str(finding.subject.row),
                Text(finding.subject.id, verbatim=True) if finding.subject.id else "",
                Text(finding.subject.input, verbatim=True),
                sentence(finding.message, self.lang),
            )
            for finding in findings
        )
        headings = ("label_row", "label_id", "label_input", "label_why")
        return Table(self.say(caption), tuple(self.say(heading) for heading in headings), rows)

    def policies(self) -> Bullets:
        """Say how open questions were answered, and on whose word."""
        known = {f"policy_{policy.id}_{policy.choice}": policy for policy in self.convention.policies}
        items: list[Words] = []
        for name in self.checked.policies:
            policy = known.get(name)
            note = self.source(policy.source, policy.evidence) if policy else ""
            items.append(Text(self.sentence(name), note=note))
        return Bullets(tuple(items))

    def anchor(self, rule: Rule) -> str:
        """Return the id of a rule in the page; two rules never share one."""
        if rule not in self.met:
            name = "rule-" + re.sub(r"[^A-Za-z0-9]+", "-", f"{rule.list}-{rule.entry}")
            taken = set(self.met.values())
            self.met[rule] = name if name not in taken else f"{name}-{len(taken)}"
        return self.met[rule]


def _span(finding: Finding) -> tuple[int, ...]:
    """Return where in its text a finding's mention stands; empty where it is of no text."""
    return next((shown.span for shown in finding.evidence if shown.kind == "mention"), ())


def _same_remark(group: Sequence[tuple[Finding, int]]) -> object:
    """Return what the remarks on two mentions of one row share when one of them is enough."""
    finding = group[0][0]
    drawn = next((shown.structure for shown in finding.evidence if shown.structure), "")
    if finding.verdict is Verdict.REVIEW or not drawn:
        return _span(finding), finding.verdict
    return finding.verdict, tuple(one.rule for one, _ in group), drawn


def _graver(finding: Finding, other: Finding) -> bool:
    return SCREEN.verdicts.index(finding.verdict) < SCREEN.verdicts.index(other.verdict)
