"""Every page, as somebody sees it. A new page goes here: what looks at all pages looks at this.

`path` names places of the town, as `{portfolio}`.
"""

from dataclasses import dataclass
from typing import Literal

from tests.browser.town import Town
from tests.support.server import ROOT

WIDE, NARROW = 1280, 360
"""Pixels: an ordinary screen, and a small telephone."""

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

PICTURES = ROOT / "docs" / "screenshots"
"""Where pictures of all pages are, taken by `make screenshots`."""


@dataclass(frozen=True)
class Shown:
    """A page in one of its states; its `name` is also that of its pictures.

    `sends` is the action of a form on it that is sent filled with nonsense: what is looked at is
    the answer, with what is wrong at its fields. `status` is that of the answer looked at.
    """

    name: str
    path: str
    by: str = "ada"
    sends: str = ""
    status: int = 200
    is_pictured: bool = True

    def pictures(self) -> dict[str, tuple[Literal["light", "dark"], int]]:
        """The files that show it, by name, each with its scheme and its width.

        None where another page looks nearly the same.
        """
        if not self.is_pictured:
            return {}
        return {
            f"{self.name}-{scheme}-{width}.png": (scheme, width)
            for scheme in SCHEMES
            for width in (WIDE, NARROW)
        }

    def url(self, town: Town) -> str:
        """Where it is in the town."""
        return self.path.format(**town.places)


NOBODY = ""
"""Somebody who has not signed in."""

_PORTFOLIO = "/portfolios/{portfolio}"
_POSITION = _PORTFOLIO + "/positions/{position}"
_HISTORY = "/portfolios/{individual}/history"
_PROVENANCE = "/portfolios/{individual}/provenance/2013-02-01"
_PRIVATE = "/portfolios/{individual}/positions/{private}"

PAGES = (
    Shown("landing", "/", NOBODY),
    Shown("register", "/register", NOBODY),
    Shown("login", "/login?registered=1", NOBODY),
    Shown("settings", "/settings"),
    Shown("welcome", "/command-center", "edsger"),
    Shown("command-center", "/command-center"),
    Shown("command-center-one", "/command-center?portfolio={portfolio}&sort=symbol&filter=s"),
    Shown("command-center-to-do", "/command-center", "grace"),
    Shown("upload", "/onboarding/upload"),
    Shown("upload-gone", "/onboarding/upload?gone=1", is_pictured=False),
    Shown("upload-change", "/onboarding/{portfolio}/upload"),
    Shown("upload-preview", "{good_upload}", "grace"),
    Shown("upload-preview-errors", "{bad_upload}", "grace"),
    Shown("upload-errors", "{hopeless_upload}/errors", "grace"),
    Shown("run-waiting", "{waiting_run}", "grace"),
    Shown("run-failed", "{failed_run}", "grace"),
    Shown("run-done", "{partial_run}", "grace"),
    Shown("portfolio", _PORTFOLIO),
    Shown("portfolio-unvalued", "/portfolios/{unvalued}", "grace", is_pictured=False),
    Shown("positions", f"{_PORTFOLIO}/positions"),
    Shown("position", _POSITION),
    Shown("position-close", f"{_POSITION}/close"),
    Shown("position-correct", f"{_POSITION}/correct"),
    Shown("position-remove", f"{_POSITION}/remove"),
    Shown("position-revalue", f"{_PRIVATE}/revalue"),
    Shown("cash-flows", f"{_PORTFOLIO}/cash-flows"),
    Shown("risk", f"{_PORTFOLIO}/risk"),
    Shown("risk-unvalued", "/portfolios/{unvalued}/risk", "grace"),
    Shown("risk-scenario", _PORTFOLIO + "/risk/scenario?market=-10"),
    Shown("performance", f"{_PORTFOLIO}/performance"),
    Shown("report", f"{_PORTFOLIO}/report"),
    Shown("report-unvalued", "/portfolios/{unvalued}/report", "grace", is_pictured=False),
    Shown("opening", f"{_PORTFOLIO}/opening"),
    Shown("imports", f"{_PORTFOLIO}/imports"),
    Shown("import", _PORTFOLIO + "/imports/{import}"),
    Shown("history", _HISTORY + "?effective=2013-02-01&known={before_restated}"),
    Shown("history-restated", f"{_HISTORY}/restated", is_pictured=False),
    Shown("history-day", f"{_HISTORY}/2013-02-01"),
    Shown("history-unvalued", "/portfolios/{unvalued}/history", "grace", is_pictured=False),
    Shown("provenance", _PROVENANCE),
    Shown("provenance-again", _PROVENANCE + "?recompute=yes", is_pictured=False),
    Shown("admin-users", "/admin/users", "root"),
    Shown("admin-user", "/admin/users/{ada_id}", "root"),
    Shown("admin-forget", "/admin/users/{ada_id}/forget", "root"),
    Shown("admin-invites", "/admin/invite-codes", "root"),
    Shown("admin-runs", "/admin/runs", "root"),
    Shown("admin-run-waiting", "/admin/runs/{waiting_id}", "root"),
    Shown("admin-run-failed", "/admin/runs/{failed_id}", "root"),
    Shown("admin-projections", "/admin/projections", "root"),
    Shown("admin-repair", "/admin/repair", "root"),
    Shown("admin-monitoring", "/admin/monitoring", "root"),
    Shown("admin-audit", "/admin/audit", "root"),
    Shown("impersonating", "/command-center", "impersonator"),
    Shown("refused", "/portfolios/{unvalued}", status=403),
    Shown("help-import", "/help/import", NOBODY),
    Shown("docs", "/docs", NOBODY),
    Shown("errors", "/errors", NOBODY),
    Shown("error", "/errors/ERR_PORT_404", NOBODY),
)

