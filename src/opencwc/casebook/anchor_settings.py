"""What is set of anchors: the table ``[anchor]`` of ``opencwc.toml``, and ``OPENCWC_ANCHOR_*`` before it."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from opencwc.casebook.signed_notes import COSIGNATURE, NoteKey
from opencwc.errors import InputError, SettingsError
from opencwc.settings import PREFIX, load_settings

PERIODS = {"never": 0, "hour": 3600, "day": 86_400, "week": 7 * 86_400}
HABITUAL_NAME = "opencwc.invalid"
"""The house in the name of a log where none is set; ``.invalid`` is nobody's (RFC 2606)."""


class AnchorSettings(Struct, frozen=True):
    """Where signed heads go by themselves and how often (seconds, 0 for never), and whose word counts as an outsider's.

    ``name`` is the house in the name of its log, ``authority`` the certificates (PEM) of the time-stamping authority.
    """

    folder: Path | None = None
    every: int = PERIODS["day"]
    name: str = HABITUAL_NAME
    witnesses: tuple[NoteKey, ...] = ()
    authority: Path | None = None

    def origin(self, casebook: str) -> str:
        """Return the name of the log of a casebook."""
        return f"{self.name}/{casebook}"


def load_anchor_settings() -> AnchorSettings:
    """Return what is set of anchors; raise `SettingsError` where a setting is not known or has no meaning."""
    written = dict(load_settings().sections.get("anchor", {}))
    start = f"{PREFIX}ANCHOR_"
    written |= {name[len(start) :].lower(): text for name, text in os.environ.items() if name.startswith(start)}
    if unknown := sorted(set(written) - {"folder", "every", "name", "witnesses", "authority"}):
        raise _wrong(unknown[0])
    every = str(written.get("every", "day"))
    if every not in PERIODS:
        raise _wrong("every")
    name = str(written.get("name", HABITUAL_NAME))
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise _wrong("name")
    keys = written.get("witnesses", ())
    try:
        witnesses = tuple(map(NoteKey.read, keys.split() if isinstance(keys, str) else map(str, keys)))  # type: ignore[call-overload]
    except (InputError, TypeError):
        raise _wrong("witnesses") from None
    if any(key.kind != COSIGNATURE for key in witnesses):
        raise _wrong("witnesses")
    return AnchorSettings(_path(written, "folder"), PERIODS[every], name, witnesses, _path(written, "authority"))


def _path(written: dict[str, object], name: str) -> Path | None:
    text = str(written.get(name, ""))
    return Path(text).expanduser().absolute() if text else None


def _wrong(setting: str) -> SettingsError:
    return SettingsError("anchor_setting_does_not_hold", where="[anchor]", setting=setting)
