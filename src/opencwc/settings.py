"""Where OpenCWC keeps and finds things on this machine: environment variables first, then one TOML file, then habit.

Written without pydantic-settings on purpose: its import alone costs more time than a whole screening of one value.
"""

import os
from pathlib import Path
from typing import NamedTuple

from opencwc.errors import SettingsError

PREFIX = "OPENCWC_"


class Settings(NamedTuple):
    """The settings folder, the cache folder, and what the user fixed in them.

    ``folder`` holds ``opencwc.toml`` and ``lists/*.yaml`` (the user's own lists); ``cache`` holds only what can be
    built again; ``lists`` and ``lang`` are defaults for every command, empty where the user named none.
    """

    folder: Path
    cache: Path
    lists: tuple[str, ...] = ()
    lang: str = ""
    own_lists: tuple[Path, ...] = ()


def load_settings() -> Settings:
    """Read ``OPENCWC_*`` and ``opencwc.toml``; raise `SettingsError` where the file cannot hold."""
    folder = Path(os.environ.get(PREFIX + "SETTINGS") or _home("XDG_CONFIG_HOME", ".config") / "opencwc")
    written = _read_toml(folder / "opencwc.toml")
    lists = os.environ.get(PREFIX + "LISTS") or written.get("lists", "")
    names = lists.split(",") if isinstance(lists, str) else [str(name) for name in lists]
    return Settings(
        folder=folder,
        cache=cache_folder(),
        lists=tuple(name.strip() for name in names if name.strip()),
        lang=os.environ.get(PREFIX + "LANG") or str(written.get("lang", "")),
        own_lists=_own_lists(folder / "lists"),
    )


def cache_folder() -> Path:
    """Where files go that can be made anew: ``OPENCWC_CACHE``, else ``opencwc`` in the user's cache folder (XDG)."""
    if own := os.environ.get("OPENCWC_CACHE"):
        return Path(own).expanduser()
    general = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # A relative path in the variable is to be ignored: XDG Base Directory Specification 0.8.
    return (general if general.is_absolute() else Path.home() / ".cache") / "opencwc"


def _own_lists(folder: Path) -> tuple[Path, ...]:
    if not folder.is_dir():
        return ()
    found = [path for path in folder.iterdir() if path.suffix == ".yaml" or (path / "list.yaml").is_file()]
    return tuple(sorted(found))


def _home(variable: str, habit: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / habit)


def _read_toml(path: Path) -> dict[str, str | list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    import tomllib

    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"this is not TOML ({error})", where=str(path), remedy="Mend the line it names.") from error
    unknown = sorted(set(written) - {"lists", "lang"})
    if unknown:
        raise SettingsError(f"unknown setting {unknown[0]!r}", where=str(path), remedy="The settings are: lists, lang.")
    if not all(
        isinstance(value, str) or (isinstance(value, list) and name == "lists") for name, value in written.items()
    ):
        raise SettingsError("a setting is no text", where=str(path), remedy='Write lists = "CWC,AG" and lang = "fr".')
    return written
