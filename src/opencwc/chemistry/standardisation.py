"""One molecule, however it was drawn: isotopes, stereo, charge-separated and tautomeric drawings, salts and water.

Each step says so when it changed something. What comes out are the components (the dot-separated parts) with their
protons put back to the neutral form, and a note of how each was drawn, so that a rule can judge the chemical by its
structure and its salt form by the entry's own words.
"""

from functools import cache
from typing import NamedTuple

from rdkit import Chem

from opencwc.chemistry.composition import METALS, atoms_of, bonds_of, molecule_key
from opencwc.finding import Message


class Component(NamedTuple):
    """One part of a drawing in its neutral form.

    ``number`` counts the parts from 1 as they stand; ``form`` is ``free``, ``protonated`` (a base with its proton),
    ``anionic`` (an acid without it), ``complexed`` (cut from a metal and now uncharged) or ``charged`` (a charge that
    no proton explains, as in a quaternary); ``role`` is
    ``main``, ``ion`` (a metal or a bare small ion) or ``water``; ``key`` is its composition.
    """

    number: int
    mol: Chem.Mol
    form: str
    role: str
    key: int
    drawn_charge: int

    @property
    def smiles(self) -> str:
        """The component as SMILES, in RDKit's canonical form, without isotopes and stereo."""
        return str(Chem.MolToSmiles(self.mol))


class Standardised(NamedTuple):
    """The components of one drawing and the steps that changed it; ``polymer`` marks a repeating unit drawn as such,
    ``open_bonds`` a mol file's query bonds (any, single or double).
    """

    components: tuple[Component, ...]
    steps: tuple[Message, ...]
    polymer: bool
    open_bonds: bool = False


def standardise(mol: Chem.Mol) -> Standardised:
    """Standardise a sanitised molecule (it is not changed; a copy is).

    >>> from rdkit import Chem
    >>> [part.smiles for part in standardise(Chem.MolFromSmiles("C[N+](C)([H])CCO.[Cl-]")).components]
    ['CN(C)CCO', 'Cl']
    """
    steps: list[Message] = []
    polymer = any(group.GetProp("TYPE") in _POLYMER_GROUPS for group in Chem.GetMolSubstanceGroups(mol))
    work = Chem.RWMol(mol)
    signs = _signs(work)
    for name, sign, step in _STEPS:
        if sign in signs and (count := step(work)):
            steps.append(Message(name, {"count": count}))
    if signs:
        _sanitise(work)
    whole = work.GetMol()
    if "metal" in signs:
        whole, cut = _disconnect_metals(whole)
        if cut:
            steps.append(Message("step_metals"))
    parts = Chem.GetMolFrags(whole, asMols=True, sanitizeFrags=False)
    neutral = [_neutralise(part) for part in parts]
    forms = _forms(list(parts), [(part, form) for part, form, _ in neutral])
    components = []
    for number, ((part, _, _), form, drawn) in enumerate(zip(neutral, forms, parts, strict=True), 1):
        charge = Chem.GetFormalCharge(drawn)
        components.append(Component(number, part, form, _role(part), molecule_key(part), charge))
    turned = sum(count for _, _, count in neutral)
    if turned:
        steps.append(Message("step_tautomer", {"count": turned}))
    if len(components) > 1:
        steps.append(Message("step_components", {"count": len(components)}))
    if any(component.role == "water" for component in components):
        steps.append(Message("step_water"))
    if any(component.form in ("protonated", "anionic") for component in components):
        steps.append(Message("step_protons"))
    return Standardised(tuple(components), tuple(steps), polymer, "open bond" in signs)


def _signs(mol: Chem.Mol) -> set[str]:
    """Look at every atom and bond once, and name what a step could have to do with."""
    return _atom_signs(mol) | _bond_signs(mol)


