"""Every page there is, as one comes to it: who looks, the address, and the status of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote


class Where(NamedTuple):
    """A page: its name in the tests, who looks at it, its address (with what stands in `Served.known`)."""

    name: str
    person: str
    address: str
    status: int = 200

    def path(self, known: Mapping[str, Any]) -> str:
        """Return the address with the names of this year's cases, findings and jobs in it."""
        return self.address.format(**known)


LINE = quote("12 drums thiodiglycol for inks CAS 111-48-8, 25 kg each, and acetone")
EVERYWHERE = (
    Where("screen", "leila", "/"),
    Where("screen an amine", "leila", "/?value=OCCN(CCO)CCO"),
    Where("screen a family", "amara", "/?value=CCCCCCCOP(C)(%3DO)F"),
    Where("screen a line", "amara", f"/?value={LINE}"),
    Where("screen a day past", "ingrid", "/?value=111-48-8&as_of=2010-01-01&lists=CWC"),
    Where("screen nothing that is read", "amara", "/?value=Norwald%20FR-77"),
    Where("job", "amara", "/jobs/{job}"),
    Where("job that failed", "amara", "/jobs/{failed_job}"),
    Where("transfers", "amara", "/transfers"),
    Where("transfers of who keeps nothing", "ingrid", "/transfers"),
    Where("shipments", "leila", "/transfers/check"),
    Where("shipments that are checked", "leila", "/transfers/checks/{check}"),
    Where("ledgers that are reconciled", "amara", "/transfers/runs/{run}"),
    Where("sums that agree", "wei", "/transfers/runs/{run}?over=no&chemical=111-48-8"),
    Where("pair", "leila", "/transfers/runs/{run}/pairs/1"),
    Where("letter", "amara", "/transfers/runs/{run}/pairs/1/letter"),
    Where("flows", "wei", "/transfers/runs/{run}/flows?over=all"),
    Where("patterns", "mateo", "/transfers/runs/{run}/patterns"),
    Where("inbox", "leila", "/casebook?part=inbox"),
    Where("findings", "amara", "/casebook?part=findings"),
    Where("findings of a case", "leila", "/casebook?part=findings&case={case}&verdict=listed"),
    Where("findings as cards", "leila", "/casebook?part=findings&view=cards&case={case}"),
    Where("no finding", "wei", "/casebook?part=findings&text=nothing-of-the-kind"),
    Where("cases", "leila", "/casebook?part=cases"),
    Where("case", "leila", "/cases/{case}"),
    Where("case of an auditor", "wei", "/cases/{case}"),
    Where("finding that is listed", "leila", "/findings/{listed}?from=inbox"),
    Where("finding in doubt", "mateo", "/findings/{doubtful}?case={case}"),
    Where("finding that is grave", "leila", "/findings/{grave}"),
    Where("finding that is unreadable", "amara", "/findings/{unreadable}"),
    Where("law", "amara", "/law"),
    Where("law without cases", "ingrid", "/law"),
    Where("law matrix", "leila", "/law/runs/{law}"),
    Where("law matrix filtered", "wei", "/law/runs/{law}?tier=initial&verdict=partial"),
    Where("law measure in part", "leila", "/law/runs/{law}/measures/CWC/PRO-01"),
    Where("law measure not found", "mateo", "/law/runs/{law}/measures/CWC/PRO-07"),
    Where("law shelf", "wei", "/law/shelf"),
    Where("law compared", "amara", "/law/compare?before={law}&after={law}&change=same"),
    Where("law asked", "amara", "/law/ask"),
    Where("law measures", "ingrid", "/law/measures"),
    Where("law measure", "amara", "/law/measures/CWC/PRO-01"),
    Where("law finding", "leila", "/findings/{law_finding}"),
    Where("finding of a transfer", "leila", "/findings/{transfer}"),
    Where("finding of two ledgers", "mateo", "/findings/{discrepancy}"),
    Where("convention", "amara", "/convention"),
    Where("thresholds", "amara", "/convention?part=thresholds"),
    Where("deadlines", "amara", "/convention?part=deadlines"),
    Where("rules of declarations", "amara", "/convention?part=declarations"),
    Where("states", "amara", "/convention?part=states&as_of=2010-01-01"),
    Where("state that much is held on", "leila", "/states/XNV"),
    Where("state that little is held on", "wei", "/states/NRU"),
    Where("state to choose", "amara", "/states"),
    Where("changes", "amara", "/convention?part=changes&first=1997-04-29&second=2026-01-01"),
    Where("entry", "wei", "/convention/CWC/2B04"),
    Where("entry of an own list", "ingrid", "/convention/AG/AG01"),
    Where("declarations", "amara", "/declarations"),
    Where("declarations of who keeps nothing", "ingrid", "/declarations"),
    Where("what is due", "leila", "/declarations/runs/{register}"),
    Where("what is due of a Schedule", "wei", "/declarations/runs/{register}?regime=S3&order=-why"),
    Where("national overview", "leila", "/declarations/runs/{register}/overview"),
    Where("forms of a declaration", "leila", "/declarations/runs/{register}/forms"),
    Where("declaration to check", "amara", "/declarations/check"),
    Where("calendar of deadlines", "ingrid", "/declarations/calendar?year=2026&profile=ESP"),
    Where("submissions", "amara", "/declarations/submissions"),
    Where("submission", "leila", "/declarations/submissions/{submission}"),
    Where("what is due of a version", "leila", "/declarations/submissions/{submission}/versions/1/due"),
    Where("questions to operators", "leila", "/declarations/runs/{register}/questions"),
    Where("registers that are edited", "amara", "/declarations/registers"),
    Where("grid of a register", "amara", "/declarations/registers/{edited}"),
    Where("grid of its sites", "leila", "/declarations/registers/{edited}?table=sites"),
    Where("row of a register", "amara", "/declarations/registers/{edited}/rows?table=activities&row=1"),
    Where("briefs", "amara", "/watch/runs/{reports}/briefs"),
    Where("brief", "leila", "/watch/runs/{reports}/briefs/1"),
    Where("form of a brief", "amara", "/watch/runs/{reports}/briefs/new?brief=1"),
    Where("reports", "amara", "/watch"),
    Where("events of a run", "leila", "/watch/runs/{month}"),
    Where("event", "leila", "/watch/runs/{month}/events/{event}"),
    Where("event of an auditor", "wei", "/watch/runs/{month}/events/{event}"),
    Where("table of events", "amara", "/watch/runs/{month}/table"),
    Where("my events", "leila", "/watch/saved"),
    Where("no events of mine", "wei", "/watch/saved"),
    Where("saved watch", "leila", "/watch/saved/{watch}"),
    Where("form of a watch", "leila", "/watch/saved/{watch}/edit"),
    Where("sources", "leila", "/watch/sources"),
    Where("sources of an auditor", "wei", "/watch/sources?order=-reports"),
    Where("outlet", "amara", "/watch/sources/outlet?name=Sandhavn%20Post"),
    Where("evidence", "amara", "/evidence"),
    Where("evidence of a case", "leila", "/evidence/cases/{evidence}"),
    Where("names to hide", "leila", "/evidence/cases/{evidence}/originals/{original}/mask"),
    Where("captures", "leila", "/watch/runs/{month}/captures"),
    Where(
        "captures of a page", "amara", "/watch/runs/{month}/captures/page?url=https://norwaldobserver.example/061000"
    ),
    Where("models", "ingrid", "/models"),
    Where("model", "ingrid", "/models/refusals"),
    Where("audit", "wei", "/audit"),
    Where("verification", "wei", "/audit/verification"),
    Where("bundle", "amara", "/audit/bundle"),
    Where("you", "leila", "/settings"),
    Where("people", "ingrid", "/settings/people"),
    Where("person", "ingrid", "/settings/people/{person}"),
    Where("roles", "amara", "/settings/roles"),
    Where("tokens", "leila", "/settings/tokens"),
    Where("lists", "leila", "/settings/lists"),
    Where("policies", "leila", "/settings/policies"),
    Where("re-checks", "leila", "/settings/rechecks"),
    Where("sign-in", "", "/sign-in"),
    Where("nothing there", "leila", "/nowhere", 404),
    Where("not allowed", "ingrid", "/casebook", 403),
)
