"""The Markdown table of docs/reference/roles-and-routes.md, made of what the routes declare."""

from __future__ import annotations

from collections.abc import Mapping

from opencwc.casebook.model import Role
from opencwc.casebook.permissions import ACTIONS, SCOPES
from opencwc.web.app import DESCRIPTION, account_routers, open_routers
from opencwc.web.server.service import OPEN, Access, access_of


def declared_access() -> dict[str, Access]:
    """Return what every route of the service needs, by ``METHOD template``."""
    routers = (*open_routers(), *account_routers(), DESCRIPTION)
    return access_of(route for router in routers for route in router.routes)


def access_table(access: Mapping[str, Access]) -> str:
    """Return what each role may use, in the order of the paths."""
    head = ("route", "action", "nobody", *(str(role) for role in Role), "token")
    lines = [_line(head), _line(("---", "---", *(":-:" for _ in head[2:])))]
    for route in sorted(access, key=lambda route: (route.split(" ")[1], route)):
        actions = access[route].actions
        anyone = actions == (OPEN,)
        roles = [anyone or all(role in ACTIONS[action] for action in actions) for role in Role]
        by_token = "-" if anyone else "scope" if all(action in SCOPES for action in actions) else "no"
        cells = ("yes" if may else "no" for may in (anyone, *roles))
        lines.append(_line((f"`{route}`", ", ".join(actions), *cells, by_token)))
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(access_table(declared_access()))