def _atom_signs(mol: Chem.Mol) -> set[str]:
    signs = set()
    for atom in atoms_of(mol):
        if atom.GetIsotope():
            signs.add("isotope")
        if atom.GetAtomMapNum():
            signs.add("map")
        if atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED:
            signs.add("stereo")
        if atom.GetFormalCharge():
            signs.add("charge")
        if atom.GetNumRadicalElectrons():
            signs.add("radical")
        if atom.HasQuery():
            signs.add("query")
        number = atom.GetAtomicNum()
        if number == 1:
            signs.add("hydrogen")
        elif number in METALS and atom.GetDegree() and atom.GetFormalCharge() >= 0:
            signs.add("metal")  # a metal drawn negative is the centre of a complex, and no salt
    return signs


def _bond_signs(mol: Chem.Mol) -> set[str]:
    signs = set()
    for bond in bonds_of(mol):
        if _is_stereo(bond):
            signs.add("stereo")
        if bond.HasQuery():
            signs.add("open bond")
    return signs


@cache
def pattern(smarts: str) -> Chem.Mol:
    """Return a SMARTS pattern, compiled on first use."""
    return Chem.MolFromSmarts(smarts)


def _clear_isotopes(mol: Chem.RWMol) -> int:
    labelled = [atom for atom in atoms_of(mol) if atom.GetIsotope() and atom.GetAtomicNum()]
    for atom in labelled:
        atom.SetIsotope(0)
    return len(labelled)


def _clear_atom_maps(mol: Chem.RWMol) -> int:
    numbered = [atom for atom in atoms_of(mol) if atom.GetAtomMapNum()]
    for atom in numbered:
        atom.SetAtomMapNum(0)
    return len(numbered)


def _clear_stereo(mol: Chem.RWMol) -> int:
    centres = sum(atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED for atom in atoms_of(mol))
    bonds = sum(map(_is_stereo, bonds_of(mol)))
    Chem.RemoveStereochemistry(mol)
    return centres + bonds


def _is_stereo(bond: Chem.Bond) -> bool:
    return bond.GetStereo() > Chem.BondStereo.STEREOANY or bond.GetBondDir() in _SIDES


def _fold_hydrogens(mol: Chem.RWMol) -> int:
    """Turn drawn hydrogens on one heavy atom into that atom's count."""
    folded = 0
    for atom in reversed(atoms_of(mol)):
        if atom.GetAtomicNum() != 1 or atom.GetDegree() != 1 or atom.GetFormalCharge():
            continue
        (heavy,) = atom.GetNeighbors()
        if heavy.GetAtomicNum() <= 1:
            continue
        if heavy.GetNoImplicit() or heavy.GetIsAromatic():
            heavy.SetNoImplicit(True)
            heavy.SetNumExplicitHs(heavy.GetNumExplicitHs() + 1)
        mol.RemoveAtom(atom.GetIdx())
        folded += 1
    return folded


def _mark_open_atoms(mol: Chem.RWMol) -> int:
    """Turn query atoms of a mol file (A, Q, X, atom lists, R-groups) into dummies: they stand for something unsaid."""
    queries = [atom.GetIdx() for atom in atoms_of(mol) if atom.HasQuery() and atom.GetAtomicNum() != 0]
    for index in queries:
        mol.ReplaceAtom(index, Chem.Atom(0))
    return len(queries)


def _join_charges(mol: Chem.RWMol) -> int:
    """Draw P(+)-O(-) as P=O, and likewise for sulfur, arsenic, carbon and silicon beside O, S, N or Se."""
    joined = 0
    for bond in bonds_of(mol):
        for plus, minus in ((bond.GetBeginAtom(), bond.GetEndAtom()), (bond.GetEndAtom(), bond.GetBeginAtom())):
            while (
                plus.GetFormalCharge() > 0
                and minus.GetFormalCharge() < 0
                and plus.GetAtomicNum() in _TAKES_DOUBLE_BOND
                and minus.GetAtomicNum() in (7, 8, 16, 34)
                and bond.GetBondType() in _ONE_MORE
            ):
                bond.SetBondType(_ONE_MORE[bond.GetBondType()])
                plus.SetFormalCharge(plus.GetFormalCharge() - 1)
                minus.SetFormalCharge(minus.GetFormalCharge() + 1)
                joined += 1
    return joined


