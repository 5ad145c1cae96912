"""Findings to a report that a person reads and decides by: what was checked, what came out, why, and what follows.

The findings stream through as cards; each rule that was met is written once, behind them, and the cards lead to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import TextIO

from rdkit import Chem, rdBase

from opencwc.chemistry.drawing import CORE, draw, highlight_classes
from opencwc.convention import Chemical, Convention, Duty, Entry, Structure
from opencwc.finding import Evidence, Finding, Message, Rule, Value, Verdict
from opencwc.publishing import (
    Badge,
    Block,
    Bullets,
    Card,
    Cards,
    Count,
    Counts,
    Fact,
    Facts,
    Figure,
    Filter,
    Key,
    Labels,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    Words,
    write_html,
)
from opencwc.publishing.model import Tone
from opencwc.screening.groups import UNBOUNDED, parse_place
from opencwc.screening.model import Checked, Tally
from opencwc.wording import RIGHT_TO_LEFT, say, sentence

TONES: dict[Verdict, Tone] = {
    Verdict.LISTED: "grave",
    Verdict.REVIEW: "doubt",
    Verdict.EXEMPT: "mild",
    Verdict.UNREADABLE: "gap",
    Verdict.NOT_LISTED: "calm",
}
SHOWN_ROWS = 500
"""Rows without a card (not read, or not listed) that are shown one by one; the rest is counted."""
WIDTH, HEIGHT = 320, 220


def write_report(
    stream: TextIO,
    findings: Iterable[Finding],
    checked: Checked,
    tally: Tally,
    convention: Convention,
    lang: str = "en",
    drawn_most: int = 2000,
    made: date | None = None,
) -> None:
    """Write the findings of one screening as a self-contained HTML page.

    ``findings`` may stream; what has no rule (rows not read, rows not listed) is set apart from the cards, and
    findings beyond ``drawn_most`` are counted, not drawn. ``made`` is the day that the page names, today unless given.
    """
    write_html(_Reporter(checked, tally, convention, lang, drawn_most, made or date.today()).report(findings), stream)


@dataclass
class _Apart:
    """Rows without a card: the first ones, and how many in all."""

    first: list[Finding] = field(default_factory=list)
    number: int = 0

    def add(self, finding: Finding) -> None:
        self.number += 1
        if len(self.first) < SHOWN_ROWS:
            self.first.append(finding)


class _Reporter:
    """Makes the report of one screening; what the cards met on their way is remembered for the sections behind them."""

    def __init__(
        self, checked: Checked, tally: Tally, convention: Convention, lang: str, drawn_most: int, made: date
    ) -> None:
        self.checked = checked
        self.tally = tally
        self.convention = convention
        self.lang = lang
        self.drawn_most = drawn_most
        self.made = made
        self.unread = _Apart()
        self.clear = _Apart()
        self.rows_drawn: set[int] = set()
        self.not_drawn = 0
        self.met: dict[Rule, str] = {}

    def report(self, findings: Iterable[Finding]) -> Report:
        """Return the report; its sections must be taken in order."""
        counts = {str(one): self.tally.by_verdict[one] for one in Verdict}
        return Report(
            title=self.say("report_title"),
            lang=self.lang,
            direction="rtl" if self.lang in RIGHT_TO_LEFT else "ltr",
            labels=Labels(
                skip=self.say("report_skip"),
                contents=self.say("report_contents"),
                filter=self.say("report_filter"),
                search=self.say("report_search"),
                all=self.say("report_all"),
                reset=self.say("report_reset"),
                shown=self.say("report_shown", shown="{shown}", total="{total}"),
                cut=self.say("report_cut", length="{length}", limit="{limit}"),
            ),
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
        known = {one.id: one for one in self.convention.known_lists}
        lists: list[Words] = []
        for name, title, day in self.checked.lists:
            told = self.say("report_list", title=title, id=name, date=day)
            note = self.source(known[name].source, known[name].evidence) if name in known else ""
            lists.append(Text(told, note=note))
        facts = [
            Fact(self.say("report_lists"), tuple(lists)),
            Fact(self.say("report_as_of"), (self.checked.as_of,)),
            Fact(self.say("report_rows"), (f"{self.tally.rows:,}".replace(",", "\u202f"),)),
        ]
        if self.checked.file:
            facts.append(Fact(self.say("report_file"), (Text(self.checked.file, verbatim=True),)))
        if self.checked.column:
            facts.append(Fact(self.say("report_column"), (Text(self.checked.column, verbatim=True),)))
        if self.checked.notes:
            facts.append(
                Fact(self.say("report_notes"), tuple(sentence(note, self.lang) for note in self.checked.notes))
            )
        made = self.sentence("report_made_by", version=self.checked.version, date=self.made.isoformat())
        facts.append(Fact(self.say("report_made"), (made,)))
        return Facts(tuple(facts))

    def result(self) -> Iterator[Block]:
        """Count the rows by verdict, and say plainly what was not checked."""
        yield Counts(
            tuple(Count(self.badge(one), self.tally.by_verdict[one], self.sentence(f"means_{one}")) for one in Verdict)
        )
        yield Paragraph((self.sentence("report_once"),), "note")
        if self.tally.by_verdict[Verdict.UNREADABLE]:
            yield Paragraph((Text(self.sentence("summary_unreadable"), to="unreadable"),), "warning")

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

    def missing(self) -> int:
        """Count the rows that the tally holds and no finding was handed over for."""
        to_draw = sum(self.tally.by_verdict[one] for one in (Verdict.LISTED, Verdict.REVIEW, Verdict.EXEMPT))
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

    def card(self, finding: Finding, name: str) -> Card:
        """Show one finding: where it stands, why, by which atoms, and by which rule."""
        entry = self.convention.find(finding.rule.list, finding.rule.entry) if finding.rule else None
        heading: list[Words] = []
        facets = {"verdict": self.say(f"verdict_{finding.verdict}")}
        if finding.rule:
            facets |= {"list": finding.rule.list, "entry": f"{finding.rule.list} {finding.rule.entry}"}
            heading.append(Text(finding.rule.entry, to=self.anchor(finding.rule) if entry else ""))
        if entry:
            heading.append(self.title(entry))
        blocks: list[Block] = [Paragraph((sentence(finding.message, self.lang),))]
        if entry and entry.evidence == "unverified":
            blocks.append(Paragraph((Text(self.evidence("unverified"), warn=True),)))
        facts = [Fact(self.say("label_input"), (Text(finding.subject.input, verbatim=True),))]
        if finding.steps:
            facts.append(Fact(self.say("report_steps"), tuple(sentence(step, self.lang) for step in finding.steps)))
        if finding.confidence is not None:
            facts.append(Fact(self.say("report_confidence"), (f"{finding.confidence:.2f}",)))
        if entry and finding.rule:
            link = self.say("report_rule_link", entry=entry.id)
            source = self.source(entry.source, entry.evidence)
            facts.append(Fact(self.say("report_rule"), (Text(link, to=self.anchor(finding.rule), note=source),)))
        blocks.append(Facts(tuple(facts)))
        return Card(
            id=name,
            heading=tuple(heading),
            badge=self.badge(finding.verdict),
            place=self.place(finding),
            figure=self.figure(finding, entry, name),
            blocks=tuple(blocks),
            facets=facets,
        )

    def place(self, finding: Finding) -> tuple[Fact, ...]:
        """Say where the finding stands in the user's file, and what the chemical was known by."""
        subject = finding.subject
        facts = [Fact(self.say("label_row"), (str(subject.row),))]
        if subject.id:
            facts.append(Fact(self.say("label_id"), (Text(subject.id, verbatim=True),)))
        if finding.rule:
            facts.append(Fact(self.say("label_list"), (finding.rule.list,)))
        if subject.component is not None:
            facts.append(Fact(self.say("label_component"), (str(subject.component),)))
        if finding.basis:
            facts.append(Fact(self.say("label_basis"), (self.say(f"basis_{finding.basis}"),)))
        return tuple(facts)

    def figure(self, finding: Finding, entry: Entry | None, name: str) -> Figure | None:
        """Draw the component with its deciding atoms; ``None`` where no atom decides."""
        shown = [one for one in finding.evidence if one.kind == "atoms" and one.structure]
        if not shown:
            return None
        labels = highlight_classes([one.label for one in shown])
        legend = []
        for one in shown:
            text = self.say("report_legend_core") if one.label == CORE else self.what_stands(one, entry)
            legend.append(Key(labels[one.label], "" if one.label == CORE else one.label, text))
        svg = draw(
            shown[0].structure,
            {one.label: one.atoms for one in shown},
            WIDTH,
            HEIGHT,
            title=self.say("report_drawing"),
            description=" ".join((shown[0].structure, *(f"{key.letter} {key.text}." for key in legend))),
            name=name,
            instead=self.say("report_not_drawn"),
        )
        return Figure(svg, self.say("report_legend"), tuple(legend))

    def what_stands(self, place: Evidence, entry: Entry | None) -> str:
        """Say what stands in a place: the group, as the place's own kind judges it."""
        drawings = (*entry.structure, *entry.doubt) if entry else ()
        written = next((one.places[place.label] for one in drawings if place.label in one.places), "")
        group = _group(place, written) if written else None
        return say(group, self.lang) if group else self.say("report_place", place=place.label)

    def rules(self) -> Iterator[Block]:
        """Write each rule that a card rests on, once, with the duties that follow from it."""
        if not self.met:
            yield Paragraph((self.sentence("report_no_rules"),))
        entries = [(self.convention.find(rule.list, rule.entry), name) for rule, name in self.met.items()]
        order = {one.id: number for number, one in enumerate(self.convention.lists)}
        known = [(entry, name) for entry, name in entries if entry]
        known.sort(key=lambda pair: (order.get(pair[0].list, 0), pair[0].id))
        yield Cards(self.rule(entry, name) for entry, name in known)

    def rule(self, entry: Entry, name: str) -> Card:
        """Write one rule: in plain words, as the file has it, its source, its date, and what follows."""
        facts: list[Fact] = []
        if entry.meaning:
            facts.append(Fact(self.say("report_meaning"), (self.in_language(entry.meaning),)))
        facts += self.structures(entry)
        named = tuple(self.chemical(one) for one in entry.examples)
        exempt = tuple(self.chemical(one) for one in entry.exempt)
        for label, values in (("report_examples", named), ("report_exempt", exempt)):
            if values:
                facts.append(Fact(self.say(label), values))
        if entry.except_entries:
            facts.append(Fact(self.say("report_except"), entry.except_entries))
        facts.append(Fact(self.say("report_salts"), (self.sentence(f"salts_{entry.salts}"),)))
        grade = Text(self.evidence(entry.evidence), warn=entry.evidence == "unverified")
        facts.append(Fact(self.say("report_source"), (Text(entry.source, lang="en"),)))
        facts.append(Fact(self.say("report_evidence"), (grade,)))
        since = entry.in_force.start.isoformat() if entry.in_force.start else self.say("report_unknown_date")
        until = f" – {entry.in_force.end.isoformat()}" if entry.in_force.end else ""
        facts.append(Fact(self.say("report_in_force"), (since + until,)))
        duties = tuple(self.duty(one) for one in self.convention.duties_for(entry))
        facts.append(Fact(self.say("report_duties"), duties or (self.sentence("report_no_duties"),)))
        return Card(
            id=name,
            heading=(entry.id, self.title(entry)),
            place=(Fact(self.say("label_list"), (entry.list,)),),
            blocks=(Facts(tuple(facts)),),
        )

    def structures(self, entry: Entry) -> Iterator[Fact]:
        """Write the cores and the places as the rule file has them, and the places in words."""
        for label, drawings in (("report_core", entry.structure), ("report_near", entry.doubt)):
            if drawings:
                yield Fact(self.say(label), tuple(self.structure(one) for one in drawings))
        places = {name: kind for one in (*entry.structure, *entry.doubt) for name, kind in one.places.items()}
        if places:
            told = tuple(Text(f"{name}: {self.place_in_words(kind)}", note=kind) for name, kind in places.items())
            yield Fact(self.say("report_places"), told)
        conditions = dict.fromkeys(item for one in entry.structure for item in one.where)
        if conditions:
            yield Fact(self.say("report_where"), tuple(Text(item, lang="en") for item in conditions))
        if any(one.rest == "free" for one in entry.structure):
            yield Fact(self.say("report_rest"), (self.sentence("report_rest_free"),))

    def structure(self, structure: Structure) -> Text:
        """Write one core as it stands in the rule file, with the form that it is meant for."""
        note = "" if structure.form == "free" else self.say(f"form_{structure.form}")
        return Text(structure.core, verbatim=True, note=note)

    def place_in_words(self, written: str) -> str:
        """Say what may stand in a place."""
        place = parse_place(written)
        if place.kind == "methylenes":
            return self.say("rule_methylenes", low=place.at[0], high=place.at[1])
        told = [self.say(f"rule_{place.kind}")]
        if place.kind == "alkyl" and place.max < UNBOUNDED:
            told = [self.say("rule_alkyl_most", limit=place.max)]
        if place.cyclo:
            told.append(self.say("rule_cyclo"))
        if place.bearing:
            groups = tuple(Message(f"group_{one}") for one in place.bearing)
            told.append(self.say("rule_bearing", groups=groups))
        if place.hydrogen:
            told.append(self.say("rule_hydrogen"))
        if place.doubt:
            told.append(self.say("rule_doubt", limit=place.doubt))
        return self.say("list_separator").join(told)

    def duty(self, duty: Duty) -> Text:
        """Say a duty, with its source."""
        return Text(self.sentence(duty.says, **duty.values), note=self.source(duty.source, duty.evidence))

    def chemical(self, chemical: Chemical) -> Text:
        """Name a printed chemical in the reader's language, with its CAS number."""
        names = chemical.names.get(self.lang, ())
        lang = "" if names or self.lang == "en" else "en"
        return Text(f"{names[0] if names else chemical.name} (CAS {chemical.cas})", lang=lang)

    def not_read(self) -> Iterator[Block]:
        """List the rows that could not be read, with the reason."""
        yield Paragraph((self.sentence("summary_unreadable"),), "warning")
        if self.unread.first:
            yield self.table(self.unread.first, "report_unreadable")
        rows = len({one.subject.row for one in self.unread.first})
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
                str(one.subject.row),
                Text(one.subject.id, verbatim=True) if one.subject.id else "",
                Text(one.subject.input, verbatim=True),
                sentence(one.message, self.lang),
            )
            for one in findings
        )
        headings = ("label_row", "label_id", "label_input", "label_why")
        return Table(self.say(caption), tuple(self.say(one) for one in headings), rows)

    def policies(self) -> Bullets:
        """Say how open questions were answered, and on whose word."""
        known = {f"policy_{one.id}_{one.choice}": one for one in self.convention.policies}
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

    def badge(self, verdict: Verdict) -> Badge:
        """Return the word and tone of a verdict."""
        return Badge(self.say(f"verdict_{verdict}"), TONES[verdict])

    def title(self, entry: Entry) -> Text:
        """Return the title of an entry in the reader's language, or in English."""
        return self.in_language(entry.title)

    def in_language(self, texts: Mapping[str, str]) -> Text:
        """Choose the reader's language among texts, or English, said to be so."""
        if self.lang in texts:
            return Text(texts[self.lang])
        return Text(texts["en"], lang="en")

    def source(self, source: str, evidence: str) -> str:
        """Name a source, with how sure it is."""
        return f"{source} ({self.evidence(evidence)})"

    def evidence(self, grade: str) -> str:
        """Say how sure a source is."""
        return self.say(f"evidence_{grade}")

    def say(self, name: str, **values: Value) -> str:
        """Say a message in the reader's language."""
        return say(Message(name, dict(values)), self.lang)

    def sentence(self, name: str, **values: Value) -> str:
        """Say a message as a sentence in the reader's language."""
        return sentence(Message(name, dict(values)), self.lang)


def _group(place: Evidence, written: str) -> Message | None:
    """Name the group of these atoms; ``None`` where they are no group of the structure."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(place.structure)
    inside = set(place.atoms)
    if mol is None or not inside or max(inside) >= mol.GetNumAtoms():
        return None
    attached = (
        index
        for index in place.atoms
        if any(other.GetIdx() not in inside for other in mol.GetAtomWithIdx(index).GetNeighbors())
    )
    start = next(attached, None)
    return parse_place(written).judge(mol, list(place.atoms), start).group if start is not None else None
