"""The frame of the pages below /admin: their tabs, and what was done last (spec 8, 4.9)."""

from typing import Any

from fastapi.responses import HTMLResponse, Response

from interfaces.auditing import LastVerified
from interfaces.web.visits import Visit, go_to

ADMIN = "/admin"
_TABS = (
    ("/users", "Users"),
    ("/invite-codes", "Invite codes"),
    ("/runs", "Runs"),
    ("/projections", "Projections"),
    ("/repair", "Repair"),
    ("/monitoring", "Monitoring"),
    ("/audit", "Audit log"),
)
_FOR_AUDITORS = ("/audit",)
_DONE = {
    "promote": "The user administrates from the next sign-in on.",
    "demote": "The user does not administrate any more; every session has ended.",
    "grant-auditor": "The user reads everything now, and changes nothing.",
    "revoke-auditor": "The user is no auditor any more.",
    "deactivate": "The user is shut out; everything stays.",
    "reactivate": "The user can sign in again.",
    "forget": "Nobody knows any more who this was.",
    "revoke": "The code admits nobody any more; who came with it stays.",
    "rebuild": "It will be rebuilt; its rows serve meanwhile.",
    "rebuilding": "It is being rebuilt already.",
    "ended": "The runs that nobody worked at have ended.",
    "repaired": "Repaired: what was recorded before stays beside it.",
}


def admin_page(at: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for superusers; auditors have the tabs that are for them."""
    path = at.request.url.path
    tabs = [
        (ADMIN + tab, name, f"{path}/".startswith(f"{ADMIN}{tab}/"))
        for tab, name in _TABS
        if at.administrates or tab in _FOR_AUDITORS
    ]
    done = _DONE.get(at.request.query_params.get("done", ""))
    verified = at.log_verified
    trust = {"verified": verified, "verified_by": _name_of(at, verified)}
    return at.page(template, status, tabs=tabs, done=done, **trust, **values)


def _name_of(at: Visit, verified: LastVerified | None) -> str:
    if verified is None or verified.actor is None:
        return "at the terminal"
    user = at.program.users_room.one(verified.actor)
    return f"by {user.full_name}" if user else "by somebody"


def done_there(url: str, done: str) -> Response:
    """To a page that says what was done."""
    return go_to(f"{url}?done={done}")
