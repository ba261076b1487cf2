"""Logs through structlog: lines for people in development, JSON in production, on stderr."""

import logging
import sys

import stamina.instrumentation
import structlog


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    stamina.instrumentation.set_on_retry_hooks([])  # a retry that succeeds is nobody's news
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
