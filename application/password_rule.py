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
    composed = (
        len(password) >= _SHORTEST
        and any(character.isupper() for character in password)
        and any(character.islower() for character in password)
        and any(character.isdigit() for character in password)
    )
    if not (composed and can_be_hashed(password)) or passwords.is_common(password):
        raise PasswordTooWeak


def can_be_hashed(password: str) -> bool:
    """Whether anybody could have this password: none is longer, or no text."""
    return len(password) <= _LONGEST and not has_control_characters(password)
