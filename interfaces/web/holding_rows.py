"""The rows of a table of holdings as HTML: many cells, so that no template goes through them."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from interfaces.web.holdings import Holding
from interfaces.web.page import day, money, percent, price, quantity, signed
from interfaces.web.sparklines import Sparkline


def holding_rows(
    holdings: Iterable[Holding], sparklines: Mapping[str, Sparkline], *, with_account: bool
) -> Markup:
    """A row each, with where the mark comes from and how it went of late."""
    rows = (_row(held, sparklines, with_account=with_account) for held in holdings)
    return Markup("\n".join(rows))  # noqa: S704 - escaped


def _row(held: Holding, sparklines: Mapping[str, Sparkline], *, with_account: bool) -> str:
    position, url = held.position, held.url
    symbol = escape(position.symbol)
    account = f"<td>{escape(held.portfolio.account_name)}</td>\n" if with_account else ""
    spark = sparklines.get(str(position.position_id))
    return (
        f'<tr data-words="{escape(held.words)}">'
        f'<th scope="row"><a href="{url}">{symbol}</a></th>\n{account}'
        f'<td class="number">{quantity(position.open_quantity)}</td>\n'
        f'<td class="number">{price(position.mark.price if position.mark else None)}</td>\n'
        f'<td data-key="{held.quality}">{_badge(held, url, symbol)}</td>\n'
        f'<td class="number">{money(position.market_value)}</td>\n'
        f'<td class="number">{percent(held.weight)}</td>\n'
        f'<td class="number">{signed(position.pnl)}</td>\n'
        f'<td class="number">{signed(position.unrealized_pnl)}</td>\n'
        f"<td>{_trend(spark) if spark else ''}</td></tr>"
    )


def _badge(held: Holding, url: str, symbol: Markup) -> str:
    """How far the mark can be relied on, leading to where it comes from."""
    mark = held.position.mark
    title = f' title="{mark.source} of {day(mark.on)}"' if mark else ""
    return (
        f'<a class="badge {held.badge}" href="{url}"{title}>'
        f'<span class="unseen">{symbol}: </span>{mark.quality if mark else "not valued"}</a>'
    )


def _trend(spark: Sparkline) -> str:
    told = f"{percent(spark.change, is_change=True)} in {spark.sessions} sessions"
    way = "down" if spark.change < 0 else "up"
    return (
        f'<svg class="spark {way}" viewBox="0 0 60 20" role="img" aria-label="{told}">'
        f'<path d="{spark.path}"/></svg>'
    )
