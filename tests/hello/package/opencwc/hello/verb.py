"""Hello as a verb: its verdicts, how it reads, what the casebook keeps of it, and where its faces stand."""

from __future__ import annotations

from opencwc.finding import Verdict
from opencwc.verbs import Page, Verb

UNKNOWN, KNOWN = Verdict("stranger"), Verdict("known")
VERB = Verb(
    id="hello",
    tones={UNKNOWN: "doubt", KNOWN: "calm"},
    settled=frozenset({KNOWN}),
    many=True,
    reader="opencwc.hello.reader:Reader",
    kept="opencwc.hello.kept",
    command=("hello", "opencwc.cli.hello:hello"),
    router="opencwc.web.hello.pages:router",
    api="opencwc.web.hello.api:router",
    face="opencwc.web.hello.face:FACE",
    page=Page("hello", "/hello", "screen"),
)
