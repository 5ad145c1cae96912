"""From a name or a number to chemicals, in the order of trust: curated, index, systematic, near spelling.

The first step that knows the text answers, with every chemical that it can stand for. How a chemical was found and how
sure that is stays with it; what follows is for `opencwc.screening` to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from opencwc.chemistry.curated_names import TABLES_KEPT, CuratedChemical, CuratedNames, Spelling, curated_names
from opencwc.chemistry.inchi_keys import SKELETON, curated_by_skeleton, inchi_key
from opencwc.chemistry.names import normalise_name
from opencwc.convention import Convention
from opencwc.convention.chemical_names import Name
from opencwc.wording.common_chemicals import english_name

if TYPE_CHECKING:
    from opencwc.chemistry.name_index import NameIndex, Reading
    from opencwc.chemistry.near_names import NearNames
    from opencwc.chemistry.systematic_names import SystematicNames

STEPS = ("curated", "index", "systematic", "near")
"""How a chemical is found, in the order of trust."""


LONGEST_NAME = 1_000
"""Characters; the longest name of the index has 947."""


class Candidate(NamedTuple):
    """A chemical that a text can stand for.

    ``found`` is among `STEPS`; ``sure`` is ``certain``, ``ambiguous`` (the text stands for others too: the other
    candidates) or ``doubtful`` (a near spelling, or a drawing that may not be what the name means: ``doubt`` is the
    message id of the reason). ``written`` is the spelling that was met, ``structures`` are SMILES as the source draws
    them, none for what no drawing can hold; ``chemical`` is set where it is curated.
    """

    name: str
    cas: str
    structures: tuple[str, ...]
    found: str
    sure: str
    written: str = ""
    source: str = ""
    doubt: str = ""
    chemical: CuratedChemical | None = None


class Resolver:
    """Finds the chemicals of names and numbers; the large index and Java are only started when they are needed.

    >>> [(one.name, one.found, one.sure) for one in Resolver(Convention()).resolve("triéthanolamine")]
    [('Triethanolamine', 'curated', 'certain')]
    """

    def __init__(self, convention: Convention, progress: Callable[[int, int], None] | None = None) -> None:
        self.curated = curated_names(convention.written)
        self._progress = progress

    def resolve(self, text: str) -> tuple[Candidate, ...]:
        """Return the candidates of a name, best first; none where no step knows it, or it is too long for a name."""
        if len(text) > LONGEST_NAME:
            return ()
        return (
            self.by_curated_name(text)
            or self.by_index(text)
            or self.by_systematic_names([text])[0]
            or self.by_near_name(text)
        )

    def by_number(self, cas: str) -> tuple[Candidate, ...]:
        """Return the candidates of a CAS number in its normal form: curated, or of the index."""
        if chemical := self.curated.by_cas(cas):
            return (curated_candidate(chemical, "certain", cas),)
        return _of_readings(self.index.by_cas(cas), cas)

    def by_ec(self, ec: str) -> tuple[Candidate, ...]:
        """Return the candidates of an EC number: curated, or of the index, where some stand among the names."""
        chemicals = self.curated.by_ec(ec)
        sure = "certain" if len(chemicals) == 1 else "ambiguous"
        return tuple(curated_candidate(chemical, sure, ec) for chemical in chemicals) or self.by_index(f"EINECS {ec}")

    def by_inchi_key(self, key: str) -> tuple[Candidate, ...]:
        """Return the candidates of an InChIKey; those that only share its skeleton are doubtful, and come alone."""
        curated = curated_by_skeleton(self.curated).get(key[:SKELETON], [])
        keyed = [(whole, curated_candidate(chemical, "certain", key)) for whole, chemical in curated]
        if not any(whole == key for whole, _ in keyed):
            readings = self.index.by_inchi_key(key)
            keyed += [(inchi_key(one.smiles), of_index) for one in readings for of_index in _of_readings([one], key)]
        whole_key = tuple(candidate for whole, candidate in keyed if whole == key)
        return whole_key[:1] or tuple(
            candidate._replace(sure="doubtful", doubt="doubt_key_layers") for _, candidate in keyed
        )

    def by_curated_name(self, text: str) -> tuple[Candidate, ...]:
        """Return the chemicals that a curated name stands for."""
        spellings = self.curated.by_name(text)
        sure = "certain" if len(spellings) == 1 else "ambiguous"
        return tuple(curated_candidate(spelling.chemical, sure, spelling.name.text) for spelling in spellings)

    def by_index(self, text: str) -> tuple[Candidate, ...]:
        """Return the chemicals that the index of names has for a name, or for the English name of what it calls."""
        return _of_readings(self.index.by_name(text) or self.index.by_name(english_name(text)), text)

    def by_index_id(self, name_id: int, written: str) -> tuple[Candidate, ...]:
        """Return the chemicals of a name that `NameIndex.prefixes` met."""
        return _of_readings(self.index.readings(name_id), written)

    def by_systematic_names(self, texts: Sequence[str]) -> list[tuple[Candidate, ...]]:
        """Return what OPSIN draws for names that look systematic; nothing where it is not installed."""
        from opencwc.chemistry.systematic_names import looks_systematic

        asked = [text for text in texts if looks_systematic(text)] if self.systematic else []
        drawn = dict(zip(asked, self.systematic.read_many(asked), strict=True)) if self.systematic and asked else {}
        return [(_of_opsin(text, smiles),) if (smiles := drawn.get(text, "")) else () for text in texts]

    def by_near_name(self, text: str) -> tuple[Candidate, ...]:
        """Return the listed chemicals whose curated names are nearly spelt so; always doubtful."""
        asked = _bare(text)
        if _ARABIC.search(asked):
            sounded = _by_sound(self.curated).get(_sound(asked), {}) if len(asked) >= LEAST_ARABIC else {}
            if sounded:
                return tuple(_near_candidate(spelling.chemical, spelling.name.text) for spelling in sounded.values())
        found = {
            chemical.cas: (chemical, name)
            for chemical, name, _ in self.near.find(asked)
            if not _is_another(asked.lower(), name.lower())
        }
        return tuple(_near_candidate(chemical, name) for chemical, name in found.values())

    @cached_property
    def index(self) -> NameIndex:
        """The index of the names of the ``chemicals`` package."""
        from opencwc.chemistry.name_index import NameIndex

        return NameIndex.open(self._progress)

    @cached_property
    def systematic(self) -> SystematicNames | None:
        """The reader of systematic names; ``None`` where it is not installed."""
        from opencwc.chemistry.systematic_names import SystematicNames

        return SystematicNames() if SystematicNames.available() else None

    @cached_property
    def near(self) -> NearNames[CuratedChemical]:
        """The near spellings of the names of listed chemicals."""
        return _near_names(self.curated)


@lru_cache(maxsize=TABLES_KEPT)
def _by_sound(curated: CuratedNames) -> dict[str, dict[str, Spelling]]:
    """Return the Arabic names of listed chemicals by how they sound, whatever vowels and dots are written."""
    table: dict[str, dict[str, Spelling]] = {}
    for chemical in curated.chemicals:
        for name in chemical.names if chemical.named_in else ():
            if name.lang == "ar" and _is_put_right(name, curated) and len(_bare(name.text)) >= LEAST_ARABIC:
                table.setdefault(_sound(_bare(name.text)), {}).setdefault(chemical.cas, Spelling(name, chemical))
    return table


@lru_cache(maxsize=TABLES_KEPT)
def _near_names(curated: CuratedNames) -> NearNames[CuratedChemical]:
    from opencwc.chemistry.near_names import NearNames

    listed = (chemical for chemical in curated.chemicals if chemical.named_in)
    return NearNames((_bare(name.text), one) for one in listed for name in one.names if _is_put_right(name, curated))


def _is_put_right(name: Name, curated: CuratedNames) -> bool:
    """Tell whether a name is recognised where it is mistyped; an everyday word is not."""
    return name.kind in NEARLY_SPELT and normalise_name(name.text) not in curated.beside_agents


def _bare(name: str) -> str:
    """Leave out the Arabic article, which is no part of a word's spelling."""
    return _ARTICLE.sub("", name)


