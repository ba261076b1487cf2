"""Pages from templates: one frame, texts escaped, numbers and days written in one way (spec 8)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from interfaces.web.assets import map_styles_id, url_of

_CENT = Decimal("0.01")
_MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"
"""What stands where there is no figure."""


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page that a template of `templates/` makes of some values."""
    return HTMLResponse(_templates().get_template(template).render(values), status)


def money(amount: Decimal | None, *, is_change: bool = False) -> str:
    """USD to the cent, half-even, with thousands separators; a change bears its sign."""
    if amount is None:
        return NONE
    rounded = amount.quantize(_CENT, rounding=ROUND_HALF_EVEN)
    return f"{_sign(rounded, is_change=is_change)}{abs(rounded):,.2f}"


def signed(amount: Decimal | None) -> Markup:
    """A change in USD, marked by its sign and by a colour."""
    way = "down" if amount and amount < 0 else "up" if amount else ""
    return Markup('<span class="{}">{}</span>').format(way, money(amount, is_change=True))


def price(amount: Decimal | None) -> str:
    """USD a share: to the cent at least, with as many decimals as are known."""
    if amount is None:
        return NONE
    plain = f"{abs(amount):,f}"
    whole, _, decimals = plain.partition(".")
    return f"{_sign(amount)}{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def percent(share: float | None, *, is_change: bool = False) -> str:
    """A fraction as percent to two decimals; a change bears its sign."""
    if share is None:
        return NONE
    shown = f"{share:z.2%}"
    return f"{_sign(Decimal(shown[:-1]), is_change=is_change)}{shown.removeprefix('-')}"


def number(figure: float | None, decimals: int = 2, *, is_change: bool = False) -> str:
    """A figure that is no money; a change bears its sign."""
    if figure is None:
        return NONE
    rounded = Decimal(f"{figure:z.{decimals}f}")
    return f"{_sign(rounded, is_change=is_change)}{abs(rounded):,.{decimals}f}"


def quantity(number: Decimal | None) -> str:
    """A number of shares with thousands separators, without zeros that say nothing."""
    if number is None:
        return NONE
    plain = f"{abs(number):,f}"
    shown = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{_sign(number)}{shown}"


def day(on: date | None) -> str:
    """A day that nobody can misread: 2 Jan 2013."""
    return NONE if on is None else f"{on.day} {on:%b %Y}"


def instant(at: datetime | None) -> str:
    """A moment in UTC to the minute."""
    if at is None:
        return NONE
    in_utc = at.astimezone(UTC)
    return f"{day(in_utc)}, {in_utc:%H:%M} UTC"


def _sign(number: Decimal, *, is_change: bool = False) -> str:
    if number < 0:
        return _MINUS
    return "+" if is_change and number > 0 else ""


_FILTERS: Mapping[str, Any] = {
    "money": money,
    "price": price,
    "percent": percent,
    "number": number,
    "quantity": quantity,
    "day": day,
    "instant": instant,
}


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("interfaces.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.filters.update(_FILTERS)
    templates.globals["asset"] = url_of
    templates.globals["map_styles_id"] = map_styles_id
    templates.globals["signed"] = signed
    return templates
