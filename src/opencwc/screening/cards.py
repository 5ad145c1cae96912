"""A finding and a rule as what a person reads: the card of either, in one language, for reports and pages alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from rdkit import Chem, rdBase

from opencwc.chemistry.drawing import CORE, draw, highlight_classes, is_one_atom
from opencwc.convention import Chemical, Convention, Duty, Entry, Structure
from opencwc.finding import Evidence, Finding, Message, Rule, Value, Verdict
from opencwc.publishing.model import (
    Badge,
    Block,
    Card,
    Excerpt,
    Fact,
    Facts,
    Figure,
    Key,
    Paragraph,
    Piece,
    Text,
    Words,
)
from opencwc.screening.answers import answer_to, reading_message, reason_of, said_alone
from opencwc.screening.cores import parse_condition
from opencwc.screening.groups import UNBOUNDED, parse_place
from opencwc.screening.model import BESIDE, COMPONENT
from opencwc.screening.verb import VERB as SCREEN
from opencwc.verbs import Verb
from opencwc.wording import amount_said, cited, cited_parts, day_said, packing_said, say, sentence
from opencwc.wording.chemical_names import chemical_name, name_said
from opencwc.wording.clauses import in_sentences
from opencwc.wording.lists import list_in_full, list_said, rule_said
from opencwc.wording.typography import dash, in_type

WIDTH, HEIGHT = 320, 220
STATED = ("concentration", "quantity", "packaging", "hs_code", "un_number")
"""The kinds of evidence that a text gives beside a mention."""


class Teller:
    """Tells findings and rules in a language; ``link`` gives the address of what is said of a rule.

    ``verb`` is the verb that made the findings, ``of_file`` is false where they stand in no row of a file, such as
    those of a single value; ``days`` writes the days of a message as the place has them where it is shown.
    """

    def __init__(
        self,
        convention: Convention,
        lang: str,
        link: Callable[[Rule], str],
        *,
        verb: Verb = SCREEN,
        of_file: bool = True,
        days: Callable[[Message, str], Message] = lambda message, lang: message,
    ) -> None:
        self.convention = convention
        self.lang = lang
        self.link = link
        self.tones = verb.tones
        self.of_file = of_file
        self.days = days

    def card(self, finding: Finding, name: str, rests_on: Iterable[Fact] = (), rule_at: str = "") -> Card:
        """Show one finding: where it stands, why, by which atoms, and by which rule.

        ``rests_on`` is what else its verb says that it rests on, ``rule_at`` the address of a rule of no list.
        """
        entry = self.convention.find(finding.rule.list, finding.rule.entry) if finding.rule else None
        heading: list[Words] = []
        facets = {"verdict": self.say(f"verdict_{finding.verdict}")}
        if finding.rule:
            facets |= {
                "list": list_said(finding.rule.list, self.lang),
                "entry": rule_said(finding.rule, self.lang),
            }
            heading.append(Text(finding.rule.entry, to=self.link(finding.rule) if entry else rule_at))
        if entry:
            heading.append(self.title(entry))
        why = self.in_sentences(said_alone(reason_of(finding)))  # what the text states stands below
        blocks: list[Block] = [*self.answer(finding), Paragraph((why,))]
        if excerpt := self.excerpt(finding):
            blocks.append(excerpt)
        if entry and entry.evidence == "unverified":
            blocks.append(Paragraph((Text(self.evidence("unverified"), warn=True),)))
        facts = [Fact(self.say("label_input"), (Text(finding.subject.input, verbatim=True),))]
        facts += self.stated(finding)
        facts += rests_on
        if finding.readings:
            told = (reading_message(reading) for reading in finding.readings)
            facts.append(Fact(self.say("label_readings"), tuple(say(reading, self.lang) for reading in told)))
        if finding.steps:
            facts.append(Fact(self.say("report_steps"), tuple(self.as_sentence(step) for step in finding.steps)))
        if finding.confidence is not None and finding.verdict is not Verdict.NONE:  # there it is of what was not found
            facts.append(Fact(self.say("report_confidence"), (f"{finding.confidence:.2f}",)))
        if entry and finding.rule:
            link = self.say("report_rule_link", entry=entry.id)
            source = self.source(entry.source, entry.evidence)
            facts.append(Fact(self.say("report_rule"), (Text(link, to=self.link(finding.rule), note=source),)))
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

    def answer(self, finding: Finding, *, headed: bool = False) -> Iterator[Paragraph]:
        """Answer first: what a finding of screening comes to and what follows, and what a stated strength means.

        ``headed`` where a heading names the entry and the chemical already.
        """
        if finding.maker.component != COMPONENT:
            return
        answer = answer_to(finding, self.convention)
        said = answer.without_subject if headed and answer.subject else answer.message
        yield Paragraph((self.as_sentence(said),), "lead")
        for strength in answer.beside:
            yield Paragraph((self.as_sentence(strength),))

    def subject(self, finding: Finding) -> str:
        """Name the entry and the chemical of a finding of screening; empty where it rests on no entry."""
        of_screening = finding.maker.component == COMPONENT
        subject = answer_to(finding, self.convention).subject if of_screening else None
        return say(subject, self.lang) if subject else ""

    def place(self, finding: Finding) -> tuple[Fact, ...]:
        """Say where the finding stands in the user's file, and what the chemical was known by."""
        subject = finding.subject
        facts = [Fact(self.say("label_row"), (str(subject.row),))] if self.of_file else []
        if subject.id and self.of_file:
            facts.append(Fact(self.say("label_id"), (Text(subject.id, verbatim=True),)))
        if finding.rule:
            facts.append(Fact(self.say("label_list"), (list_in_full(finding.rule.list, self.lang),)))
        if subject.component is not None and (self.of_file or subject.component > 1):
            facts.append(Fact(self.say("label_component"), (str(subject.component),)))
        if finding.basis:
            facts.append(Fact(self.say("label_basis"), (self.say(f"basis_{finding.basis}"),)))
        return tuple(facts)

    def excerpt(self, finding: Finding) -> Excerpt | None:
        """Show the text around a mention with the mention marked; ``None`` where the finding is of no text."""
        shown = next((evidence for evidence in finding.evidence if evidence.kind == "mention"), None)
        if shown is None:
            return None
        start = min(shown.span[0], BESIDE)
        end = start + shown.span[1] - shown.span[0]
        tone = self.tones[finding.verdict]
        pieces = (Piece(shown.value[:start]), Piece(shown.value[start:end], tone), Piece(shown.value[end:]))
        return Excerpt(tuple(piece for piece in pieces if piece.text))

    def stated(self, finding: Finding) -> Iterator[Fact]:
        """Say what the text states beside a mention: concentration, quantity, packing, codes."""
        stated: dict[str, list[Words]] = {}
        for evidence in finding.evidence:
            if evidence.kind in STATED:
                stated.setdefault(evidence.kind, []).append(self.as_read(evidence.kind, evidence.label, evidence.value))
        for kind, values in stated.items():
            yield Fact(self.say(f"stated_{kind}"), tuple(values))

    def as_read(self, kind: str, written: str, value: str) -> Text:
        """Show what a text states as it is written, and what it was read as where that says more."""
        read = packing_said(value, self.lang) if kind == "packaging" else amount_said(value, self.lang)
        return Text(written, verbatim=True, note=read if _says_more(written, value) else "")

    def figure(self, finding: Finding, entry: Entry | None, name: str) -> Figure | None:
        """Draw the component with its deciding atoms, or the salt that the entry names.

        ``None`` where no atom decides, or where one atom is all of it.
        """
        shown = [evidence for evidence in finding.evidence if evidence.kind == "atoms" and evidence.structure]
        salt = _named_salt(entry)
        if not shown or (not salt and is_one_atom(shown[0].structure)):
            return None
        labels = highlight_classes([evidence.label for evidence in shown])
        legend = []
        for evidence in shown:
            text = self.say("report_legend_core") if evidence.label == CORE else self.what_stands(evidence, entry)
            legend.append(Key(labels[evidence.label], "" if evidence.label == CORE else evidence.label, text))
        drawn = salt or shown[0].structure
        svg = draw(
            drawn,
            {CORE: range(Chem.MolFromSmiles(salt).GetNumAtoms())}
            if salt
            else {evidence.label: evidence.atoms for evidence in shown},
            WIDTH,
            HEIGHT,
            title=self.say("report_drawing"),
            description=" ".join((drawn, *(f"{key.letter} {key.text}." for key in legend))),
            name=name,
            instead=self.say("report_not_drawn"),
        )
        return Figure(svg, self.say("report_legend"), tuple(legend))

    def excepted(self, name: str) -> str:
        """Name what an entry yields to: a Schedule in the reader's language, an entry by its number."""
        schedule = name.removeprefix("Schedule ")
        return name if schedule == name else self.say("page_figure_schedule", schedule=schedule)

    def what_stands(self, place: Evidence, entry: Entry | None) -> str:
        """Say what stands in a place: the group, as the place's own kind judges it."""
        drawings = (*entry.structure, *entry.doubt) if entry else ()
        written = next((drawing.places[place.label] for drawing in drawings if place.label in drawing.places), "")
        group = _group(place, written) if written else None
        return say(group, self.lang) if group else self.say("report_place", place=place.label)

    def rule(self, entry: Entry, name: str) -> Card:
        """Write one rule: in plain words, as the file has it, its source, its date, and what follows."""
        facts: list[Fact] = []
        if entry.meaning:
            facts.append(Fact(self.say("report_meaning"), (self.in_language(entry.meaning),)))
        facts += self.structures(entry)
        named = tuple(self.chemical(example) for example in entry.examples)
        exempt = tuple(self.chemical(chemical) for chemical in entry.exempt)
        for label, values in (("report_examples", named), ("report_exempt", exempt)):
            if values:
                facts.append(Fact(self.say(label), values))
        if entry.except_entries:
            facts.append(Fact(self.say("report_except"), tuple(map(self.excepted, entry.except_entries))))
        facts.append(Fact(self.say("report_salts"), (self.sentence(f"salts_{entry.salts}"),)))
        grade = Text(self.evidence(entry.evidence), warn=entry.evidence == "unverified")
        own = {lang for _, lang in cited_parts(entry.source, self.lang)} == {self.lang}
        source = Text(self.cited(entry.source), lang="" if own else "en")
        facts.append(Fact(self.say("report_source"), (source,)))
        facts.append(Fact(self.say("report_evidence"), (grade,)))
        since = day_said(entry.in_force.start, self.lang) if entry.in_force.start else self.say("report_unknown_date")
        until = f" {dash(self.lang)} {day_said(entry.in_force.end, self.lang)}" if entry.in_force.end else ""
        facts.append(Fact(self.say("report_in_force"), (since + until,)))
        duties = tuple(self.duty(duty) for duty in self.convention.duties_for(entry))
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
                yield Fact(self.say(label), tuple(self.structure(drawing) for drawing in drawings))
        places = {
            name: kind for structure in (*entry.structure, *entry.doubt) for name, kind in structure.places.items()
        }
        if places:
            colon = self.say("label_colon")
            told = tuple(Text(f"{name}{colon}{self.place_in_words(kind)}", note=kind) for name, kind in places.items())
            yield Fact(self.say("report_places"), told)
        conditions = dict.fromkeys(item for structure in entry.structure for item in structure.where)
        if conditions:
            yield Fact(self.say("report_where"), tuple(self.condition(item) for item in conditions))
        if any(structure.rest == "free" for structure in entry.structure):
            yield Fact(self.say("report_rest"), (self.sentence("report_rest_free"),))

    def condition(self, written: str) -> str:
        """Say what must also hold of the molecule."""
        kind, symbol, number = parse_condition(written)
        return self.say(f"rule_where_{kind.replace(' ', '_')}", symbol=symbol, number=number)

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
            groups = tuple(Message(f"group_{group}") for group in place.bearing)
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
        named = chemical_name(chemical.cas, chemical.name, self.lang)
        lang = "en" if named == chemical.name and self.lang != "en" else ""
        return Text(say(Message("name_and_code", {"name": named, "code": f"CAS {chemical.cas}"}), self.lang), lang=lang)

    def badge(self, verdict: Verdict) -> Badge:
        """Return the word and tone of a verdict."""
        return Badge(self.say(f"verdict_{verdict}"), self.tones[verdict])

    def title(self, entry: Entry) -> Text:
        """Return the title of an entry in the reader's language: the list's, else the chemical's name, else English."""
        named = entry.title["en"] if self.lang in entry.title else name_said(entry.title["en"], self.lang)
        return self.in_language(entry.title) if named == entry.title["en"] else Text(in_type(named, self.lang))

    def in_language(self, texts: Mapping[str, str]) -> Text:
        """Choose the reader's language among texts, or English, said to be so."""
        if self.lang in texts:
            return Text(in_type(texts[self.lang], self.lang))
        return Text(texts["en"], lang="en")

    def source(self, source: str, evidence: str) -> str:
        """Name a source, with how sure it is."""
        return f"{self.cited(source)} ({self.evidence(evidence)})"

    def cited(self, source: str) -> str:
        """Name a source as it stands by itself, with a capital."""
        said = cited(source, self.lang)
        return said[:1].upper() + said[1:]

    def evidence(self, grade: str) -> str:
        """Say how sure a source is."""
        return self.say(f"evidence_{grade}")

    def say(self, name: str, **values: Value) -> str:
        """Say a message in the reader's language."""
        return say(self.days(Message(name, dict(values)), self.lang), self.lang)

    def sentence(self, name: str, **values: Value) -> str:
        """Say a message as a sentence in the reader's language."""
        return self.as_sentence(Message(name, dict(values)))

    def as_sentence(self, message: Message) -> str:
        """Say a message of a finding as a sentence in the reader's language."""
        return sentence(self.days(message, self.lang), self.lang)

    def in_sentences(self, message: Message) -> str:
        """Say a message of a finding as running text, each of its facts a sentence."""
        return in_sentences(self.days(message, self.lang), self.lang)


def _says_more(written: str, value: str) -> bool:
    """Tell whether a value says more than what is written does.

    >>> _says_more("12 drums", "drum 12"), _says_more("half a tonne", "0.5 t")
    (False, True)
    """
    return not all(word in written for word in value.split())


def _named_salt(entry: Entry | None) -> str:
    """Return the salt that an entry names as a whole; its component alone may be another chemical, such as an acid."""
    cores = [structure.core for structure in entry.structure] if entry else []
    return cores[0] if len(cores) == 1 and "." in cores[0] else ""


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
