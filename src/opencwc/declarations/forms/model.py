"""The records of a declaration: what a State declares of a regime and a period, by plant site, plant and chemical.

A record is a frozen `msgspec.Struct`; JSON, XML, workbook and the published schema (`schema`) are made from the types.
Quantities are decimals with their unit, days are ISO 8601, States ISO 3166 alpha-3.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

VERSION = "1"
"""The version of the format; a file of another is refused."""
NAMESPACE = f"urn:opencwc:declaration:{VERSION}"
LONGEST_TEXT = 10_000
"""Characters that a text of a declaration may have."""

Regime: TypeAlias = Literal["S1", "S2", "S3", "OCPF"]
Kind: TypeAlias = Literal["past", "anticipated", "additional", "aggregate", "transfer"]
Did: TypeAlias = Literal["produce", "process", "consume", "import", "export", "store", "acquire"]
Unit: TypeAlias = Literal["kg", "g", "t"]
Year = Annotated[int, Meta(ge=1997, le=2101)]
Row = Annotated[int, Meta(ge=0)]


class Column(Struct, frozen=True):
    """A further column of the register's table of sites, as it stands there."""

    name: Annotated[str, Meta(description="The heading of the column.")]
    value: Annotated[str, Meta(description="What stands in it.")] = ""


class Field(Struct, frozen=True):
    """A field of a form: what the Convention asks for, and what the register says."""

    name: Annotated[str, Meta(description="The id of the field.")]
    rule: Annotated[str, Meta(description="The paragraph that asks for it.")]
    value: Annotated[str, Meta(description="What the register says; empty where it says nothing.")] = ""
    code: Annotated[str, Meta(description="Its codes in the Declarations Handbook, with a comma between them.")] = ""
    missing: Annotated[bool, Meta(description="The form needs it and the register lacks it.")] = False


class Figure(Struct, frozen=True):
    """A declared weight of the chemical itself: an activity in a year, of import and export by partner."""

    activity: Annotated[Did, Meta(description="What was done.")]
    year: Annotated[Year, Meta(description="The calendar year.")]
    planned: Annotated[bool, Meta(description="It is planned and not past.")] = False
    quantity: Annotated[
        Decimal | None, Meta(description="The weight; left out where the register does not say it.")
    ] = None
    unit: Annotated[Unit, Meta(description="The unit of the weight.")] = "kg"
    partner: Annotated[str, Meta(description="The other State of an import or export, ISO alpha-3.")] = ""
    purpose: Annotated[str, Meta(description="What it is for, by purpose or code.")] = ""
    begins: Annotated[date | None, Meta(description="The day on which it begins, or of the transfer.")] = None


class Chemical(Struct, frozen=True):
    """What is declared: a chemical, or the production of organic chemicals (``doc``) or of PSF chemicals (``psf``)."""

    of: Annotated[Literal["chemical", "doc", "psf"], Meta(description="What it is.")] = "chemical"
    name: Annotated[str, Meta(description="Its name in the register.")] = ""
    cas: Annotated[str, Meta(description="Its CAS number.")] = ""
    entry: Annotated[str, Meta(description="The entry of the Annex on Chemicals that it falls under.")] = ""
    due: Annotated[date | None, Meta(description="The last day of this declaration.")] = None
    range: Annotated[str, Meta(description="The code of the range of production.")] = ""
    inspection: Annotated[bool, Meta(description="It lies above the threshold of inspections.")] = False
    fields: tuple[Field, ...] = ()
    figures: tuple[Figure, ...] = ()


class Plant(Struct, frozen=True):
    """A plant of a plant site; with an empty ``code`` what is declared of the plant site as a whole."""

    code: Annotated[str, Meta(description="Its code in the register.")] = ""
    row: Annotated[Row, Meta(description="Its row in the register; 0 where it has none.")] = 0
    name: Annotated[str, Meta(description="Its name.")] = ""
    operator: Annotated[str, Meta(description="Who operates it.")] = ""
    country: Annotated[str, Meta(description="The State, ISO alpha-3.")] = ""
    address: Annotated[str, Meta(description="Where it stands.")] = ""
    kind: Annotated[str, Meta(description="The kind of a Schedule 1 facility.")] = ""
    columns: tuple[Column, ...] = ()
    fields: tuple[Field, ...] = ()
    chemicals: tuple[Chemical, ...] = ()


