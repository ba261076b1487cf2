"""Names and sectors of the members of large indices, from pytickersymbols: without network."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from application.security_ports import LookedUp, Security
from domain.sector import sector_among


class IndexSecurities:
    """The SecuritySource named `pytickersymbols`, read on first use in a tenth of a second.

    Its industries mix three classifications; a sector is taken where they agree on one.
    """

    name = "pytickersymbols"

    def look_up(self, symbols: Sequence[str]) -> LookedUp:
        """What is known of the symbols; class shares in any spelling (BRK.B, BRK/B, BRK-B)."""
        found = {symbol: _members().get(_spelled(symbol)) for symbol in symbols}
        return LookedUp(
            securities=[
                Security(
                    symbol=symbol,
                    source=self.name,
                    name=member["name"],
                    sector=sector_among(member.get("industries", ())),
                    asset_type="STOCK",
                )
                for symbol, member in found.items()
                if member
            ],
            unknown=[symbol for symbol, member in found.items() if not member],
        )


@cache
def _members() -> Mapping[str, Mapping[str, Any]]:
    """Members by each symbol that they trade under in USD; of several the first that is listed."""
    from pytickersymbols import PyTickerSymbols  # noqa: PLC0415 - its data are 2 MB

    members: dict[str, Mapping[str, Any]] = {}
    for member in PyTickerSymbols().get_all_stocks():
        for symbol in _symbols(member):
            members.setdefault(_spelled(symbol), member)
    return members


def _symbols(member: Mapping[str, Any]) -> Iterator[str]:
    for listed in member.get("symbols", ()):
        if listed.get("currency") == "USD" and listed.get("yahoo"):
            yield listed["yahoo"]


def _spelled(symbol: str) -> str:
    return symbol.upper().replace("/", ".").replace("-", ".")
