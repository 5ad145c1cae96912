"""Start Debian's Firefox as Playwright starts a browser, and answer the one command that it does not know yet.

Playwright speaks WebDriver BiDi with a Firefox that it did not build. It sets colour schemes by a command that came
after Firefox ESR 153; this program stands between the two, says yes to that command and passes all else on.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from asyncio.subprocess import PIPE

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

UNKNOWN = "emulation.setMediaFeaturesOverride"
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


async def start_firefox(arguments: list[str]) -> int:
    """Run Firefox until it ends, and give Playwright the address between the two as if it were Firefox's own."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        raise FileNotFoundError("Firefox is not installed: apt-get install firefox-esr")
    process = await asyncio.create_subprocess_exec(program, *arguments, stderr=PIPE)
    assert process.stderr is not None
    async for raw in process.stderr:
        line = raw.decode(errors="replace")
        if listens := LISTENS.search(line):
            line = line.replace(listens[1], await address_between(listens[1]))
        print(line, end="", file=sys.stderr, flush=True)
    return await process.wait()


async def address_between(firefox: str) -> str:
    """Listen for Playwright, and connect each connection with Firefox."""

    async def connected(playwright: ServerConnection) -> None:
        path = playwright.request.path if playwright.request else ""
        async with connect(firefox + path, max_size=None, compression=None) as browser:
            await asyncio.gather(commands(playwright, browser), events(browser, playwright))

    server = await serve(connected, "127.0.0.1", 0, max_size=None, compression=None)
    _, port = server.sockets[0].getsockname()
    return f"ws://127.0.0.1:{port}"


async def commands(playwright: ServerConnection, browser: ClientConnection) -> None:
    """Pass on what Playwright asks for."""
    async for text in playwright:
        command = json.loads(text)
        if command["method"] == UNKNOWN:
            await playwright.send(json.dumps({"type": "success", "id": command["id"], "result": {}}))
        else:
            await browser.send(text)
    await browser.close()


async def events(browser: ClientConnection, playwright: ServerConnection) -> None:
    """Pass on what Firefox answers and reports."""
    async for text in browser:
        await playwright.send(text)
    await playwright.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(start_firefox(sys.argv[1:])))
