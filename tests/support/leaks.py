"""What no log may hold: searched for in the log of every server and worker that a test started."""

import re
from pathlib import Path

from interfaces.demo import seeding
from tests.support.client import INVITE, PASSWORD
from tests.support.programs import SECRET

_ADDRESS_OR_TOKEN = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}|eyJ[\w-]+\.[\w-]+\.[\w-]+|\$argon2\w*\$[^\s]+"
)
_SECRETS = (PASSWORD, INVITE, SECRET)
_TOLD_OF_THE_DEMO = (seeding.EMAIL, seeding.PASSWORD)
"""Printed at the start of a server with demo accounts, for whoever is to sign in."""


def leaks_in(log: Path) -> set[str]:
    """Addresses, tokens, hashes and the tests' own secrets in a log."""
    text = log.read_text("utf-8", errors="replace")
    found = set(_ADDRESS_OR_TOKEN.findall(text)) | {one for one in _SECRETS if one in text}
    return found - set(_TOLD_OF_THE_DEMO)
