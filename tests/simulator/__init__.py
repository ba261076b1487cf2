"""The deterministic simulator: a seed is a story of commands, faults and time (spec 9.2).

It runs the real domain, the real use cases and the real folds of the rooms over adapters that live
in memory, and holds the identities against them after each step. Nothing but the seed decides what
happens, so a story that fails comes again: `python -m tests.simulator SEED` tells it.
"""
