"""What is taken along is an entry of the security log before it leaves (7.4)."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from interfaces.api.access import Asked, Auditor, Known, OwnPortfolio
from interfaces.requests import cause_of

NoteExport = Callable[[str], None]
"""Notes that data are taken along, by the name of what they are; ERR_BUSY_001 where it cannot."""


def export_of_portfolio(
    program: Asked, known: Known, portfolio: OwnPortfolio, request: Request
) -> NoteExport:
    """For a portfolio that the caller may read."""
    cause = cause_of(request, known.user.user_id)
    return partial(program.security_log.note_export, portfolio.portfolio_id, cause=cause)


PortfolioExport = Annotated[NoteExport, Depends(export_of_portfolio)]


def export_of_all(program: Asked, auditor: Auditor, request: Request) -> NoteExport:
    """For the log of everybody."""
    return partial(program.security_log.note_export, None, cause=cause_of(request, auditor.user_id))


FullExport = Annotated[NoteExport, Depends(export_of_all)]
