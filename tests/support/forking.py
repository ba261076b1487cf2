"""Processes forked from one that has imported it all: they start in a moment."""

import multiprocessing
from multiprocessing.context import ForkServerContext


def forking() -> ForkServerContext:
    """Where such processes come from; one such parent for the whole test run."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.warmed_up"])
    return context
