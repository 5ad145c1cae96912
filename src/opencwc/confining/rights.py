"""What a process gives up for good before it reads a stranger's file: limits, namespaces, Landlock, a seccomp filter.

It gives up the network, other processes, all writing, and every file but those it needs. Only Linux offers all of
this; on macOS the limits hold, on Windows nothing does. `confine` says what holds here, and its caller decides.

What is outside is not even there to be asked for (`opencwc.confining.empty_root`).
Sources: namespaces(7), landlock(7), seccomp(2), the kernel's ``include/uapi/linux/{landlock,seccomp,filter}.h``.
"""

from __future__ import annotations

import csv
import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct, structs

from opencwc.confining.empty_root import enter_empty_root, map_own_user


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may use: bytes of memory, seconds of CPU, open files.

    ``processes`` bounds the processes and threads of its user; ``None`` sets no bound. ``threads`` bounds its own, in a
    user namespace, which counts them alone. The kernel holds root to neither (setrlimit(2)).
    """

    memory: int = 8_000_000_000
    cpu_seconds: int = 6 * 3600
    open_files: int = 256
    processes: int | None = None
    threads: int = 64


class Protection(Struct, frozen=True):
    """What holds: an empty network of its own, no file but those named, a filter of system calls.

    ``signals``: it can send none outside, by no road. ``root``: what it may not read is not there for it. ``threads``:
    their number is bounded.
    """

    namespace: bool = False
    files: bool = False
    filter: bool = False
    signals: bool = False
    root: bool = False
    threads: bool = False

    @property
    def network_cut(self) -> bool:
        """Whether no network can be reached."""
        return self.namespace or self.filter

    def as_json(self) -> dict[str, bool]:
        """Return it as JSON can hold it."""
        return {**structs.asdict(self), "network_cut": self.network_cut}


def isolate() -> int:
    """Move into a user, a network and a mount namespace of its own, and return which it got, as flags of unshare(2).

    Call it before the process has a second thread. Nothing is 0; whatever it got, the network is cut.
    """
    if sys.platform != "linux":
        return 0
    user, group = os.geteuid(), os.getegid()
    whole = _CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWNS
    # A process of root in a container may do only the latter two.
    for spaces in (whole, whole & ~_CLONE_NEWNS, whole & ~_CLONE_NEWUSER, _CLONE_NEWNET):
        if _libc().unshare(spaces) == 0:
            if spaces & _CLONE_NEWUSER:
                map_own_user(user, group)
            return spaces
    return 0


def confine(bounds: Bounds, readable: Iterable[Path], *, namespace: int, programs: bool = False) -> Protection:
    """Bound what this process may use and read, and filter its system calls; nothing undoes it.

    With ``programs`` the process may start other programs, which inherit its bounds. Then neither Landlock nor the
    filter applies, nor the root of its own: a program needs files and calls of its own. ``namespace`` is what `isolate`
    returned.
    """
    if sys.platform != "linux":
        _set_limits(bounds)
        return Protection(bool(namespace))
    libc = _libc()
    program, paths = _program(platform.machine()), list(readable)
    alone = bool(namespace & _CLONE_NEWUSER) and _knows_one_user()
    # Before no file may be written; and never without a mount namespace, or it were the root of all.
    root = bool(namespace & _CLONE_NEWNS) and not programs and enter_empty_root(paths)
    threads = _set_limits(bounds, alone=alone)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or programs:
        return Protection(bool(namespace), threads=threads)
    libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)
    if alone:  # what it might do inside its own namespaces it needs no more
        libc.capset(struct.pack("=Ii", _CAPABILITIES_3, 0), bytes(24))
    files, scoped = _allow_only(paths)
    filtered = _filter_calls(program)
    return Protection(bool(namespace), files, filtered, scoped and filtered, root, threads)


def _set_limits(bounds: Bounds, *, alone: bool = False) -> bool:
    """Set the limits of this process (setrlimit(2)), and tell whether that on its threads holds.

    It can only lower them, and Windows has none. ``alone``: its user namespace counts its own threads alone.
    """
    try:
        import resource
    except ImportError:
        return False
    limits = [
        (resource.RLIMIT_AS, bounds.memory, 0),
        # The signal of the soft limit says why the process ended; the hard one, a moment later, ends it in any case.
        (resource.RLIMIT_CPU, bounds.cpu_seconds, 2),
        (resource.RLIMIT_NOFILE, bounds.open_files, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ]
    processes = bounds.processes
    if alone:
        processes = bounds.threads if processes is None else min(processes, bounds.threads)
    if processes is not None:
        limits.append((resource.RLIMIT_NPROC, processes, 0))
    for what, most, spare in limits:
        _, hard = resource.getrlimit(what)
        is_free = hard == resource.RLIM_INFINITY
        soft = most if is_free else min(most, hard)
        resource.setrlimit(what, (soft, soft + spare if is_free else min(soft + spare, hard)))
    return alone and os.getuid() != 0


def _knows_one_user() -> bool:
    """Tell whether this user alone is known in its namespace: it could be mapped (`map_own_user`)."""
    try:
        known = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    except OSError:
        return False
    return known == [str(os.getuid())] * 2 + ["1"]


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


# ------------------------------------------------------------------------------------------------ Landlock: files


def _allow_only(readable: Iterable[Path]) -> tuple[bool, bool]:
    """Let this process, in all its threads to come, read beneath these paths and nothing else.

    Returned is whether that holds, and whether it can send no signal outside and reach no abstract socket.
    """
    libc = _libc()
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False, False
    every = (1 << 13) - 1 | sum(1 << bit for bit, since in ((13, 2), (14, 3), (15, 5)) if version >= since)
    fields = [every, *((_EVERY_PORT,) if version >= 4 else ()), *((_SCOPES,) if version >= 6 else ())]
    attributes = ctypes.create_string_buffer(struct.pack(f"={len(fields)}Q", *fields))
    ruleset = libc.syscall(_LANDLOCK_CREATE, attributes, 8 * len(fields), 0)
    if ruleset < 0:
        return False, False
    try:
        for path in readable:
            try:
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            allowed = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
            rule = ctypes.create_string_buffer(struct.pack("=Qi", allowed, place))
            libc.syscall(_LANDLOCK_ADD_RULE, ruleset, 1, rule, 0)
            os.close(place)
        holds = bool(libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0)
        return holds, holds and version >= 6
    finally:
        os.close(ruleset)


# ------------------------------------------------------------------------------------------ seccomp: system calls


def _filter_calls(program: bytes) -> bool:
    if not program or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    code = ctypes.create_string_buffer(program)
    filter_program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    # By the call itself and for all threads (SECCOMP_FILTER_FLAG_TSYNC): libraries have started some already.
    return bool(_libc().syscall(_SECCOMP[platform.machine()], _SECCOMP_SET_MODE_FILTER, _TSYNC, filter_program) == 0)


def _program(machine: str) -> bytes:
    """Return the filter: refuse what is named, look into the arguments of a few, allow the rest."""
    if (arch := _ARCHITECTURES.get(machine)) is None:
        return b""
    with _CALLS.open(encoding="ascii", newline="") as file:
        calls = [call for call in csv.DictReader(file) if call[machine]]
    numbers = {call["call"]: int(call[machine]) for call in calls}
    program = [_load(4), _jump_equal(arch, 1, 0), _answer(_KILL_PROCESS), _load(0)]
    if arch == _X86_64:  # the x32 numbers would go past the list below
        program += [struct.pack("HBBI", 0x35, 0, 1, 0x4000_0000), _answer(_REFUSE)]
    for call in calls:
        if call["answer"]:
            program += [_jump_equal(int(call[machine]), 0, 1), _answer(_ANSWERS[call["answer"]])]
    for name, argument in (("open", 1), ("openat", 2)):
        if name in numbers:  # for reading only
            checks = [_load(16 + 8 * argument), _jump_any_bit(_WRITES, 0, 1), _answer(_REFUSE), _answer(_ALLOW)]
            program += [_jump_equal(numbers[name], 0, 4), *checks]
    thread = [_load(16), _jump_any_bit(_CLONE_THREAD, 1, 0), _answer(_REFUSE), _answer(_ALLOW)]
    program += [_jump_equal(numbers["clone"], 0, 4), *thread]
    for name, argument, refused in _REFUSED_VALUES:
        checks = [part for value in refused for part in (_jump_equal(value, 0, 1), _answer(_REFUSE))]
        program += [_jump_equal(numbers[name], 0, len(checks) + 2), _load(16 + 8 * argument), *checks, _answer(_ALLOW)]
    for name in _OF_ITSELF:  # of this process only; 0 means the same
        own = [_load(16), _jump_equal(os.getpid(), 2, 0), _jump_equal(0, 1, 0), _answer(_REFUSE), _answer(_ALLOW)]
        program += [_jump_equal(numbers[name], 0, 5), *own]
    return b"".join([*program, _answer(_ALLOW)])


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", 0x20, 0, 0, offset)


def _jump_equal(value: int, yes: int, no: int) -> bytes:
    return struct.pack("HBBI", 0x15, yes, no, value)


def _jump_any_bit(bits: int, yes: int, no: int) -> bytes:
    return struct.pack("HBBI", 0x45, yes, no, bits)


def _answer(value: int) -> bytes:
    return struct.pack("HBBI", 0x06, 0, 0, value)


_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWNS, _CLONE_THREAD = 0x1000_0000, 0x4000_0000, 0x2_0000, 0x1_0000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_EVERY_PORT, _SCOPES = 3, 3  # binding and connecting; abstract sockets and signals
_REFUSED_VALUES = (
    ("fcntl", 1, (8, 10, 15, 1024, 1026)),  # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: who is signalled
    ("ioctl", 1, (0x8901, 0x8902, 0x5412, 0x541C)),  # FIOSETOWN, SIOCSPGRP: the same; TIOCSTI, TIOCLINUX: typed text
)
_OF_ITSELF = ("tgkill", "prlimit64", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr")
_SECCOMP_SET_MODE_FILTER, _TSYNC = 1, 1
_KILL_PROCESS, _ALLOW = 0x8000_0000, 0x7FFF_0000
_REFUSE, _NO_SUCH_CALL = 0x0005_0001, 0x0005_0026  # EPERM, ENOSYS
_WRITES = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000
_X86_64 = 0xC000_003E
# "No such call": the C library then uses an older one, whose arguments can be seen.
_ANSWERS = {"refuse": _REFUSE, "no such call": _NO_SUCH_CALL}
_ARCHITECTURES = {"x86_64": _X86_64, "aarch64": 0xC000_00B7}
_CAPABILITIES_3 = 0x2008_0522
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_CALLS = Path(__file__).parent / "data" / "system_calls.csv"
"""The number of each call by architecture, and what answers it; the filter looks into those that nothing answers."""
