"""Memory of the C library, of which threads leave less behind.

glibc gives threads arenas of their own, eight for each core, and what one has freed in its arena no
other may use. Servers and workers have dozens of threads, of which only one runs at a time: after
hours of rebuilding read models a process held half as much again as it needed. Two arenas do.
"""

import ctypes
import sys

_M_ARENA_MAX = -8
_ARENAS = 2


def keep_to_few_arenas() -> None:
    """Let all threads of this process share two arenas.

    For the beginning of a process: arenas that there are stay. Silent where there is no glibc.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
