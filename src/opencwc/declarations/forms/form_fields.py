"""The fields of a declaration's forms: what the register says, with its codes, and what is missing. VA VI to VA IX.

Which fields a form has is in ``convention/data/declaration_fields.yaml``; from which column of the register one is
filled in ``data/form_columns.yaml``. What the register does not say stays empty: nothing is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from opencwc.convention.clauses import in_short
from opencwc.convention.declaration_rules import DeclarationField, read_codes, read_fields
from opencwc.convention.fields import read_yaml
from opencwc.declarations.forms.model import Chemical, Field, Figure
from opencwc.declarations.forms.tree import plain_decimal
from opencwc.declarations.model import Site
from opencwc.declarations.phrases import FIELD_LABELS
from opencwc.declarations.register_words import plain_words
from opencwc.finding import Message

DATA = Path(__file__).parent / "data" / "form_columns.yaml"
FORM_OF_S1 = {"past": "facility", "anticipated": "facility_ahead", "aggregate": "transfers", "transfer": "transfers"}
AT_FACILITY = ("s1-facility-", "s1-ahead-facility-")
"""How the ids of fields of a Schedule 1 facility begin that are of the facility and not of a chemical."""
_ACTIVITY_OF = {
    "produced": "produce", "processed": "process", "consumed": "consume", "imported": "import", "exported": "export",
}  # fmt: skip
_FLAGS = {"s2-plant-produces": "produce", "s2-plant-processes": "process", "s2-plant-consumes": "consume"}


def fields_asked(regime: str, declaration: str, form: str) -> tuple[DeclarationField, ...]:
    """Return the fields that a form asks for: of ``plant_site``, ``plant``, ``chemical`` or ``aggregate``."""
    if regime == "S1":
        held = [known for known in _fields() if known.form == FORM_OF_S1.get(declaration)]
        return tuple(
            known for known in held if form != "plant_site" and (form == "plant") == known.id.startswith(AT_FACILITY)
        )
    asked = tuple(known for known in _fields() if known.regime == regime and known.form == form)
    if declaration in ("anticipated", "additional"):
        return tuple(known for known in asked if known.id.rpartition("-")[2] not in _ACTIVITY_OF)
    return tuple(known for known in asked if known.holds != "period")


def site_fields(regime: str, declaration: str, line: Site, known: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the fields of a plant site; ``known`` are values that are not in its line, by the id of the field."""
    values = {
        f"{regime.lower()}-site-name": line.name,
        f"{regime.lower()}-site-operator": line.operator,
        f"{regime.lower()}-site-location": _joined(line.address, column_of(line.more, "coordinates")),
        **known,
    }
    return tuple(_filled(fields_asked(regime, declaration, "plant_site"), values, line.more))


def plant_fields(
    regime: str, declaration: str, line: Site, site: Site, chemicals: Iterable[Chemical]
) -> tuple[Field, ...]:
    """Return the fields of a plant, or of a Schedule 1 facility."""
    held = tuple(chemicals)
    done = {figure.activity for chemical in held for figure in chemical.figures if figure.quantity}
    whole = line.plant == ""
    values = {
        f"{regime.lower()}-plant-name": line.name,
        f"{regime.lower()}-plant-operator": line.operator or site.operator,
        f"{regime.lower()}-plant-location": "" if whole or line.address == site.address else line.address,
        "s1-facility-name": _joined(line.name or site.name, line.plant or line.site),
        "s1-ahead-facility-name": _joined(line.name or site.name, line.plant or line.site),
        **{id: "yes" if activity in done else "no" for id, activity in _FLAGS.items()},
    }
    asked = fields_asked(regime, declaration, "plant")
    if regime == "OCPF":
        values["ocpf-plant-range"] = next((chemical.range for chemical in held if chemical.of == "psf"), "")
        if not values["ocpf-plant-range"]:
            return ()
    return tuple(_filled(asked, values, line.more if line.more or not whole else site.more))


def chemical_fields(  # the figures of one chemical, and what the Schedules and the register say of it
    regime: str,
    declaration: str,
    chemical: Chemical,
    smiles: str,
    written: str,
    columns: Mapping[str, str],
    period: int,
) -> tuple[Field, ...]:
    """Return the fields of a chemical at a plant, in a State's aggregate data, or in a transfer."""
    if chemical.of != "chemical":
        return ()
    form = "aggregate" if declaration == "aggregate" and regime != "S1" else "chemical"
    values: dict[str, str] = {}
    lacking: set[str] = set()
    for asked in fields_asked(regime, declaration, form):
        last = asked.id.rpartition("-")[2]
        if asked.id.endswith("chemical-name"):
            values[asked.id] = chemical.name
        elif asked.id.endswith("trade-name"):
            values[asked.id] = written
        elif asked.holds == "formula":
            values[asked.id] = smiles
        elif asked.holds == "cas":
            values[asked.id] = chemical.cas
        elif asked.holds == "range":
            values[asked.id] = chemical.range
        elif asked.holds == "purposes":
            values[asked.id] = "; ".join(dict.fromkeys(f.purpose for f in chemical.figures if f.purpose))
        elif figures := [f for f in chemical.figures if f.year == period and _belongs(asked.id, last, f)]:
            values[asked.id] = "; ".join(_figure_said(figure, last) for figure in figures)
            if any(figure.quantity is None for figure in figures) or _lacks_partner(last, figures):
                lacking.add(asked.id)
    return tuple(_filled(fields_asked(regime, declaration, form), values, columns, lacking))


