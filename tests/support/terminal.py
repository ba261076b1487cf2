"""Commands typed at a terminal, in process, in the folder of a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from interfaces.cli.commands import app
from tests.support.programs import SECRET


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command printed, on standard output and on standard error, and its status."""

    out: str
    err: str
    status: int

    @property
    def lines(self) -> list[str]:
        """The lines of the output without blanks at their ends."""
        return [line.rstrip() for line in self.out.splitlines()]

    @property
    def told(self) -> str:
        """All that was printed, on one line, with single blanks: as a reader takes it in."""
        return " ".join(f"{self.out} {self.err}".split())


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal in `folder`, the working directory; `settings` are variables, None unset."""

    folder: Path
    settings: Mapping[str, str | None]

    def connected_to(self, database_url: str) -> "Terminal":
        """The same terminal, for a program on this database."""
        return Terminal(
            self.folder, {**self.settings, "DATABASE_URL": database_url, "SECRET_KEY": SECRET}
        )

    def write(self, name: str, *lines: str) -> str:
        """Put a file of these lines into the folder; returns its name."""
        self.folder.joinpath(name).write_text("\n".join([*lines, ""]), encoding="utf-8")
        return name

    def run(self, *arguments: str, typed: bytes = b"") -> Printed:
        """Run `sigmasight` with the arguments; `typed` is its standard input."""
        done = CliRunner().invoke(
            app, arguments, input=typed, env=self.settings, catch_exceptions=False
        )
        return Printed(done.stdout, done.stderr, done.exit_code)
