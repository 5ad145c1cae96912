"""A drawing's components against the rulebook: which entries it falls under, by which atoms, and with what doubt.

The order is the law's: structure first, then the salt by the entry's own words, then exemptions, then what one entry
leaves to another.
"""

from collections import Counter
from typing import NamedTuple, cast

from rdkit import Chem

from opencwc.chemistry.composition import atoms_of
from opencwc.chemistry.standardisation import Component, Standardised
from opencwc.convention import Entry
from opencwc.finding import Evidence, Item, Message, Value, Verdict, chemical_named
from opencwc.screening.cores import Drawing, Fit
from opencwc.screening.groups import Answer
from opencwc.screening.rule_index import RuleIndex, Ruling


class Judged(NamedTuple):
    """What one entry says of one component."""

    component: Component
    entry: Entry
    verdict: Verdict
    message: Message
    evidence: tuple[Evidence, ...]
    beside: tuple[tuple[str, int], ...] = ()
    """The parts of the salt that the entry names, as SMILES and number, where it names a whole salt."""

    @property
    def parts(self) -> int:
        """How many parts the named salt has; 0 where the entry names no salt."""
        return 1 + sum(number for _, number in self.beside) if self.beside else 0


def judge(standardised: Standardised, rulebook: RuleIndex) -> list[Judged]:
    """Judge every component; return what is listed, exempt or for review, in the order of components and entries."""
    judged: list[Judged] = []
    for component in standardised.components:
        if component.role == "water" or _is_part(component, judged):
            continue
        found = _by_entry(component, standardised, rulebook)
        judged += [judgement for judgement in found if not any(_leaves_to(judgement, other) for other in found)]
    if not rulebook.convention.excepted:
        return judged
    return [judgement for judgement in judged if judgement.entry.list in rulebook.list_ids]


def _is_part(component: Component, judged: list[Judged]) -> bool:
    """Tell whether a named salt that was found already has this component for its part."""
    return any(component.smiles == smiles for salt in judged for smiles, _ in salt.beside)


def _leaves_to(judged: Judged, other: Judged) -> bool:
    """Tell whether an entry yields to another ("except for those listed in Schedule 1") that surely lists the same."""
    return judged.entry.excepts(other.entry) and other.verdict is Verdict.LISTED


def _by_entry(component: Component, standardised: Standardised, rulebook: RuleIndex) -> list[Judged]:
    numbers = [atom.GetAtomicNum() for atom in atoms_of(component.mol)]
    best: dict[tuple[str, str], tuple[int, Judged]] = {}
    positive = any(atom.GetFormalCharge() > 0 for atom in atoms_of(component.mol))
    for ruling in rulebook.candidates(numbers, positive=positive):
        judged = _apply(ruling, component, standardised)
        if judged is None:
            continue
        key = (ruling.entry.list, ruling.entry.id)
        rank = _RANK[ruling.says, judged.verdict]
        if key not in best or rank < best[key][0]:
            best[key] = (rank, judged)
    silenced = {key for key, (_, judgement) in best.items() if judgement.verdict is Verdict.NOT_LISTED}
    told = [judgement for key, (_, judgement) in best.items() if key not in silenced]
    return [judgement for judgement in told if not any(_answers_for(other, judgement) for other in told)]


def _answers_for(salt: Judged, other: Judged) -> bool:
    """Tell whether a list's own line for a whole salt speaks for what the same list says of its parts."""
    if salt is other or not salt.parts or salt.verdict is not Verdict.LISTED or salt.entry.list != other.entry.list:
        return False
    return other.parts < salt.parts


def _apply(ruling: Ruling, component: Component, standardised: Standardised) -> Judged | None:
    """Hold a component against one drawing of an entry, such as Annex 2B04; return ``None`` where it does not fit."""
    drawing = ruling.drawing
    fits = [fit for core in drawing.cores if (fit := core.fit(component.mol)) is not None]
    fit = next((fit for fit in fits if fit.answer is Answer.YES), fits[0] if fits else None)
    if fit is None or not _has_beside(drawing, component, standardised):
        return None
    if ruling.says == "exempt":
        return _exempt(ruling, component, fit)
    doubts = list(fit.doubts)
    if drawing.beside and _other_ions(drawing, component, standardised):
        doubts.append(Message("doubt_other_ions"))
    if ruling.says == "doubt":
        doubts.append(Message(ruling.structure.because or "doubt_near"))
    if standardised.open_bonds:
        doubts.append(Message("doubt_open_bond"))
    if standardised.polymer:
        doubts.append(Message("doubt_polymer"))
    if drawing.structure.counter_ions and not _counter_ions_fit(
        drawing.structure.counter_ions, component, standardised
    ):
        doubts.append(Message("doubt_counter_ions"))
    salt = _salt(ruling, component, named=bool(drawing.beside))
    if salt == "excluded":
        verdict, doubts = Verdict.NOT_LISTED, []
    elif salt.startswith("doubt"):
        doubts.append(Message(salt))
    if salt != "excluded":
        verdict = Verdict.REVIEW if doubts else Verdict.LISTED
    said = _message(ruling, fit, salt, list({doubt.id: doubt for doubt in doubts}.values()))
    beside = tuple(drawing.beside_smiles.items())
    return Judged(component, ruling.entry, verdict, said, _evidence(component, fit), beside)


