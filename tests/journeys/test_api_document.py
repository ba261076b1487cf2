"""Each block of docs/api.md, sent by curl to a server, is answered as the document says."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import ROOT, RunningServer

DOCUMENT = ROOT / "docs" / "api.md"
_BLOCK = re.compile(
    r"```bash\n(?P<command>.*?)```\n(?:\n?(?P<status>\d{3}):\n\n```\w+\n(?P<answer>.*?)```)?",
    re.DOTALL,
)
_VARYING = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<instant>"),
)
_DURATIONS = {"seconds", "elapsed_seconds"}
_MARK = "---- next block"


@dataclass(frozen=True)
class Block:
    """Lines of bash, and what the document says is printed, with which last status."""

    command: str
    status: str | None
    answer: str | None


@dataclass(frozen=True)
class Printed:
    """What a block printed, and the last status that curl met in it."""

    text: str
    status: str | None


def blocks() -> list[Block]:
    """The document's blocks in their order."""
    found = _BLOCK.finditer(DOCUMENT.read_text("utf-8"))
    return [Block(each["command"], each["status"], each["answer"]) for each in found]


def run(server: RunningServer, folder: Path) -> list[Printed]:
    """What the blocks print, one after the other in one shell."""
    (folder / ".curlrc").write_text('write-out = "%{stderr}status %{http_code}\\n"\n')
    marked = [f"{block.command}\necho; echo '{_MARK}'; echo '{_MARK}' >&2" for block in blocks()]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(marked)],
        cwd=folder,
        env={
            "BASE": f"{server.url}/api/v1",
            "PATH": os.environ["PATH"],
            "CURL_HOME": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    texts, statuses = done.stdout.split(_MARK), done.stderr.split(_MARK)
    return [
        Printed(text.strip(), (re.findall(r"status (\d+)", told) or [None])[-1])
        for text, told in zip(texts, statuses, strict=True)
    ][:-1]


@pytest.fixture(scope="module")
def printed(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> list[Printed]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    return run(server, tmp_path_factory.mktemp("api"))


@pytest.mark.parametrize("number", range(len(blocks())))
def test_a_block_is_answered_as_the_document_says(printed: list[Printed], number: int) -> None:
    block, real = blocks()[number], printed[number]
    if block.answer is None:
        assert real.text == ""
        return
    assert (real.status, parsed(real.text)) == (
        block.status,
        filled(parsed(block.answer.strip()), parsed(real.text)),
    )


def test_every_onboarding_route_is_among_them(server: RunningServer) -> None:
    commands = "\n".join(block.command for block in blocks() if block.answer)
    document = json.loads(curl(f"{server.url}/openapi.json"))
    paths = [path.removeprefix("/api/v1") for path in document["paths"] if "/onboarding/" in path]
    assert len(paths) >= 6
    for path in paths:
        assert path.partition("{")[0] in commands, path


def curl(url: str) -> str:
    """What a plain GET prints."""
    return subprocess.run(["curl", "-s", url], capture_output=True, text=True, check=True).stdout


def parsed(text: str) -> Any:
    """The JSON of a text with what varies made alike, or its lines."""
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    try:
        return json.loads(text, object_hook=_without_durations)
    except ValueError:
        return text.splitlines()


def _without_durations(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: None if name in _DURATIONS else value for name, value in fields.items()}


def filled(shown: Any, real: Any) -> Any:
    """What is shown, with the parts of the real answer that `...` stands for."""
    if isinstance(shown, dict) and isinstance(real, dict):
        told = {name: filled(shown[name], real.get(name)) for name in shown if name != "..."}
        return {**real, **told} if "..." in shown else told
    if isinstance(shown, list) and isinstance(real, list):
        is_cut = shown[-1:] == ["..."]
        entries = shown[:-1] if is_cut else shown
        missing = [None] * (len(entries) - len(real))
        pairs = zip(entries, [*real, *missing], strict=False)
        return [filled(*pair) for pair in pairs] + (real[len(entries) :] if is_cut else [])
    return shown
