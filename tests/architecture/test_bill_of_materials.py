"""The bill of materials names what is installed, package by package, file by file."""

import json
import re
from typing import Any

from tests.support.bill_of_materials import LOCK, bill_of_materials

PINNED = re.compile(r"^([\w.-]+)==([^\s;]+)((?:.*\\\n)+.*)$", re.MULTILINE)


def bill() -> dict[str, Any]:
    """The bill of materials of what is run."""
    read: dict[str, Any] = json.loads(bill_of_materials(LOCK))
    return read


def test_it_is_of_the_format_it_says() -> None:
    told = bill()
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert told["metadata"]["component"]["name"] == "sigmasight"


def test_every_locked_package_is_named_with_its_version_and_digests() -> None:
    locked = {
        (name, version, tuple(sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", rest))))
        for name, version, rest in PINNED.findall(LOCK.read_text("utf-8"))
    }
    named = {
        (one["name"], one["version"], tuple(sorted(h["content"] for h in one["hashes"])))
        for one in bill()["components"]
    }
    assert named == locked
    assert len(named) > 50
    assert all(digests for _, _, digests in named)


def test_each_has_an_address_of_its_own_and_the_program_rests_on_all() -> None:
    told = bill()
    addresses = [one["purl"] for one in told["components"]]
    assert addresses == [f"pkg:pypi/{c['name']}@{c['version']}" for c in told["components"]]
    [whole] = [one for one in told["dependencies"] if one["ref"] == "sigmasight"]
    assert sorted(whole["dependsOn"]) == sorted(set(addresses))


def test_what_is_not_installed_everywhere_says_where() -> None:
    conditions = {
        one["name"]: one["properties"][0]["value"]
        for one in bill()["components"]
        if "properties" in one
    }
    assert "win32" in conditions["colorama"]


def test_written_twice_it_is_the_same() -> None:
    assert bill_of_materials(LOCK) == bill_of_materials(LOCK)