def _hydride_cations(mol: Chem.RWMol) -> int:
    """Read the cation drawing of a dialkyl phosphite, (RO)2P(+)=O with no anion beside it, as (RO)2P(H)=O."""
    if sum(atom.GetFormalCharge() for atom in atoms_of(mol)) <= 0:
        return 0
    matches = mol.GetSubstructMatches(pattern(_PHOSPHITE_CATION))
    for index, *_rest in matches:
        _redraw(mol.GetAtomWithIdx(index), charge=0, hydrogens=1)
    return len(matches)


def _hydride_radicals(mol: Chem.RWMol) -> int:
    """Read (RO)2[P]=O, a bracket that forgets its hydrogen, as (RO)2P(H)=O."""
    matches = _apart(mol, _PHOSPHITE_RADICAL)
    for index, *_rest in matches:
        atom = mol.GetAtomWithIdx(index)
        atom.SetNumRadicalElectrons(0)
        _redraw(atom, charge=atom.GetFormalCharge(), hydrogens=1)
    return len(matches)


def _redraw(atom: Chem.Atom, *, charge: int, hydrogens: int) -> None:
    """Give an atom a charge, and exactly so many hydrogens."""
    atom.SetFormalCharge(charge)
    atom.SetNoImplicit(True)
    atom.SetNumExplicitHs(hydrogens)


def _join_amidine_oxide(mol: Chem.RWMol) -> int:
    """Draw N(+)=C-N=P-O(-) as N-C=N-P=O: two drawings of one amidine."""
    matches = _apart(mol, _AMIDINE_OXIDE)
    for charged, carbon, nitrogen, phosphorus, oxygen in matches:
        for one, other, kind in (
            (charged, carbon, Chem.BondType.SINGLE),
            (carbon, nitrogen, Chem.BondType.DOUBLE),
            (nitrogen, phosphorus, Chem.BondType.SINGLE),
            (phosphorus, oxygen, Chem.BondType.DOUBLE),
        ):
            mol.GetBondBetweenAtoms(one, other).SetBondType(kind)
        mol.GetAtomWithIdx(charged).SetFormalCharge(0)
        mol.GetAtomWithIdx(oxygen).SetFormalCharge(0)
    return len(matches)


def _shift_amidinium(mol: Chem.RWMol) -> int:
    """Move the charge of an amidinium drawing to the nitrogen that carries a proton, N(H)-C=N(+) to N(+)(H)=C-N."""
    shifted = 0
    while matches := _apart(mol, _AMIDINIUM):
        for match in matches:
            bearer, carbon, charged = (mol.GetAtomWithIdx(index) for index in match)
            mol.GetBondBetweenAtoms(bearer.GetIdx(), carbon.GetIdx()).SetBondType(Chem.BondType.DOUBLE)
            mol.GetBondBetweenAtoms(carbon.GetIdx(), charged.GetIdx()).SetBondType(Chem.BondType.SINGLE)
            _redraw(bearer, charge=1, hydrogens=bearer.GetTotalNumHs())
            charged.SetFormalCharge(0)
        _sanitise(mol)
        shifted += len(matches)
    return shifted


def phosphorous_tautomer(mol: Chem.RWMol) -> int:
    """Draw P(III)-OH as P(V)(H)=O, and P-SH as P(H)=S: two drawings of one phosphite, phosphonite or phosphinite."""
    turned = 0
    if not any(atom.GetAtomicNum() == _PHOSPHORUS for atom in atoms_of(mol)):
        return 0
    while matches := _apart(mol, _P_OH) or _apart(mol, _P_SH):
        for match in matches:
            phosphorus, chalcogen = (mol.GetAtomWithIdx(index) for index in match)
            hydrogens = phosphorus.GetTotalNumHs()
            mol.GetBondBetweenAtoms(*match).SetBondType(Chem.BondType.DOUBLE)
            chalcogen.SetNoImplicit(False)
            chalcogen.SetNumExplicitHs(0)
            phosphorus.SetNoImplicit(True)
            phosphorus.SetNumExplicitHs(hydrogens + 1)
        _sanitise(mol)
        turned += len(matches)
    return turned


