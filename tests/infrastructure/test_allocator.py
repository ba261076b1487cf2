"""Of what is freed a process keeps little."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROCESS = """
import ctypes, sys, threading
from infrastructure.allocator import give_back_memory
if sys.argv[1] == "set":
    give_back_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
{allocating}
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""
EIGHT_THREADS_AT_ONCE = """
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
"""
FIRST_A_LARGER_ONE = """
libc.free(ctypes.c_void_p(libc.malloc(16_000_000)))
libc.malloc(2_000_000)
"""
HOW = ("set", "not set")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is set is glibc's")


def told_after(allocating: str, how: str) -> str:
    """What glibc tells of its memory in a process, after that."""
    script = [sys.executable, "-c", PROCESS.format(allocating=allocating), how]
    return subprocess.run(script, cwd=ROOT, capture_output=True, check=True, text=True).stdout


def test_threads_share_two_arenas() -> None:
    arenas = {how: told_after(EIGHT_THREADS_AT_ONCE, how).count("<heap nr=") for how in HOW}
    assert arenas["not set"] > 2
    assert arenas["set"] == 2


def test_a_large_block_lies_apart_though_a_larger_one_was_freed() -> None:
    apart = {how: mapped(told_after(FIRST_A_LARGER_ONE, how)) for how in HOW}
    assert apart["set"] >= 2_000_000 > apart["not set"]


def mapped(told: str) -> int:
    """The bytes of blocks that lie apart."""
    found = re.search(r'<total type="mmap" count="\d+" size="(\d+)"/>', told)
    assert found is not None
    return int(found[1])
