"""Nobody's address, name, password, token or invite code is in what server and worker log."""

from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from interfaces.demo import seeding
from tests.support.client import INVITE, PASSWORD, Client, body
from tests.support.leaks import leaks_in
from tests.support.programs import SECRET
from tests.support.server import RunningServer

LOGGED = "GOOG,100,700.00,2012-12-31"


def test_a_users_day_leaves_no_secret_in_the_log(server: RunningServer) -> None:
    email = f"lovelace-{uuid4().hex}@example.com"
    with Client(server.url, email) as ada:
        body(ada.register())
        assert ada.register().status_code == 409
        with Client(server.url, email, password="Wrong1843Wrong") as guessing:
            assert guessing.log_in().status_code == 401
        token = body(ada.log_in())["access_token"]
        portfolio = body(ada.create_portfolio(LOGGED, name="Secretly"))["portfolio_id"]
        run = body(ada.calculate(portfolio))["batch_run_id"]
        ada.wait_for_run(portfolio, run)
        for path in (f"/nowhere/{email}", f"/portfolios?token={token}", f"/portfolios/{email}"):
            with suppress(ValueError):
                ada.http.get(path, headers={"X-Request-ID": email})
        me = body(ada.http.get("/auth/me"))["id"]
    logged = server.log.read_text("utf-8")
    for secret in (email, "Lovelace", PASSWORD, "Wrong1843Wrong", token, INVITE, "Secretly"):
        assert secret not in logged
    assert f"actor={me}" in logged.replace("\x1b", "")
    assert "/api/v1/portfolio/{portfolio_id}/calculate" in logged


@pytest.mark.parametrize(
    "secret", ["ada.l+x@mail.example.com", "eyJhb-G.eyJz.d_J-x", PASSWORD, INVITE, SECRET]
)
def test_the_log_of_every_server_that_tests_start_is_searched(tmp_path: Path, secret: str) -> None:
    log = tmp_path / "server.log"
    log.write_text(f"info request email={secret} actor=None\n{seeding.EMAIL}\n", "utf-8")
    assert leaks_in(log) == {secret}
    log.write_text("info request route=/portfolios/{portfolio_id} postgres@127.0.0.1:5432", "utf-8")
    assert leaks_in(log) == set()
