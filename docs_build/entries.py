"""The reference of the entries, made from the convention data: whatever the rule files say stands here, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from opencwc.convention import Chemical, Convention, Duty, Entry, RuleList
from opencwc.finding import Message
from opencwc.wording import say

INTRODUCTION = """
# Entries

Every entry of the lists that come with OpenCWC. This page is made from the rule files each time the documentation is
built; nothing on it is written by hand. The meaning is in our own words; the law's wording is in the source named.

How to read a rule is told in [From wording to rule](../explanation/from-wording-to-rule.md); every field is explained
in [Rule files](rule-files.md).

**Evidence** says how sure a value is: `treaty` - read in the treaty text; `official` - read on a government's or the
OPCW's page; `secondary` - told by others; `unverified` - said to be so, the text was not seen.
"""


def entries_page() -> str:
    """Return the page as Markdown."""
    convention = Convention(lists=("CWC", "AG"))
    lines = [INTRODUCTION.strip(), ""]
    for list_ in convention.lists:
        lines += [*_list(list_), ""]
        for entry in list_.entries:
            lines += [*_entry(entry, Convention(lists=("CWC", "AG"), as_of=_day_of(entry, convention.as_of))), ""]
    lines += [*_policies(convention), "", *_duties(convention)]
    return "\n".join(lines) + "\n"


def _day_of(entry: Entry, today: date) -> date:
    """Return a day on which the entry is in force: today, or else its last or its first day."""
    if entry.in_force.holds_on(today):
        return today
    return entry.in_force.end or entry.in_force.start or today


def _list(one: RuleList) -> Iterator[str]:
    yield f"## {_plain(one.title['en'])} (`{one.id}`)"
    yield ""
    yield f"Kept by: {_plain(one.authority)}. Text of: {one.text_of}. Entries: {len(one.entries)}."
    yield ""
    yield f"Source: {_plain(one.source)} (`{one.evidence}`)."


def _entry(entry: Entry, convention: Convention) -> Iterator[str]:
    yield f"### {entry.id}: {_plain(entry.title['en'])}"
    yield ""
    if entry.meaning:
        yield _plain(entry.meaning["en"])
        yield ""
    start = entry.in_force.start.isoformat() if entry.in_force.start else "not known; taken as in force on every day"
    until = f" until {entry.in_force.end.isoformat()}" if entry.in_force.end else ""
    yield f"- Kind: {entry.kind}"
    yield f"- In force since: {start}{until}"
    yield f"- Source: {_plain(entry.source)} (`{entry.evidence}`)"
    yield f"- Salts: `{entry.salts}` - {say(f'salts_{entry.salts}')}"
    if entry.except_entries:
        yield f"- Except for: {', '.join(entry.except_entries)}"
    if entry.see_also:
        yield f"- See also: {', '.join(entry.see_also)}"
    duties = [f"`{duty.id}`" for duty in convention.duties_for(entry)]
    if duties:
        yield f"- What follows: {', '.join(duties)}"
    yield ""
    yield from _rules(entry)
    yield from _chemicals("Exempt", entry.exempt)
    yield from _chemicals("Printed examples", entry.examples)
    yield from _chemicals("Other numbers of the same chemical or of its salts", entry.related)


def _rules(entry: Entry) -> Iterator[str]:
    if not entry.structure and not entry.doubt:
        yield "No structure: this chemical is known by its names and numbers."
        yield ""
        return
    yield "```text"
    for structure in (*entry.structure, *entry.doubt):
        notes = [structure.form] if structure.form != "free" else []
        notes += ["rest free"] if structure.rest == "free" else []
        notes += ["mobile hydrogens do not count"] if structure.tautomers else []
        notes += [f"beside {structure.counter_ions}"] if structure.counter_ions else []
        notes += ["for review"] if structure in entry.doubt else []
        yield structure.core + (f"   [{'; '.join(notes)}]" if notes else "")
        yield from (f"    where: {condition}" for condition in structure.where)
    cores = [structure.core for structure in (*entry.structure, *entry.doubt)]
    places = {name: said for structure in entry.structure for name, said in structure.places.items()}
    for name, said in places.items():
        if any(f"{{{name}}}" in core for core in cores):
            yield f"{name}: {said}"
    yield "```"
    yield ""


def _chemicals(title: str, chemicals: tuple[Chemical, ...]) -> Iterator[str]:
    if not chemicals:
        return
    yield f"| {title} | CAS number | structure |"
    yield "|---|---|---|"
    for chemical in chemicals:
        salts = f" (with {chemical.salts} salts)" if chemical.salts else ""
        known = (
            f"`{chemical.smiles}`"
            if chemical.smiles
            else ("accession " + ", ".join(chemical.accessions) if chemical.accessions else "")
        )
        yield f"| {_plain(chemical.name)}{salts} | {chemical.cas} | {known} |"
    yield ""


def _policies(convention: Convention) -> Iterator[str]:
    yield "## Policies"
    yield ""
    yield "How questions that the entries leave open are answered, and on whose word. Every output repeats them."
    yield ""
    yield "| question | answer | source | evidence |"
    yield "|---|---|---|---|"
    for policy in convention.policies:
        said = say(f"policy_{policy.id}_{policy.choice}")
        yield f"| {policy.id} | {said} | {_plain(policy.source)} | `{policy.evidence}` |"


def _duties(convention: Convention) -> Iterator[str]:
    yield "## What follows"
    yield ""
    yield "Duties that the rule files name for an entry that is met. They are a pointer to the text, not advice."
    yield ""
    yield "| id | for | what follows | source | evidence |"
    yield "|---|---|---|---|---|"
    for duty in convention.duties:
        yield _duty(duty)


def _duty(duty: Duty) -> str:
    said = say(Message(duty.says, dict(duty.values)))
    return f"| `{duty.id}` | {', '.join(duty.applies_to)} | {said} | {_plain(duty.source)} | `{duty.evidence}` |"


def _plain(text: str) -> str:
    """Keep what Markdown would read as a sign of its own."""
    for sign in ("\\", "*", "_", "[", "]", "<", "|"):
        text = text.replace(sign, f"\\{sign}")
    return text
