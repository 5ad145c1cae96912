"""What the words beside the name of a place say of it: that something is there, comes from there, or goes there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.gazetteer import Named
from opencwc.language.phrases import Phrases
from opencwc.language.place_keys import place_key

DATA = Path(__file__).parent / "data" / "where.yaml"
Role = Literal["", "at", "to", "from", "of", "only_to", "event", "accused", "born"]
_LONGEST_CUE = 4
_WINDOW = 60
_QUOTES = " \u00a0\u202f\"“„«‹‘'"
_BEHIND = 24
_GATHERING = 80
"""Signs beside a town in which it stands that people meet there."""
_ROLES: tuple[tuple[Role, str], ...] = (
    ("of", "of"),
    ("from", "from"),
    ("to", "to"),
    ("only_to", "only_to"),
    ("at", "at"),
    ("event", "events"),
    ("accused", "accused"),
    ("born", "born"),
)
_CLITICS: Mapping[str, Role] = {"ب": "at", "وب": "at", "فب": "at", "ل": "to", "ول": "to"}


class PlaceWords(NamedTuple):
    """The words of a language that say what a place has to do with what is told."""

    lang: str
    before: Mapping[str, Role]
    twofold: frozenset[str]
    """Words that say both where something is and where it goes."""
    behind: Mapping[Role, tuple[str, ...]]
    any: frozenset[str]
    sending: tuple[str, ...]
    forces: frozenset[str]
    speaking: frozenset[str]
    nationals: frozenset[str]
    gives: frozenset[str]
    gets: frozenset[str]
    receiving: tuple[str, ...]
    place_nouns: frozenset[str]
    quarters: frozenset[str]
    titles: frozenset[str]
    roles: frozenset[str]
    visited: tuple[str, ...]
    personal: frozenset[str]
    named_after: frozenset[str]
    authorities: frozenset[str]
    bywords: frozenset[str]
    power: frozenset[str]
    aside: Phrases[bool]
    visits: Phrases[bool]
    heads: frozenset[str]
    countries: tuple[str, ...]
    gathers: re.Pattern[str]
    gathers_behind: re.Pattern[str]
    serving: re.Pattern[str]
    serving_behind: re.Pattern[str]

    def role(self, text: str, named: Named) -> Role:
        """Return what the words beside a name say of it."""
        behind = text[named.end : named.end + _BEHIND].lstrip().lower()
        role = self._role_before(text, named)
        if behind.startswith("-bound"):
            return "only_to"
        if role in ("", "at"):
            return next((said for said, words in self.behind.items() if words and behind.startswith(words)), role)
        return role

    def is_of_forces(self, text: str, named: Named) -> bool:
        """Tell whether a name stands beside a word for an army, a ministry or who speaks for them."""
        return self._stands_beside(text, named, self.forces)

    def is_of_nationals(self, text: str, named: Named) -> bool:
        """Tell whether a name stands beside a word for somebody or something that comes from there."""
        return self._stands_beside(text, named, self.nationals)

    def is_name_of_a_house(self, text: str, named: Named) -> bool:
        """Tell whether a hospital, a street or a school has this name: el hospital Van Buren."""
        before = text[max(0, named.start - _BEHIND) : named.start].rstrip(_QUOTES)
        words = place_key(_END.split(before)[-1]).split(" ")
        return words[-1] in self.named_after or (words[-1] in _OF and words[-2:-1] != [] and words[-2] in _FEATURES)

    def speaks(self, text: str, named: Named) -> bool:
        """Tell whether a name is the subject of a verb of speaking: France says, قالت فرنسا."""
        behind = text[named.end : named.end + _BEHIND]
        if self.lang == "zh":
            return behind.startswith(tuple(self.speaking))
        if self.lang == "ar":
            ahead = place_key(text[max(0, named.start - _BEHIND) : named.start])
            return ahead.split(" ")[-1] in self.speaking
        return behind[:1] == " " and place_key(behind).split(" ")[0] in self.speaking

    def side(self, text: str, named: Named, role: Role) -> Role:
        """Return whether a name is of who sends something or of whom it goes to, as a verb or noun beside it says.

        ``role`` is what the words before it say: of what is at a place only a noun tells, and of a town but a capital.
        """
        ahead = _PAUSE.split(text[max(0, named.start - _BEHIND) : named.start])[-1]
        behind = _PAUSE.split(text[named.end : named.end + _BEHIND])[0]
        if self.lang == "zh":
            return self._side_in_chinese(ahead, behind, only_nouns=role == "at" or _is_no_government(named))
        before, after = place_key(ahead).split(" "), place_key(behind).split(" ")
        if any(word.startswith(self.receiving) for word in (*before[-3:], *after[:2])):
            return "only_to"
        if named.spots[0].sort == "people" and not _TO_SOMEBODY.isdisjoint(before[-3:]):
            return "only_to"
        if role == "at" or _is_no_government(named):
            return ""
        beside = [*after[:3], *(before[-1:] if self.lang == "ar" else ())]
        verb = next((word for word in beside if word in self.gives or word in self.gets), "")
        if verb in self.gets or (self.lang == "ru" and verb.endswith("ли") and not text[named.start + 1].isupper()):
            return "only_to"  # Молдавии подарили: a State in the dative, and nobody who gives
        if verb:
            return "from"
        if self.lang in _WITH_BARE_DATIVE and not self.gives.isdisjoint(before[-2:]):
            return "from" if before[-1] in self.nationals else "only_to"
        return ""

    def is_verb_behind(self, text: str, named: Named) -> bool:
        """Tell whether a verb of sending stands right behind a name."""
        behind = _PAUSE.split(text[named.end : named.end + _BEHIND])[0]
        return place_key(behind).split(" ")[0] in self.gives

    def _side_in_chinese(self, ahead: str, behind: str, *, only_nouns: bool) -> Role:
        near = ahead[-_NEAR_IN_CHINESE:], behind[:_NEAR_IN_CHINESE]
        if any(word in part for word in self.receiving for part in near) or behind.startswith(tuple(self.gets)):
            return "only_to"
        if ahead.endswith(tuple(self.gets)):
            return "from"
        if only_nouns or ahead.endswith(_TOWARDS):
            return ""
        return "from" if behind.startswith(tuple(self.gives)) else ""

    def stands_at(self, text: str, body: Named, named: Named) -> bool:
        """Tell whether those of a body stand at a place, as the words between the two say: OPCW chief in Dakar."""
        between = text[body.end : named.start - len(named.before)]
        if len(between) > _BEHIND or self.role(text, named) != "at" or _PAUSE.search(between):
            return False
        if self.lang == "zh":
            return any(between == f"{head}{cue}" for head in ("", *self.heads) for cue in self.before)
        words = place_key(between).strip()
        for head in self.heads:
            words = words.removeprefix(head).strip()
        return self.before.get(words) == "at" or (not words and bool(named.before)) or words in self.twofold

    def gathers_at(self, text: str, named: Named) -> bool:
        """Tell whether people of a body are received or meet in a town: reçu lundi à Rabat, открылся в Ереване."""
        if self.role(text, named) != "at":
            return False
        ahead = _END.split(text[max(0, named.start - _GATHERING) : named.start])[-1]
        behind = _END.split(text[named.end : named.end + _GATHERING])[0]
        return bool(self.gathers.search(ahead) or self.gathers_behind.search(behind))

    def serves(self, text: str, named: Named) -> bool:
        """Tell whether a town is only near where it happens, or has the hospital or the fire brigade."""
        ahead = _END.split(text[max(0, named.start - _WINDOW) : named.start])[-1]
        return bool(self.serving.search(ahead) or self.serving_behind.search(text[named.end : named.end + _BEHIND]))

    def is_visited(self, text: str, named: Named) -> bool:
        """Tell whether somebody comes to a body: visite à l'OIAC, 访禁化武组织; not where the body comes from."""
        ahead = text[max(0, named.start - _BEHIND) : named.start]
        if self.lang == "zh":
            return ahead.endswith(self.visited)
        return any(f" {place_key(ahead)}".endswith(f" {cue}") for cue in self.visited)

    def is_called_a_place(self, text: str, named: Named) -> bool:
        """Tell whether a noun beside a name says that it is a town's or province's: مدينة كتم, 嫩江市."""
        return self._is_called(text, named, self.place_nouns)

    def is_quarter(self, text: str, named: Named) -> bool:
        """Tell whether a noun beside a name says that it is a quarter's of a town: barrio de Pichincha, حي المهدية."""
        return self._is_called(text, named, self.quarters)

    def _is_called(self, text: str, named: Named, nouns: frozenset[str]) -> bool:
        if self.lang == "zh":
            return text[named.end : named.end + 1] in nouns
        ahead = _END.split(text[max(0, named.start - len(named.before) - _BEHIND) : named.start])[-1]
        words = place_key(ahead).split(" ")
        last = words[-2] if words[-1] in _OF and len(words) > 1 else words[-1]
        return not named.before and last in nouns

    def is_somebody(self, text: str, named: Named) -> bool:
        """Tell whether a name is somebody's: Ña Ramona, contó Mica."""
        ahead, behind = text[max(0, named.start - _BEHIND) : named.start], text[named.end : named.end + _BEHIND]
        last, first = place_key(ahead).split(" ")[-1], place_key(behind).split(" ")[0]
        if ahead.endswith(("\n", ". ")):
            last = ""
        spoken = self.lang != "ar" and behind[:1] in (" ", ",") and first in self.personal
        return last in self.titles or last in self.personal or spoken

    def is_surname(self, text: str, named: Named) -> bool:
        """Tell whether a name ends somebody's: chief Michael Jordan, Dr Paris, Jane Lincoln said."""
        ahead = _END.split(text[max(0, named.start - 2 * _BEHIND) : named.start])[-1]
        words = _SPACES.split(ahead.strip())
        if not ahead.endswith(" ") or not words[-1]:
            return False
        if place_key(words[-1]) in self.titles:
            return not words[-1].islower()
        given, led = words[-1], {place_key(word) for word in words[-5:-1]}
        if not _GIVEN.fullmatch(given) or place_key(given) in self.any | self.roles | _SIDES:
            return False
        first = place_key(text[named.end : named.end + _BEHIND]).split(" ")[0]
        return not led.isdisjoint(self.roles | self.titles) or (len(words) > 1 and first in self.personal)

    def is_of_authorities(self, text: str, named: Named) -> bool:
        """Tell whether a name stands beside a word for those in charge where something happens."""
        return self._stands_beside(text, named, self.authorities)

    def _stands_beside(self, text: str, named: Named, words: frozenset[str]) -> bool:
        written = text[named.start : named.end]
        ahead = _END.split(text[max(0, named.start - _BEHIND) : named.start])[-1]
        behind = _END.split(text[named.end : named.end + _BEHIND])[0]
        if self.lang == "zh":
            return any(behind.startswith(word) or written.endswith(word) for word in words)
        inside = place_key(written).split(" ")
        near = [*place_key(ahead).split(" ")[-2:], *inside, *place_key(behind).split(" ")[:2]]
        return not words.isdisjoint(near)

    def _role_before(self, text: str, named: Named) -> Role:
        if self.lang == "ar" and named.before in _CLITICS:
            return _CLITICS[named.before]
        start = named.start - len(named.before)
        ahead = text[max(0, start - _WINDOW) : start]
        if self.lang == "zh":
            return next((role for cue, role in self.before.items() if ahead.endswith(cue)), "")
        if ahead[-1:] not in " '’\n«\"“":
            return ""
        words = place_key(ahead.rsplit("\n", 1)[-1].rsplit(". ", 1)[-1]).split(" ")
        for length in range(min(_LONGEST_CUE, len(words)), 0, -1):
            cue = " ".join(words[-length:])
            if role := self.before.get(cue):
                if self.lang == "ru" and cue in _INTO and _goes_into(text, named):
                    return "to"
                return "to" if cue in self.twofold and self._goes(words[-length - 5 : -length]) else role
        return ""

    def _goes(self, words: list[str]) -> bool:
        return any(word.startswith(self.sending) for word in words)


