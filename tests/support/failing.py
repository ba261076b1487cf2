"""A part of the program that fails whatever it is asked."""

from typing import NoReturn


class Failing:
    """Stands for the program's rooms and fails whatever it is asked."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    def of_owner(self, *_: object, **__: object) -> NoReturn:
        """Fails."""
        raise self._failure

    def several(self, *_: object, **__: object) -> NoReturn:
        """Fails."""
        raise self._failure
