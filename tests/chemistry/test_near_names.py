"""A mistyped name is near to what was meant; another chemical's name is near to nothing."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from opencwc.chemistry.names import normalise_name
from opencwc.chemistry.near_names import NearNames

LISTED = [
    *(
        "Triethanolamine",
        "Methyldiethanolamine",
        "Ethyldiethanolamine",
        "Thiodiglycol",
        "Phosgene",
        "Lewisite",
        "Sarin",
    ),
    *("Dimethyl methylphosphonate", "Dimethyl phosphite", "Trimethyl phosphite", "Phosphorus oxychloride", "Mustard"),
    *("Phosphorus trichloride", "Thionyl chloride", "Sulfur dichloride", "Cyanogen chloride", "Hydrogen cyanide"),
    *("Picric acid", "Pinacolyl alcohol", "3-Quinuclidinol", "Arsenic trichloride", "1,2-Dichloroethane", "o-Cresol"),
    *(
        "2-Chloroethanol",
        "Benzilic acid",
        "Diisopropylamine",
        "Perfluoroisobutene",
        "Saxitoxin",
        "N,N-Dimethylaminoethanol",
    ),
    *("Триэтаноламин", "Тиодигликоль", "Диметилфосфит", "Зарин", "Фосген", "Trietanolamina", "Fosfito de dimetilo"),
    *(
        "Triéthanolamine",
        "ثلاثي إيثانول أمين",
        "فوسجين",
        "سارين",
        "ثيوديجليكول",
        "ثنائي ميثيل فوسفيت",
        "三乙醇胺",
        "硫二甘醇",
    ),
]


@pytest.fixture(scope="module")
def names():
    return NearNames((name, name) for name in LISTED)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Triethanolamin", "Triethanolamine"),
        ("triethnaolamine", "Triethanolamine"),
        ("TRIETHANOLLAMINE", "Triethanolamine"),
        ("thiodiglicol", "Thiodiglycol"),
        ("thiodyglicol", "Thiodiglycol"),
        ("phosgeen", "Phosgene"),
        ("phosgenne", "Phosgene"),
        ("lewisit", "Lewisite"),
        ("dimethil methylphosphonate", "Dimethyl methylphosphonate"),
        ("dimethyl phospite", "Dimethyl phosphite"),
        ("phosphorous oxychloride", "Phosphorus oxychloride"),
        ("2-chlorethanol", "2-Chloroethanol"),
        ("thionil chloride", "Thionyl chloride"),
        ("saxitoxine", "Saxitoxin"),
        ("триетаноламин", "Триэтаноламин"),
        ("тиодиглеколь", "Тиодигликоль"),
        ("ثيوديجلايكول", "ثيوديجليكول"),
        ("فوسجبن", "فوسجين"),
    ],
)
def test_a_mistyped_name_is_found(names, text, meant):
    assert meant in [name for _, name, _ in names.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "triethylamine",
            "trimethanolamine",
            "diethanolamine",
            "trimethylamine",
            "methyldiethylamine",
            "propyldiethanolamine",
        ),
        *("diethyl phosphite", "dimethyl phosphate", "triethyl phosphite", "trimethyl phosphate", "dimethyl phosphine"),
        *("diethyl methylphosphonate", "dimethyl ethylphosphonate", "dimethyl methylphosphinate", "thioglycol"),
        *(
            "thiodiglycolic acid",
            "thiodiglycolic",
            "phosphorus tribromide",
            "phosphorus trifluoride",
            "sulfur chloride",
        ),
        *("sulfur difluoride", "thionyl fluoride", "thionyl chlorite", "cyanogen fluoride", "hydrogen cyanate"),
        *(
            "nitric acid",
            "citric acid",
            "custard",
            "bustard",
            "mustang",
            "3-quinuclidinone",
            "4-quinuclidinol",
            "1,3-dichloroethane",
        ),
        *(
            "12-dichloroethane",
            "p-cresol",
            "m-cresol",
            "2-chloroethanal",
            "1-chloroethanol",
            "2-fluoroethanol",
            "benzoic acid",
        ),
        *("diisopropylimine", "diisopropylamide", "marin", "satin", "sarins", "lewisham", "phosphene", "phosphine"),
        *(
            "trietilamina",
            "dietanolamina",
            "fosfato de dimetilo",
            "fosfito de dietilo",
            "triéthylamine",
            "diéthanolamine",
        ),
        *("диэтаноламин", "диэтилфосфит", "диметилфосфат", "марин", "фосфин", "триэтиламин"),
        *("ثنائي إيثيل فوسفيت", "ثنائي ميثيل فوسفات", "ثلاثي إيثيل أمين", "فوسفين", "سالين", "تمارين"),
        *("三乙胺", "二乙醇胺", "硫二甘酸", "", "x", "1234567", "the delivery of goods"),
    ],
)
def test_the_name_of_another_chemical_and_an_ordinary_word_are_near_to_nothing(names, text):
    assert names.find(text) == []


def test_a_name_itself_has_distance_nought(names):
    assert ("Thiodiglycol", "Thiodiglycol", 0) in names.find("thio-diglycol")


def test_short_names_are_never_near(names):
    assert names.find("sarim") == names.find("зарим") == names.find("سارن") == []


def test_the_nearest_comes_first():
    names = NearNames([("Methylphosphonxz", "far"), ("Methylphosphony", "near")])
    assert [chemical for chemical, _, _ in names.find("methylphosphonyx")] == ["near", "far"]


@st.composite
def mistyped(draw):
    """A long name of letters alone and what one or two differences of any kind make of it."""
    name = draw(
        st.sampled_from([name.lower() for name in LISTED if name.isascii() and len(name) > 9 and name.isalpha()])
    )
    text = name
    for _ in range(draw(st.integers(min_value=1, max_value=2))):
        place = draw(st.integers(min_value=1, max_value=len(text) - 2))
        letter = draw(st.sampled_from(string.ascii_lowercase))
        text = draw(
            st.sampled_from(
                [
                    text[:place] + text[place + 1 :],
                    text[:place] + letter + text[place + 1 :],
                    text[:place] + letter + text[place:],
                    text[:place] + text[place + 1] + text[place] + text[place + 2 :],
                ]
            )
        )
    return name, text


@given(mistyped())
def test_whatever_two_differences_are_the_name_is_among_the_candidates(pair):
    name, text = pair
    names = NearNames([(name, name)])
    if OSA.distance(normalise_name(name), normalise_name(text)) <= 2:
        assert names._candidates(normalise_name(text)) == {0}


@given(mistyped())
def test_what_is_found_is_as_near_as_it_says(pair):
    _, text = pair
    for _, name, distance in NearNames((name, name) for name in LISTED).find(text):
        assert OSA.distance(normalise_name(name), normalise_name(text)) == distance <= 2


@given(st.text())
def test_no_text_breaks_the_search(text):
    assert isinstance(NearNames((name, name) for name in LISTED[:5]).find(text), list)


def test_a_word_that_is_near_to_nothing_costs_little():
    stems = ["methyl", "ethyl", "chloro", "phosph", "amino", "sulf", "arsin", "fluor", "isopropyl", "nitro", "cyclohex"]
    names = NearNames(
        (f"{stem}{two}{three}ane", 0) for stem in stems for two in stems for three in stems if not stem == two == three
    )
    words = [
        f"{word}{two}" for word in ("delivery", "hydro", "container", "packag", "intermediate") for two in stems
    ] * 100
    start = time.process_time()
    for word in words:
        names.find(word)
    assert (time.process_time() - start) / len(words) < 100e-6  # some 12 with all curated names on an idle core
