"""Somebody who wants several things at once, and keeps count of what was acknowledged."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import httpx

from interfaces.bootstrap import Program
from tests.support.client import Client
from tests.support.journal import events_recorded
from tests.support.waiting import eventually

GOOG = "GOOG,100,707.38,2012-12-31"
HANG_GUARD_S = 50


@dataclass
class Customer:
    """Somebody who wants several things at once; `opened` and `registered` were acknowledged."""

    client: Client
    program: Program
    portfolio_id: str = ""
    opened: set[str] = field(default_factory=lambda: {"Sample"})
    registered: set[str] = field(default_factory=set)

    def want_everything(self, number: int) -> list[httpx.Response]:
        """Look, register, open an account and calculate, all at the same time."""
        email = f"friend{number}@example.com"
        wishes: Sequence[Callable[[], httpx.Response]] = [
            partial(self.client.http.get, "/portfolios"),
            Client(str(self.client.http.base_url).removesuffix("/api/v1/"), email).register,
            partial(self.client.create_portfolio, GOOG, name=f"IRA {number}"),
            partial(self.client.calculate, self.portfolio_id),
        ]
        with ThreadPoolExecutor(len(wishes)) as threads:
            answers = [asked.result() for asked in [threads.submit(wish) for wish in wishes]]
        _, registered, opened, _ = answers
        if registered.is_success:
            self.registered.add(email)
        if opened.is_success:
            self.opened.add(f"IRA {number}")
        for answer in answers:  # a refusal is for what has happened though it was not acknowledged
            assert answer.is_success or answer.status_code in (409, 503), answer.text
            assert (answer.status_code == 503) == ("Retry-After" in answer.headers)
        return answers

    def is_well_served(self, number: int) -> bool:
        """Whether all is answered, and what was wanted in that round has happened."""
        return 503 not in {answer.status_code for answer in self.want_everything(number)}

    def turn_to(self, number: int) -> None:
        """Calculate the account of that round from now on, which has no run yet."""
        self.portfolio_id = eventually(partial(self._id_of, f"IRA {number}"), HANG_GUARD_S)

    def _id_of(self, name: str) -> str | None:
        """The account of that name, once the list shows it."""
        listed = self.client.portfolios()
        return {portfolio["account_name"]: portfolio["id"] for portfolio in listed}.get(name)

    def find_it_kept(self, database: str, rounds: int) -> None:
        """Every account, friend and run is there, once."""
        names = [portfolio["account_name"] for portfolio in self.client.portfolios()]
        assert sorted(names) == sorted({"Sample", *(f"IRA {n}" for n in range(rounds))})
        assert self.opened <= set(names)
        assert all(self.program.users.find(email) for email in self.registered)
        assert events_recorded(database, "portfolio.opened") == rounds + 1
        assert events_recorded(database, "user.registered") == rounds + 1
        assert events_recorded(database, "calculation_run.requested") == rounds