def _is_another(text: str, name: str) -> bool:
    """Tell whether a text is too short to be a misspelling, or has a group in it that the name has not."""
    if _ARABIC.search(text) and len(text) < LEAST_ARABIC:
        return True
    return any(group in text and group not in name for group in _GROUPS) or (
        name.startswith(text) and name[len(text) :] in _ENDINGS
    )


def _sound(name: str) -> str:
    """Return the consonants of an Arabic name as they are spoken, with the endings by which salts and esters differ.

    >>> _sound("فوسفيت تلاتي الميتيل") == _sound("فوسفيت ثلاثي الميثيل"), _sound("فوسفات") == _sound("فوسفيت")
    (True, False)
    """
    key = _AMINO.sub("مين3", _ARTICLE_WITHIN.sub("", normalise_name(name).translate(_ONE_SOUND)))
    return _VOWELS.sub("", _SALT_ENDING.sub(lambda found: f"{found[1]}{_MARKS[found[2]]}{found[3]}", key))


LEAST_ARABIC = 7
_ONE_SOUND = str.maketrans("ثذظصطقجغىة", "تدضستكككيه")
_SALT_ENDING = re.compile("(فو?سف|كلو?ر|كبري?ت|في?لو?ر|سي?ا?ني?)(ي|ا)(ت|د)")
_AMINO = re.compile("مينو")  # what a dimethylamino group is in is no dimethylamine
_MARKS = {"ي": "1", "ا": "2"}
_VOWELS = re.compile("[اويءئؤ]")
_ARTICLE_WITHIN = re.compile(r"(?<!\w)ال(?=\w\w)")
_ARABIC = re.compile("[\u0600-\u06ff]")
_GROUPS = ("метил", "этил", "пропил", "бутил", "пентил", "гексил", "фенил", "бензил", "фосфат", "фосфонат", "хлорат")
_ENDINGS = ("ол", "он", "ил", "ol", "one", "yl")
NEARLY_SPELT = ("official", "common", "trade")


