"""Who may do what: the one table that the command line, the service and the tests read.

Two questions are asked of every act: does the role allow it, and is the person cleared for the mark of what it
touches. A token narrows the role to its scopes and never widens it.
"""

from __future__ import annotations

from opencwc.casebook.model import Mark, Person, Role
from opencwc.errors import NotAllowedError

_A, _R, _ADMIN, _AUDIT, _D = Role.ANALYST, Role.REVIEWER, Role.ADMINISTRATOR, Role.AUDITOR, Role.DECLARANT
_HOUSE = frozenset(Role) - {_D}
ACTIONS: dict[str, frozenset[Role]] = {
    "screen": frozenset({_A, _R, _ADMIN}),
    "rules": _HOUSE,
    "keep": frozenset({_A, _R}),
    "read": frozenset({_A, _R, _AUDIT}),
    "edit": frozenset({_A, _R, _D}),
    "comment": frozenset({_A, _R}),
    "decide": frozenset({_R}),
    "manage_case": frozenset({_A, _R}),
    "ask": frozenset({_R, _ADMIN}),
    "submissions": frozenset({_A, _R, _AUDIT, _D}),
    "declare": frozenset({_A, _R, _D}),
    "release": frozenset({_R, _D}),
    "export": frozenset({_R}),
    "approve": frozenset({_R}),
    "erase": frozenset({_ADMIN, _R}),
    "audit": frozenset({_AUDIT, _ADMIN}),
    "backup": frozenset({_ADMIN}),
    "models": _HOUSE,
    "switch_models": frozenset({_ADMIN}),
    "people": frozenset({_ADMIN}),
    "self": frozenset(Role),
    "metrics": frozenset({_ADMIN, _AUDIT}),
}
"""What each role may do. An administrator runs the house and does not read its cases; an auditor reads and changes
nothing; an analyst keeps and comments; a reviewer decides. A declarant is an operator's person: it sees and sends the
submissions of its own sites (`opencwc.casebook.submissions`), edits their rows in a grid of its own
(`opencwc.casebook.registers`), and has nothing else of the house.
"""

SCOPES = tuple(action for action in ACTIONS if action not in ("people", "self", "switch_models"))
"""What a token may be given: no token manages people, the account it belongs to, or the switches of models."""


def may(person: Person, action: str, mark: Mark = Mark.UNCLASSIFIED) -> bool:
    """Tell whether a person may do something to what carries a mark."""
    scoped = person.scopes is None or action in person.scopes
    return scoped and person.role in ACTIONS[action] and mark <= person.clearance


def require(person: Person, action: str, mark: Mark = Mark.UNCLASSIFIED) -> None:
    """Raise `NotAllowedError` where a person may not do something."""
    if may(person, action, mark):
        return
    if person.role not in ACTIONS[action]:
        allowed = tuple(sorted(str(role) for role in ACTIONS[action]))
        raise NotAllowedError("role_not_allowed", role=str(person.role), action=action, roles=allowed)
    if person.scopes is not None and action not in person.scopes:
        raise NotAllowedError("token_does_not_cover", action=action)
    raise NotAllowedError("mark_above_clearance")
