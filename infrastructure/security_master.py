"""The security master in PostgreSQL, beside the price book: append-only (spec 5.2)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from application.security_ports import KnownSecurity, Security
from infrastructure.postgres import Pool

_LEARN = """
    INSERT INTO book.securities (
        symbol, source, name, sector, industry, asset_type, beta, market_cap, dividend_yield
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_KNOWN = """
    SELECT DISTINCT ON (symbol, source)
        learnt_at, symbol, source, name, sector, industry, asset_type, beta, market_cap,
        dividend_yield
    FROM book.securities
    WHERE symbol = ANY(%s)
    ORDER BY symbol, source, row_id DESC
"""


@dataclass(frozen=True)
class PostgresSecurityMaster:
    """The SecurityMaster; each question is one round trip."""

    pool: Pool

    def learn(self, securities: Sequence[Security]) -> int:
        """See `SecurityMaster.learn`."""
        if not securities:
            return 0
        with self.pool.connection() as connection, connection.cursor() as cursor:
            cursor.executemany(_LEARN, [msgspec.structs.astuple(known) for known in securities])
        return len(securities)

    def known(self, symbols: Sequence[str]) -> Mapping[str, Sequence[KnownSecurity]]:
        """See `SecurityMaster.known`."""
        found: dict[str, list[KnownSecurity]] = defaultdict(list)
        with self.pool.reading() as connection:
            for learnt_at, *row in connection.execute(_KNOWN, (list(symbols),)):
                told = dict(zip(Security.__struct_fields__, row, strict=True))
                security = msgspec.convert(told, Security)
                found[security.symbol].append(KnownSecurity(security, learnt_at))
        return dict(found)
