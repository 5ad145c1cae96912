"""What a process gives up for good before it reads a stranger's file: limits, namespaces, Landlock, a seccomp filter.

It gives up the network, other processes, all writing, and every file but those it needs. Only Linux offers all of
this; on macOS the limits hold, on Windows nothing does. `confine` says what holds here, and its caller decides.

Sources: namespaces(7), landlock(7), seccomp(2), the kernel's ``include/uapi/linux/{landlock,seccomp,filter}.h``.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may use: bytes of memory, seconds of CPU, open files.

    ``processes`` bounds the processes and threads of its user; ``None`` sets no bound. The kernel does not hold root to
    it (setrlimit(2)).
    """

    memory: int = 8_000_000_000
    cpu_seconds: int = 6 * 3600
    open_files: int = 256
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class Protection:
    """What holds: an empty network of its own, no file but those named, a filter of system calls."""

    namespace: bool = False
    files: bool = False
    filter: bool = False

    @property
    def network_cut(self) -> bool:
        """Whether no network can be reached."""
        return self.namespace or self.filter

    def as_json(self) -> dict[str, bool]:
        """Return it as JSON can hold it."""
        return {**asdict(self), "network_cut": self.network_cut}


def isolate() -> bool:
    """Move into a user and a network namespace of its own; call it before the process has a second thread."""
    if sys.platform != "linux":
        return False
    if _libc().unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        return True
    return bool(_libc().unshare(_CLONE_NEWNET) == 0)  # a process of root in a container may do only this


def confine(bounds: Bounds, readable: Iterable[Path], *, namespace: bool, programs: bool = False) -> Protection:
    """Bound what this process may use and read, and filter its system calls; nothing undoes it.

    With ``programs`` the process may start other programs, which inherit its bounds. Then neither Landlock nor the
    filter applies: a program needs files and calls of its own.
    """
    _set_limits(bounds)
    if sys.platform != "linux":
        return Protection(namespace)
    libc = _libc()
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or programs:
        return Protection(namespace)
    libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)
    files = _allow_only(readable)
    return Protection(namespace, files, _filter_calls())