def _apart(mol: Chem.Mol, smarts: str) -> list[tuple[int, ...]]:
    """Return matches that share no atom, so that all of them can be redrawn before the molecule is looked at again."""
    taken: set[int] = set()
    chosen = []
    for match in mol.GetSubstructMatches(pattern(smarts), maxMatches=mol.GetNumAtoms()):
        if taken.isdisjoint(match):
            taken.update(match)
            chosen.append(match)
    return chosen


def _disconnect_metals(mol: Chem.Mol) -> tuple[Chem.Mol, bool]:
    from rdkit.Chem.MolStandardize import rdMolStandardize

    before = mol.GetNumBonds()
    for atom in atoms_of(mol):
        if any(neighbour.GetAtomicNum() in METALS for neighbour in atom.GetNeighbors()):
            atom.SetAtomMapNum(1)  # remembered through the cut
    try:
        apart = rdMolStandardize.MetalDisconnector().Disconnect(mol)
    except (RuntimeError, ValueError):
        return mol, False
    return apart, apart.GetNumBonds() < before


def _neutralise(part: Chem.Mol) -> tuple[Chem.Mol, str, int]:
    """Give protons back to anions, take them from cations; return the part, its form, the tautomers turned."""
    work = Chem.RWMol(part)
    work.UpdatePropertyCache(strict=False)
    moved = 0
    for atom in atoms_of(work):
        charge = atom.GetFormalCharge()
        if (charge < 0 and _takes_protons(atom)) or (charge > 0 and _gives_protons(atom, charge)):
            _redraw(atom, charge=0, hydrogens=atom.GetTotalNumHs() - charge)
            moved += charge
    _sanitise(work)
    turned = phosphorous_tautomer(work)
    uncharged = "protonated" if moved > 0 else "anionic" if moved else "free"
    return work.GetMol(), "charged" if Chem.GetFormalCharge(work) else uncharged, turned


def _gives_protons(atom: Chem.Atom, number: int) -> bool:
    return bool(atom.GetTotalNumHs() >= number and atom.GetAtomicNum() in (7, 8, 15, 16))


def _takes_protons(atom: Chem.Atom) -> bool:
    if any(neighbour.GetFormalCharge() > 0 for neighbour in atom.GetNeighbors()):
        return False  # nitro, N-oxide, azide, ylide: the charge is the drawing's own
    if atom.GetAtomicNum() == 6:
        return bool(atom.GetOwningMol().GetNumAtoms() == 2 and atom.GetDegree() == 1)  # cyanide
    if atom.GetAtomicNum() == 15:
        return bool(atom.GetDegree() <= 3)  # a phosphite anion, not hexafluorophosphate
    return atom.GetAtomicNum() in (7, 8, 9, 16, 17, 34, 35, 53)


def _forms(drawn: list[Chem.Mol], parts: list[tuple[Chem.Mol, str]]) -> list[str]:
    """Name the form of each part, seeing a base and an acid side by side, uncharged, as the salt that they are.

    An acid may be half neutralised, its proton may stand apart, and a negative sum of charges means that the bases
    were drawn without their protons.
    """
    if len(parts) == 1:
        return [_bound_form(*parts[0])]
    short = sum(Chem.GetFormalCharge(part) for part in drawn) < 0
    acids = [part.HasSubstructMatch(pattern(_ACID)) or _is_proton(part) for part in drawn]
    bases = [form == "free" and part.HasSubstructMatch(pattern(_BASE)) for part, form in parts]
    fluorides = [form == "anionic" and part.HasSubstructMatch(pattern(_FLUORIDE)) for part, form in parts]
    forms = []
    for place, (part, form) in enumerate(parts):
        partners = [other for other in range(len(parts)) if other != place]
        if bases[place] and (short or any(acids[other] for other in partners)):
            forms.append("protonated")
        elif form == "anionic" and any(_is_proton(drawn[other]) for other in partners):
            forms.append("free")
        elif form == "free" and acids[place] and any(bases[other] or fluorides[other] for other in partners):
            forms.append("anionic")
        else:
            forms.append(_bound_form(part, form))
    return forms


