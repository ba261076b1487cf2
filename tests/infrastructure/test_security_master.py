"""What is known of securities is asked for in one round trip."""

from application.security_ports import Security
from infrastructure.postgres import app_url, open_pool
from infrastructure.security_master import PostgresSecurityMaster
from tests.support.cutting_proxy import cutting_proxy
from tests.support.programs import SECRET

APPLE = Security(symbol="AAPL", source="yahoo", name="Apple")


def test_no_transaction_is_begun_to_read_what_is_known(database: str) -> None:
    with cutting_proxy(database) as proxy, open_pool(app_url(proxy.url, SECRET)) as pool:
        master = PostgresSecurityMaster(pool)
        assert master.learn([APPLE]) == 1
        proxy.cut("before", b"BEGIN")
        assert [one.security for one in master.known(["AAPL", "GOOG"])["AAPL"]] == [APPLE]
        assert proxy.cuts == 0