_NEAR_IN_CHINESE = 8
_SPACES = re.compile(r"[\s,]+")
_GIVEN = re.compile(r"[^\W\d_][^\W\d_]+|[^\W\d_]\.")
_SIDES = frozenset((
    "north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "greater", "new", "old",
    "upper", "lower", "saint", "san", "santa", "nord", "sud", "est", "ouest", "norte", "sur", "este", "oeste",
    "северный", "южный", "восточный", "западный",
))  # fmt: skip
"""What stands before a place's name and is no given name."""
_END = re.compile(r"[.!?:](?=\s)|[\n。！？：]")
_PAUSE = re.compile(r"[.;:!?\n。；：！？]")
_TO_SOMEBODY = frozenset(("to", "for", "a", "au", "aux", "pour", "para", "al", "для"))
_TOWARDS = ("向", "对", "往", "给")
_WITH_BARE_DATIVE = ("en", "ru")
_OF = frozenset(("de", "of", "del", "la", "d"))
_FEATURES = frozenset(
    ("isla", "ile", "island", "lago", "lac", "lake", "rio", "hotel", "plaza", "avenida", "calle", "rue")
)
_INTO = frozenset(("в", "во", "на"))
_NEVER_BENT = frozenset(("баку", "перу", "вануату", "тувалу", "катманду", "лусаку", "актау", "атырау"))
_CONSONANTS = tuple("бвгджзйклмнпрстфхцчшщь")


