"""What must hold of the repository itself: locks, verbs, documents, nothing published."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from domain.mark import MarkQuality, MarkSource
from infrastructure.settings import Settings
from tests.architecture.source import LAYERS, ROOT, aggregate_classes

VERBS = [
    *("help", "install", "run", "demo", "test", "check", "lint", "format"),
    *("bench", "faults", "mutate", "docs", "screenshots", "lock", "sbom", "audit"),
]
LOCKS = ("requirements.lock", "requirements-dev.lock")
REGISTRIES = [
    ".".join(parts).encode()
    for parts in [
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("ana" + "conda", "org"),
        ("npm" + "js", "org"),
        ("npm" + "js", "com"),
        ("crates", "io"),
        ("ruby" + "gems", "org"),
        ("proxy", "golang", "org"),
    ]
]
PAGES = [
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md"),
    *sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/**/*.md")),
]
SHOWN_BY_TESTS = [
    ("docs/security.md", "| Promise |"),
    ("docs/regressions.md", "| What goes wrong |"),
]
DECISION = ("## Context", "## Decision", "## Consequences")


def test_the_project_cannot_be_uploaded_by_mistake() -> None:
    assert "Private :: Do Not Upload" in _project()["classifiers"]


@pytest.mark.parametrize("verb", VERBS)
def test_make_prints_each_verb(verb: str) -> None:
    assert re.search(rf"^{verb}:.*## \w", _text("Makefile"), re.MULTILINE)


def test_what_is_built_has_every_file_that_the_program_reads() -> None:
    packaged = tomllib.loads(_text("pyproject.toml"))["tool"]["setuptools"]["package-data"]
    missing = [
        str(place)
        for place in (path.relative_to(ROOT) for path in _tracked())
        if place.parts[0] in LAYERS and place.suffix != ".py"
        if not any(place.match(pattern) for pattern in packaged.get(place.parts[0], []))
    ]
    assert missing == []


def test_the_pipeline_calls_the_same_verbs() -> None:
    assert re.findall(r"set -- (.+)$", _text(".ci/run"), re.MULTILINE) == ["check faults"]
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_no_tracked_file_names_a_package_registry() -> None:
    naming = [
        f"{path.relative_to(ROOT)}: {host.decode()}"
        for path in _tracked()
        for host in REGISTRIES
        if host in path.read_bytes().lower()
    ]
    assert naming == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(lock: str) -> None:
    requirements = re.split(r"\n(?=\S)", re.sub(r"^ *#.*\n", "", _text(lock), flags=re.MULTILINE))
    unlocked = [
        r for r in requirements if not re.match(r"[\w.\-]+==[^ ]+ .*--hash=sha256:", r, re.S)
    ]
    assert unlocked == []


def test_packages_are_installed_by_their_digests() -> None:
    installing = re.findall(r"\$\(PIP\) (.*)", _text("Makefile"))
    of_locks = [line for line in installing if "requirements" in line]
    assert len(of_locks) == len(LOCKS)
    assert all(line.startswith("--require-hashes -r ") for line in of_locks)
    others = [line for line in installing if line not in of_locks]
    assert others == ["--no-build-isolation --editable ."]
    assert "--no-deps" in _text("Makefile").split("PIP  := ")[1].splitlines()[0]


def test_tests_run_with_the_versions_that_run_in_production() -> None:
    assert _pins("requirements.lock") <= _pins("requirements-dev.lock")


def test_every_dependency_is_locked() -> None:
    project = _project()
    extras = project["optional-dependencies"]["dev"]
    run = {name for name, _ in _pins("requirements.lock")}
    test = {name for name, _ in _pins("requirements-dev.lock")}
    assert {_name(requirement) for requirement in project["dependencies"]} <= run
    assert {_name(requirement) for requirement in extras} <= test


def test_the_example_environment_shows_every_setting() -> None:
    shown = re.findall(r"^# ([A-Z_]+)=", _text(".env.example"), re.MULTILINE)
    assert sorted(shown) == sorted(name.upper() for name in Settings.model_fields)


def test_decisions_are_numbered_without_gaps_and_say_why() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. ")
        assert [heading for heading in DECISION if heading not in text] == []


def test_the_glossary_has_the_words_of_the_domain() -> None:
    glossary = _text("docs/glossary.md")
    words = [f"`{aggregate.__name__}`" for aggregate in aggregate_classes()]
    words += [f"| `{word}` |" for word in [*MarkSource, *MarkQuality]]
    assert [word for word in words if word not in glossary] == []


def test_the_glossary_explains_each_word_once() -> None:
    tables = re.findall(
        r"^\| Word \|.*\n\|.*\n((?:\|.*\n)+)", _text("docs/glossary.md"), re.MULTILINE
    )
    words = [row.split("|")[1].strip().lower() for table in tables for row in table.splitlines()]
    assert len(words) > 100
    assert [word for word in words if words.count(word) > 1] == []


def test_every_fault_test_stands_on_the_page_on_reliability_and_all_that_it_names_exist() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)[`:]", _text("docs/reliability.md")))
    there = {str(path.relative_to(ROOT)) for path in ROOT.glob("tests/faults/test_*.py")}
    assert there - named == set()
    assert [place for place in named if not (ROOT / place).exists()] == []


@pytest.mark.parametrize(("page", "heading"), SHOWN_BY_TESTS)
def test_every_promise_of_a_page_names_tests_that_exist(page: str, heading: str) -> None:
    lines = [line for line in _text(page).splitlines() if line.startswith("| ")]
    promises = [line for line in lines if not line.startswith(heading)]
    named = [re.findall(r"`(tests/[^`]*)`", promise) for promise in promises]
    assert len(promises) > 20
    assert all(named)
    for place, _, test in (one.partition("::") for tests in named for one in tests):
        assert f"def {test}(" in _text(place), f"{place}::{test}"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(<?([^)>\s]+)>?\)", _text(page))
    dead = [link for link in links if not link.startswith("http") and not _leads(page, link)]
    assert dead == []


def _leads(page: str, link: str) -> bool:
    """Whether the file is there, and in it a heading of that name as GitHub spells anchors."""
    place, _, anchor = link.partition("#")
    target = (ROOT / page).parent / place if place else ROOT / page
    if not anchor:
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
    names = (re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
    return anchor in names


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads(_text("pyproject.toml"))["project"]
    return project


def _text(place: str) -> str:
    return (ROOT / place).read_text("utf-8")


def _tracked() -> list[Path]:
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached"]
    answer = subprocess.run(listing, capture_output=True, check=False)
    if answer.returncode:
        pytest.skip(f"not a git checkout: {answer.stderr.decode().strip()}")
    paths = [ROOT / name for name in answer.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def _pins(lock: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^([\w.\-]+)==([^ ]+)", _text(lock), re.MULTILINE))


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=~! ]", requirement, maxsplit=1)[0]
