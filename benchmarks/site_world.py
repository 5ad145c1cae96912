"""Two years of an invented State's plant sites, and which is which: what the matching of sites is measured on.

Names are made of syllables that this file writes in Latin, Cyrillic and Arabic letters by tables of its own; nothing of
`opencwc.declarations` or `opencwc.language` is used. From one year to the next sites close and open, are sold, renamed
and moved, change or swap their codes, and are written otherwise: with slips, abbreviated, in another script, or
romanised in another way.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

SYLLABLES = (
    ("ka", "ка", "كا"), ("ri", "ри", "ري"), ("no", "но", "نو"), ("ta", "та", "تا"), ("lu", "лу", "لو"),
    ("mi", "ми", "مي"), ("sa", "са", "سا"), ("do", "до", "دو"), ("ve", "ве", "في"), ("ba", "ба", "با"),
    ("ro", "ро", "رو"), ("zi", "зи", "زي"), ("ra", "ра", "را"), ("bi", "би", "بي"), ("mo", "мо", "مو"),
    ("na", "на", "نا"), ("di", "ди", "دي"), ("lo", "ло", "لو"), ("fa", "фа", "فا"), ("ga", "га", "غا"),
    ("sha", "ша", "شا"), ("kho", "хо", "خو"), ("yu", "ю", "يو"), ("ya", "я", "يا"), ("cha", "ча", "تشا"),
)  # fmt: skip
"""A syllable in Latin, Cyrillic and Arabic letters."""
ENDINGS = (("n", "н", "ن"), ("r", "р", "ر"), ("l", "л", "ل"), ("m", "м", "م"), ("t", "т", "ت"), ("s", "с", "س"))
ROMANISED = (
    (("sh", "ch"), ("kh", "h"), ("yu", "iu"), ("ya", "ia"), ("lu", "lou")),
    (("sh", "sch"), ("kh", "ch"), ("yu", "ju"), ("ya", "ja"), ("ve", "we")),
    (("kh", "x"), ("cha", "tcha"), ("yu", "you"), ("zi", "si")),
)
"""Other ways to write the Latin letters: as in French, in German, and one more."""
TRADES = {
    "latin": (
        "Chemicals",
        "Chemical Works",
        "Polymers",
        "Dyes",
        "Fine Chemicals",
        "Pharma",
        "Fertilizers",
        "Industries",
    ),
    "cyrillic": (
        "Химия",
        "Химический завод",
        "Полимеры",
        "Красители",
        "Тонкая химия",
        "Фарма",
        "Удобрения",
        "Индустрия",
    ),
    "arabic": (
        "للكيماويات",
        "مصنع الكيماويات",
        "للبوليمرات",
        "للأصباغ",
        "للكيماويات الدقيقة",
        "فارما",
        "للأسمدة",
        "للصناعات",
    ),
}
SHORTER = {"Chemicals": "Chem.", "Chemical Works": "Chem. Works", "Fertilizers": "Fert.", "Industries": "Ind."}
FORMS = {
    "latin": ("Ltd", "GmbH", "SA", "AG", "Inc.", "LLC"), "cyrillic": ("ООО", "АО", "ПАО"), "arabic": ("ش.م.م", "شركة"),
}  # fmt: skip
SIDES = {
    "latin": ("East", "West", "North", "South"), "cyrillic": ("Восток", "Запад", "Север", "Юг"),
    "arabic": ("الشرق", "الغرب", "الشمال", "الجنوب"),
}  # fmt: skip
STREETS = {"latin": "{name} Street {number}", "cyrillic": "ул. {name}, {number}", "arabic": "شارع {name} {number}"}
SHORT_STREETS = {
    "latin": "{number} {name} St.",
    "cyrillic": "улица {name}, д. {number}",
    "arabic": "{number} شارع {name}",
}
SCRIPTS = ("latin", "cyrillic", "arabic")


@dataclass(frozen=True)
class Invented:
    """An invented word: its syllables, so that every script can write it."""

    parts: tuple[tuple[str, str, str], ...]

    def written(self, script: str, romanised: int | None = None) -> str:
        """Return the word in a script; ``romanised`` chooses another way to write it in Latin letters."""
        text = "".join(part[SCRIPTS.index(script)] for part in self.parts)
        if script == "latin" and romanised is not None:
            for usual, other in ROMANISED[romanised]:
                text = text.replace(usual, other)
        return text.capitalize()


@dataclass(frozen=True)
class Operator:
    """A company: what it is called, its trade and legal form by their places in the tables."""

    word: Invented
    trade: int
    form: int


@dataclass(frozen=True)
class PlantSite:
    """A plant site as it is; how it is written is for `Hand` to say. ``side`` is -1 without one, ``number`` 0."""

    truth: int
    code: str
    operator: Operator
    word: Invented
    trade: int
    side: int
    number: int
    street: Invented
    house: int
    town: Invented
    postcode: int
    at: tuple[float, float]
    located: bool


@dataclass(frozen=True)
class Hand:
    """How a year's register writes a site: its script, its romanisation, its short forms and its slips."""

    script: str = "latin"
    romanised: int | None = None
    short: bool = False
    slips: int = 0


