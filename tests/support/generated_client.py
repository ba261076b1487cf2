"""A typed Python client of the API, generated from its OpenAPI document."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openapi_python_client  # noqa: F401 - what is run below

PACKAGE = "sigmasight_client"


def generate_client(openapi: dict[str, Any], folder: Path) -> str:
    """Write the package into a folder; returns what the generator said of it."""
    document = folder / "openapi.json"
    document.write_text(json.dumps(openapi), "utf-8")
    config = folder / "generator.json"
    config.write_text(json.dumps({"post_hooks": []}), "ascii")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    paths = ["--path", document, "--config", config, "--output-path", folder / PACKAGE]
    done = subprocess.run(
        [*command, *map(str, paths)], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout + done.stderr