def _is_no_government(named: Named) -> bool:
    return named.spots[0].sort in ("town", "region") and not named.spots[0].capital


def _goes_into(text: str, named: Named) -> bool:
    return named.spots[0].sort != "people" and _is_accusative(text[named.start : named.end])


def _is_accusative(name: str) -> bool:
    """Tell whether a Russian name behind "into" says where something goes: в Хомс, в Москву, but в Хомсе.

    >>> _is_accusative("Хомс"), _is_accusative("Москву"), _is_accusative("Хомсе"), _is_accusative("Баку")
    (True, True, False, False)
    """
    word = name.lower()
    return word not in _NEVER_BENT and word.endswith((*_CONSONANTS, "у", "ю")) and not name.isupper()


@cache
def place_words(lang: str) -> PlaceWords:
    """Return the words of a language, those of English where it is none of the six."""
    raw = read_yaml(DATA)
    lang = lang if lang in raw["at"] else "en"
    before: dict[str, Role] = {}
    for role, part in _ROLES:
        before |= dict.fromkeys(_words(raw, part, lang), role)
    if lang == "zh":
        before = dict(sorted(before.items(), key=lambda cue: -len(cue[0])))
    everywhere = (
        word for part in ("at", "to", "from", "of") for other in raw["at"] for word in _words(raw, part, other)
    )
    return PlaceWords(
        lang,
        before,
        frozenset(_words(raw, "to", lang)) & frozenset(_words(raw, "at", lang)),
        {"event": tuple(_words(raw, "events_behind", lang)), "at": tuple(_words(raw, "behind", lang))},
        frozenset(word for cue in everywhere for word in cue.split(" ")),
        tuple(_words(raw, "sending", lang)) or ("\0",),
        frozenset(_words(raw, "forces", lang)),
        frozenset(_words(raw, "speaking", lang)),
        frozenset(_words(raw, "nationals", lang)),
        frozenset(_words(raw, "gives", lang)),
        frozenset(_words(raw, "gets", lang)),
        tuple(_words(raw, "receiving", lang)),
        frozenset(_words(raw, "place_nouns", lang)),
        frozenset(_words(raw, "quarters", lang)),
        frozenset(_words(raw, "titles", lang)),
        frozenset(_words(raw, "roles", lang)),
        tuple(_words(raw, "visited", lang)),
        frozenset(_words(raw, "personal", lang)),
        frozenset(_words(raw, "named_after", lang)),
        frozenset(_words(raw, "authorities", lang)),
        frozenset(map(str, raw["bywords"])),
        frozenset(place_key(str(name)) for name in raw["power"]),
        Phrases((word, True) for word in raw["aside"][lang]),
        Phrases((word, True) for word in raw["visits"][lang]),
        frozenset(_words(raw, "heads", lang)),
        tuple(raw["countries"][lang]),
        *(
            re.compile(raw[part].get(lang, "(?!)"), re.IGNORECASE)
            for part in ("gathers", "gathers_behind", "serving", "serving_behind")
        ),
    )


def _words(raw: Mapping[str, Any], part: str, lang: str) -> list[str]:
    return [place_key(str(word)) for word in raw[part].get(lang, ())]
