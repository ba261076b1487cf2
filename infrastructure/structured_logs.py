"""Logs through structlog: lines for people in development, JSON in production, on stderr."""

import logging
import sys
from typing import TextIO, cast

import stamina.instrumentation
import structlog


class _StandardError:
    """Standard error as it is when something is written: who replaced or closed it may.

    Loggers keep the file they were made with; a closed one would make a warning a failure.
    """

    def write(self, text: str) -> int:
        """Write to the standard error of this moment."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush the standard error of this moment."""
        sys.stderr.flush()


_STDERR = cast("TextIO", _StandardError())


def configure(*, as_json: bool) -> None:
    """Send the program's own logs and the warnings of libraries to stderr."""
    for_people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else for_people
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(_STDERR),
        cache_logger_on_first_use=True,
    )
    stamina.instrumentation.set_on_retry_hooks([])  # a retry that succeeds is nobody's news
    logging.basicConfig(level=logging.WARNING, stream=_STDERR)
