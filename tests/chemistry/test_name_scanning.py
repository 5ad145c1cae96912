"""Names in running text are found where they stand, whatever typography, grammar and scanners did to them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.chemistry import name_scanning
from opencwc.chemistry.name_resolver import Resolver
from opencwc.chemistry.name_scanning import NameScanner, Spotted, Word, running_key, running_name
from opencwc.chemistry.names import token_key
from opencwc.convention import Convention

pytestmark = pytest.mark.usefixtures("name_index")
RESOLVER = Resolver(Convention(date(2026, 11, 24)))
SCANNER = NameScanner(RESOLVER)
TEA, SARIN, TDG, POCL3, PHOSGENE = "102-71-6", "107-44-8", "111-48-8", "10025-87-3", "75-44-5"


def curated(text: str) -> list[tuple[str, set[str]]]:
    """Return the curated names in a text: what is written, and the numbers of what it stands for."""
    return [
        (text[spot.start : spot.end], {spelling.chemical.cas for spelling in spot.spellings})
        for spot in SCANNER.scan(text)
        if spot.spellings
    ]


def all_names(text: str) -> list[str]:
    return [text[spot.start : spot.end] for spot in SCANNER.scan(text)]


def numbers(text: str) -> set[str]:
    """Return the numbers of all that is found in a text, curated or of the index."""
    cas_numbers: set[str] = set()
    for spot in SCANNER.scan(text):
        cas_numbers |= {spelling.chemical.cas for spelling in spot.spellings}
        cas_numbers |= (
            {reading.cas for reading in RESOLVER.index.readings(spot.name_id)} if not spot.spellings else set()
        )
    return cas_numbers


# Where a name stands


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("sarin", "sarin"),
        ("5 g of Sarin.", "Sarin"),
        ("(sarin)", "sarin"),
        ("«sarin», sealed", "sarin"),
        ("SARIN/soman", "SARIN"),
        ("O-isopropyl methylphosphonofluoridate, 5 g", "O-isopropyl methylphosphonofluoridate"),
        ("gas: bis(2-chloroethyl) sulfide 5 g", "bis(2-chloroethyl) sulfide"),
        ("تحتوي على السارين النقي", "السارين"),
        ("200 кг триэтаноламина", "триэтаноламина"),
        ("含有三乙醇胺的产品", "三乙醇胺"),
    ],
)
def test_the_span_of_a_name_is_its_characters(text: str, written: str) -> None:
    assert written in [name for name, _ in curated(text)]


@pytest.mark.parametrize(
    "text", ["sarinoma", "nosarin", "sarin2x", "phosgenes2", "xTEAx", "kasarinya", "триэтаноламинчик"]
)
def test_a_part_of_a_word_is_no_name(text: str) -> None:
    assert curated(text) == []


def test_every_name_of_a_line_is_found_in_its_order() -> None:
    text = "Phosgene, thiodiglycol; triethanolamine / sarin + soman"
    assert all_names(text) == ["Phosgene", "thiodiglycol", "triethanolamine", "sarin", "soman"]


def test_the_longest_name_at_a_place_is_taken() -> None:
    assert curated("phosgene oxime") == [("phosgene oxime", {"1794-86-1"})]
    assert curated("lewisite 1, 5 g") == [("lewisite 1", {"541-25-3"})]
    assert curated("triethanolamine hydrochloride") == [("triethanolamine hydrochloride", {"637-39-8"})]
    assert curated("mustard gas") == [("mustard gas", {"505-60-2"})]


def test_an_amount_behind_a_name_is_no_part_of_it() -> None:
    assert curated("triethanolamine 85 % 20 kg")[0][0] == "triethanolamine"
    assert curated("Lewisite 250 g")[0][0] == "Lewisite"
    assert curated("thiodiglycol 2 x 5 L")[0][0] == "thiodiglycol"


# Typography


@pytest.mark.parametrize(
    ("text", "cas"),
    [
        ("triethanol-\namine 85 %", TEA),
        ("triethanol-\r\n    amine", TEA),
        ("thiodi-\nglycol", TDG),
        ("phosphorus\noxychloride", POCL3),
        ("phosphorus  oxychloride", POCL3),
        ("phosphorus\u00a0oxychloride", POCL3),
        ("phosphorus-oxychloride", POCL3),
        ("триэтанол-\nамин", TEA),
        ("triéthanol-\namine", TEA),
    ],
)
def test_a_name_over_the_end_of_a_line_is_one_name(text: str, cas: str) -> None:
    assert cas in numbers(text)


@pytest.mark.parametrize(
    "unseen", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u202e", "\u202c", "\u2066", "\u200f"]
)
def test_what_cannot_be_seen_within_a_name_hides_nothing_and_stands_in_its_span(unseen: str) -> None:
    text = f"5 g sa{unseen}rin, pure"
    assert curated(text) == [(f"sa{unseen}rin", {SARIN})]


@pytest.mark.parametrize("unseen", ["\u200b", "\u202e", "\u2060"])
def test_what_cannot_be_seen_before_a_name_or_between_its_words_hides_nothing(unseen: str) -> None:
    assert SARIN in numbers(f"5 g {unseen}sarin{unseen}, pure")
    assert POCL3 in numbers(f"phosphorus {unseen}oxychloride{unseen}")
    assert TEA in numbers(f"三{unseen}乙醇胺")


@pytest.mark.parametrize(
    ("text", "cas"),
    [
        ("ｔｒｉｅｔｈａｎｏｌａｍｉｎｅ", TEA),
        ("ＳＡＲＩＮ", SARIN),
        ("trіethаnоlаmine", TEA),  # Cyrillic і, а, о, а
        ("sаrin", SARIN),  # Cyrillic а
        ("SΑRΙN", SARIN),  # Greek Α and Ι
        ("зaрин", SARIN),  # Latin a
        ("ТРИЭТАНОЛAМИН", TEA),  # Latin A
        ("β,β′-thiodiglycol", TDG),
        ("2,2’-thiodiethanol", TDG),
        ("2,2′‑thiodiethanol", TDG),
        ("𝐬𝐚𝐫𝐢𝐧", SARIN),
        ("sárin", SARIN),
        ("sa\u0301rin", SARIN),
        ("３－奎宁环醇", "1619-34-7"),
        ("3-奎寧環醇", "1619-34-7"),
        ("3-\n奎宁环醇", "1619-34-7"),
        ("O-иприт", "63918-89-8"),  # Latin O
    ],
)
def test_look_alikes_are_read_as_what_they_look_like(text: str, cas: str) -> None:
    assert cas in numbers(text)


# Grammar


@pytest.mark.parametrize(
    "text",
    [
        "سارين",
        "السارين",
        "والسارين",
        "بالسارين",
        "للسارين",
        "وبالسارين",
        "كالسارين",
        "وسارين",
        "بسارين",
        "لسارين",
        "السَّارِين",
        "ســــارين",
        "السارین",
        "ﺍﻟﺴﺎﺭﻳﻦ",
    ],
)
def test_arabic_is_found_with_its_article_joined_letters_vowel_signs_and_forms(text: str) -> None:
    assert SARIN in numbers(f"نقل {text} إلى المختبر")


@pytest.mark.parametrize(
    "text",
    ["ثلاثي إيثانول أمين", "ثلاثي ايثانول امين", "ثلاثى إيثانول آمين", "ثُلاثي إيثانول أَمين", "والثلاثي إيثانول أمين"],
)
def test_alef_and_ya_are_one_letter_in_all_their_forms(text: str) -> None:
    assert TEA in numbers(text)


@pytest.mark.parametrize(
    "text",
    ["зарин", "зарина", "зарину", "зарином", "зарине", "Зарин", "ЗАРИНОМ", "фосген", "фосгена", "фосгену", "фосгеном",
     "фосгене", "триэтаноламин", "триэтаноламина", "триэтаноламином", "треххлористого фосфора", "хлорокиси фосфора",
     "хлорокисью фосфора"],
)  # fmt: skip
def test_russian_is_found_in_every_case(text: str) -> None:
    assert numbers(text) & {SARIN, PHOSGENE, TEA, "7719-12-2", POCL3}


@pytest.mark.parametrize(
    ("text", "cas"),
    [
        ("les triéthanolamines", TEA),
        ("trietanolaminas técnicas", TEA),
        ("triethanolamines", TEA),
        ("cyanures de potassium", "151-50-8"),
        ("cianuros de sodio", "143-33-9"),
        ("phosgenes", PHOSGENE),
    ],
)
def test_the_plural_of_a_name_is_the_name(text: str, cas: str) -> None:
    assert cas in numbers(text)


@pytest.mark.parametrize(
    ("text", "cas"),
    [
        ("ricine", "9009-86-3"),
        ("de la ricine purifiée", "9009-86-3"),
        ("Benzile", "134-81-6"),
        ("Fosgene", PHOSGENE),
        ("Cloro Sarín", "1445-76-7"),
        ("Cloro Somán", "7040-57-5"),
        ("Clorosarín", "1445-76-7"),
    ],
)
def test_each_spelling_of_a_chemical_is_found_although_another_one_has_the_same_key(text: str, cas: str) -> None:
    assert cas in numbers(text)


@pytest.mark.parametrize("text", ["Somanes", "Tabunes", "Sarins", "amitone"])
def test_a_short_name_with_a_capital_has_no_plural(text: str) -> None:
    assert curated(text) == []


@pytest.mark.parametrize(("text", "plural"), [("sarines", True), ("tabuns", True), ("sarin", False), ("ricine", False)])
def test_a_short_name_in_the_plural_is_marked_as_such(text: str, plural: bool) -> None:
    assert [spot.plural for spot in SCANNER.scan(text)] == [plural]


@pytest.mark.parametrize("texts", [("tabuns", "Tabuns"), ("Tabuns", "tabuns")])
def test_a_plural_with_a_capital_is_told_from_one_without_whichever_was_read_first(texts: tuple[str, str]) -> None:
    scanner = NameScanner(RESOLVER)
    plurals = {text: [spot.plural for spot in scanner.scan(text) if spot.spellings] for text in texts}
    assert plurals == {"tabuns": [True], "Tabuns": []}


# Signs within names


@pytest.mark.parametrize(
    ("text", "cas"),
    [
        ("1,2-ثنائي (2-كلوروإيثيل ثيو) إيثان", "3563-36-8"),
        ("1،2-ثنائي (2-كلوروإيثيل ثيو) إيثان", "3563-36-8"),
        ("3،3-ثنائي ميثيل بوتان-2-أول", "464-07-3"),
        ("(CF3)2C=CF2", "382-21-8"),
        ("CH3P(O)(F)N=C(CH3)N(C2H5)2", "2387496-12-8"),
        ("Phosphonic acid, methyl-, dimethyl ester", "756-79-6"),
        ("Phosphonofluoridic acid, methyl-, 1-methylethyl ester", SARIN),
        ("Ácido cianhídrico, sal de potasio", "151-50-8"),
    ],
)
def test_commas_and_signs_that_a_name_has_do_not_part_it(text: str, cas: str) -> None:
    spotted = [spot for spot in SCANNER.scan(text) if any(s.chemical.cas == cas for s in spot.spellings)]
    assert spotted
    assert spotted[0].end - spotted[0].start >= len(text) - 2


@pytest.mark.parametrize(
    "text",
    [
        "Saxi & Toxin",
        "Lewis Itá",
        "Lewis; ite",
        "phosphorus & oxychloride",
        "phosphorus | oxychloride",
        "phosphorus\toxychloride",
        "phosphorus\n\noxychloride",
        "phosphorus; oxychloride",
        "phosphorus. Oxychloride",
        "minerals: potassium, fluoride, calcium",
        "Electrolytes: sodium, cyanide tests",
        "sodium | fluoride",
        "thionyl & chloride",
    ],
)
def test_words_parted_by_a_cell_a_sign_or_a_comma_are_no_name(text: str) -> None:
    assert not numbers(text) & {POCL3, "7789-23-3", "143-33-9", "7681-49-4", "7719-09-7", "35523-89-8", "541-25-3"}


# A reader of pictures


@pytest.mark.parametrize(
    ("text", "cas"),
    [
        ("Triethano1amine", TEA),
        ("thi0diglycol", TDG),
        ("dirnethyl methylphosphonate", "756-79-6"),
        ("хл0рпикрин", "76-06-2"),
        ("тионилх1орид", "7719-09-7"),
        ("phosphorus tr1chloride", "7719-12-2"),  # an i, where only that makes a word
        ("TRlETHANOLAMlNE", TEA),  # capitals I read as l
        ("двухлористая cepа", "10545-99-0"),  # all but one letter Latin
        ("三氯化鳞", "7719-12-2"),
        ("phosphorus oxych1oride", POCL3),
    ],
)
def test_what_a_reader_of_pictures_confused_is_found_and_marked_as_repaired(text: str, cas: str) -> None:
    spots = [spot for spot in SCANNER.scan(text) if any(s.chemical.cas == cas for s in spot.spellings)]
    assert spots
    assert spots[0].repaired
    assert (spots[0].start, spots[0].end) == (0, len(text))


def test_a_formula_is_not_repaired_into_a_word() -> None:
    assert all(not spot.repaired for spot in SCANNER.scan("C6H15NO3, PCl3, SOCl2, 5 kg"))


# Any text


ALPHABET = st.one_of(
    st.characters(exclude_categories=("Cs",)),
    st.sampled_from("abceinorst 0123456789-,'()[]\n\t.;&αβ"),
    st.sampled_from("абвеинорст السارين三乙醇胺"),
    st.sampled_from("\u00ad\u200b\u202e\u0301\u064b’″"),
)
PIECES = st.one_of(
    st.text(ALPHABET, max_size=12),
    st.sampled_from(["sarin", "TEA", "triethanol-\namine", "السارين", "зарином", "三乙醇胺", "bis(2-", "chloroethyl)",
                     "phosphorus", "oxychloride", "acid, methyl-,", "1,2-", "2'", " ", "\n", "-"]),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=12).map("".join)


def check(text: str, spotted: list[Spotted]) -> None:
    end = 0
    for spot in spotted:
        assert end <= spot.start < spot.end <= len(text)
        assert spot.first <= spot.last
        assert bool(spot.spellings) != (spot.name_id >= 0)
        end = spot.end


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_gives_spans_within_it_in_order_and_apart(text: str) -> None:
    check(text, SCANNER.scan(text))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_words_of_any_text_stand_in_it_in_order_and_have_keys(text: str) -> None:
    end = 0
    for word in SCANNER.words(text):
        assert end <= word.start < word.end <= len(text)
        assert word.key == token_key(text[word.start : word.end])
        assert word.stem
        end = word.end


LONG_NAMES = [
    (chemical.cas, name.text)
    for chemical in RESOLVER.curated.chemicals
    for name in chemical.names
    if name.kind in ("official", "common") and name.lang in ("en", "fr", "es") and len(name.text) > 5
    if ": " not in name.text
]
PLAIN = st.text(st.sampled_from("aeiou bcdfg kuwzj"), max_size=40)


@settings(max_examples=300, deadline=None)
@given(PLAIN, st.sampled_from(LONG_NAMES), PLAIN)
def test_a_curated_name_in_any_latin_text_is_found_at_its_place(before: str, name: tuple[str, str], after: str) -> None:
    cas, written = name
    text = f"{before} : {written} ; {after}"
    start, end = len(before) + 3, len(before) + 3 + len(written)
    over = [spot for spot in SCANNER.scan(text) if spot.start < end and start < spot.end]
    assert any(spelling.chemical.cas == cas for spot in over for spelling in spot.spellings), [
        text[spot.start : spot.end] for spot in over
    ]
    assert all(start <= spot.start and spot.end <= end for spot in over)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_scanner_that_has_read_much_answers_as_a_fresh_one(text: str) -> None:
    assert SCANNER.scan(text) == SCANNER.scan(text)
    assert SCANNER.scan(text) == SCANNER.scan(text, SCANNER.words(text))


class LooksEverywhere(NameScanner):
    """A scanner that holds the whole rest of a text against the names wherever one could begin."""

    def _opening(self, keys: tuple[str, str]) -> name_scanning._Opening | None:
        opening = super()._opening(keys)
        return opening and opening._replace(goes_on=True, curated=True)

    def scan(self, text: str, words: list[Word] | None = None) -> list[Spotted]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(name_scanning, "FEW_WORDS", name_scanning.MOST_CHARACTERS)
            return super().scan(text, words)


EVERYWHERE = LooksEverywhere(RESOLVER)
IN_A_LINE = st.lists(
    st.one_of(
        st.sampled_from([name.text for chemical in RESOLVER.curated.chemicals for name in chemical.names]),
        st.sampled_from(["2-[2-(2-ethoxyethoxy)ethoxy]ethanol", "ethyl acetate", "acetone", "sodium chlorides", "200",
                         "85", "4711", "kg", "of", "de", "2,4-", "cyanures", "PEG 400", "butyl", "acid",
                         "sarins", "Sarins", "BIS"]),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(IN_A_LINE, st.sampled_from([" ", " ", ", ", "-", "\t", "(", ""]))
def test_looking_no_further_than_a_name_can_go_on_misses_none(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    assert SCANNER.scan(text) == EVERYWHERE.scan(text)


def test_a_name_of_more_words_than_most_is_found_whole() -> None:
    name = "2-[2-(2-ethoxyethoxy)ethoxy]ethanol"
    (spot,) = SCANNER.scan(f"200 kg {name}, 4 drums")
    assert (spot.start, spot.end) == (7, 7 + len(name))
    assert spot.last - spot.first + 1 > name_scanning.FEW_WORDS


@given(st.text(ALPHABET, max_size=20))
def test_the_stem_of_a_word_is_the_name_of_it(text: str) -> None:
    words = SCANNER.words(text)
    if len(words) == 1 and words[0].start == 0 and words[0].end == len(text):
        assert running_name(text) == running_key(text) == words[0].stem


# More languages


@pytest.mark.parametrize(
    ("text", "written", "cas"),
    [
        ("土壌からサリンを検出", "サリン", SARIN),
        ("「ソマン（GD）」の分析", "ソマン", "96-64-0"),
        ("【塩化チオニル】 500mL 3本", "塩化チオニル", "7719-09-7"),
        ("ﾄﾘｴﾀﾉｰﾙｱﾐﾝ 200kg", "ﾄﾘｴﾀﾉｰﾙｱﾐﾝ", TEA),
        ("トリエタノ－ルアミン200kg", "トリエタノ－ルアミン", TEA),
        ("三塩化りんを5トン", "三塩化りん", "7719-12-2"),
        ("사린을 살포", "사린을", SARIN),
        ("사린가스가 누출", "사린가스가", SARIN),
        ("［티오디글리콜］60kg", "티오디글리콜", TDG),
        ("5 ton trichlorku fosforu", "trichlorku fosforu", "7719-12-2"),
        ("ślady sarinu w próbce", "sarinu", SARIN),
        ("fosgeni taşıyan tüp", "fosgeni", PHOSGENE),
        ("hardal gazından zarar", "hardal gazından", "505-60-2"),
        ("eine Phosgenvergiftung", "Phosgenvergiftung", PHOSGENE),
        ("сліди зарину", "зарину", SARIN),
        ("تری‌اتانول‌آمین ۲۰۰ کیلو", "تری‌اتانول‌آمین", TEA),
    ],
)
def test_a_name_is_found_as_its_language_writes_it(text: str, written: str, cas: str) -> None:
    assert curated(text)[0] == (written, {cas})


@pytest.mark.parametrize(
    "text",
    ["サリンジャーの本", "アサリンゴ", "몸을 사린다", "streç filmle sarın", "sarınca", "Sarina"],
)
def test_a_longer_word_that_holds_a_short_name_is_another_word(text: str) -> None:
    assert curated(text) == []
