"""Signs the chain of the log as time goes on (spec 7.4)."""

import threading

import structlog

from application.audit import Audit, ChainBroken
from application.errors import StoreUnavailable

_EVERY_S = 60.0
_log = structlog.get_logger(__name__)


def certify_on(audit: Audit, stop: threading.Event) -> None:
    """Sign what is due every minute, until `stop`; loudly nothing where the chain is broken."""
    while not stop.is_set():
        try:
            audit.certify()
        except ChainBroken as broken:
            _log.error("audit_chain_broken", position=broken.fault.position, error=str(broken))
        except StoreUnavailable as failure:
            _log.warning("audit_chain_not_signed", error=str(failure.__cause__ or failure))
        stop.wait(_EVERY_S)
