"""Logs go to standard error, whichever that is."""

import io
from contextlib import redirect_stderr

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