class Site(Struct, frozen=True):
    """A plant site with what is declared of its plants."""

    code: Annotated[str, Meta(description="Its code in the register.")]
    row: Annotated[Row, Meta(description="Its row in the register; 0 where it has none.")] = 0
    name: Annotated[str, Meta(description="Its name.")] = ""
    operator: Annotated[str, Meta(description="Who operates it.")] = ""
    country: Annotated[str, Meta(description="The State, ISO alpha-3.")] = ""
    address: Annotated[str, Meta(description="Where it stands.")] = ""
    kind: Annotated[str, Meta(description="The kind of a Schedule 1 facility.")] = ""
    columns: tuple[Column, ...] = ()
    fields: tuple[Field, ...] = ()
    plants: tuple[Plant, ...] = ()


class Declaration(Struct, frozen=True):
    """What is declared of one regime and one period; of national data and transfers without plant sites too."""

    regime: Annotated[Regime, Meta(description="The regime.")]
    declaration: Annotated[Kind, Meta(description="The kind of declaration.")]
    period: Annotated[Year, Meta(description="The year declared on.")]
    due: Annotated[date, Meta(description="The earliest last day of what it declares.")]
    treaty_due: Annotated[date | None, Meta(description="The day of the Convention, beside that of a profile.")] = None
    state: Annotated[str, Meta(description="The State that declares, ISO alpha-3; empty where not known.")] = ""
    form: Annotated[str, Meta(description="The form or section of the Declarations Handbook, where known.")] = ""
    sites: tuple[Site, ...] = ()
    chemicals: tuple[Chemical, ...] = ()


class BookLine(Struct, frozen=True):
    """A line of the register that a declaration rests on: for who checks the figures, not for the form."""

    row: Annotated[Row, Meta(description="Its row in the register.")]
    site: Annotated[str, Meta(description="The plant site.")]
    activity: Annotated[Did, Meta(description="What was done.")]
    year: Annotated[Year, Meta(description="The calendar year.")]
    plant: Annotated[str, Meta(description="The plant.")] = ""
    chemical: Annotated[str, Meta(description="The chemical as written.")] = ""
    cas: Annotated[str, Meta(description="The CAS number as written.")] = ""
    quantity: Annotated[
        Decimal | None, Meta(description="The weight of the product as handled; left out where not known.")
    ] = None
    unit: Annotated[Unit, Meta(description="The unit of the weight.")] = "kg"
    concentration: Annotated[Decimal, Meta(description="Per cent of the chemical by weight.")] = Decimal(100)
    planned: Annotated[bool, Meta(description="It is planned and not past.")] = False
    purpose: Annotated[str, Meta(description="What it is for.")] = ""
    partner: Annotated[str, Meta(description="The other State, ISO alpha-3.")] = ""
    day: Annotated[date | None, Meta(description="The day on which it begins, or of the transfer.")] = None
    remarks: Annotated[str, Meta(description="Remarks.")] = ""
    country: Annotated[str, Meta(description="The State of the plant site, ISO alpha-3.")] = ""


class Document(Struct, frozen=True):
    """The declarations of a register that fall due in a year."""

    version: Annotated[str, Meta(description="The version of this format.")]
    year: Annotated[Year, Meta(description="The calendar year in which they fall due.")]
    register: Annotated[str, Meta(description="The name of the register.")] = ""
    profile: Annotated[str, Meta(description="The rules: treaty, or a national profile.")] = ""
    rules_of: Annotated[date | None, Meta(description="The day of the rules.")] = None
    made: Annotated[date | None, Meta(description="The day on which it was made.")] = None
    declarations: tuple[Declaration, ...] = ()
    lines: tuple[BookLine, ...] = ()
