"""Two spellings of one name give one key, names of two chemicals give two."""

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.chemistry.names import NORMALISER_VERSION, normalise_name

SAME = [
    ("N,N-Dimethyl aminoethanol", "n,n-dimethylaminoethanol"),
    ("SARIN", "sarin"),
    ("  sarin\t\n", "sarin"),
    ("“Sarin”", "'sarin'"),
    ("Bis(2-chloroethyl)sulfide", "bis (2-chloroethyl) sulphide"),
    ("bis[2‐chloroethyl]sulfide", "bis(2–chloroethyl)\u00a0sulfide"),
    ("1,2-dichloroethane", "1, 2 - dichloroethane"),
    ("1,2-dichloroethane", "１，２－Ｄｉｃｈｌｏｒｏｅｔｈａｎｅ"),
    ("1,2-dichloroethane", "١٬٢-dichloroethane"),
    ("α-pinene", "alpha-pinene"),
    ("α-pinene", ".alpha.-pinene"),
    ("Α-pinene", "α-pinene"),
    ("µ-oxo", "μ-oxo"),
    ("ς-bond", "sigma-bond"),
    ("2,2'-thiodiethanol", "2,2′-thiodiethanol"),
    ("2,2'-thiodiethanol", "2,2’-thiodiethanol"),
    ("2,2'-thiodiethanol", "2,2´-thiodiethanol"),
    ('2,2"-thiodiethanol', "2,2″-thiodiethanol"),
    ("N,N'-dimethylurea", "N,N’-dimethylurea"),
    ("α,α'-dichloro-p-xylene", "alpha,alpha′-dichloro-p-xylene"),
    ("Fischer's salt", "Fischer’s salt"),
    ("Fischer's salt", "Fischers salt"),
    ("arsénite de sodium", "arsenite de sodium"),
    ("œstradiol", "oestradiol"),
    ("Phosphorsäure", "phosphorsaure"),
    ("thio\u00addi\u200bglycol", "thiodiglycol"),
    ("\u202bsarin\u202c", "sarin"),
    ("(±)-camphor", "(+/-)-camphor"),
    ("(±)-camphor", "[+-]camphor"),
    ("iron(2+) sulphate", "Iron( 2+ ) sulfate"),
    ("\u0420-alkyl", "P-alkyl"),
    ("V\u0425", "VX"),
    ("\u0421arbonyl dichloride", "Carbonyl dichloride"),
    ("О-изопропил метилфторфосфонат", "O-изопропил метилфторфосфонат"),
    ("зарин", "ЗАРИН"),
    ("сероводород", "cероводород"),
    ("сарин\u0301", "сарин"),
    ("ســارين", "سارين"),
    ("沙林 (GB)", "沙林（ＧＢ）"),
    ("9-ethyladenine", "9-ethyladenine-"),
]

DIFFERENT = [
    ("1,2-dichloroethane", "12-dichloroethane"),
    ("1,2-dichloroethane", "1,1-dichloroethane"),
    ("2,2'-bipyridine", "2,2-bipyridine"),
    ("2,2'-bipyridine", "2,2''-bipyridine"),
    ("N,N-dimethylurea", "N,N'-dimethylurea"),
    ("bicyclo[2.2.1]heptane", "bicyclo[22.1]heptane"),
    ("(+)-camphor", "(-)-camphor"),
    ("(+)-camphor", "camphor"),
    ("(±)-camphor", "(+)-camphor"),
    ("iron(2+)", "iron(3+)"),
    ("iron(2+)", "iron(2-)"),
    ("iron(II) chloride", "iron(III) chloride"),
    ("phosphite", "phosphate"),
    ("propanoic acid, 2-methyl-, propyl ester", "propanoic acid, 2-methylpropyl ester"),
    ("ガス", "カス"),
    ("sulfur monochloride", "sulfur dichloride"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name_meet(one, other):
    assert normalise_name(one) == normalise_name(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_of_different_chemicals_stay_apart(one, other):
    assert normalise_name(one) != normalise_name(other)


def test_a_remark_behind_the_name_is_not_taken_away():
    assert normalise_name("thiodiglycol, 98 %") != normalise_name("thiodiglycol")


@pytest.mark.parametrize("text", ["", " ", "---", "(,)", "''", "\u200b", "。"])
def test_a_text_that_names_nothing_has_the_empty_key(text):
    assert normalise_name(text) == ""


ODD = "aAВНрPxyс12,.-+/()[]{}'\"`′’″±αΔΩ ~sulph\u00ad\u200béйøŁ＇（－Ⅱ１١ガ\u0301"


@given(st.one_of(st.text(), st.text(alphabet=st.sampled_from(ODD))))
def test_the_key_of_a_key_is_that_key(text):
    key = normalise_name(text)
    assert normalise_name(key) == key


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_case_and_spaces_at_the_ends_do_not_count(text):
    assert normalise_name(f" {text.upper()} ") == normalise_name(text.lower())


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "- " * 50_000, "( . " * 50_000, "'" * 50_000, "2' " * 50_000, "+" * 50_000]
)
def test_no_text_is_slow_to_read(text):
    start = time.perf_counter()
    normalise_name(text)
    assert time.perf_counter() - start < 2


def test_the_version_is_raised_when_the_keys_change():
    keys = "|".join(normalise_name(name) for pair in SAME + DIFFERENT for name in pair)
    known = {1: "a5dcfa29b58340fa"}
    assert hashlib.blake2b(keys.encode(), digest_size=8).hexdigest() == known[NORMALISER_VERSION], (
        "The keys differ from those stored under this version: raise NORMALISER_VERSION and note the new digest here."
    )
