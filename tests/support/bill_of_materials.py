"""Writes the bill of materials: what the program is made of, as CycloneDX tells it.

`make sbom` writes it to `build/sbom.cdx.json`. It names every package of `requirements.lock`, with
the digests of the files that may be installed for it. Written twice it is the same.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from pip_requirements_parser import InstallRequirement, RequirementsFile

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
WRITTEN = ROOT / "build" / "sbom.cdx.json"
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def bill_of_materials(lock: Path) -> str:
    """What a lock file names, as CycloneDX 1.6 in JSON."""
    whole = Component(
        name="sigmasight",
        version=version("sigmasight"),
        type=ComponentType.APPLICATION,
        bom_ref="sigmasight",
    )
    digest = sha256(lock.read_bytes()).hexdigest()
    bill = Bom(components=_components(lock), serial_number=uuid5(NAMESPACE_OID, digest))
    bill.metadata.timestamp = _UNDATED
    bill.metadata.component = whole
    bill.register_dependency(whole, bill.components)
    return JsonV1Dot6(bill).output_as_string(indent=2) + "\n"


def _components(lock: Path) -> Iterator[Component]:
    read = RequirementsFile.from_file(str(lock))
    if read.invalid_lines:
        raise ValueError(f"{lock} holds lines that cannot be read: {read.invalid_lines}")
    return map(_component, read.requirements)


def _component(package: InstallRequirement) -> Component:
    """A package, with the condition under which it is installed, if it has one."""
    [pin] = package.specifier
    url = PackageURL("pypi", name=package.name, version=pin.version)
    return Component(
        name=package.name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=str(url),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=text) for text in _digests(package)],
        properties=[Property(name="marker", value=str(package.marker))] if package.marker else [],
    )


def _digests(package: InstallRequirement) -> list[str]:
    return [option.removeprefix("sha256:") for option in package.hash_options]


def main() -> None:
    """Write it."""
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(bill_of_materials(LOCK), encoding="utf-8")
    sys.stdout.write(f"{WRITTEN.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
