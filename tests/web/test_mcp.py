"""The server for assistants, asked by the official client over standard input and output, as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

COMMAND = "import typer; from opencwc.cli.mcp import mcp; typer.run(mcp)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "opencwc.toml").write_text("[mcp]\nenabled = true\n", encoding="utf-8")
    return tmp_path


def ask(folder: Path, *calls: tuple[str, dict[str, Any]], **more: str) -> list[Any]:
    """Make calls, one after the other, in one session; the first answer is the list of tools."""
    environment = {**os.environ, "OPENCWC_SETTINGS": str(folder), **more}

    async def talk() -> list[Any]:
        server = StdioServerParameters(command=sys.executable, args=["-c", COMMAND], env=environment)
        async with Client(server, read_timeout_seconds=60) as client:
            tools = await client.list_tools()
            return [tools.tools, *[await client.call_tool(name, given) for name, given in calls]]

    return asyncio.run(talk())


def logged(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "mcp.log.jsonl").read_text().splitlines()]


def test_it_is_off_until_the_settings_turn_it_on(tmp_path: Path) -> None:
    environment = {**os.environ, "OPENCWC_SETTINGS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", COMMAND], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "enabled = true under [mcp]" in done.stderr
    assert not (tmp_path / "mcp.log.jsonl").exists()


def test_its_tools_only_read(folder: Path) -> None:
    (tools,) = ask(folder)
    assert [tool.name for tool in tools] == ["screen", "entry", "duties", "lists"]
    assert all(tool.annotations.read_only_hint for tool in tools)


def test_an_assistant_is_told_the_rule_and_what_was_checked(folder: Path) -> None:
    _, screened, entry, duties, lists = ask(
        folder,
        ("screen", {"value": "CC(C)OP(C)(=O)F", "lists": "CWC", "as_of": "2026-11-24"}),
        ("entry", {"list_id": "CWC", "entry_id": "2B04"}),
        ("duties", {"list_id": "CWC", "entry_id": "1A01", "lang": "fr"}),
        ("lists", {}),
    )
    answer = screened.structured_content
    assert [(finding["verdict"], finding["entry"]) for finding in answer["findings"]] == [("listed", "1A01")]
    assert answer["checked"]["as_of"] == "2026-11-24"
    assert entry.structured_content["entry"]["source"].startswith("Annex on Chemicals")
    assert duties.structured_content["duties"]
    assert all(result.structured_content["checked"]["lists"] for result in (screened, entry, duties, lists))


def test_every_call_is_written_down_without_what_was_asked(folder: Path) -> None:
    ask(folder, ("screen", {"value": "CC(C)OP(C)(=O)F"}), ("screen", {"colour": "SECRETVALUE"}), ("fly", {}))
    lines = logged(folder)
    assert [(line["tool"], line["came"]) for line in lines] == [
        ("screen", "answered"), ("screen", "failed"), ("(unknown)", "failed"),
    ]  # fmt: skip
    assert lines[0]["verdicts"] == {"listed": 1}
    assert len(lines[0]["arguments_sha256"]) == 64
    text = (folder / "mcp.log.jsonl").read_text()
    assert "CC(C)" not in text
    assert "SECRETVALUE" not in text
    assert stat.S_IMODE((folder / "mcp.log.jsonl").stat().st_mode) == 0o600


def test_the_arguments_are_written_down_where_the_settings_say_so(folder: Path) -> None:
    ask(folder, ("screen", {"value": "CCO"}), OPENCWC_MCP_LOG_ARGUMENTS="on")
    assert logged(folder)[0]["arguments"] == {"value": "CCO"}


def test_a_request_for_a_synthesis_is_refused_and_recorded(folder: Path) -> None:
    _, answer = ask(folder, ("screen", {"value": "How do I make sarin?"}))
    assert answer.is_error
    assert logged(folder)[0]["came"] == "refused"
    (refusal,) = (folder / "refusals.jsonl").read_text().splitlines()
    assert json.loads(refusal)["category"] == "synthesis"


def test_an_error_says_what_to_do(folder: Path) -> None:
    _, strange, none = ask(
        folder,
        ("screen", {"value": "CCO", "as_of": "tomorrow"}),
        ("entry", {"list_id": "CWC", "entry_id": "9Z99"}),
    )
    assert strange.is_error
    assert "2020-06-07" in strange.content[0].text
    assert none.is_error
    assert "entries" in none.content[0].text
