"""A part of the program that fails whatever it is asked."""

from collections.abc import Callable
from typing import NoReturn


class Failing:
    """Stands for a part of the program and fails whatever it is asked."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        """Whatever it is asked for fails."""

        def fail(*_: object, **__: object) -> NoReturn:
            raise self._failure

        return fail
