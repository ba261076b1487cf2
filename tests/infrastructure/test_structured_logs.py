"""Logs go to standard error, whichever that is."""

import errno
import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr

import pytest
import structlog

from infrastructure import structured_logs


def test_a_logger_outlives_the_standard_error_it_was_made_with() -> None:
    structured_logs.configure(as_json=False)
    log = structlog.get_logger("test")
    first, second = io.StringIO(), io.StringIO()
    with redirect_stderr(first):
        log.warning("before")
    first_said = first.getvalue()
    first.close()
    with redirect_stderr(second):
        log.warning("after")
    assert "before" in first_said
    assert "after" in second.getvalue()


class Full(io.StringIO):
    """Standard error on a disk that has no room."""

    def write(self, text: str, /) -> int:
        """Fails."""
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_line_that_finds_no_room_is_lost_and_nothing_else() -> None:
    structured_logs.configure(as_json=False)
    log = structlog.get_logger("test")
    with redirect_stderr(Full()):
        log.warning("lost")
    with redirect_stderr(io.StringIO()) as said:
        log.warning("after")
    assert "after" in said.getvalue()


def test_a_logger_that_has_spoken_is_heard_by_whoever_listens_next() -> None:
    structured_logs.configure(as_json=False)
    log = structlog.get_logger("test")
    log.warning("before")
    structured_logs.configure(as_json=False)  # as the next start in the same process does
    with structlog.testing.capture_logs() as heard:
        log.warning("after")
    assert [line["event"] for line in heard] == ["after"]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What has been logged since last asked, in the form of production."""
    handlers = logging.root.handlers[:]
    logging.root.handlers.clear()
    structured_logs.configure(as_json=True)
    yield lambda: capsys.readouterr().err
    structured_logs.configure(as_json=False)
    logging.root.handlers[:] = handlers


def test_in_production_every_line_is_json_with_what_it_is_about(said: Callable[[], str]) -> None:
    with structlog.contextvars.bound_contextvars(request_id="one", run_id="two"):
        structlog.get_logger("test").warning("happened", rooms=3)
        logging.getLogger("a.library").warning("it was %s", "slow")
    own, of_library = [json.loads(line) for line in said().splitlines()]
    assert (own["event"], own["level"], own["rooms"]) == ("happened", "warning", 3)
    assert (of_library["event"], of_library["level"]) == ("it was slow", "warning")
    for line in (own, of_library):
        assert (line["request_id"], line["run_id"]) == ("one", "two")
        assert line["timestamp"].endswith("Z")


def fail_about(secret: str) -> None:
    """Fail with words that should not be logged."""
    raise ValueError(f"no row of {secret} was found")


@pytest.mark.parametrize(
    "secret",
    [
        "ada@example.com",
        "o'brien+x@mail.example.co.uk",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwYzJmIn0.c2lnbmF0dXJl",
        "Bearer abc.def-ghi",
    ],
)
def test_what_looks_like_an_address_or_a_token_is_left_out(
    said: Callable[[], str], secret: str
) -> None:
    log = structlog.get_logger("test")
    log.warning(f"of {secret}", told=f"({secret})")
    try:
        fail_about(secret)
    except ValueError:
        log.exception("failed")
    logging.getLogger("a.library").warning("it was %s", secret)
    logged = said()
    assert len(logged.splitlines()) == 3
    assert secret not in logged
    assert "was found" in logged
