"""The demonstration as each of its people sees it, and the address of each kind of page in it."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from html import unescape

import httpx

from docs_build.page_kinds import PAGE_KINDS, PageKind, address_of, route_of

MOST_OF_A_KIND = 3
"""So many pages of one kind are looked through for links to others."""
STOCK = b"id;chemical;kg\n1;102-71-6;40\n2;acetone;10\n3;Norwald FR-77;5\n"
REGISTER = {
    "sites.csv": b"site,plant,name,country\nNORD,,Nord works,ESP\nNORD,A1,Plant A1,ESP\n",
    "activities.csv": b"site,plant,chemical,cas,activity,year,quantity,unit\n"
    b"NORD,A1,thiodiglycol,111-48-8,process,2025,12 x,t\nNORD,A1,acetone,67-64-1,produce,2025,7,kg\n",
}
_LINK = re.compile(r"""(?:href|action|hx-get)="(/[^"#]*)""")


class Visit:
    """The demonstration behind the link that signs in, as each of its people sees it."""

    def __init__(self, link: str) -> None:
        self.base = link.partition("/demo/")[0]
        self._link = link
        self._clients: dict[str, httpx.Client] = {}
        self._sessions: dict[str, list[dict[str, str]]] = {"": []}

    def client(self, person: str) -> httpx.Client:
        """Return a client that is signed in as somebody, or as nobody."""
        if person not in self._clients:
            client = self._clients[person] = httpx.Client(base_url=self.base, timeout=60, follow_redirects=True)
            if person:
                client.get(self._link)
                _prove(client)
                client.post("/demo/switch", data={"login": f"demo-{person}"}).raise_for_status()
                _prove(client)
                jar = client.cookies.jar
                self._sessions[person] = [{"name": one.name, "value": one.value or "", "url": self.base} for one in jar]
        return self._clients[person]

    def cookies(self, person: str) -> list[dict[str, str]]:
        """Return what a browser that is new here sends to be that person."""
        self.client(person)
        return self._sessions[person]

    def read(self, person: str, address: str) -> str:
        """Return the page of an address as a person sees it, ``""`` where there is none."""
        with self.client(person).stream("GET", address) as answer:
            if answer.status_code != 200 or "text/html" not in answer.headers.get("content-type", ""):
                return ""
            return answer.read().decode()

    def prepare(self) -> list[str]:
        """Have a file screened and a register opened, and return where they are: nobody has in the demonstration."""
        client = self.client("amara")
        screened = client.post("/api/v1/jobs", data={"case": "page-kinds"}, files={"file": ("stock.csv", STOCK)})
        files = [("file", table) for table in REGISTER.items()]
        opened = client.post("/declarations/registers", data={"case": "page-kinds"}, files=files)
        return [f"/jobs/{screened.raise_for_status().json()['id']}", opened.raise_for_status().headers["hx-redirect"]]


def _prove(client: httpx.Client) -> None:
    client.headers["X-CSRF-Token"] = client.get("/api/v1/session").json()["csrf_token"]


def addresses(visit: Visit, kinds: Sequence[PageKind] = PAGE_KINDS) -> dict[PageKind, str]:
    """Return the address of each kind of page, in their order; a kind that no link leads to lacks."""
    found = {kind: address_of(kind, kind.route) for kind in kinds if not kind.linked}
    doors = list(dict.fromkeys([*found.values(), *visit.prepare()]))
    for kind in kinds:
        if kind.on:
            links = [link for link in _links(visit.read(kind.person, kind.on)) if route_of(link) == kind.route]
            found.update((kind, address_of(kind, link)) for link in links[:1])
    for person in dict.fromkeys(kind.person for kind in kinds):
        sought = [kind for kind in kinds if kind not in found and not kind.on and kind.person == person]
        found |= _found(visit, person, doors, sought)
    return {kind: found[kind] for kind in kinds if kind in found}


def _found(visit: Visit, person: str, doors: Iterable[str], sought: list[PageKind]) -> dict[PageKind, str]:
    """Follow the links of a person's pages, from the doors on, until each kind is found or no link is left."""
    found: dict[PageKind, str] = {}
    waiting, seen, visited = deque(doors), set(doors), Counter[str]()
    while waiting and sought:
        address = waiting.popleft()
        content = visit.read(person, address)
        for kind in [kind for kind in sought if content and _fits(address, kind)]:
            found[kind] = address_of(kind, address)
            sought.remove(kind)
        for link in _links(content):
            if link in seen:
                continue
            seen.add(link)
            route = route_of(link)
            named = any(kind.like and _fits(link, kind) for kind in sought)
            if "{" in route and (named or visited[route] < MOST_OF_A_KIND):
                visited[route] += 1
                waiting.append(link)
    return found


def _links(content: str) -> list[str]:
    return list(map(unescape, _LINK.findall(content)))


def _fits(address: str, kind: PageKind) -> bool:
    return kind.like in address and route_of(address) == kind.route
