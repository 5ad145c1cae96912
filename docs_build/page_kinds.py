"""Every kind of page of the demonstration, in one place: its route, who looks at it, and what of it is shown.

The pictures of every page and the weights of benchmarks/page.py are taken of them. A test holds that each GET route of
the service is a kind of page here or stands in `LEFT_OUT` with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple


class PageKind(NamedTuple):
    """A kind of page: its route, the person of the demonstration who opens it, and its question.

    Where the route has parameters, the address is that of the first link to such a page in which ``like`` stands, or of
    the first one on the page ``on``.
    """

    route: str
    person: str = "leila"
    query: str = ""
    like: str = ""
    on: str = ""

    @property
    def linked(self) -> bool:
        """Whether the address is that of a link on another page."""
        return "{" in self.route or bool(self.on)

    @property
    def name(self) -> str:
        """The address as words for file names: ``law-runs-number`` of ``/law/runs/{number}``."""
        asked = re.sub(
            r"%\w\w", "", f"{self.query} {self.on.partition('?')[2]} {self.person if self.route == '/' else ''}"
        )
        return re.sub(r"\W+", "-", f"{self.route} {asked}").strip("-")


PAGE_KINDS = (
    PageKind("/"),
    PageKind("/", "amara"),
    PageKind("/", "amara", "work=officer"),
    PageKind("/", "amara", "work=lawyer"),
    PageKind("/", "ingrid"),
    PageKind("/", "wei"),
    PageKind("/", "nora"),
    PageKind("/overview"),
    PageKind("/find", query="q=phosph"),
    PageKind("/check"),
    PageKind("/check", query="value=OCCSCCO"),
    PageKind("/check", query="value=CCCCCCCOP(C)(%3DO)F"),
    PageKind("/check", query="value=12%20drums%20thiodiglycol%20CAS%20111-48-8%2C%20and%20acetone"),
    PageKind("/check", query="value=Norwald%20FR-77"),
    PageKind("/jobs/{job_id}", "amara"),
    PageKind("/casebook", query="part=inbox"),
    PageKind("/casebook", query="part=findings"),
    PageKind("/casebook", query="part=findings&view=cards"),
    PageKind("/casebook", query="part=findings&view=table"),
    PageKind("/casebook", query="part=cases"),
    PageKind("/casebook/units/{number}"),
    PageKind("/cases/{name}"),
    PageKind("/findings/{finding_id}", on="/casebook?part=inbox"),
    PageKind("/findings/{finding_id}", on="/casebook?part=findings&view=table&verdict=listed"),
    PageKind("/findings/{finding_id}", on="/casebook?part=findings&view=table&verdict=review"),
    PageKind("/findings/{finding_id}", on="/casebook?part=findings&view=table&verdict=prohibited"),
    PageKind("/findings/{finding_id}", on="/casebook?part=findings&view=table&verdict=discrepancy"),
    PageKind("/findings/{finding_id}", on="/casebook?part=findings&view=table&verdict=partial"),
    PageKind("/findings/{finding_id}", on="/casebook?part=findings&view=table&verdict=unreadable"),
    PageKind("/transfers"),
    PageKind("/transfers/check"),
    PageKind("/transfers/checks/{number}"),
    PageKind("/transfers/runs/{number}"),
    PageKind("/transfers/runs/{number}/pairs/{rank}"),
    PageKind("/transfers/runs/{number}/pairs/{rank}/letter"),
    PageKind("/transfers/runs/{number}/flows", query="over=all"),
    PageKind("/transfers/runs/{number}/patterns"),
    PageKind("/declarations"),
    PageKind("/declarations/calendar"),
    PageKind("/declarations/check"),
    PageKind("/declarations/registers", "amara"),
    PageKind("/declarations/registers/{number}", "amara"),
    PageKind("/declarations/registers/{number}/rows", "amara"),
    PageKind("/declarations/runs/{number}"),
    PageKind("/declarations/runs/{number}/ask"),
    PageKind("/declarations/runs/{number}/forms"),
    PageKind("/declarations/runs/{number}/forms/{place}"),
    PageKind("/declarations/runs/{number}/overview"),
    PageKind("/declarations/runs/{number}/questions"),
    PageKind("/declarations/submissions"),
    PageKind("/declarations/submissions/{number}"),
    PageKind("/declarations/submissions/{number}/versions/{version}/due"),
    PageKind("/law"),
    PageKind("/law/ask"),
    PageKind("/law/compare"),
    PageKind("/law/labels"),
    PageKind("/law/measures"),
    PageKind("/law/measures/{set_id}/{measure_id}"),
    PageKind("/law/runs/{number}"),
    PageKind("/law/runs/{number}/measures/{set_id}/{measure_id}"),
    PageKind("/law/runs/{number}/neighbours"),
    PageKind("/law/shelf"),
    PageKind("/watch"),
    PageKind("/watch/runs/{number}"),
    PageKind("/watch/runs/{number}/briefs"),
    PageKind("/watch/runs/{number}/briefs/new", "amara"),
    PageKind("/watch/runs/{number}/briefs/{brief}"),
    PageKind("/watch/runs/{number}/captures"),
    PageKind("/watch/runs/{number}/captures/page"),
    PageKind("/watch/runs/{number}/events/{event}"),
    PageKind("/watch/runs/{number}/picture"),
    PageKind("/watch/runs/{number}/table"),
    PageKind("/watch/runs/{number}/topics"),
    PageKind("/watch/runs/{number}/topics/{topic}"),
    PageKind("/watch/saved"),
    PageKind("/watch/saved/new"),
    PageKind("/watch/saved/{watch}"),
    PageKind("/watch/saved/{watch}/edit"),
    PageKind("/watch/sources"),
    PageKind("/watch/sources/feeds"),
    PageKind("/watch/sources/outlet", on="/watch/sources"),
    PageKind("/claims"),
    PageKind("/claims/runs/{number}"),
    PageKind("/claims/runs/{number}/check"),
    PageKind("/claims/runs/{number}/claims/{identity}"),
    PageKind("/claims/runs/{number}/events"),
    PageKind("/claims/runs/{number}/patterns"),
    PageKind("/claims/runs/{number}/record"),
    PageKind("/claims/runs/{number}/speakers"),
    PageKind("/evidence"),
    PageKind("/evidence/cases/{name}"),
    PageKind("/evidence/cases/{name}/originals/{sha256}/mask"),
    PageKind("/convention"),
    PageKind("/convention", query="part=thresholds"),
    PageKind("/convention", query="part=deadlines"),
    PageKind("/convention", query="part=declarations"),
    PageKind("/convention", query="part=states"),
    PageKind("/convention", query="part=changes&first=1997-04-29&second=2026-01-01"),
    PageKind("/convention/{list_id}/{entry_id}", like="2B04"),
    PageKind("/states"),
    PageKind("/states/{code}"),
    PageKind("/models", "ingrid"),
    PageKind("/models/{model_id}", "ingrid"),
    PageKind("/audit", "wei"),
    PageKind("/audit/bundle"),
    PageKind("/audit/records/{number}", "wei"),
    PageKind("/audit/verification", "wei"),
    PageKind("/settings"),
    PageKind("/settings/allow"),
    PageKind("/settings/health", "ingrid"),
    PageKind("/settings/lists"),
    PageKind("/settings/people", "ingrid"),
    PageKind("/settings/people/{person_id}", "ingrid"),
    PageKind("/settings/policies"),
    PageKind("/settings/rechecks"),
    PageKind("/settings/roles"),
    PageKind("/settings/tokens"),
    PageKind("/sign-in", ""),
)

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "a file, which the browser saves": (
        "/audit/records.{ending}", "/casebook/cases.{ending}", "/casebook/file", "/claims/runs.{ending}",
        "/claims/runs/{number}/file",
        "/claims/runs/{number}/record.{ending}", "/claims/runs/{number}/{grouped}.{ending}",
        "/convention/table.{ending}", "/declarations/calendar.csv", "/declarations/calendar.ics",
        "/declarations/calendar.xlsx",
        "/declarations/registers.{ending}", "/declarations/registers/{number}/versions/{version}",
        "/declarations/registers/{number}/versions/{version}/register.{format}",
        "/declarations/runs.{ending}", "/declarations/runs/{number}/ask.{ending}",
        "/declarations/runs/{number}/declaration.{format}",
        "/declarations/runs/{number}/due.{ending}", "/declarations/runs/{number}/letters/{place}.{format}",
        "/declarations/runs/{number}/lists/{part}.{ending}", "/declarations/runs/{number}/overview/{table}.csv",
        "/declarations/submissions.{ending}",
        "/declarations/submissions/{number}/versions/{version}",
        "/declarations/submissions/{number}/versions/{version}/due.{ending}",
        "/declarations/submissions/{number}/versions/{version}/proof", "/evidence/cases.{ending}",
        "/evidence/cases/{name}/{part}.{ending}",
        "/evidence/cases/{name}/stix.json",
        "/law/labels.{ending}", "/law/runs.{ending}", "/law/measures.{ending}", "/law/runs/{number}/labels.{kind}",
        "/law/runs/{number}/measures.{ending}", "/law/runs/{number}/neighbours/report",
        "/law/runs/{number}/report", "/law/shelf.{ending}", "/overview/{name}.csv",
        "/settings/lists.{ending}", "/settings/people.{ending}",
        "/settings/policies.{ending}", "/settings/roles.{ending}",
        "/states/table.{ending}",
        "/transfers/checks.{ending}", "/transfers/checks/{number}/papers/{row}", "/transfers/runs.{ending}",
        "/transfers/runs/{number}/list.{ending}",
        "/transfers/runs/{number}/flows.{ending}", "/transfers/runs/{number}/flows/chemicals.{ending}",
        "/watch/runs.{ending}", "/watch/runs/{number}/briefs.{ending}",
        "/watch/runs/{number}/briefs/{brief}/file",
        "/watch/runs/{number}/captures.{ending}", "/watch/runs/{number}/events/{event}/file",
        "/watch/runs/{number}/file", "/watch/runs/{number}/picture.{ending}",
        "/watch/runs/{number}/table.{ending}", "/watch/runs/{number}/topics.{ending}",
        "/watch/sources/feeds/feeds.opml",
        "/watch/sources/feeds/table.{ending}", "/watch/sources/sources.csv", "/watch/sources/table.{ending}",
    ),
    "an example to try, a file": (
        "/claims/examples/{name}", "/declarations/examples/{name}", "/evidence/examples/{name}",
        "/law/examples/{name}", "/transfers/check/examples/{name}", "/transfers/examples/{name}",
        "/watch/examples/{name}",
    ),
    "data that a script of a page fetches": (
        "/convention/states.json", "/models/{model_id}/figures.json", "/static/{path}", "/watch/taxonomy.json",
    ),
    "a part of a page, which is seen on it": (
        "/claims/runs/{number}/claims/{identity}/statements", "/declarations/registers/{number}/grid",
        "/findings/{finding_id}/stand",
    ),
    "the page of /jobs/{job_id}": (
        "/claims/jobs/{job_id}", "/declarations/jobs/{job_id}", "/law/jobs/{job_id}", "/transfers/jobs/{job_id}",
        "/watch/jobs/{job_id}",
    ),
    "only with a provider or an invitation, which the demonstration has not": (
        "/auth/invitation", "/auth/oidc/callback", "/auth/oidc/start",
    ),
    "for machines": ("/health/live", "/health/ready", "/metrics"),
}  # fmt: skip
"""The GET routes that are no page of their own, by the reason. Those of the API (`/api/`) are no pages either."""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return every route with what its addresses fit, those with the fewest parameters first."""
    routes = {kind.route for kind in PAGE_KINDS}.union(*LEFT_OUT.values())
    ordered = sorted(routes, key=lambda route: (route.count("{"), route))
    return tuple((route, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route)))) for route in ordered)


def route_of(address: str) -> str:
    """Return the route of an address, ``""`` where it has none.

    >>> route_of("/watch/runs/3/briefs/new?brief=1"), route_of("/watch/runs/3/briefs/2"), route_of("/law/shelf.csv")
    ('/watch/runs/{number}/briefs/new', '/watch/runs/{number}/briefs/{brief}', '/law/shelf.{ending}')
    """
    path = address.partition("?")[0]
    return next((route for route, pattern in _patterns() if pattern.fullmatch(path)), "")


def address_of(kind: PageKind, link: str) -> str:
    """Return the address of a page of a kind: a link to one, with the question of the kind."""
    return link if not kind.query else f"{link.partition('?')[0]}?{kind.query}"
