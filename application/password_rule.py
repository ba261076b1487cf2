"""Which passwords may be chosen, and which nobody can have."""

from application.access_ports import Passwords
from application.errors import PasswordTooWeak
from domain.text import has_control_characters

_SHORTEST, _LONGEST = 8, 128


def refuse_weak(passwords: Passwords, password: str) -> None:
    """Refuse a password that breaks the rule or is common.

    Raises:
        PasswordTooWeak: ERR_USER_003.
    """
    is_long_enough = len(password) >= _SHORTEST and can_be_hashed(password)
    is_composed = _is_composed(password) or not passwords.are_composed
    if not (is_long_enough and is_composed) or passwords.is_common(password):
        raise PasswordTooWeak(is_composed=passwords.are_composed)


def _is_composed(password: str) -> bool:
    kinds = (str.isupper, str.islower, str.isdigit)
    return all(any(map(is_of_kind, password)) for is_of_kind in kinds)


def can_be_hashed(password: str) -> bool:
    """Whether anybody could have this password: none is longer, or no text."""
    return len(password) <= _LONGEST and not has_control_characters(password)
