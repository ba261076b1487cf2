"""Files of this machine: how they are called, and the rejected rows kept aside."""

import os
from pathlib import Path

import pytest

from application.errors import PortfolioUnknown
from interfaces.cli.disk import kept_aside, path_of_rejected_rows, written_whole
from tests.support.importing import HEADER
from tests.support.terminal import Terminal


@pytest.mark.parametrize(
    ("path", "rejected"),
    [
        ("p.csv", "p-rejected.csv"),
        ("exports/My Positions.CSV", "exports/My Positions-rejected.csv"),
        ("-", "stdin-rejected.csv"),
    ],
)
def test_rejected_rows_go_beside_the_file(path: str, rejected: str) -> None:
    assert path_of_rejected_rows(path) == Path(rejected)


def test_rejected_rows_stay_where_what_follows_succeeds(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with kept_aside("Symbol\r\nAAPL\r\n", path):
        pass
    assert path.read_bytes() == b"Symbol\r\nAAPL\r\n"


def test_rejected_rows_of_an_import_that_was_refused_are_not_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with pytest.raises(PortfolioUnknown), kept_aside("Symbol\r\n", path):
        raise PortfolioUnknown
    assert not path.exists()


def test_without_rejected_rows_no_file_is_made(tmp_path: Path) -> None:
    with kept_aside(None, tmp_path / "r.csv"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_name_that_is_no_text_is_shown_as_far_as_it_can_be(terminal: Terminal) -> None:
    try:
        (terminal.folder / "p\udcff.csv").write_text(f"{HEADER}\nAAPL,1,1.00,2024-01-15\n")
    except (OSError, UnicodeError):
        pytest.skip("the file system takes names of text only")
    shown = terminal.run("import", "p\udcff.csv", "--preview")
    assert shown.status == 0
    assert "File p .csv" in shown.told
    missing = terminal.run("import", "q\udcff.csv", "--preview")
    assert missing.told.startswith("ERR_PORT_007: ")


def test_what_was_written_goes_where_a_link_or_a_pipe_leads(tmp_path: Path) -> None:
    file, link = tmp_path / "a.jsonl", tmp_path / "latest.jsonl"
    link.symlink_to(file)
    with written_whole(link) as lines:
        lines.write(b"1\n")
    assert (file.read_bytes(), link.is_symlink()) == (b"1\n", True)

    reads, writes = os.pipe()
    with os.fdopen(reads, "rb") as told:
        with written_whole(Path(f"/dev/fd/{writes}")) as lines:
            lines.write(b"2\n")
        os.close(writes)
        assert told.read() == b"2\n"