def _exempt(ruling: Ruling, component: Component, fit: Fit) -> Judged | None:
    chemical = ruling.chemical
    if chemical is None or fit.answer is not Answer.YES or component.form not in ("free", chemical.salts or "free"):
        return None
    name = chemical_named(chemical.name, chemical.cas)
    said = Message("why_exempt", {"entry": ruling.entry.id, "name": name})
    return Judged(component, ruling.entry, Verdict.EXEMPT, said, _evidence(component, fit))


def _salt(ruling: Ruling, component: Component, *, named: bool) -> str:
    """Say what the entry's words make of the form drawn: ``covered``, ``excluded``, ``free`` or the id of a doubt."""
    clause, form = ruling.entry.salts, component.form
    if named:
        return "free"
    if ruling.structure.form != "free":
        return "covered"
    if form == "free" or (form == "charged" and clause in ("covered", "as_drawn")):
        return "free"
    if form == "complexed":
        return clause if clause in ("covered", "excluded") else "doubt_complexed"
    if form == "charged":
        return "free" if Chem.GetFormalCharge(component.mol) == component.drawn_charge else "doubt_salt_silent"
    if clause in ("covered", "excluded"):
        return clause
    if form == "protonated" and clause in ("protonated", "alkylated_or_protonated"):
        return "covered"
    return "doubt_salt_silent" if clause in ("silent", "as_drawn") else "doubt_salt_other"


def _has_beside(drawing: Drawing, component: Component, standardised: Standardised) -> bool:
    if not drawing.beside:
        return True
    others = Counter(other.smiles for other in standardised.components if other.number != component.number)
    return all(others[smiles] >= number for smiles, number in drawing.beside_smiles.items())


def _other_ions(drawing: Drawing, component: Component, standardised: Standardised) -> bool:
    """Tell whether ions stand beside that are no part of the named salt, as in a double salt or a complex."""
    parts = {component.smiles, *drawing.beside_smiles}
    others = (component for component in standardised.components if component.drawn_charge or component.role == "ion")
    return any(other.smiles not in parts for other in others)


def _counter_ions_fit(wanted: str, component: Component, standardised: Standardised) -> bool:
    """Tell whether exactly the named ions stand beside: ``2 Br``; water does not count."""
    number, _, element = wanted.partition(" ")
    others = [one for one in standardised.components if one.number != component.number and one.role != "water"]
    return len(others) == int(number) and all(other.smiles == element for other in others)


def _message(ruling: Ruling, fit: Fit, salt: str, doubts: list[Message]) -> Message:
    entry = ruling.entry
    values: dict[str, Value] = {"entry": entry.id, "places": _places(fit)}
    if ruling.structure.rest == "free" and fit.places:
        values["group"] = fit.places[0].says.values["group"]
        about = "why_free_open" if values["group"] == Message("group_open") else "why_free"
    elif fit.places:
        about = "why_family_open" if Message("doubt_open_atom") in doubts else "why_family"
    elif ruling.says == "doubt":
        about = "why_near"
    else:
        about = "why_named"
        values["name"] = _named(ruling)
    return Message(
        "why_doubtful" if doubts else "why",
        {
            "about": Message(about, values),
            "salt": Message("salt_covered") if salt == "covered" and ruling.structure.rest == "closed" else "",
            "doubts": tuple(doubts),
            "unverified": Message("unverified") if entry.evidence == "unverified" else "",
        },
    )


def _places(fit: Fit) -> tuple[Item, ...]:
    """Say what each atom of the core carries, each thing once with how often."""
    carried: dict[tuple[int, str], list[Message]] = {}
    for place in fit.places:
        carried.setdefault((place.anchor, place.says.id), []).append(cast("Message", place.says.values["group"]))
    return _each_once([Message(id, {"group": _together(groups)}) for (_, id), groups in carried.items()])


def _together(groups: list[Message]) -> Value:
    told = _each_once(groups)
    return told[0] if len(told) == 1 else told


def _each_once(said: list[Message]) -> tuple[Item, ...]:
    return tuple(
        message if (times := said.count(message)) == 1 else Message("place_times", {"place": message, "times": times})
        for number, message in enumerate(said)
        if message not in said[:number]
    )


def _named(ruling: Ruling) -> Message | str:
    """Name the printed example that this drawing is, or else the entry itself."""
    examples = ruling.entry.examples
    match = next((example for example in examples if example.smiles == ruling.structure.core), None)
    named = match or (examples[0] if len(examples) == 1 else None)
    return chemical_named(named.name, named.cas) if named else Message("by_language", dict(ruling.entry.title))


def _evidence(component: Component, fit: Fit) -> tuple[Evidence, ...]:
    """Point at the atoms that decide, in the order of the component's own SMILES."""
    smiles = component.smiles
    order = list(component.mol.GetPropsAsDict(includePrivate=True, includeComputed=True)["_smilesAtomOutputOrder"])
    place = {old: new for new, old in enumerate(order)}
    core = Evidence("atoms", "core", smiles, tuple(sorted(place[index] for index in fit.atoms)))
    groups = [
        Evidence("atoms", one.label, smiles, tuple(sorted(place[index] for index in one.atoms))) for one in fit.places
    ]
    return (core, *groups)


_RANK = {
    ("exempt", Verdict.EXEMPT): 0,
    ("listed", Verdict.LISTED): 1,
    ("listed", Verdict.NOT_LISTED): 2,
    ("listed", Verdict.REVIEW): 3,
    ("doubt", Verdict.REVIEW): 4,
    ("doubt", Verdict.LISTED): 4,
    ("doubt", Verdict.NOT_LISTED): 5,
}
