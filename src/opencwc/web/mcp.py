"""The rules for an assistant: a server of the Model Context Protocol that screens and tells entries, duties and lists.

It reads and never writes, knows no case and no finding, and writes down every call. It is off until the settings turn
it on: what an assistant is told may leave the house with it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from opencwc.errors import InputError, OpenCWCError, SettingsError, StorageError, UnavailableError
from opencwc.language.refusals import RefusalLog, judge_request
from opencwc.models.state_files import append_line
from opencwc.screening.verb import VERB as SCREEN
from opencwc.settings import PREFIX, Settings, load_settings
from opencwc.version import __version__
from opencwc.web.convention.api import duties_as_json, entry_as_json, lists_as_json
from opencwc.web.screening.finding_answers import answer_as_json, findings_of, whole_text
from opencwc.web.server.answering import Answering, checked_json
from opencwc.web.server.api_parameters import Kind, Lang, names_of
from opencwc.wording import choose_language, say, say_error

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

LONGEST_VALUE = 20_000
_ON = ("on", "true", "1", "yes")
_ASKS = "assistant"
"""Who asks: one assistant, on the other end of the pipe."""
INSTRUCTIONS = (
    "Ask these tools what the Chemical Weapons Convention and the other lists at hand say of a chemical; do not guess. "
    "Every answer says what was checked. A verdict 'review' or 'unreadable' is for a person to decide. There is no "
    "synthesis route, recipe or way round a rule here, and a request for one is refused and recorded."
)

AsOf = Annotated[str, Field(description="The rules in force on this day, as 2020-06-07; today where it is empty.")]
InLang = Annotated[Lang, Field(description="The language of what is said.")]
ListId = Annotated[str, Field(max_length=50, description="A list, such as CWC.")]
EntryId = Annotated[str, Field(max_length=50, description="An entry of it, such as 2B04.")]
Value = Annotated[
    str, Field(max_length=LONGEST_VALUE, description="SMILES, InChI, CAS number, name or mol block of one chemical.")
]


def require_enabled(settings: Settings) -> None:
    """Raise `SettingsError`, which says how to turn it on, unless the settings do."""
    word = os.environ.get(PREFIX + "MCP", "").lower()
    written = settings.sections.get("mcp", {})
    if strange := sorted(set(written) - {"enabled", "log_arguments"}):
        raise SettingsError("mcp_setting_unknown", where="[mcp]", setting=strange[0])
    if word in _ON or (not word and written.get("enabled") is True):
        return
    raise SettingsError("mcp_off")


class CallLog:
    """Writes down every call, for the owner's eyes alone: when, which tool, what came of it, and a digest of the rest.

    The arguments themselves are written only where ``log_arguments`` is set: they may be confidential.
    """

    def __init__(self, path: Path, *, arguments: bool) -> None:
        self.path = path
        self.arguments = arguments

    def write(self, tool: str, arguments: Mapping[str, Any], came: str, counts: Mapping[str, int], ms: float) -> None:
        """Append one call; raise `StorageError` where it cannot be, so that no call goes unlogged."""
        text = json.dumps(arguments, sort_keys=True, ensure_ascii=True, default=str)
        line: dict[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "tool": tool,
            "came": came,
            "verdicts": dict(counts),
            "arguments_sha256": sha256(text.encode()).hexdigest(),
            "ms": round(ms, 1),
        }
        if self.arguments:
            line["arguments"] = json.loads(text)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            append_line(self.path, json.dumps(line))
        except OSError as error:
            raise StorageError("mcp_call_not_written", where=str(self.path)) from error


def make_server(settings: Settings) -> MCPServer[Any]:
    """Return the server with its four tools.

    Raises:
        UnavailableError: the SDK is not installed.

    """
    try:
        from mcp.server.mcpserver import Context, MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError as error:
        raise UnavailableError("mcp_not_installed") from error
    answering = Answering(1)
    written = settings.sections.get("mcp", {})
    all_of_it = os.environ.get(PREFIX + "MCP_LOG_ARGUMENTS", "").lower() in _ON or written.get("log_arguments") is True
    log = CallLog(settings.folder / "mcp.log.jsonl", arguments=all_of_it)
    refusals = RefusalLog(settings.folder)

    class LoggedServer(MCPServer[Any]):
        """Writes every call down, also one of a tool that is not there or with arguments that do not fit."""

        async def call_tool(
            self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
        ) -> Any:
            begun = time.perf_counter()
            came, counts = "failed", dict[str, int]()
            try:
                for text in arguments.values():
                    if isinstance(text, str) and (refusal := judge_request(text)) is not None:
                        came = "refused"
                        refusals.record(refusal, text)
                        raise ToolError(say(refusal.message))
                try:
                    answer = await super().call_tool(name, arguments, context)
                except ToolError as error:
                    if isinstance(error.__cause__, OpenCWCError):
                        lang = choose_language(str(arguments.get("lang") or "en"))
                        raise ToolError(say_error(error.__cause__, lang)) from error
                    raise
                came, counts = "answered", _counts(answer)
                return answer
            finally:
                known = name if name in _TOOLS else "(unknown)"
                log.write(known, arguments, came, counts, 1000 * (time.perf_counter() - begun))

    server = LoggedServer("opencwc", title="OpenCWC", instructions=INSTRUCTIONS, version=__version__, log_level="ERROR")
    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

    _add_tools(server, answering, reads)
    return server


def _add_tools(server: MCPServer[Any], answering: Answering, reads: ToolAnnotations) -> None:
    @server.tool(annotations=reads)
    async def screen(
        value: Value, as_of: AsOf = "", lists: str = "", kind: Kind = "auto", lang: InLang = "en"
    ) -> dict[str, Any]:
        """Say which entries of which lists one chemical falls under, why, with the evidence, and what was checked."""
        return await answering.run_for(_ASKS, _screened, answering, value, _day(as_of), names_of(lists), kind, lang)

    @server.tool(annotations=reads)
    async def entry(list_id: ListId, entry_id: EntryId, as_of: AsOf = "", lang: InLang = "en") -> dict[str, Any]:
        """Tell one entry of a list: its words, its structures, its exemptions, its source and its duties."""
        return await answering.run_for(_ASKS, entry_as_json, answering, list_id, entry_id, _day(as_of), lang)

    @server.tool(annotations=reads)
    async def duties(list_id: ListId, entry_id: EntryId, as_of: AsOf = "", lang: InLang = "en") -> dict[str, Any]:
        """Tell the duties that follow from an entry, each with its source."""
        return await answering.run_for(_ASKS, duties_as_json, answering, list_id, entry_id, _day(as_of), lang)

    @server.tool(annotations=reads)
    async def lists(as_of: AsOf = "", lang: InLang = "en") -> dict[str, Any]:
        """Tell which lists are at hand, whose they are and of which date their text is."""
        return await answering.run_for(_ASKS, lists_as_json, answering, _day(as_of), lang)


def serve_assistant(transport: Literal["stdio"] = "stdio") -> None:
    """Serve an assistant on standard input and output until it hangs up; raise where it is off or not installed."""
    settings = load_settings()
    require_enabled(settings)
    make_server(settings).run(transport)


def _screened(
    answering: Answering, value: str, as_of: date | None, lists: tuple[str, ...], kind: str, lang: str
) -> dict[str, Any]:
    if not value.strip():
        raise InputError("mcp_value_empty")
    screener = answering.screener(as_of, lists)
    _, answer = answer_as_json(findings_of(screener, whole_text(value), kind), screener.rulebook.convention, lang)
    return {"checked": checked_json(screener.rulebook, lang), **answer}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError("text_is_no_date", where="as_of", text=text) from None


def _counts(answer: Any) -> dict[str, int]:
    """Count the verdicts of an answer."""
    content = getattr(answer, "structured_content", None) or {}
    verdicts = [finding.get("verdict", "") for finding in content.get("findings", [])]
    return {str(verdict): verdicts.count(str(verdict)) for verdict in SCREEN.verdicts if str(verdict) in verdicts}


_TOOLS = ("screen", "entry", "duties", "lists")
