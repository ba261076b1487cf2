"""Looking before serving whether what calculations rest on is there (spec 4.11)."""

from collections.abc import Sequence

import structlog

from application.prerequisites import Prerequisite, lacking
from interfaces.bootstrap import Settings

_log = structlog.get_logger(__name__)


class PrerequisitesMissing(Exception):
    """What calculations rest on is not there; the message says what."""


def check_prerequisites(settings: Settings, found: Sequence[Prerequisite]) -> None:
    """Look whether what calculations rest on was found: warn, in production refuse.

    Raises:
        PrerequisitesMissing: in production, naming what is missing.
    """
    is_production = settings.sigmasight_env == "production"
    if settings.skip_startup_validation and not is_production:
        return
    missing = lacking(found)
    if not missing:
        return
    if is_production:
        raise PrerequisitesMissing(
            f"Production needs what calculations rest on: {', '.join(missing)}. Install a version"
            " that brings it along."
        )
    _log.warning("prerequisites_missing", missing=missing)
