"""Where OpenCWC keeps and finds things on this machine: environment variables first, then one TOML file, then habit.

Written without pydantic-settings on purpose: its import alone costs more time than a whole screening of one value.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from opencwc.errors import SettingsError

PREFIX = "OPENCWC_"
SECTIONS = ("casebook", "anchor", "service", "oidc", "mcp", "language", "documents", "watch")
"""The tables that ``opencwc.toml`` may have."""


class Settings(NamedTuple):
    """The settings folder, the cache folder, and what the user fixed in them.

    ``folder`` holds ``opencwc.toml`` and ``lists/*.yaml`` (the user's own lists); ``cache`` holds only what can be
    built again; ``lists`` and ``lang`` are defaults for every command, empty where the user named none. ``sections``
    are the tables of the file as they are written; the room that each belongs to says what may stand in it.
    """

    folder: Path
    cache: Path
    lists: tuple[str, ...] = ()
    lang: str = ""
    own_lists: tuple[Path, ...] = ()
    sections: Mapping[str, Mapping[str, object]] = {}


def load_settings() -> Settings:
    """Read ``OPENCWC_*`` and ``opencwc.toml``; raise `SettingsError` where the file cannot hold."""
    folder = settings_folder()
    written, sections = _read_toml(folder / "opencwc.toml")
    lists = os.environ.get(PREFIX + "LISTS") or written.get("lists", "")
    names = lists.split(",") if isinstance(lists, str) else [str(name) for name in lists]
    return Settings(
        folder=folder,
        cache=cache_folder(),
        lists=tuple(name.strip() for name in names if name.strip()),
        lang=os.environ.get(PREFIX + "LANG") or str(written.get("lang", "")),
        own_lists=_own_lists(folder / "lists"),
        sections=sections,
    )


def settings_folder() -> Path:
    """Where the user's settings and lists are: ``OPENCWC_SETTINGS``, else ``opencwc`` in the user's own (XDG)."""
    return _settings_folder(*map(os.environ.get, (f"{PREFIX}SETTINGS", "XDG_CONFIG_HOME", "HOME", "USERPROFILE")))


@lru_cache(maxsize=8)
def _settings_folder(own: str | None, general: str | None, *_home: str | None) -> Path:
    if own:
        return Path(own)
    return Path(general or Path.home() / ".config") / "opencwc"


def cache_folder() -> Path:
    """Where files go that can be made anew: ``OPENCWC_CACHE``, else ``opencwc`` in the user's cache folder (XDG)."""
    return _folder("CACHE", ".cache")


def data_folder() -> Path:
    """Where what cannot be made anew is kept: ``OPENCWC_DATA``, else ``opencwc`` in the user's data folder (XDG)."""
    return _folder("DATA", ".local/share")


def _folder(name: str, habit: str) -> Path:
    if own := os.environ.get(PREFIX + name):
        return Path(own).expanduser()
    general = Path(os.environ.get(f"XDG_{name}_HOME", ""))
    # A relative path in the variable is to be ignored: XDG Base Directory Specification 0.8.
    return (general if general.is_absolute() else Path.home() / habit) / "opencwc"


def _own_lists(folder: Path) -> tuple[Path, ...]:
    if not folder.is_dir():
        return ()
    found = [path for path in folder.iterdir() if path.suffix == ".yaml" or (path / "list.yaml").is_file()]
    return tuple(sorted(found))


def _read_toml(path: Path) -> tuple[dict[str, str | list[str]], dict[str, dict[str, object]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}, {}
    import tomllib

    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError("not_toml", where=str(path), reason=str(error)) from error
    sections = {name: value for name, value in written.items() if isinstance(value, dict)}
    if strange := sorted(set(sections) - set(SECTIONS)):
        raise SettingsError("settings_table_unknown", where=str(path), table=strange[0], known=tuple(SECTIONS))
    plain = {name: value for name, value in written.items() if name not in sections}
    unknown = sorted(set(plain) - {"lists", "lang"})
    if unknown:
        raise SettingsError("setting_unknown", where=str(path), setting=unknown[0], tables=tuple(SECTIONS))
    if not all(
        isinstance(value, str) or (isinstance(value, list) and name == "lists") for name, value in plain.items()
    ):
        raise SettingsError("setting_is_no_text", where=str(path))
    return plain, sections
