"""One module of benchmarks, measured in a process of its own: none finds another's memory."""

import importlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from tests.benchmarks.databases import silence_logs
from tests.benchmarks.row import Row


def measured_alone(name: str) -> list[Row]:
    """The rows of a module of this folder."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_measure, name).result()


def _measure(name: str) -> list[Row]:
    silence_logs()
    rows: list[Row] = importlib.import_module(f"tests.benchmarks.{name}").measure()
    return rows
