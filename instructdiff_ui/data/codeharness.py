"""What the process does that runs a model's code: give up rights, run the code, run the tests, say that the end came.

A script of the standard library alone, for `codetests`; started with `python -I -S`, the numbers of two open files and
the limits. On Linux it gives up files, network and processes as far as the kernel lets it (Landlock, seccomp).
"""

import ctypes
import json
import os
import platform
import resource
import struct
import sys
import types

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ = 0b1100  # of Landlock's rights: read a file, list a folder
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38  # seccomp: go on, EPERM, ENOSYS
_IO_URING, _PIDFD_SIGNAL, _CLONE3 = 425, 424, 435  # the same on every architecture
_THREAD = 0x10000  # in the flags of clone: a thread, not a process

# (seccomp's name of the architecture, clone, and calls that touch other processes, limits or the network)
_CALLS = {
    "x86_64": (0xC000003E, 56, (41, 57, 58, 59, 62, 101, 129, 160, 200, 234, 272, 297, 302, 308, 310, 311, 321, 322)),
    "aarch64": (0xC00000B7, 220, (97, 117, 129, 130, 131, 138, 164, 198, 221, 240, 261, 268, 270, 271, 280, 281)),
}


def main() -> None:
    program_file, verdict, seconds, memory, file_bytes = map(int, sys.argv[1:])
    with os.fdopen(program_file, encoding="utf-8") as file:
        program = json.load(file)
    limit(seconds, memory, file_bytes)
    os.write(verdict, " ".join(give_up()).encode() + b"\n")
    write, leave = os.write, os._exit  # whatever the code puts in their place
    del sys.argv[1:]
    answer = types.ModuleType("answer")  # a name of its own: what stands under `if __name__ == "__main__"` is not run
    sys.modules["answer"] = answer
    exec(compile(program["code"], "<answer>", "exec"), answer.__dict__)
    exec(compile(program["tests"], "<tests>", "exec"), answer.__dict__)
    write(verdict, program["nonce"].encode() + b"\n")
    leave(0)  # what the code wants to be done at its end is no matter of the tests


def limit(seconds: int, memory: int, file_bytes: int) -> None:
    """Bounds that the system keeps: seconds of the processor, bytes of memory and of a file, open files, no core."""
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))


def give_up() -> list[str]:
    """Give up what Linux lets a process give up; returns what is out of reach now."""
    done = []
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
            done += ["files"] if _give_up_files(libc) else []
            done += ["network", "processes"] if _give_up_calls(libc) else []
    if "processes" not in done:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # threads go with it; does not bind root
    return done


def _give_up_files(libc: ctypes.CDLL) -> bool:
    """Landlock: the standard library and the system's libraries may be read, the working folder is free."""
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    if version < 1:
        return False
    rights = (1 << (13 + (version >= 2) + (version >= 3))) - 1
    asked = ctypes.c_uint64(rights)
    rules = libc.syscall(_LANDLOCK_CREATE, ctypes.byref(asked), ctypes.c_size_t(8), ctypes.c_uint(0))
    if rules < 0:
        return False
    readable = [*sys.path, f"{sys.base_prefix}/lib", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo"]
    allowed = [(path, _READ) for path in readable] + [(".", rights), ("/dev/null", 0b110)]
    for path, right in allowed:
        _allow_path(libc, rules, path, right)
    return libc.syscall(_LANDLOCK_RESTRICT, rules, ctypes.c_uint(0)) == 0


def _allow_path(libc: ctypes.CDLL, rules: int, path: str, right: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined]  # Linux alone has it
    except OSError:
        return  # not there, so nobody reads it
    libc.syscall(_LANDLOCK_ADD, rules, 1, ctypes.create_string_buffer(struct.pack("=Qi", right, place), 12), 0)
    os.close(place)


def _give_up_calls(libc: ctypes.CDLL) -> bool:
    """Seccomp: no new process or program, no signal to another, no socket; threads are allowed."""
    if platform.machine() not in _CALLS:
        return False
    arch, clone, refused = _CALLS[platform.machine()]
    refused = (*refused, _IO_URING, _PIDFD_SIGNAL)
    code = [
        (0x20, 0, 0, 4),  # load the architecture; another one has other numbers, so all its calls are refused
        (0x15, 1, 0, arch),
        (0x06, 0, 0, _REFUSE),
        (0x20, 0, 0, 0),  # load the number of the call
        (0x35, 0, 1, 0x40000000),  # a second way to write the numbers on x86_64
        (0x06, 0, 0, _REFUSE),
        (0x15, 0, 1, _CLONE3),  # its flags cannot be looked at: programs fall back to clone
        (0x06, 0, 0, _UNKNOWN),
        *(step for number in refused for step in ((0x15, 0, 1, number), (0x06, 0, 0, _REFUSE))),
        (0x15, 0, 3, clone),
        (0x20, 0, 0, 16),  # load its flags
        (0x45, 1, 0, _THREAD),
        (0x06, 0, 0, _REFUSE),
        (0x06, 0, 0, _ALLOW),
    ]
    steps = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in code))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(steps)))
    return libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0


if __name__ == "__main__":
    main()