def _set_limits(bounds: Bounds) -> None:
    """Set the limits of this process (setrlimit(2)); it can only lower them, and Windows has none."""
    try:
        import resource
    except ImportError:
        return
    limits = [
        (resource.RLIMIT_AS, bounds.memory, 0),
        # The signal of the soft limit says why the process ended; the hard one, a moment later, ends it in any case.
        (resource.RLIMIT_CPU, bounds.cpu_seconds, 2),
        (resource.RLIMIT_NOFILE, bounds.open_files, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ]
    if bounds.processes is not None:
        limits.append((resource.RLIMIT_NPROC, bounds.processes, 0))
    for what, most, spare in limits:
        _, hard = resource.getrlimit(what)
        is_free = hard == resource.RLIM_INFINITY
        soft = most if is_free else min(most, hard)
        resource.setrlimit(what, (soft, soft + spare if is_free else min(soft + spare, hard)))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


# ------------------------------------------------------------------------------------------------ Landlock: files


def _allow_only(readable: Iterable[Path]) -> bool:
    """Let this process, in all its threads to come, read beneath these paths and nothing else."""
    libc = _libc()
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    every = (1 << 13) - 1 | (1 << 13 if version >= 2 else 0) | (1 << 14 if version >= 3 else 0)
    attributes = ctypes.create_string_buffer(struct.pack("=Q", every))
    ruleset = libc.syscall(_LANDLOCK_CREATE, attributes, 8, 0)
    if ruleset < 0:
        return False
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
        return bool(libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


# ------------------------------------------------------------------------------------------ seccomp: system calls


def _filter_calls() -> bool:
    numbers = _NUMBERS.get(platform.machine())
    if numbers is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    program = b"".join(_program(*numbers))
    code = ctypes.create_string_buffer(program)
    filter_program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    # By the call itself and for all threads (SECCOMP_FILTER_FLAG_TSYNC): libraries have started some already.
    return bool(_libc().syscall(numbers[1]["seccomp"], _SECCOMP_SET_MODE_FILTER, _TSYNC, filter_program) == 0)


def _program(arch: int, numbers: dict[str, int]) -> list[bytes]:
    """Return the filter: refuse what is named, look into the arguments of a few, allow the rest."""
    program = [_load(4), _jump_equal(arch, 1, 0), _answer(_KILL_PROCESS), _load(0)]
    if arch == _X86_64:  # the x32 numbers would go past the list below
        program += [struct.pack("HBBI", 0x35, 0, 1, 0x4000_0000), _answer(_REFUSE)]
    # "No such call": the C library then uses an older one, whose arguments can be seen.
    for names, answer in ((_UNKNOWN_CALLS, _NO_SUCH_CALL), (_REFUSED, _REFUSE)):
        for name in names:
            if name in numbers:
                program += [_jump_equal(numbers[name], 0, 1), _answer(answer)]
    for name, argument in (("open", 1), ("openat", 2)):
        if name in numbers:  # for reading only
            checks = [_load(16 + 8 * argument), _jump_any_bit(_WRITES, 0, 1), _answer(_REFUSE), _answer(_ALLOW)]
            program += [_jump_equal(numbers[name], 0, 4), *checks]
    thread = [_load(16), _jump_any_bit(_CLONE_THREAD, 1, 0), _answer(_REFUSE), _answer(_ALLOW)]
    program += [_jump_equal(numbers["clone"], 0, 4), *thread]
    for name in ("tgkill", "prlimit64"):  # of this process only; 0 means the same
        own = [_load(16), _jump_equal(os.getpid(), 2, 0), _jump_equal(0, 1, 0), _answer(_REFUSE), _answer(_ALLOW)]
        program += [_jump_equal(numbers[name], 0, 5), *own]
    return [*program, _answer(_ALLOW)]


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", 0x20, 0, 0, offset)


def _jump_equal(value: int, yes: int, no: int) -> bytes:
    return struct.pack("HBBI", 0x15, yes, no, value)


def _jump_any_bit(bits: int, yes: int, no: int) -> bytes:
    return struct.pack("HBBI", 0x45, yes, no, bits)


def _answer(value: int) -> bytes:
    return struct.pack("HBBI", 0x06, 0, 0, value)


_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_THREAD = 0x1000_0000, 0x4000_0000, 0x1_0000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_SECCOMP_SET_MODE_FILTER, _TSYNC = 1, 1
_KILL_PROCESS, _ALLOW = 0x8000_0000, 0x7FFF_0000
_REFUSE, _NO_SUCH_CALL = 0x0005_0001, 0x0005_0026  # EPERM, ENOSYS
_WRITES = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000
_X86_64, _AARCH64 = 0xC000_003E, 0xC000_00B7
_UNKNOWN_CALLS = ("clone3", "openat2")
_REFUSED = (
    "socket", "socketpair", "connect", "accept", "accept4", "bind", "listen", "sendto", "recvfrom", "sendmsg",
    "recvmsg", "sendmmsg", "recvmmsg", "fork", "vfork", "execve", "execveat", "kill", "tkill", "rt_sigqueueinfo",
    "rt_tgsigqueueinfo", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_open",
    "pidfd_getfd", "pidfd_send_signal", "unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount",
    "open_tree", "fsopen", "fsmount", "fsconfig", "fspick", "mount_setattr", "bpf", "perf_event_open", "keyctl",
    "add_key", "request_key", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "init_module",
    "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "acct", "syslog",
    "name_to_handle_at", "open_by_handle_at", "creat", "unlink", "unlinkat", "rename", "renameat", "renameat2",
    "mkdir", "mkdirat", "rmdir", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat", "chmod", "fchmod",
    "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "truncate", "utimensat", "setxattr",
    "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "shmget", "shmat", "msgget", "semget",
    "mq_open",
)  # fmt: skip
_NUMBERS: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        _X86_64,
        {
            "open": 2, "shmget": 29, "shmat": 30, "socket": 41, "connect": 42, "accept": 43, "sendto": 44,
            "recvfrom": 45, "sendmsg": 46, "recvmsg": 47, "bind": 49, "listen": 50, "socketpair": 53, "clone": 56,
            "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "semget": 64, "msgget": 68, "truncate": 76,
            "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88, "chmod": 90,
            "fchmod": 91, "chown": 92, "fchown": 93, "lchown": 94, "ptrace": 101, "syslog": 103,
            "rt_sigqueueinfo": 129, "mknod": 133, "pivot_root": 155, "chroot": 161, "acct": 163, "mount": 165,
            "umount2": 166, "swapon": 167, "swapoff": 168, "reboot": 169, "init_module": 175, "delete_module": 176,
            "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198,
            "fremovexattr": 199, "tkill": 200, "tgkill": 234, "mq_open": 240, "kexec_load": 246, "add_key": 248,
            "request_key": 249, "keyctl": 250, "openat": 257, "mkdirat": 258, "mknodat": 259, "fchownat": 260,
            "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266, "fchmodat": 268, "unshare": 272,
            "utimensat": 280, "accept4": 288, "rt_tgsigqueueinfo": 297, "perf_event_open": 298, "recvmmsg": 299,
            "prlimit64": 302, "name_to_handle_at": 303, "open_by_handle_at": 304, "sendmmsg": 307, "setns": 308,
            "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "renameat2": 316,
            "seccomp": 317, "kexec_file_load": 320, "bpf": 321, "execveat": 322, "userfaultfd": 323,
        },
    ),
    "aarch64": (
        _AARCH64,
        {
            "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16,
            "mknodat": 33, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "umount2": 39,
            "mount": 40, "pivot_root": 41, "truncate": 45, "chroot": 51, "fchmod": 52, "fchmodat": 53, "fchownat": 54,
            "fchown": 55, "openat": 56, "utimensat": 88, "acct": 89, "unshare": 97, "kexec_load": 104,
            "init_module": 105, "delete_module": 106, "syslog": 116, "ptrace": 117, "kill": 129, "tkill": 130,
            "tgkill": 131, "rt_sigqueueinfo": 138, "reboot": 142, "mq_open": 180, "msgget": 186, "semget": 190,
            "shmget": 194, "shmat": 196, "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202,
            "connect": 203, "sendto": 206, "recvfrom": 207, "sendmsg": 211, "recvmsg": 212, "add_key": 217,
            "request_key": 218, "keyctl": 219, "clone": 220, "execve": 221, "swapon": 224, "swapoff": 225,
            "rt_tgsigqueueinfo": 240, "perf_event_open": 241, "accept4": 242, "recvmmsg": 243, "prlimit64": 261,
            "name_to_handle_at": 264, "open_by_handle_at": 265, "setns": 268, "sendmmsg": 269,
            "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "finit_module": 273, "renameat2": 276,
            "seccomp": 277, "bpf": 280, "execveat": 281, "userfaultfd": 282, "kexec_file_load": 294,
        },
    ),
}  # fmt: skip
_SINCE_424 = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_open": 434, "clone3": 435, "openat2": 437, "pidfd_getfd": 438, "process_madvise": 440,
    "mount_setattr": 442, "fchmodat2": 452,
}  # fmt: skip
"""From 424 on all architectures count alike."""
for _, _calls in _NUMBERS.values():
    _calls |= _SINCE_424
