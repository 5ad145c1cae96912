"""Books of an invented company, judged and composed: what the tests of declarations as documents share."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.forms.composition import compose
from opencwc.declarations.forms.model import Document
from opencwc.declarations.judgement import judge
from opencwc.declarations.law import Law
from opencwc.declarations.model import Answer, Register
from opencwc.declarations.register_reader import read_register
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

DAY = date(2026, 11, 28)
YEAR = 2026
MADE = date(2026, 2, 1)
SITES = """site,plant,name,operator,country,address,kind,GPS,main activities,capacity,building,dedicated,\
product groups,contact
A,,Alpha works,Alpha SA,FRA,1 rue X,,"45.1, 4.2",B01,,,,512,info@alpha.example
A,P1,Unit 1,,FRA,,,,B01; storage,500 t,Hall 3,yes,,
A,P2,Unit 2,,FRA,,,,B01,900 t,,no,,
F,,Protective laboratory,Institute,FRA,2 rue Y,protective,,,,,,,
T,,Trading house,Trader SARL,FRA,3 rue Z,,,,,,,,
"""
ACTIVITIES = """site,plant,chemical,cas,activity,year,quantity,unit,concentration,planned,purpose,partner,date,remarks
A,P1,thiodiglycol,,produce,2025,1.4,t,,,dyes,,,
A,P1,thiodiglycol,,produce,2024,12.4,t,,,,,,
A,P1,thiodiglycol,,produce,2025,9,t,20,,,,,"a mixture below 30 %"
A,P1,thiodiglycol,,export,2025,400,kg,50,,,DEU,,
A,P1,thiodiglycol,,produce,2027,3,t,,yes,dyes,,,
A,P1,thiodiglycol,,consume,2026,3,t,,yes,inks,,2026-07-01,
A,P2,phosgene,75-44-5,produce,2025,250,t,,,B11,,,
A,P2,ethanol,64-17-5,produce,2025,5000,t,,,,,,
A,P2,dimethyl sulfoxide,67-68-5,produce,2025,50,t,,,,,,
F,,soman,,produce,2025,20,g,,,protective,,,
F,,soman,,import,2026,1,g,,,protective,DEU,2026-06-01,=1+1
T,,phosgene,75-44-5,import,2025,60,t,,,,DEU,,
"""


class Declared(NamedTuple):
    register: Register
    answer: Answer
    document: Document


@cache
def law() -> Law:
    return Law(DAY)


@cache
def chemicals() -> Chemicals:
    return Chemicals(Screener(Rulebook.of(DAY, ("CWC",))))


def write_books(folder: Path, sites: str = SITES, activities: str = ACTIVITIES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sites.csv").write_text(sites, encoding="utf-8")
    (folder / "activities.csv").write_text(activities, encoding="utf-8")
    return folder


def declared(folder: Path, sites: str = SITES, activities: str = ACTIVITIES, year: int = YEAR) -> Declared:
    register = read_register(write_books(folder, sites, activities))
    return declared_of(register, year)


def declared_of(register: Register, year: int = YEAR) -> Declared:
    answer = judge(register, law(), year, chemicals())
    return Declared(register, answer, compose(answer, law(), MADE))
