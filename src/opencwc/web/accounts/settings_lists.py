"""The lists of the settings: people, what each role may do, the lists at hand, and the interpretations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from opencwc.casebook.model import Role
from opencwc.casebook.people import Account
from opencwc.casebook.permissions import ACTIONS, SCOPES
from opencwc.convention import Convention
from opencwc.convention.model import InForce, Policy, RuleList
from opencwc.finding import Message
from opencwc.web.server.days_and_sizes import day_said
from opencwc.web.server.listing import ListColumn, day_column
from opencwc.wording import say
from opencwc.wording.typography import dash


def signs_in_by(account: Account, *, demonstration: bool) -> str:
    """Return the message of how somebody signs in."""
    if demonstration:
        return "page_settings_by_demonstration"
    if account.bound or account.expected_as:
        return "page_settings_by_ministry"
    if not account.has_password:
        return "page_settings_not_yet"
    return "page_settings_by_both" if account.has_totp else "page_settings_by_password"


def people_columns(*, demonstration: bool) -> Sequence[ListColumn[Account]]:
    """Return the columns of the list of people."""
    return (
        ListColumn("login", "web_login", lambda one, _: one.person.login),
        ListColumn("name", "web_name", lambda one, _: one.person.name),
        ListColumn("role", "page_settings_role", lambda one, lang: say(f"page_role_{one.person.role}", lang)),
        ListColumn(
            "clearance", "page_settings_clearance",
            lambda one, lang: say(f"casebook_mark_{one.person.clearance}", lang), lambda one: one.person.clearance,
        ),
        ListColumn(
            "signs_in", "page_settings_signs_in",
            lambda one, lang: say(signs_in_by(one, demonstration=demonstration), lang),
        ),
        ListColumn(
            "state", "page_settings_state",
            lambda one, lang: say("page_settings_active" if one.active else "page_settings_left", lang),
        ),
    )  # fmt: skip


def _yes_or_no(truth: bool, lang: str) -> str:
    return say("page_settings_yes" if truth else "page_settings_no", lang)


def _of_role(role: Role, *, own: bool) -> ListColumn[str]:
    name = Message(f"page_role_{role}")
    label = Message("page_settings_roles_own", {"role": name}) if own else name
    return ListColumn(str(role), label, lambda action, lang: _yes_or_no(role in ACTIONS[action], lang))


def role_columns(own: Role) -> Sequence[ListColumn[str]]:
    """Return the columns of what each role may do, a row per action; the reader's own role comes first."""
    roles = sorted(Role, key=lambda role: role is not own)
    return (
        ListColumn("action", "page_settings_action", lambda action, lang: say(f"page_action_{action}", lang)),
        *(_of_role(role, own=role is own) for role in roles),
        ListColumn("token", "page_settings_by_token", lambda action, lang: _yes_or_no(action in SCOPES, lang)),
    )


class ListAtHand(NamedTuple):
    """A list, how many of its entries are in force, and whether it is screened against by default."""

    list: RuleList
    entries: int
    used: bool


def lists_at_hand() -> list[ListAtHand]:
    """Return every list that is known here."""
    today, known = date.today(), Convention()
    in_use = {one.id for one in known.lists}
    return [
        ListAtHand(one, sum(entry.in_force.holds_on(today) for entry in one.entries), one.id in in_use)
        for one in Convention(lists=known.list_names).lists
    ]


@cache
def _publishers() -> dict[str, str]:
    known = ("opcw", "australia_group", "european_union", "council_eu", "wassenaar", "united_nations", "incb")
    return {say(f"authority_{name}"): f"authority_{name}" for name in known}


def publishers_said(authority: str, lang: str) -> str:
    """Return who publishes a list, as the file of the list names them: the known ones in the reader's language."""
    names = (say(_publishers().get(name, name), lang) for name in authority.split("; "))
    return say("list_separator", lang).join(names)


def title_said(one: RuleList, lang: str) -> str:
    """Return the title of a list in a language, in English where it has none in that."""
    return one.title.get(lang) or one.title.get("en") or one.id


def _source_said(source: str, evidence: str, lang: str) -> str:
    return f"{source} ({say(f'evidence_{evidence}', lang)})"


LIST_COLUMNS: Sequence[ListColumn[ListAtHand]] = (
    ListColumn("list", "page_settings_list", lambda row, _: row.list.id),
    ListColumn("title", "page_settings_list_title", lambda row, lang: title_said(row.list, lang)),
    ListColumn("authority", "page_settings_authority", lambda row, lang: publishers_said(row.list.authority, lang)),
    day_column("text_of", "page_settings_text_of", lambda row: row.list.text_of),
    ListColumn(
        "entries", "page_settings_entries", lambda row, _: str(row.entries), lambda row: row.entries, number=True
    ),
    ListColumn(
        "source", "page_settings_source", lambda row, lang: _source_said(row.list.source, row.list.evidence, lang)
    ),
    ListColumn("screened", "page_settings_screened", lambda row, lang: _yes_or_no(row.used, lang)),
)  # fmt: skip


def _in_force_said(when: InForce, lang: str) -> str:
    return f" {dash(lang)} ".join(day_said(day, lang) for day in (when.start, when.end) if day)


def policy_columns(policies: Sequence[Policy]) -> Sequence[ListColumn[Policy]]:
    """Return the columns of the interpretations; that of days only where one has a day."""
    columns: list[ListColumn[Policy]] = [
        ListColumn(
            "question", "page_settings_question", lambda one, lang: say(f"page_settings_question_{one.id}", lang)
        ),
        ListColumn("answer", "page_settings_policy", lambda one, lang: say(f"policy_{one.id}_{one.choice}", lang)),
        ListColumn("source", "page_settings_source", lambda one, lang: _source_said(one.source, one.evidence, lang)),
    ]
    if any(one.in_force.start for one in policies):
        columns.append(
            ListColumn(
                "in_force", "page_settings_in_force", lambda one, lang: _in_force_said(one.in_force, lang),
                lambda one: one.in_force.start or date.min,
            )
        )  # fmt: skip
    return columns