def curated_candidate(chemical: CuratedChemical, sure: str, written: str) -> Candidate:
    """Return a curated chemical as a candidate."""
    return Candidate(
        chemical.name, chemical.cas, chemical.structures, "curated", sure, written, "curated", "", chemical
    )


def _near_candidate(chemical: CuratedChemical, written: str) -> Candidate:
    """Return a curated chemical that a text is nearly spelt as."""
    return curated_candidate(chemical, "doubtful", written)._replace(found="near", doubt="doubt_near_spelling")


def _of_opsin(name: str, smiles: str) -> Candidate:
    """Return what OPSIN draws; an old style of name, of which it makes another chemical, is doubtful."""
    said = name.lower()
    doubt = ""
    if "phosph" in said and "fluor" in said and not _FLUORINE_ON_PHOSPHORUS.search(smiles):
        doubt = "doubt_no_fluorine"
    elif _ESTER_ACID.search(said):
        doubt = "doubt_part_of_name"
    return Candidate(name, "", (smiles,), "systematic", "doubtful" if doubt else "certain", name, "OPSIN", doubt)


_FLUORINE_ON_PHOSPHORUS = re.compile(r"P\([^()]*\)\(F\)|P\(F\)|FP|P(?:\(=O\)|\([A-Z][^()]*\))*\(?F|P.*\(=O\)F")
_ESTER_ACID = re.compile(r"yl \w+yl\w*phosph\w+ic acid")


def _of_readings(readings: Sequence[Reading], written: str) -> tuple[Candidate, ...]:
    """Return the readings of the index; a name that speaks of what a drawing does not hold is doubtful."""
    if not readings:
        return ()
    doubt = _doubt(written, readings)
    sure = "doubtful" if doubt else "certain" if len(readings) == 1 else "ambiguous"
    return tuple(
        Candidate(reading.name, reading.cas, (reading.smiles,), "index", sure, written, reading.source, doubt)
        for reading in readings
    )


def _doubt(name: str, readings: Sequence[Reading]) -> str:
    """Say why a drawing found for a name may not be what the name means; empty where nothing speaks against it."""
    names = f"{name} {readings[0].name}"
    if _POLYMER.search(names):
        return "doubt_named_polymer"
    if "phosph" in names.lower() and not any("P" in reading.smiles for reading in readings):
        return "doubt_no_phosphorus"
    return ""


_POLYMER = re.compile(r"polymer|telomer|adduct|reaction product|poly\(", re.IGNORECASE)
_ARTICLE = re.compile(r"(?<!\w)(?:[وفبك]?ال|لل)(?=\w\w)")
