"""`opencwc mcp`: the rules for an assistant, over standard input and output; off until the settings turn it on."""

from __future__ import annotations

from opencwc.cli.options import command


@command
def mcp() -> None:
    """Serve an assistant the rules (screen, entry, duties, lists) by the Model Context Protocol."""
    from opencwc.settings import load_settings
    from opencwc.web.mcp import require_enabled, serve_assistant

    require_enabled(load_settings())
    serve_assistant()
