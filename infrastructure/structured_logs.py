"""Logs through structlog: lines for people in development, JSON in production, on stderr."""

import logging
import re
import sys
from contextlib import suppress
from typing import TextIO, cast

import stamina.instrumentation
import structlog
from structlog.typing import EventDict, Processor


class _StandardError:
    """Standard error as it is when something is written: who replaced or closed it may.

    Loggers keep the file they were made with; a closed one would make a warning a failure. So
    would a full disk: a line that cannot be written is lost, and nothing else.
    """

    def write(self, text: str) -> int:
        """Write to the standard error of this moment."""
        with suppress(OSError):
            return sys.stderr.write(text)
        return 0

    def flush(self) -> None:
        """Flush the standard error of this moment."""
        with suppress(OSError):
            sys.stderr.flush()


_STDERR = cast("TextIO", _StandardError())


_SECRETS = re.compile(
    r"[^\s@\"'<>=,;()]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # a token
    r"|(?i:\bbearer)\s+[\w.-]+"
)


def without_secrets(_logger: object, _method: str, told: EventDict) -> EventDict:
    """The line without what looks like an e-mail address or a token, wherever it came from."""
    return {name: _SECRETS.sub("***", v) if isinstance(v, str) else v for name, v in told.items()}


def configure(*, as_json: bool) -> None:
    """Send the program's own logs and the warnings of libraries to stderr, all in one form."""
    for_people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer: Processor = structlog.processors.JSONRenderer() if as_json else for_people
    told: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    structlog.configure(
        processors=[*told, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(_STDERR),
    )
    stamina.instrumentation.set_on_retry_hooks([])  # a retry that succeeds is nobody's news
    of_libraries = logging.StreamHandler(_STDERR)
    of_libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=told,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[of_libraries])
