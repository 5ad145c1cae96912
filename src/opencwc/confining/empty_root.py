"""A root of its own with nothing in it but what is needed: what is not there cannot be asked for its size either.

Landlock lets a process ask whether a file exists and how large it is (stat(2)). So the process gets a mount namespace
(`isolate` asks for it) and changes its root, in all its threads, to an empty one into which the folders that it may
read are bound under their own names. Sources: mount_namespaces(7), pivot_root(2), user_namespaces(7).
"""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterable
from pathlib import Path


def map_own_user(user: int, group: int) -> bool:
    """Be the same user inside a new user namespace: only who is known there may make files on a disk of its own."""
    try:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    except OSError:
        return False
    return True


def enter_empty_root(readable: Iterable[Path]) -> bool:
    """Change the root to one that holds these paths alone; tell whether it could be done.

    It is built in memory over the working folder, of which nothing is left.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    root = Path.cwd()
    if libc.mount(b"none", b"/", None, _PRIVATE | _RECURSIVE, None) != 0:
        return False
    if libc.mount(b"none", bytes(root), b"tmpfs", _NO_SETUID | _NO_DEVICES, b"mode=755") != 0:
        return False
    laying = _Laying(libc, root)
    try:
        for path in sorted(readable, key=lambda path: (path.parts[1:2] != ("proc",), len(path.parts))):
            laying.lay(path)
        os.chdir(root)
        if libc.syscall(_PIVOT_ROOT.get(platform.machine(), -1), b".", b".") == 0:
            left = bool(libc.umount2(b".", _DETACH) == 0)
        else:  # the first root of a machine cannot be put away
            left = bool(libc.chroot(b".") == 0)
        os.chdir("/")
    except OSError:
        return False
    return left


class _Laying:
    """Lays paths out beneath a new root: folders made anew, links as they are, the last bound."""

    def __init__(self, libc: ctypes.CDLL, root: Path) -> None:
        self._libc, self._root = libc, root
        self._bound: set[Path] = set()

    def lay(self, path: Path) -> None:
        at, rest = Path("/"), list(path.absolute().parts[1:])
        while rest:
            at /= rest.pop(0)
            if at in self._bound:  # what lies beneath is there, and must not be made: it would be made outside
                return
            if at.is_symlink():
                aim = self._link(at)
                at, rest = Path("/"), [*aim.parts[1:], *rest]
            elif rest and at.is_dir():
                self._here(at).mkdir(exist_ok=True)
            elif rest or not at.exists():
                return
        if at != Path("/"):  # the whole is no part
            self._bind(at)

    def _here(self, at: Path) -> Path:
        return self._root / at.relative_to("/")

    def _link(self, at: Path) -> Path:
        """Make a link anew, and return what it leads to."""
        here, aim = self._here(at), at.readlink()
        if not here.is_symlink():
            here.symlink_to(aim)
        return Path(os.path.normpath(at.parent / aim))

    def _bind(self, at: Path) -> None:
        here = self._here(at)
        if at.is_dir():
            here.mkdir(exist_ok=True)
        else:
            here.touch(0o400)
        if self._libc.mount(bytes(at), bytes(here), None, _BIND | _RECURSIVE, None) == 0:
            self._bound.add(at)


_NO_SETUID, _NO_DEVICES, _BIND, _RECURSIVE, _PRIVATE, _DETACH = 2, 4, 4096, 16384, 1 << 18, 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
