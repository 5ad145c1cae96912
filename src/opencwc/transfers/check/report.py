"""Answers on planned shipments as a report that a person reads and decides by: each shipment a card with its duties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from opencwc.convention import Convention
from opencwc.finding import Finding, Message, Tone, Verdict
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Badge,
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
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.transfers.check.checking import Answer
from opencwc.transfers.check.formats import CheckTally, owed_by
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.transfers.check.weighing import STATES_OF_DUTY, Owed
from opencwc.wording import say, sentence
from opencwc.wording.lists import rule_said

CHECK_TONES: dict[Verdict, Tone] = {
    Verdict.PROHIBITED: "grave", Verdict.REVIEW: "doubt", Verdict.ALLOWED_WITH: "mild", Verdict.UNREADABLE: "gap",
    Verdict.ALLOWED: "calm",
}  # fmt: skip
MOST_CARDS = 2_000
MOST_ROWS = 500


def check_report(
    answers: Sequence[Answer],
    tally: CheckTally,
    summary: Sequence[Message],
    convention: Convention,
    lang: str = "en",
    file: str = "",
) -> Report:
    """Return answers as a document; ``summary`` is what was checked (`opencwc.transfers.check.formats.summary`)."""
    return _Reporter(convention, lang, file).report(answers, tally, summary)


class _Reporter:
    def __init__(self, convention: Convention, lang: str, file: str) -> None:
        self.convention = convention
        self.lang = lang
        self.file = file

    def report(self, answers: Sequence[Answer], tally: CheckTally, summary: Sequence[Message]) -> Report:
        weighed = [answer for answer in answers if any(finding.rule for finding in answer.findings)]
        free = [answer for answer in answers if answer not in weighed and answer.verdict is not Verdict.UNREADABLE]
        unread = [answer for answer in answers if answer not in weighed and answer.verdict is Verdict.UNREADABLE]
        weighed.sort(key=lambda answer: CHECK.verdicts.index(answer.verdict))
        parts: list[tuple[str, str, Iterator[Block]]] = [
            ("result", "report_counts", self.counts(tally)),
            ("shipments", "transfers_report_answers", self.answers(weighed)),
        ]
        if unread:
            parts.append(("unread", "transfers_report_unread", self.rows(unread, "transfers_report_unread")))
        if free:
            parts.append(("free", "transfers_report_free", self.rows(free, "transfers_report_free")))
        checked: list[Words] = [Text(self.file, verbatim=True)] if self.file else []
        checked += (sentence(message, self.lang) for message in summary)
        first = Section("checked", self.say("report_checked"), (Bullets(tuple(checked)),), wide=False)
        sections = [first, *(Section(name, self.say(title), blocks) for name, title, blocks in parts)]
        return Report(
            title=self.say("transfers_report_title"),
            lang=self.lang,
            labels=labels_in(self.lang),
            lead=tuple(sentence(message, self.lang) for message in summary[:2]),
            contents=tuple((section.id, section.title) for section in sections),
            sections=sections,
            closing=(self.sentence("transfers_report_person"),),
            main="shipments",
        )

    def counts(self, tally: CheckTally) -> Iterator[Block]:
        """Count the shipments by verdict, with what each means."""
        yield Counts(
            tuple(
                Count(self.badge(verdict), tally.by_verdict[verdict], self.sentence(f"means_{verdict}"))
                for verdict in CHECK.verdicts
            )
        )

    def answers(self, answers: Sequence[Answer]) -> Iterator[Block]:
        """Show each answer of an entry as a card."""
        pairs = [(answer, finding) for answer in answers for finding in answer.findings if finding.rule]
        if pairs:
            filters = (("verdict", "label_verdict"), ("entry", "label_entry"), ("to", "transfers_label_to"))
            cards = (self.card(*pair, number) for number, pair in enumerate(pairs[:MOST_CARDS], 1))
            yield Cards(cards, tuple(Filter(facet, self.heading(label)) for facet, label in filters))
        if len(pairs) > MOST_CARDS:
            yield Paragraph((self.sentence("transfers_report_rest", count=len(pairs) - MOST_CARDS),), "warning")
        yield Paragraph((self.sentence("means_allowed"),), "note")

    def card(self, answer: Answer, finding: Finding, number: int) -> Card:
        """Show one entry of a shipment: where it goes, what decides, and what follows until when."""
        rule = finding.rule
        entry = self.convention.find(rule.list, rule.entry) if rule else None
        title = entry.title.get(self.lang, entry.title["en"]) if entry else ""
        shipment = answer.shipment
        facts = [Fact(self.say("label_input"), (Text(shipment.said, verbatim=True),))]
        if answer.states:
            facts.append(
                Fact(
                    self.heading("transfers_label_states"), tuple(say(state.says, self.lang) for state in answer.states)
                )
            )
        quantity = str(shipment.amount) if shipment.amount else shipment.text("quantity")
        concentration = shipment.share.text if shipment.share else shipment.text("concentration")
        texts = {
            "date": shipment.day.isoformat() if shipment.day else shipment.text("date"), "quantity": quantity,
            "concentration": concentration, "purpose": shipment.text("purpose"),
            "consignee": shipment.text("consignee"), "end_user": shipment.text("end_user"),
            "papers": shipment.text("papers"), "certificates": ", ".join(shipment.certificates),
        }  # fmt: skip
        facts += (self.verbatim(f"transfers_label_{name}", text) for name, text in texts.items() if text)
        blocks: list[Block] = [Paragraph((sentence(finding.message, self.lang),)), Facts(tuple(facts))]
        if duties := tuple(self.duties(owed_by(answer, finding))):
            blocks += [Paragraph((self.sentence("transfers_report_duties"),), "lead"), Facts(duties)]
        facets = {
            "verdict": self.say(f"verdict_{finding.verdict}"),
            "to": shipment.receiver.code or shipment.receiver.text,
        }
        heading: list[Words] = []
        if rule:
            facets["entry"] = rule_said(rule, self.lang)
            heading = [facets["entry"], title] if title else [facets["entry"]]
        place = (Fact(self.say("label_row"), (str(shipment.row),)), self.verbatim("label_id", shipment.id))
        return Card(
            id=f"shipment-{number}", heading=tuple(heading), badge=self.badge(finding.verdict), place=place,
            blocks=tuple(blocks), facets=facets,
        )  # fmt: skip

    def duties(self, owed: Sequence[Owed]) -> Iterator[Fact]:
        """Say what has become of each duty, the gravest first, with its last day and its source."""
        for state in STATES_OF_DUTY:
            lines = tuple(self.duty(duty) for duty in owed if duty.state == state)
            if lines:
                yield Fact(self.heading(f"transfers_duty_{state}"), lines)

    def duty(self, owed: Owed) -> Text:
        """Say one duty, with the days and papers that concern it."""
        due = [f"{self.say('transfers_label_due')} {owed.due.isoformat()}"] if owed.due else []
        text = " ".join([*(sentence(message, self.lang) for message in (owed.says, *owed.why)), *due])
        source = f"{owed.rule.source} ({self.say(f'evidence_{owed.rule.evidence}')})"
        return Text(text, note=source, warn=owed.rule.evidence == "unverified")

    def rows(self, answers: Sequence[Answer], caption: str) -> Iterator[Block]:
        """List shipments on which no rule was weighed."""
        headings = tuple(self.say(label) for label in ("label_row", "label_id", "label_input", "label_why"))
        rows: Iterable[tuple[Words, ...]] = (
            (
                str(answer.shipment.row),
                Text(answer.shipment.id, verbatim=True),
                Text(answer.shipment.said, verbatim=True),
                sentence(answer.findings[0].message, self.lang),
            )
            for answer in answers[:MOST_ROWS]
        )
        yield Table(self.say(caption), headings, rows)
        if len(answers) > MOST_ROWS:
            yield Paragraph((self.sentence("transfers_report_rest", count=len(answers) - MOST_ROWS),), "note")

    def verbatim(self, label: str, text: str) -> Fact:
        return Fact(self.heading(label), (Text(text, verbatim=True),))

    def badge(self, verdict: Verdict) -> Badge:
        return Badge(self.say(f"verdict_{verdict}"), CHECK_TONES[verdict])

    def heading(self, name: str) -> str:
        text = say(name, self.lang)
        return text[:1].upper() + text[1:]

    def say(self, name: str) -> str:
        return say(name, self.lang)

    def sentence(self, name: str, **values: int) -> str:
        return sentence(Message(name, dict(values)), self.lang)
