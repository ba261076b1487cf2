"""Threads share what memory they leave behind."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THREADS_THAT_ALLOCATE = """
import ctypes, sys, threading
from infrastructure.allocator import keep_to_few_arenas
if sys.argv[1] == "shared":
    keep_to_few_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
line = threading.Barrier(8)
def allocate():
    line.wait()
    libc.malloc(1000)
    line.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""


def arenas(how: str) -> int:
    """How many arenas a process has after eight threads of it allocated at once."""
    script = [sys.executable, "-c", THREADS_THAT_ALLOCATE, how]
    told = subprocess.run(script, cwd=ROOT, capture_output=True, check=True)
    return told.stdout.count(b"<heap nr=")


@pytest.mark.skipif(sys.platform != "linux", reason="arenas are glibc's")
def test_threads_share_two_arenas() -> None:
    assert arenas("apart") > 2
    assert arenas("shared") == 2
