"""What the lists are called in each language, alone and before an entry; their ids (``CWC``, ``AG``) stay in data."""

from __future__ import annotations

from functools import cache

from opencwc.catalogs import LANGUAGES, read_template
from opencwc.finding import Rule, entry_code


def list_said(id: str, lang: str) -> str:
    """Return what a list is called in a word or two; a list that the catalogs do not know keeps its id.

    >>> list_said("CWC", "fr"), list_said("AG", "es"), list_said("NAT", "es")
    ('CIAC', 'Grupo de Australia', 'NAT')
    """
    return _called(f"list_short_{id}", lang) or id


def list_in_full(id: str, lang: str) -> str:
    """Return the name of a list in full; a list that the catalogs do not know keeps its id.

    >>> list_in_full("CWC", "es"), list_in_full("NAT", "es")
    ('Convención sobre las Armas Químicas', 'NAT')
    """
    return _called(f"list_full_{id}", lang) or id


def entry_said(entry: str, lang: str) -> str:
    """Return an entry as a reader of the language names it, with its list unless its own number begins with that.

    >>> [entry_said(entry, "zh") for entry in ("CWC 2B04", "AG AG19", "2B04", "")]
    ['《公约》2B04', 'AG19', '2B04', '']
    """
    id, _, number = entry_code(entry).partition(" ")
    said = list_said(id, lang) if number else id
    return f"{said}{'' if said.endswith('》') else ' '}{number}".strip()


def rule_said(rule: Rule, lang: str) -> str:
    """Return the entry of a rule as a reader of the language names it.

    >>> rule_said(Rule("CWC", "2B04"), "es")
    'CAQ 2B04'
    """
    return entry_said(f"{rule.list} {rule.entry}", lang)


def entry_as_listed(entry: str) -> str:
    """Return an entry with the id of its list, which a reader may have named in any language.

    >>> entry_as_listed("CAQ 2B04"), entry_as_listed("《公约》2B04"), entry_as_listed("NAT 1")
    ('CWC 2B04', 'CWC 2B04', 'NAT 1')
    """
    for said, id in _ids().items():
        number = entry[len(said) :]
        if entry.casefold().startswith(said) and (number.startswith(" ") or said.endswith("》")):
            return f"{id} {number.strip()}"
    return entry


@cache
def _ids() -> dict[str, str]:
    """Return the ids of the lists by what they are called, in small letters, the longest first."""
    called = {list_said(id, lang).casefold(): id for id in _NAMED for lang in LANGUAGES}
    return dict(sorted(called.items(), key=lambda pair: -len(pair[0])))


@cache
def _called(name: str, lang: str) -> str:
    return read_template("opencwc", name, lang) or read_template("opencwc", name, "en") or ""


_NAMED = ("CWC", "AG", "EU", "ML", "UN88")