def _bound_form(part: Chem.Mol, form: str) -> str:
    """Tell a part that was cut from a metal and carries no charge now from one that was drawn free."""
    cut = form == "free" and any(atom.GetAtomMapNum() for atom in atoms_of(part))
    for atom in atoms_of(part):
        atom.SetAtomMapNum(0)
    return "complexed" if cut else form


def _is_proton(part: Chem.Mol) -> bool:
    return bool(part.GetNumAtoms() == 1 and part.GetAtomWithIdx(0).GetAtomicNum() == 1)


def _role(part: Chem.Mol) -> str:
    if part.GetNumAtoms() != 1:
        return "main"
    atom = part.GetAtomWithIdx(0)
    if atom.GetAtomicNum() == 8 and not atom.GetFormalCharge():
        return "water"
    return "ion" if atom.GetAtomicNum() in METALS or atom.GetAtomicNum() in (1, 9, 17, 35, 53) else "main"


def _sanitise(mol: Chem.RWMol) -> None:
    try:
        Chem.SanitizeMol(mol)
    except (Chem.MolSanitizeException, RuntimeError, ValueError):
        mol.UpdatePropertyCache(strict=False)


_PHOSPHORUS = 15
_SIDES = (Chem.BondDir.ENDUPRIGHT, Chem.BondDir.ENDDOWNRIGHT)
_POLYMER_GROUPS = {"SRU", "MON", "MER", "COP", "CRO", "GRA", "MOD", "ANY"}
_TAKES_DOUBLE_BOND = (6, 14, 15, 16, 33, 34, 51)
_ONE_MORE = {Chem.BondType.SINGLE: Chem.BondType.DOUBLE, Chem.BondType.DOUBLE: Chem.BondType.TRIPLE}
_PHOSPHITE_CATION = "[P;+1;X3;H0](=[O;X1])([#8])[#6,#8]"
_PHOSPHITE_RADICAL = "[P;+0;X3;v4;H0](=[O;X1])([#8])[#6,#8]"
_AMIDINE_OXIDE = "[N;+1;H0]=[C;+0]-[N;+0]=[P;+0]-[O;-1;X1]"
_AMIDINIUM = "[N;+0;!H0]-[C;+0]=[N;+1;H0]"
_P_OH = "[P;+0;v3]-[O;+0;H1]"
_P_SH = "[P;+0;v3]-[S;+0;H1]"
_ACID = (
    "[$([F,Cl,Br,I;X1;H1;v1]),$([OX2H]C(=O)[#6,#1]),$([OX2H]C=O),$([OX2H]S(=O)(=O)),$([OX2H]P(=O)),$([OX2H][N+](=O)[O-]),"
    "$([OX2H]~[#17,#35,#53]~[OX1]),$([OX2H]B(O)O),$([OX2H]B=O),$([OX2H][As]=O),$([OX2H]c1c([N+](=O)[O-])cc([N+](=O)[O-])cc1)]"
)
_FLUORIDE = "[F;X0]"
_BASE = (
    "[$([NX3;+0;!$(N-[S,P]=[O,S]);!$(N-[N+]=O);!$(N=[#7]);!$(N-C=[O,S,N]);!$(N-C#N);!$(N-c)]),$([NX2;+0]=[CX3]-[NX3]),"
    "$([NX2;+0]=C(P)N),$([NX2;+0]=[CX3]-[OX2]),$([nX2;+0])]"
)
_STEPS = (
    ("step_isotopes", "isotope", _clear_isotopes),
    ("step_maps", "map", _clear_atom_maps),
    ("step_stereo", "stereo", _clear_stereo),
    ("step_hydrogens", "hydrogen", _fold_hydrogens),
    ("step_open_atoms", "query", _mark_open_atoms),
    ("step_charges_joined", "charge", _join_charges),
    ("step_hydride", "charge", _hydride_cations),
    ("step_hydride", "radical", _hydride_radicals),
    ("step_charges_joined", "charge", _join_amidine_oxide),
    ("step_amidinium", "charge", _shift_amidinium),
)
