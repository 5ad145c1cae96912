"""`opencwc entries` and `opencwc entry 2B04`: the rules themselves, with their sources."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import Annotated

import typer

from opencwc.cli.options import command, day_asked, language_asked, names_asked
from opencwc.convention import Convention, Entry
from opencwc.errors import SettingsError
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say

AsOf = Annotated[str, typer.Option(metavar="DATE", help="The rules in force on this day.")]
Lists = Annotated[str, typer.Option(help="Lists, such as CWC,AG; all where none is named.")]
Lang = Annotated[str, typer.Option(help=f"Language: {', '.join(LANGUAGES)}.")]


@command
def entries(as_of: AsOf = "", lists: Lists = "", lang: Lang = "") -> None:
    """List every entry in force, with its source."""
    convention, language = _convention(as_of, lists, lang)
    for entry in convention.entries:
        sys.stdout.write(f"{entry.list} {entry.id}\t{_title(entry, language)}\t{entry.source} ({entry.evidence})\n")


@command
def entry(
    id: Annotated[str, typer.Argument(help="The entry, such as 2B04 or AG46.")],
    as_of: AsOf = "",
    lists: Lists = "",
    lang: Lang = "",
) -> None:
    """Print the rule of one entry: meaning, structure, salts, exemptions, examples, source, duties."""
    convention, language = _convention(as_of, lists, lang)
    found = _named(id, convention)
    if not found and not lists:
        convention = Convention(convention.as_of, convention.list_names)
        found = _named(id, convention)
    if not found:
        close = get_close_matches(id.upper(), [one.id for one in convention.entries], n=3)
        if close:
            raise SettingsError("no_such_entry_but_near", entry=id, day=convention.as_of, near=tuple(close))
        raise SettingsError("no_such_entry", entry=id, day=convention.as_of)
    for one in found:
        sys.stdout.write("\n".join(_lines(one, convention, language)) + "\n")


def _named(id: str, convention: Convention) -> list[Entry]:
    return [one for one in convention.entries if one.id.casefold() == id.casefold()]


def _convention(as_of: str, lists: str, lang: str) -> tuple[Convention, str]:
    language = language_asked(lang)
    return Convention(day_asked(as_of), names_asked(lists)), language


def _title(one: Entry, lang: str) -> str:
    return one.title.get(lang, one.title["en"])


def _lines(one: Entry, convention: Convention, lang: str) -> list[str]:
    def labelled(label: str, value: str) -> str:
        return f"  {say(label, lang)}: {value}"

    since = one.in_force.start.isoformat() if one.in_force.start else say("report_unknown_date", lang)
    lines = [f"{one.list} {one.id}  {_title(one, lang)}"]
    if one.meaning:
        lines.append(f"  {one.meaning.get(lang, one.meaning['en'])}")
    lines.append(labelled("report_source", f"{one.source} ({say(f'evidence_{one.evidence}', lang)})"))
    lines.append(labelled("report_in_force", since))
    lines.append(labelled("entry_salts", say(f"salts_{one.salts}", lang)))
    if one.except_entries:
        lines.append(labelled("entry_except", ", ".join(one.except_entries)))
    for structure in (*one.structure, *one.doubt):
        form = f"  [{structure.form}]" if structure.form != "free" else ""
        doubt = f"  [{say('verdict_review', lang)}]" if structure in one.doubt else ""
        lines.append(labelled("report_rule", f"{structure.core}{form}{doubt}"))
        lines += [f"      {condition}" for condition in structure.where]
    used = {name: place for core in one.structure for name, place in core.places.items() if f"{{{name}}}" in core.core}
    lines += [f"      {name}: {place}" for name, place in used.items()]
    lines += [labelled("entry_exempt", f"{chemical.name} ({chemical.cas})") for chemical in one.exempt]
    lines += [
        labelled("entry_example", f"{chemical.name} ({chemical.cas})  {chemical.smiles}".rstrip())
        for chemical in one.examples
    ]
    for duty in convention.duties_for(one):
        said = say(Message(duty.says, dict(duty.values)), lang)
        lines.append(labelled("report_duties", f"{said} ({duty.source}; {say(f'evidence_{duty.evidence}', lang)})"))
    return lines
