"""Stored JSON is typed: what does not fit its class is an error, what was once stored is not."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import Notification
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.ports import Cause
from domain.daily_valuation import DailyValuation
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.risk.finding import Finding, Quality, ReasonCode, found, not_found
from domain.snapshot import Snapshot
from infrastructure.event_store.mapper import (
    EventMapper,
    UnreadableEvent,
    UnstorableEvent,
    mapper_leaving,
)
from infrastructure.event_store.topics import event_classes, stored_topic
from tests.support.stored_samples import kept_samples

SLOT = UUID(int=7)
AT = datetime(2024, 1, 2, 15, 4, 5, 678901, tzinfo=UTC)
CAUSE = Cause(command_id=UUID(int=1), correlation_id=UUID(int=2), actor=UUID(int=3))
FLOW = Portfolio.CapitalContributed(
    flow_id=UUID(int=9), contributed_on=date(2012, 7, 2), amount=Decimal("10.50"), note="gift"
)
MAPPER = EventMapper()
MANY, FEW = 100, 25
MANIFOLD = {
    *("daily_valuation.snapshot_calculated", "daily_valuation.snapshot_restated"),
    *("portfolio.positions_imported", "portfolio.import_restored", "portfolio.import_reverted"),
    *("risk_analysis.analyzed", "symbol_analysis.measured"),
}
"""Each example of these has dozens of all they are made of: few examples show as much as many."""


class Renamed(Event, frozen=True):
    """An event at its third version: a name in two parts since the second, an age since then."""

    TOPIC = "synthetic.renamed"
    VERSION = 3
    first: str
    last: str
    age: int | None


def split_name(data: dict[str, Any]) -> dict[str, Any]:
    """From version 1, one name, to 2, two."""
    first, _, last = data["name"].partition(" ")
    return {"first": first, "last": last}


def add_age(data: dict[str, Any]) -> dict[str, Any]:
    """From version 2, without age, to 3."""
    return {**data, "age": None}


UPCASTS = {("synthetic.renamed", 1): split_name, ("synthetic.renamed", 2): add_age}
NEWER = EventMapper([Renamed], UPCASTS)


def test_the_state_is_json_that_an_auditor_can_read() -> None:
    stored = MAPPER.to_stored(SLOT, 4, FLOW, AT, CAUSE)
    assert (stored.originator_id, stored.originator_version) == (SLOT, 4)
    assert stored.topic == "portfolio.capital_contributed"
    assert json.loads(stored.state) == {
        "at": "2024-01-02T15:04:05.678901Z",
        "cause": {
            "command_id": str(UUID(int=1)),
            "correlation_id": str(UUID(int=2)),
            "actor": str(UUID(int=3)),
            "impersonator": None,
            "causation": None,
        },
        "data": {
            "flow_id": str(UUID(int=9)),
            "contributed_on": "2012-07-02",
            "amount": "10.50",
            "note": "gift",
        },
    }


def test_the_envelope_comes_back_with_the_event() -> None:
    stored = MAPPER.to_stored(SLOT, 4, FLOW, AT, CAUSE)
    row = Notification(SLOT, 4, stored.topic, stored.state, id=99)
    recorded = MAPPER.recorded(row)
    assert (recorded.position, recorded.aggregate_id, recorded.version) == (99, SLOT, 4)
    assert (recorded.event, recorded.occurred_at, recorded.cause) == (FLOW, AT, CAUSE)
    assert MAPPER.command_id(stored.state) == CAUSE.command_id


@pytest.mark.parametrize("event_class", event_classes().values(), ids=lambda c: c.TOPIC)
def test_every_event_survives_the_store(event_class: type[Event]) -> None:
    @settings(
        max_examples=MANY if event_class.TOPIC not in MANIFOLD else FEW,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],  # deeply nested events
    )
    @given(anything(event_class))
    def survives(event: Event) -> None:
        stored = MAPPER.to_stored(SLOT, 1, event, AT, CAUSE)
        back = MAPPER.event(stored.topic, stored.state)
        assert type(back) is event_class
        assert back == event
        assert MAPPER.to_stored(SLOT, 1, back, AT, CAUSE).state == stored.state

    survives()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.pop("note"), "missing required field `note`"),
        (lambda data: data.update(colour="red"), "unknown field `colour`"),
        (lambda data: data.update(amount=None), r"got `null` - at `\$.data.amount`"),
        (lambda data: data.update(amount="ten"), "amount"),
        (lambda data: data.update(contributed_on="2012-07-32"), "contributed_on"),
        (lambda data: data.update(flow_id="9"), "flow_id"),
        (lambda data: data.update(note=5), "note"),
    ],
)
def test_a_field_that_does_not_fit_is_refused(change: Any, said: str) -> None:
    state = json.loads(MAPPER.to_stored(SLOT, 1, FLOW, AT, CAUSE).state)
    change(state["data"])
    with pytest.raises(UnreadableEvent, match=said):
        MAPPER.event(FLOW.TOPIC, json.dumps(state).encode())


@pytest.mark.parametrize("part", ["at", "cause", "data"])
def test_each_part_of_the_state_is_needed_and_no_other_known(part: str) -> None:
    state = json.loads(MAPPER.to_stored(SLOT, 1, FLOW, AT, CAUSE).state)
    with pytest.raises(UnreadableEvent, match="unknown field `more`"):
        MAPPER.event(FLOW.TOPIC, json.dumps({**state, "more": 1}).encode())
    del state[part]
    with pytest.raises(UnreadableEvent, match=f"missing required field `{part}`"):
        MAPPER.event(FLOW.TOPIC, json.dumps(state).encode())


@pytest.mark.parametrize("state", [b"", b"[]", b"null", b"{", b"\xff\xfe", b'{"data": {}}'])
def test_what_is_no_event_at_all_is_refused(state: bytes) -> None:
    with pytest.raises(UnreadableEvent):
        MAPPER.event(FLOW.TOPIC, state)


@pytest.mark.parametrize("topic", ["nobody.knows", "portfolio.capital_contributed/2", "-"])
def test_an_unknown_topic_is_refused(topic: str) -> None:
    state = MAPPER.to_stored(SLOT, 1, FLOW, AT, CAUSE).state
    with pytest.raises(UnreadableEvent, match=topic):
        MAPPER.event(topic, state)


def test_a_text_with_nul_is_not_stored() -> None:
    with pytest.raises(UnstorableEvent, match=r"portfolio\.capital_contributed"):
        MAPPER.to_stored(SLOT, 1, msgspec.structs.replace(FLOW, note="a\\\0"), AT, CAUSE)


def test_a_later_version_is_stored_under_a_topic_of_its_own() -> None:
    stored = NEWER.to_stored(SLOT, 1, Renamed(first="Ann", last="Lee", age=40), AT, CAUSE)
    assert stored.topic == "synthetic.renamed/3"
    assert stored_topic(Renamed, 1) == "synthetic.renamed"


@pytest.mark.parametrize(
    ("topic", "data", "age"),
    [
        ("synthetic.renamed", {"name": "Ann Lee"}, None),
        ("synthetic.renamed/2", {"first": "Ann", "last": "Lee"}, None),
        ("synthetic.renamed/3", {"first": "Ann", "last": "Lee", "age": 40}, 40),
    ],
)
def test_every_version_is_read_as_the_latest(
    topic: str, data: dict[str, Any], age: int | None
) -> None:
    assert NEWER.event(topic, state_of(data)) == Renamed(first="Ann", last="Lee", age=age)


def test_a_version_that_does_not_fit_its_upcast_is_refused() -> None:
    with pytest.raises(UnreadableEvent, match="no 'name'"):
        NEWER.event("synthetic.renamed", state_of({"title": "Ann Lee"}))
    with pytest.raises(UnreadableEvent, match="unknown field `title`"):
        NEWER.event("synthetic.renamed/2", state_of({"first": "A", "last": "B", "title": "C"}))


def test_a_class_whose_earlier_versions_cannot_be_read_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"synthetic\.renamed has no upcast from version 1"):
        EventMapper([Renamed], {("synthetic.renamed", 2): add_age})


def test_events_outside_the_domain_are_not_in_its_registry() -> None:
    assert Renamed.TOPIC not in event_classes()
    assert event_classes()[FLOW.TOPIC] is Portfolio.CapitalContributed


def test_a_field_that_is_left_is_what_is_stored_and_the_others_are_typed() -> None:
    leaving = mapper_leaving(frozenset({Portfolio.CapitalContributed}), frozenset({"note"}))
    stored = MAPPER.to_stored(SLOT, 1, FLOW, AT, CAUSE)
    event = leaving.event(stored.topic, stored.state)
    assert isinstance(event, Portfolio.CapitalContributed)
    assert msgspec.structs.asdict(event) == {
        **msgspec.structs.asdict(FLOW),
        "note": msgspec.Raw(b'"gift"'),
    }


def test_columns_of_lines_that_are_left_are_what_is_stored_and_the_others_are_typed() -> None:
    topic = stored_topic(DailyValuation.SnapshotCalculated)
    stored = kept_samples()[topic].stored
    read = MAPPER.event(topic, stored)
    kinds = frozenset({DailyValuation.SnapshotCalculated})
    left = mapper_leaving(kinds, frozenset({"lines.symbol", "lines.cost"})).event(topic, stored)
    assert isinstance(read, Snapshot)
    assert isinstance(left, Snapshot)
    assert msgspec.structs.asdict(left.lines) == {
        **msgspec.structs.asdict(read.lines),
        "symbol": msgspec.Raw(msgspec.json.encode(read.lines.symbol)),
        "cost": msgspec.Raw(msgspec.json.encode(read.lines.cost)),
    }


@pytest.mark.parametrize("topic", sorted(t for t in kept_samples() if "snapshot_" in t))
def test_what_is_left_of_an_earlier_version_is_its_latest_form(topic: str) -> None:
    stored = kept_samples()[topic].stored
    read = MAPPER.event(topic, stored)
    leaving = mapper_leaving(frozenset({type(read)}), frozenset({"lines"}))
    left = leaving.event(topic, stored)
    assert isinstance(read, Snapshot)
    assert isinstance(left, Snapshot)
    assert isinstance(left.lines, msgspec.Raw)
    assert json.loads(msgspec.json.encode(left)) == json.loads(msgspec.json.encode(read))


@pytest.mark.parametrize(
    ("change", "told"),
    [({"lines": None}, "missing required field `lines`"), ({"more": 1}, "unknown field `more`")],
)
def test_an_event_that_is_left_in_parts_must_be_whole(change: dict[str, Any], told: str) -> None:
    topic = stored_topic(DailyValuation.SnapshotCalculated)
    state = json.loads(kept_samples()[topic].stored)
    state["data"] = {k: v for k, v in {**state["data"], **change}.items() if v is not None}
    leaving = mapper_leaving(frozenset({DailyValuation.SnapshotCalculated}), frozenset({"lines"}))
    with pytest.raises(UnreadableEvent, match=told):
        leaving.event(topic, json.dumps(state).encode())


def state_of(data: dict[str, Any]) -> bytes:
    """A stored state with this data."""
    cause = {"command_id": str(UUID(int=1)), "correlation_id": str(UUID(int=2))}
    return json.dumps({"at": "2024-01-02T00:00:00Z", "cause": cause, "data": data}).encode()


@cache  # registering makes hypothesis forget what it found out about every class
def anything(event_class: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of a class that JSON and PostgreSQL can hold, to the last digit."""
    st.register_type_strategy(str, st.text(_CHARACTERS))
    st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
    st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
    st.register_type_strategy(Decimal, _DECIMALS)
    st.register_type_strategy(Finding, _finding)
    return st.from_type(event_class)


def _finding(kind: Any) -> st.SearchStrategy[Finding[Any]]:
    """Figures, or a reason."""
    [figures] = kind.__args__
    quality = st.from_type(Quality)
    return st.one_of(
        st.builds(found, st.from_type(figures), quality),
        st.builds(not_found, st.sampled_from(ReasonCode), st.text(_CHARACTERS), quality),
    )


_DECIMALS = st.builds("{}E{}".format, st.integers(), st.integers(-40, 10)).map(Decimal)
"""Finite ones; a snapshot has hundreds, and is drawn in a third of the time of `st.decimals`."""
_CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
