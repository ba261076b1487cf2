"""Events are named for ever, and applying one never refuses (spec 1.1, 1.4)."""

import ast
from collections import Counter

import pytest

from domain.kernel import Aggregate, Event
from tests.architecture.source import aggregate_classes, event_classes, functions, modules

EVENTS = event_classes()
AGGREGATES = aggregate_classes()


@pytest.mark.parametrize("kind", [*EVENTS, *AGGREGATES], ids=lambda kind: kind.__qualname__)
def test_each_event_and_aggregate_has_a_topic_of_its_own(kind: type[Event | Aggregate]) -> None:
    assert "TOPIC" in vars(kind) or _is_a_base(kind), "give it a TOPIC; stored names are for ever"


def test_no_two_events_and_no_two_aggregates_share_a_topic() -> None:
    for kinds in (EVENTS, AGGREGATES):
        topics = Counter(vars(kind)["TOPIC"] for kind in kinds if not _is_a_base(kind))
        assert [topic for topic, count in topics.items() if count > 1] == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda kind: kind.__qualname__)
def test_each_topic_begins_with_that_of_its_aggregate(event: type[Event]) -> None:
    if not _is_a_base(event):
        outer = event.__qualname__.partition(".")[0]
        (aggregate,) = [a for a in AGGREGATES if a.__qualname__ == outer]
        assert event.TOPIC.startswith(aggregate.TOPIC + ".")


@pytest.mark.parametrize("event", EVENTS, ids=lambda kind: kind.__qualname__)
def test_each_event_is_frozen_data_with_a_sentence_and_an_apply(event: type[Event]) -> None:
    assert event.__struct_config__.frozen
    assert event.__struct_config__.forbid_unknown_fields
    assert (event.__doc__ or "").strip().endswith(".")
    assert event.apply is not Event.apply or _is_a_base(event)


def test_no_apply_raises_or_asserts() -> None:
    refusing = [
        f"{module.place}:{node.lineno}"
        for module in modules("domain")
        for name, function in functions(module)
        if name.endswith(".apply") and name != "Event.apply"
        for node in ast.walk(function)
        if isinstance(node, ast.Raise | ast.Assert)
    ]
    assert refusing == []


def test_no_apply_builds_or_parses_what_checks_its_input() -> None:
    checking = {
        name.rpartition(".")[0].rpartition(".")[2]
        for module in modules("domain")
        for name, _ in functions(module)
        if name.endswith(".__post_init__")
    }
    refusing = [
        f"{module.place}:{call.lineno}"
        for module in modules("domain")
        for name, function in functions(module)
        if name.endswith(".apply")
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and {"parse", *checking} & {*ast.unparse(call.func).split(".")}
    ]
    assert refusing == []


def _is_a_base(kind: type[Event | Aggregate]) -> bool:
    return "TOPIC" not in vars(kind) and bool(kind.__subclasses__())
