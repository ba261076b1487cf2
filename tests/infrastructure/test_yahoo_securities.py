"""Yahoo's facts about securities: read, told apart from outages, bounded in time."""

import json
import time
from copy import deepcopy
from typing import Any

import pytest

from application.security_ports import LookedUp, Security
from infrastructure.yahoo_securities import YahooSecurities
from tests.support import recorded_yahoo as yahoo
from tests.support.recorded_yahoo import FIXTURES, RecordedAnswer

SUMMARY: dict[str, Any] = json.loads((FIXTURES / "profile-XMPL.json").read_text(encoding="utf-8"))
CRUMB = RecordedAnswer(200, "haT3oykhHqZ")
UNKNOWN = yahoo.answered(
    {"quoteSummary": {"result": None, "error": {"code": "Not Found", "description": "Quote"}}}, 404
)


class Profiles:
    """A transport that gives a cookie and a crumb, then answers each symbol as it is told."""

    def __init__(
        self,
        answers: dict[str, RecordedAnswer | OSError],
        crumb: RecordedAnswer | OSError = CRUMB,
    ) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers, self._crumb = answers, crumb

    def get(self, url: str, *, params: dict[str, Any], timeout: float) -> RecordedAnswer:
        """See `Transport.get`."""
        self.asked.append((url, params))
        answer: RecordedAnswer | OSError = RecordedAnswer(404, "cookie")
        if url.endswith("/getcrumb"):
            answer = self._crumb
        elif "/quoteSummary/" in url:
            answer = self._answers[url.rpartition("/")[2]]
        if isinstance(answer, OSError):
            raise answer
        return answer


def look_up(profiles: Profiles, *symbols: str) -> LookedUp:
    """What Yahoo is said to know."""
    return YahooSecurities(profiles).look_up(symbols)


def changed(module: str, **facts: Any) -> RecordedAnswer:
    """The summary with some facts of a module changed."""
    summary = deepcopy(SUMMARY)
    summary["quoteSummary"]["result"][0][module].update(facts)
    return yahoo.answered(summary)


def test_facts_are_read_with_the_gics_name_of_the_sector() -> None:
    profiles = Profiles({"XMPL": yahoo.answered(SUMMARY)})
    looked_up = look_up(profiles, "XMPL")
    assert looked_up.securities == [
        Security(
            symbol="XMPL",
            source="yahoo",
            name="Example Inc.",
            sector="Information Technology",
            industry="Consumer Electronics",
            asset_type="STOCK",
            beta=1.178,
            market_cap=3_690_000_000_000,
            dividend_yield=0.0041,
        )
    ]
    assert (list(looked_up.unknown), list(looked_up.warnings)) == ([], [])
    assert profiles.asked[-1][1]["crumb"] == "haT3oykhHqZ"


@pytest.mark.parametrize(
    ("module", "facts"),
    [
        ("summaryDetail", {"beta": "NaN", "marketCap": None, "dividendYield": {}}),
        ("summaryDetail", {"beta": {"raw": float("inf")}, "marketCap": -5, "dividendYield": True}),
    ],
)
def test_a_fact_that_is_no_number_is_not_known(module: str, facts: dict[str, Any]) -> None:
    [security] = look_up(Profiles({"XMPL": changed(module, **facts)}), "XMPL").securities
    assert (security.beta, security.market_cap, security.dividend_yield) == (None, None, None)
    assert security.sector == "Information Technology"


def test_numbers_with_their_format_are_read_too() -> None:
    answer = changed("summaryDetail", beta={"raw": 1.2, "fmt": "1.20"})
    [security] = look_up(Profiles({"XMPL": answer}), "XMPL").securities
    assert security.beta == 1.2


def test_a_text_that_nothing_can_store_is_not_known() -> None:
    answer = changed("quoteType", longName="Bad\x00", shortName="")
    [security] = look_up(Profiles({"XMPL": answer}), "XMPL").securities
    assert security.name is None


def test_a_symbol_that_yahoo_does_not_know_is_unknown_without_a_warning() -> None:
    looked_up = look_up(
        Profiles({"GONE": UNKNOWN, "XMPL": yahoo.answered(SUMMARY)}), "GONE", "XMPL"
    )
    assert (list(looked_up.unknown), list(looked_up.warnings)) == (["GONE"], [])
    assert len(looked_up.securities) == 1


def test_class_shares_are_asked_in_yahoos_spelling() -> None:
    answer = changed("quoteType", symbol="BRK-B")
    [security] = look_up(Profiles({"BRK-B": answer}), "BRK.B").securities
    assert security.symbol == "BRK.B"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (yahoo.page(), "answered 200 and a page instead of facts"),
        (RecordedAnswer(200, "{}"), "answered 200 and a page instead of facts"),
        (
            RecordedAnswer(401, '{"quoteSummary": {"result": null}}'),
            "answered 401 instead of facts",
        ),
        (changed("quoteType", symbol="OTHER"), "answered OTHER when asked for XMPL"),
        (yahoo.too_many_requests(), "refused further requests (429, too many)"),
        (yahoo.timed_out(), "could not be reached (Timeout)"),
    ],
)
def test_an_outage_is_a_warning_and_never_an_unknown_symbol(
    answer: RecordedAnswer | OSError, why: str
) -> None:
    looked_up = look_up(Profiles({"XMPL": answer}), "XMPL")
    assert (list(looked_up.securities), list(looked_up.unknown)) == ([], [])
    assert looked_up.warnings == [f"Yahoo {why}: no sectors or fundamentals for XMPL."]


@pytest.mark.parametrize("crumb", [yahoo.page(), yahoo.too_many_requests(), yahoo.no_name()])
def test_without_a_crumb_nothing_is_asked(crumb: RecordedAnswer | OSError) -> None:
    profiles = Profiles({}, crumb)
    began = time.perf_counter()
    looked_up = look_up(profiles, *(f"S{n}" for n in range(50)))
    assert time.perf_counter() - began < 10
    assert len(profiles.asked) == 2
    [warning] = looked_up.warnings
    assert warning.endswith("S8, S9 and 40 others.")


def test_what_is_not_answered_in_time_is_left_for_the_next_run() -> None:
    source = YahooSecurities(Profiles({"XMPL": yahoo.answered(SUMMARY)}), patience_s=0.0)
    looked_up = source.look_up(["XMPL"])
    assert list(looked_up.securities) == []
    assert looked_up.warnings == [
        "Yahoo did not answer all within 0 s: no sectors or fundamentals for XMPL."
    ]
