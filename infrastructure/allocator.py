"""Memory of the C library, of which a process keeps little once it is freed.

glibc gives threads arenas of their own, eight for each core, and what one has freed in its arena no
other may use. Servers and workers have dozens of threads, of which only one runs at a time: two
arenas do.

A large block lies apart and goes back to the system when it is freed. But each that is freed lets
glibc count larger ones as small, up to 32 MB, and those stay where they leave gaps. From 1 MB on,
blocks are large here.
"""

import ctypes
import sys

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_ARENAS = 2
_LARGE = 1024 * 1024


def give_back_memory() -> None:
    """Let all threads of this process share two arenas, and blocks of 1 MB be given back.

    For the beginning of a process: arenas that there are stay. Silent where there is no glibc.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
