"""Who is denied what superusers or auditors alone may: refused, and an entry of the security log.

The one place that records denials, of routes and of pages. Whoever is not signed in is nobody to
be recorded; the log of requests has the attempt.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from fastapi import Request

from application.errors import AuditorOnly, NotWhileImpersonating, SuperuserOnly
from application.security_log import Denied
from interfaces.authentication import Caller
from interfaces.bootstrap import Program
from interfaces.requests import cause_of, template_of

_log = structlog.get_logger(__name__)


@contextmanager
def noting_denials(request: Request, caller: Caller) -> Iterator[None]:
    """Record a refusal of the block, which stays the refusal it is whatever becomes of that."""
    try:
        yield
    except (AuditorOnly, NotWhileImpersonating, SuperuserOnly) as refusal:
        program: Program = request.app.state.program
        user_id, route = caller.user.user_id, template_of(request.scope)
        denied = Denied(method=request.method, route=route, error_code=refusal.code)
        if not program.security_log.note_denial(user_id, denied, cause_of(request, user_id)):
            _log.warning("denial_not_recorded", route=route, error_code=refusal.code)
        raise
