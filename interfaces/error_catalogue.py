"""The catalogue of error codes: what each means, what to do, and its HTTP status (spec 4.1).

One source for the answers, the pages at /errors/{code} and docs/errors.md, so that a code without
an explanation cannot exist. The entries stand in `error_catalogue.toml`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

RETRY_AFTER_S = 2
"""Seconds that a 429 or a 503 asks to wait, unless its details say otherwise."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A code explained: `status` is the HTTP status it is answered with, the rest are sentences."""

    status: int
    title: str
    meaning: str
    cure: str


def _load() -> Mapping[str, Entry]:
    """The entries by code; an entry that lacks a field, or has one too many, fails here."""
    text = files("interfaces").joinpath("error_catalogue.toml").read_text("utf-8")
    return MappingProxyType({code: Entry(**entry) for code, entry in tomllib.loads(text).items()})


CATALOGUE: Mapping[str, Entry] = _load()
"""Every error code in use, in the order the pages list them."""


def retry_after(code: str, details: Mapping[str, Any] | None = None) -> Mapping[str, str]:
    """The header that says how long to wait, where waiting helps."""
    if CATALOGUE[code].status not in (429, 503):
        return {}
    return {"Retry-After": str((details or {}).get("retry_after_s", RETRY_AFTER_S))}
