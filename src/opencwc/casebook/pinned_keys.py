"""The house's keys, pinned outside the database: a signature of any other is a stranger's, however well it fits.

One TOML file in the settings folder, or where the setting ``pins`` says. OpenCWC adds to it and never takes away; who
may write to the database and to the log of checkpoints should not be able to write to it.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct, ValidationError, convert

from opencwc.casebook.durable_files import sync_folder
from opencwc.errors import SettingsError, StorageError
from opencwc.records import known
from opencwc.settings import Settings

PINS_FILE = "pinned_keys.toml"
_HEAD = """\
# The keys whose signatures count in this house (opencwc case verify). OpenCWC adds to this file.
# Keep a copy of it elsewhere, and let nobody write to it who may write to the database.
"""


class Pin(Struct, frozen=True, forbid_unknown_fields=True):
    """A key of a casebook: its fingerprint, since when it is pinned, and why.

    ``because`` is ``made`` (with the casebook), ``first_use`` (an older casebook was opened with the key that signed
    it), ``changed`` (the key before it handed over), ``lost`` (the key before it could not), ``restored``, or
    ``given`` by a person.
    """

    casebook: str
    fingerprint: str
    since: str
    because: str


class _Written(Struct, forbid_unknown_fields=True):
    key: list[Pin] = []


@dataclass(frozen=True)
class PinnedKeys:
    """The file of the pins."""

    path: Path

    @classmethod
    def of_settings(cls, settings: Settings) -> PinnedKeys:
        """Return the pins that the settings name, or those in the settings folder."""
        named = os.environ.get("OPENCWC_PINS") or str(settings.sections.get("casebook", {}).get("pins", ""))
        return cls(Path(named).expanduser() if named else settings.folder / PINS_FILE)

    def of(self, casebook: str) -> tuple[Pin, ...]:
        """Return the pins of a casebook in the order in which they were written; none where there is no file.

        Raises:
            SettingsError: the file cannot be read.

        """
        return tuple(pin for pin in _read(self._text(), self.path) if pin.casebook == casebook)

    def add(self, casebook: str, fingerprints: Iterable[str], because: str, at: str) -> tuple[Pin, ...]:
        """Pin keys of a casebook that are not pinned yet, and return the new pins.

        Raises:
            SettingsError: the file cannot be read.
            StorageError: the file cannot be written.

        """
        with self._held():
            text = self._text()
            there = {pin.fingerprint for pin in _read(text, self.path) if pin.casebook == casebook}
            new = [Pin(casebook, one, at, because) for one in dict.fromkeys(fingerprints) if one not in there]
            if new:
                self._write((text or _HEAD) + "".join(map(_block, new)))
        return tuple(new)

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError("pinned_keys_unreadable", where=str(self.path), reason=str(error)) from error

    def _write(self, text: str) -> None:
        temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(self.path.parent)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Let one process at a time add to the file."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.name != "posix":
                yield
                return
            import fcntl

            descriptor = os.open(self.path.parent, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StorageError("pinned_keys_not_writable", where=str(self.path), reason=str(error.strerror)) from error


def _read(text: str, path: Path) -> list[Pin]:
    try:
        return convert(tomllib.loads(text), known(_Written)).key
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise SettingsError("pinned_keys_unreadable", where=str(path), reason=str(error)) from error


def _block(pin: Pin) -> str:
    values = {name: getattr(pin, name) for name in Pin.__struct_fields__}
    return "\n[[key]]\n" + "".join(f'{name} = "{value}"\n' for name, value in values.items())
