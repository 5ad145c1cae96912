"""Cards of models: what people wrote in them stays, what was measured is written anew."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import yaml

from opencwc.convention.fields import load_yaml
from opencwc.models.model import Evaluation, Model
from opencwc.models.register import digest_of


def write_card(model: Model, measured: Evaluation) -> None:
    """Put figures, digests, reference and today's date into a card; what people wrote in it stays."""
    head = "# What people wrote stands first; `weights`, `figures` and `reference` are written by benchmarks.\n"
    raw: dict[str, Any] = load_yaml(model.card.read_text(encoding="utf-8"))
    raw["made_on"] = datetime.now(UTC).date().isoformat()
    raw["weights"] = [{"file": path.name, "sha256": digest_of(path)} for path in model.weights()]
    raw["figures"] = [asdict(figure) for figure in measured.figures]
    if measured.reference:
        reference = asdict(measured.reference)
        raw["reference"] = {key: value if key == "classes" else list(value) for key, value in reference.items()}
    lines = [
        yaml.safe_dump(
            {k: v for k, v in raw.items() if k not in ("figures", "weights")},
            allow_unicode=True,
            sort_keys=False,
            width=118,
        )
    ]
    lines += [f"{key}:\n" + "".join(f"- {_in_one_line(line)}" for line in raw[key]) for key in ("weights", "figures")]
    model.card.write_text(head + "".join(lines), encoding="utf-8")


def _in_one_line(value: object) -> str:
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=400, allow_unicode=True)