SENT_WRONG = (
    Shown("register-wrong", "/register", NOBODY, "/register", 422),
    Shown("login-wrong", "/login", NOBODY, "/login", 401),
    Shown("password-wrong", "/settings", "ada", "/settings/password", 422),
    Shown("upload-wrong", "/onboarding/upload", "ada", "/onboarding/upload", 422),
    Shown("position-wrong", f"{_PORTFOLIO}/positions", "ada", f"{_PORTFOLIO}/positions", 422),
    Shown("close-wrong", f"{_POSITION}/close", "ada", f"{_POSITION}/close", 422),
    Shown("correct-wrong", f"{_POSITION}/correct", "ada", f"{_POSITION}/correct", 422),
    Shown("revalue-wrong", f"{_PRIVATE}/revalue", "ada", f"{_PRIVATE}/revalue", 422),
    Shown("flow-wrong", f"{_PORTFOLIO}/cash-flows", "ada", f"{_PORTFOLIO}/cash-flows", 422),
    Shown(
        "forget-wrong", "/admin/users/{ada_id}/forget", "root", "/admin/users/{ada_id}/forget", 422
    ),
    Shown("invite-wrong", "/admin/invite-codes", "root", "/admin/invite-codes", 422),
    Shown("run-wrong", "/admin/runs", "root", "/admin/runs/start", 422),
    Shown("repair-wrong", "/admin/repair", "root", "/admin/repair", 422),
    Shown("audit-wrong", "/admin/audit?first=x&type=y&aggregate=z", "root", status=422),
    Shown("risk-wrong", f"{_PORTFOLIO}/risk", "ada", f"{_PORTFOLIO}/risk", 422),
    Shown("scenario-wrong", f"{_PORTFOLIO}/risk", "ada", f"{_PORTFOLIO}/risk/scenario", 422),
    Shown("span-wrong", f"{_PORTFOLIO}/performance", "ada", f"{_PORTFOLIO}/performance", 422),
    Shown("as-of-wrong", _HISTORY, "ada", _HISTORY, 422),
    Shown("opening-wrong", f"{_PORTFOLIO}/opening", "ada", f"{_PORTFOLIO}/opening", 422),
)
"""Forms with something wrong, and what is said about it."""

NO_PAGES = frozenset(
    {
        "/admin",
        "/admin/monitoring/charts/{name}.csv",
        "/assets/{digest}/{name}",
        "/command-center/charts/{name}.csv",
        "/onboarding/uploads/{upload_id}/errors.csv",
        "/portfolios/{portfolio_id}/charts/reconstructed.{kind}",
        "/portfolios/{portfolio_id}/performance/charts/{name}.csv",
        "/portfolios/{portfolio_id}/report.pdf",
        "/portfolios/{portfolio_id}/risk/charts/{name}.csv",
        "/portfolios/{portfolio_id}/risk/scenario/charts/{name}.csv",
    }
)
"""Routes that answer with a file, or lead on, instead of with a page."""
