"""What texts from outside may not contain."""

import unicodedata

_NOT_TEXT = ("Cc", "Cs")  # Unicode's control characters, and surrogates, which nothing can store


def has_control_characters(text: str, allowed: str = "") -> bool:
    """Whether a text holds control characters other than `allowed`, or lone surrogates."""
    return any(
        unicodedata.category(character) in _NOT_TEXT and character not in allowed
        for character in text
    )