@dataclass
class World:
    """Two years, and what happened: ``changes`` by the truth of a site."""

    before: list[tuple[PlantSite, Hand]] = field(default_factory=list)
    now: list[tuple[PlantSite, Hand]] = field(default_factory=list)
    changes: dict[int, tuple[str, ...]] = field(default_factory=dict)


class Maker:
    """Makes two years of sites from a seed."""

    def __init__(self, seed: int, sites: int) -> None:
        self.draw = random.Random(seed)
        self.sites = sites
        self.codes: set[str] = set()
        self.truths = 0

    def world(self) -> World:
        """Return the two years."""
        world = World()
        towns = [self.word(2) for _ in range(max(4, self.sites // 12))]
        before: list[PlantSite] = []
        while len(before) < self.sites:
            before += self.company(towns)
        before = before[: self.sites]
        script = self.draw.choice(("latin", "latin", "latin", "cyrillic", "arabic"))
        hands = {site.truth: self.first_hand(script) for site in before}
        world.before = [(site, hands[site.truth]) for site in before]
        later = [self.next_year(site, towns, world) for site in before if self.draw.random() > 0.06]
        self.swap(later, world)
        later += self.openings(before, towns)
        world.now = [(site, self.next_hand(site, hands.get(site.truth), world, script)) for site in later]
        self.draw.shuffle(world.now)
        return world

    def word(self, least: int) -> Invented:
        """Return an invented word."""
        parts = [self.draw.choice(SYLLABLES) for _ in range(least + self.draw.randrange(2))]
        return Invented((*parts, self.draw.choice(ENDINGS)))

    def code(self) -> str:
        """Return a code that no site has had."""
        while True:
            letters = self.draw.choice("ABCDEFGHKLMNPRSTVW") + self.draw.choice("ABCDEFGHK")
            code = f"{letters}-{self.draw.randrange(1, 9999):04d}"
            if code not in self.codes:
                self.codes.add(code)
                return code

    def company(self, towns: list[Invented]) -> list[PlantSite]:
        """Return the one to five sites of a company; half of those of several are neighbours in one street."""
        operator = Operator(self.word(2), self.draw.randrange(8), self.draw.randrange(6))
        count = self.draw.choice((1, 1, 1, 2, 2, 3, 4, 5))
        near = self.draw.random() < 0.5
        first = self.site(operator, self.draw.choice(towns))
        others = (
            self.neighbour(first, at) if near else self.sister(operator, first, at, towns) for at in range(1, count)
        )
        return [first, *others]

    def site(self, operator: Operator, town: Invented) -> PlantSite:
        """Return a site, called after its company or otherwise."""
        self.truths += 1
        own = self.draw.random() < 0.4
        at = (self.draw.uniform(45, 55), self.draw.uniform(5, 40))
        return PlantSite(
            self.truths, self.code(), operator, self.word(2) if own else operator.word,
            self.draw.randrange(8) if own else operator.trade, -1, 0, self.word(2), self.draw.randrange(1, 180), town,
            self.draw.randrange(10_000, 99_999), at, self.draw.random() < 0.4,
        )  # fmt: skip

    def neighbour(self, first: PlantSite, at: int) -> PlantSite:
        """Return another site of a company in the same street, which only a side or a number tells apart."""
        self.truths += 1
        sided = self.draw.random() < 0.5 and at <= 4
        return replace(
            first, truth=self.truths, code=self.code(), side=at - 1 if sided else -1, number=0 if sided else at + 1,
            house=first.house + self.draw.randrange(1, 40) * at,
            at=(first.at[0] + self.draw.uniform(-0.01, 0.01), first.at[1] + self.draw.uniform(-0.01, 0.01)),
        )  # fmt: skip

    def sister(self, operator: Operator, first: PlantSite, at: int, towns: list[Invented]) -> PlantSite:
        """Return another site of a company elsewhere, some with the same name."""
        made = self.site(operator, self.draw.choice(towns))
        same_name = self.draw.random() < 0.5
        return replace(made, word=first.word, trade=first.trade, number=at + 1) if same_name else made

    def next_year(self, site: PlantSite, towns: list[Invented], world: World) -> PlantSite:
        """Return a site a year later: at most two of what tells who it is have changed."""
        happened: list[str] = []
        draws: list[tuple[str, float, Callable[[PlantSite], PlantSite]]] = [
            ("moved", 0.05, lambda one: self.moved(one, towns)),
            ("renamed", 0.06, lambda one: replace(one, word=self.word(2), trade=self.draw.randrange(8))),
            ("sold", 0.06, lambda one: replace(one, operator=Operator(self.word(2), self.draw.randrange(8), 0))),
            ("recoded", 0.07, lambda one: replace(one, code=self.code())),
            ("code written otherwise", 0.05, lambda one: replace(one, code=self.code_otherwise(one.code))),
        ]
        self.draw.shuffle(draws)
        for name, chance, change in draws:
            if len(happened) < 2 and self.draw.random() < chance and not {"moved", "renamed"} <= {name, *happened}:
                site = change(site)
                happened.append(name)
        world.changes[site.truth] = tuple(happened)
        return site

    def moved(self, site: PlantSite, towns: list[Invented]) -> PlantSite:
        """Return a site at another address."""
        return replace(
            site, street=self.word(2), house=self.draw.randrange(1, 180), town=self.draw.choice(towns),
            postcode=self.draw.randrange(10_000, 99_999), at=(site.at[0] + 0.3, site.at[1] + 0.2),
        )  # fmt: skip

    def code_otherwise(self, code: str) -> str:
        """Return a code with other marks, in small letters, or with another sign."""
        return self.draw.choice((code.replace("-", ""), code.lower(), code.replace("-", "/"), f"X{code}"))

    def swap(self, later: list[PlantSite], world: World) -> None:
        """Let some neighbours of one company change their codes with each other."""
        by_company: dict[Operator, list[int]] = {}
        for at, site in enumerate(later):
            by_company.setdefault(site.operator, []).append(at)
        for places in by_company.values():
            if len(places) > 1 and self.draw.random() < 0.12:
                one, other = self.draw.sample(places, 2)
                if not {"recoded", "renamed"} & {*world.changes[later[one].truth], *world.changes[later[other].truth]}:
                    codes = later[one].code, later[other].code
                    later[one], later[other] = replace(later[one], code=codes[1]), replace(later[other], code=codes[0])
                    for at in (one, other):
                        world.changes[later[at].truth] = (*world.changes[later[at].truth], "swapped")

    def openings(self, before: list[PlantSite], towns: list[Invented]) -> Iterable[PlantSite]:
        """Return the sites that open: half of them beside a site that was there."""
        for _ in range(self.sites // 16):
            beside = self.draw.random() < 0.5
            yield self.neighbour(self.draw.choice(before), 6) if beside else self.company(towns)[0]

    def first_hand(self, script: str) -> Hand:
        """Return how the first year writes a site."""
        return Hand(script, None, short=self.draw.random() < 0.3)

    def next_hand(self, site: PlantSite, hand: Hand | None, world: World, script: str) -> Hand:
        """Return how the next year writes it: most as before."""
        if hand is None:
            return self.first_hand(script)
        chance = self.draw.random()
        if chance < 0.55:
            return hand
        if chance < 0.7:
            return replace(hand, slips=1 + self.draw.randrange(2))
        if chance < 0.8:
            return replace(hand, short=not hand.short)
        if chance < 0.9 and hand.script == "latin":
            return replace(hand, romanised=self.draw.randrange(len(ROMANISED)))
        other = self.draw.choice([name for name in SCRIPTS if name != hand.script])
        world.changes[site.truth] = (*world.changes.get(site.truth, ()), f"in {other}")
        return replace(hand, script=other)


def row_of(site: PlantSite, hand: Hand, draw: random.Random) -> dict[str, str]:
    """Return the line of a site in a register's table of sites."""
    script = hand.script
    trade = TRADES[script][site.trade]
    operator_trade = TRADES[script][site.operator.trade]
    if hand.short:
        trade, operator_trade = SHORTER.get(trade, trade), SHORTER.get(operator_trade, operator_trade)
    forms = FORMS[script]
    word = site.word.written(script, hand.romanised)
    tail = SIDES[script][site.side] if site.side >= 0 else str(site.number) if site.number else ""
    name = " ".join(filter(None, (word, trade, tail)))
    company = site.operator.word.written(script, hand.romanised)
    operator = f"{company} {operator_trade} {forms[site.operator.form % len(forms)]}"
    street = (SHORT_STREETS if hand.short else STREETS)[script].format(
        name=site.street.written(script, hand.romanised), number=site.house
    )
    address = f"{street}, {site.postcode} {site.town.written(script, hand.romanised)}"
    for _ in range(hand.slips):
        name, address = slipped(name, draw), slipped(address, draw)
    row = {"site": site.code, "name": name, "operator": operator, "country": "XNV", "address": address}
    if site.located:
        row["latitude"] = f"{site.at[0] + draw.uniform(-0.0005, 0.0005):.5f}"
        row["longitude"] = f"{site.at[1] + draw.uniform(-0.0005, 0.0005):.5f}"
    return row


def slipped(text: str, draw: random.Random) -> str:
    """Return a text with one letter left out, doubled, changed, or exchanged with the next."""
    places = [at for at, sign in enumerate(text[:-1]) if sign.isalpha() and text[at + 1].isalpha() and at]
    if not places:
        return text
    at = draw.choice(places)
    kind = draw.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[: at + 1] + text[at:]
    if kind == 2:
        return text[:at] + draw.choice([sign for sign in text if sign.isalpha()]) + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


Labelled = tuple[str, str, bool]


def labelled_pairs(world: World, count: int, draw: random.Random) -> list[Labelled]:
    """Return pairs of codes, before and now, and whether they are one site: half of them are.

    Those that are not are the hardest at hand: another site with the same code, a neighbour of one company, one in the
    same town.
    """
    now = {site.truth: site for site, _ in world.now}
    same = [(site.code, now[site.truth].code, True) for site, _ in world.before if site.truth in now]
    others: list[Labelled] = []
    for site, _ in world.before:
        rivals = [one for one in now.values() if one.truth != site.truth]
        rivals.sort(
            key=lambda one: (
                one.code != site.code, one.operator.word != site.operator.word or one.street != site.street,
                one.operator.word != site.operator.word, one.town != site.town, one.truth,
            )
        )  # fmt: skip
        others += [(site.code, one.code, False) for one in rivals[:2]]
    draw.shuffle(same)
    hard = others[::2] + others[1::2]
    return same[: count // 2] + hard[: count - count // 2]
