"""Which class each stored topic means. A topic is `<TOPIC>` for version 1, `<TOPIC>/<n>` later."""

import importlib
import pkgutil
from collections.abc import Iterator

import domain
from domain.kernel import Event


def stored_topic(event_class: type[Event], version: int | None = None) -> str:
    """The text in the store's topic column for a class at a version (its own by default)."""
    version = event_class.VERSION if version is None else version
    return event_class.TOPIC if version == 1 else f"{event_class.TOPIC}/{version}"


def event_classes() -> dict[str, type[Event]]:
    """Every event class of the domain by its `TOPIC`.

    Raises:
        ValueError: two classes claim one topic.
    """
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    found: dict[str, type[Event]] = {}
    for event_class in _named(Event):
        if not event_class.__module__.startswith("domain."):
            continue
        if found.setdefault(event_class.TOPIC, event_class) is not event_class:
            raise ValueError(f"Two event classes claim the topic {event_class.TOPIC}")
    return found


def _named(parent: type[Event]) -> Iterator[type[Event]]:
    for child in parent.__subclasses__():
        if "TOPIC" in vars(child):
            yield child
        yield from _named(child)