def column_of(columns: Mapping[str, str], name: str) -> str:
    """Return what stands in the column that is one of our names, whatever it is called.

    >>> column_of({"Capacité de production": "500 t", "GPS": "1 N 2 E"}, "capacity")
    '500 t'
    """
    return next((value for column, value in columns.items() if _column_named(column) == name), "")


def codes_in(text: str, table: str) -> str:
    """Return the codes of a table that a text names, by code or by words, with a comma between them.

    >>> codes_in("B01; storage", "main_activity"), codes_in("selling", "main_activity")
    ('B01,B04', '')
    """
    if not table:
        return ""
    known = _codes_by_word(table)
    parts = [text, *re.split(r"[;,/|+،；、]", text)]
    return ",".join(dict.fromkeys(known[word] for part in parts if (word := plain_words(part)) in known))


def is_optional(name: str) -> bool:
    """Tell whether a field may stay empty."""
    return name in _layout()["optional"]


def _filled(
    asked: Iterable[DeclarationField],
    values: Mapping[str, str],
    columns: Mapping[str, str],
    lacking: Iterable[str] = (),
) -> Iterator[Field]:
    sources: Mapping[str, str] = _layout()["fields"]
    for known in asked:
        value = values.get(known.id) or (column_of(columns, sources[known.id]) if known.id in sources else "")
        missing = known.id in lacking or (not value and not is_optional(known.id))
        yield Field(known.id, in_short(known.source), value, codes_in(value, known.codes), missing)


def _belongs(id: str, last: str, figure: Figure) -> bool:
    """Tell whether a figure goes into a field: by its activity, or all of them."""
    if last in _ACTIVITY_OF:
        return figure.activity == _ACTIVITY_OF[last]
    if last == "moved":
        return figure.activity in ("acquire", "import", "export")
    if last in ("state", "recipient"):
        return figure.activity in ("import", "export")
    if last == "stored":
        return figure.activity == "store"
    return last in ("quantity", "periods") and (last == "quantity" or figure.begins is not None or "s2-" not in id)


def _figure_said(figure: Figure, last: str) -> str:
    """Return a figure as the text of a field: its weight, with the partner, and the day where it has one."""
    if last == "recipient":
        return figure.partner
    weight = "?" if figure.quantity is None else f"{plain_decimal(figure.quantity)} {figure.unit}"
    day = figure.begins.isoformat() if figure.begins and last in ("periods", "quantity") else ""
    partner = f"{figure.activity} {figure.partner or '?'}" if last in ("state", "moved") else ""
    return _joined(partner, weight, day, between=" ")


def _lacks_partner(last: str, figures: Iterable[Figure]) -> bool:
    return last in ("state", "recipient", "moved") and any(
        not figure.partner and figure.activity in ("import", "export") for figure in figures
    )


def _joined(*texts: str, between: str = "; ") -> str:
    return between.join(text for text in texts if text)


@cache
def _layout() -> Mapping[str, Any]:
    raw = read_yaml(DATA)
    return {"columns": raw["columns"], "fields": raw["fields"], "optional": frozenset(raw["optional"])}


@lru_cache(maxsize=1_000)
def _column_named(column: str) -> str:
    return _columns_by_word().get(plain_words(column), "")


@cache
def _columns_by_word() -> Mapping[str, str]:
    columns: Mapping[str, Mapping[str, Sequence[str]]] = _layout()["columns"]
    return {
        plain_words(word): name
        for name, words in columns.items()
        for word in (name, *chain.from_iterable(words.values()))
    }


@cache
def _codes_by_word(table: str) -> Mapping[str, str]:
    return {
        plain_words(word): known.code
        for known in read_codes()
        if known.table == table
        for word in (known.code, *known.name.values())
    }


@cache
def _fields() -> tuple[DeclarationField, ...]:
    return read_fields()


def column_for(name: str) -> str:
    """Return the column of the table of sites that fills a field; empty where none does.

    >>> column_for("s2-plant-capacity"), column_for("s2-site-name"), column_for("s2-chemical-produced")
    ('capacity', 'name', '')
    """
    sources: Mapping[str, str] = _layout()["fields"]
    if name in sources:
        return sources[name]
    last = name.partition("-")[2]
    return {
        "site-name": "name", "site-operator": "operator", "site-location": "address", "plant-name": "name",
        "plant-operator": "operator", "facility-name": "name", "ahead-facility-name": "name",
    }.get(last, "")  # fmt: skip


@cache
def column_named(name: str) -> Message | str:
    """Return what a column of the table of sites is called: as the first field that it fills, in every language.

    >>> column_named("main_activities").values["fr"], column_named("Remarks of ours")
    ('activités principales', 'Remarks of ours')
    """
    known = next((known for known in _fields() if column_for(known.id) == name), None)
    return Message("by_language", {**known.name}) if known else name


def column_heading(name: str) -> Message | str:
    """Return the heading by which a column of the table of sites is read, in every language; a name unknown as it is.

    >>> column_heading("product_groups").values["fr"], column_heading("operator").id
    ('groupes de produits', 'page_declarations_field_operator')
    """
    words: Mapping[str, Sequence[str]] = _layout()["columns"].get(name, {})
    if words:
        return Message("by_language", {lang: known[0] for lang, known in words.items()})
    return Message(FIELD_LABELS[name]) if name in FIELD_LABELS else name
