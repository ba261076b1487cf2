"""Earlier versions of events, turned into the next one step by step as they are read."""

from collections.abc import Callable, Mapping
from typing import Any

Data = dict[str, Any]
Upcast = Callable[[Data], Data]


def _imported_1_to_2(data: Data) -> Data:
    """Imports got modes, closings and rows left out; an exit became the closing of the whole."""
    source = data["source"]
    return {
        **data,
        "mode": "add",
        "closings": [],
        "positions": [_with_closings(position) for position in data["positions"]],
        "source": {
            **source,
            "account": None,
            "assumptions": [{"text": text, "rows": []} for text in source["assumptions"]],
            "left_out": [],
        },
    }


def _with_closings(position: Data) -> Data:
    stays = {key: value for key, value in position.items() if key not in ("exit_on", "exit_price")}
    exit_on, exit_price = position["exit_on"], position["exit_price"]
    whole = {"closed_on": exit_on, "quantity": position["quantity"], "price": exit_price}
    return {**stays, "closings": [whole] if exit_on else [], "stated_as": None}


def _as_it_was(data: Data) -> Data:
    """Closings got `traded`, which nobody had said before: its default says so."""
    return data


def _snapshot_1_to_2(data: Data) -> Data:
    """Snapshots say up to which row they know the price book; of earlier ones nobody does."""
    return {**data, "prices_known": 0}


def _snapshot_2_to_3(data: Data) -> Data:
    """Snapshots say by which rate models priced options; of earlier ones nobody knows."""
    return {**data, "risk_free_rate": None}


def _requested_1_to_2(data: Data) -> Data:
    """Runs got phases to leave out, parts and reasons; there were three phases before."""
    return {**data, "skips": [0, 2, 5, 6], "part_of": None, "reason": ""}


def _requested_2_to_3(data: Data) -> Data:
    """Runs got days to restate; none was asked for before."""
    return {**data, "restate": None}


def _registered_1_to_2(data: Data) -> Data:
    """Address and name are sealed since; before, they were stored as they are."""
    return data


UPCASTS: Mapping[tuple[str, int], Upcast] = {
    ("calculation_run.requested", 1): _requested_1_to_2,
    ("calculation_run.requested", 2): _requested_2_to_3,
    ("daily_valuation.snapshot_calculated", 1): _snapshot_1_to_2,
    ("daily_valuation.snapshot_calculated", 2): _snapshot_2_to_3,
    ("daily_valuation.snapshot_restated", 1): _snapshot_1_to_2,
    ("daily_valuation.snapshot_restated", 2): _snapshot_2_to_3,
    ("portfolio.positions_imported", 1): _imported_1_to_2,
    ("portfolio.positions_imported", 2): _as_it_was,
    ("portfolio.import_reverted", 1): _as_it_was,
    ("portfolio.import_restored", 1): _as_it_was,
    ("user.registered", 1): _registered_1_to_2,
}
"""(topic, version) to the function that turns the data of that version into the next one's."""
