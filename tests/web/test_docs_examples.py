"""The Python of docs/how-to/use-the-api.md runs, block after block, against a live service with its worker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.service import service

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "use-the-api.md"


def test_the_examples_do_what_the_page_says(tmp_path: Path, name_index: None) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 7
    with service(tmp_path, worker=True) as (port, token, _):
        environment = {**os.environ, "OPENCWC_URL": f"http://127.0.0.1:{port}", "OPENCWC_TOKEN": token}
        program = "\n".join(blocks)
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "done 2" in done.stdout


def test_the_reference_names_every_route_and_every_setting() -> None:
    from opencwc.web.access_table import declared_access
    from opencwc.web.server.configuration import Configuration

    text = PAGE.parents[1].joinpath("reference", "http-api.md").read_text(encoding="utf-8")
    routes = [route for route in declared_access() if "/api/" in route or "/health/" in route or "/metrics" in route]
    assert len(routes) > 80
    assert [route for route in routes if not re.search(rf"`{re.escape(route)}[`?]", text)] == []
    assert [name for name in Configuration.model_fields if name != "oidc" and f"`{name}`" not in text] == []
