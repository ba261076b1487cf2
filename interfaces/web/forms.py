"""What was typed into a form, and what is wrong about it, each at its field."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.errors import DomainError
from interfaces.error_catalogue import CATALOGUE, retry_after
from interfaces.position_rows import RowsRefused

WHOLE = "form"
"""The place of what no field is to blame for."""

_OF_THE_PAGE = ("_403", "_404")
_SENTENCES = {  # where the framework's own sentence would speak of Python, or ours of the API
    "missing": "Fill this in.",
    "string_too_short": "Fill this in.",
    "string_too_long": "Write at most {max_length} characters.",
    "too_long": "Write at most {max_length} characters.",
    "days_of_today": "Days are given for old days only; say that it is for those.",
    "days_not_in_order": "The last day needs a first one, on or before it.",
    "uuid_parsing": "Copy the whole id, as it is shown elsewhere.",
    "int_parsing": "Write a whole number.",
    "int_parsing_size": "Write a smaller number.",
    "greater_than_equal": "Write {ge} or more.",
    "less_than_equal": "Write {le} or less.",
}


async def typed(request: Request) -> Mapping[str, str]:
    """The texts of a form by the names of its fields."""
    form = await request.form()
    return {name: text for name, text in form.items() if isinstance(text, str)}


Typed = Annotated[Mapping[str, str], Depends(typed)]


def filled_in(typed: Mapping[str, str]) -> dict[str, str]:
    """What was filled in of a form that may be left blank in parts."""
    return {name: text for name, text in typed.items() if text.strip() and name != "csrf"}


class FormWrong(Exception):
    """Something typed cannot be: sentences by field, which a `refusal` told, if any."""

    def __init__(self, by_field: Mapping[str, str], refusal: DomainError | None = None) -> None:
        super().__init__()
        self.by_field = by_field
        self.refusal = refusal

    def told_on(self, page: HTMLResponse) -> HTMLResponse:
        """The form's page with them; see `told_to_wait`."""
        return told_to_wait(page, self.refusal) if self.refusal else page


def told_to_wait(page: HTMLResponse, refusal: DomainError) -> HTMLResponse:
    """The page of a refused form; where waiting helps, with that status, and how long to wait."""
    wait = retry_after(refusal.code, refusal.details)
    if wait:
        page.status_code = CATALOGUE[refusal.code].status
        page.headers.update(wait)
    return page


@contextmanager
def told_at_fields(fields: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turns refusals into what to tell at which field.

    `fields` names that of a code, or of the `field` that a refusal blames.
    What is refused for whose it is, or for not being there, is the whole page's affair.

    Raises:
        FormWrong: something was refused.
    """
    try:
        yield
    except RowsRefused as refused:
        told = {str(error["field"] or WHOLE): error["message"] for error in refused.errors[::-1]}
        raise FormWrong(told) from None
    except ValidationError as error:
        raise FormWrong(dict(map(_told, error.errors()))) from None
    except DomainError as refusal:
        if refusal.code.endswith(_OF_THE_PAGE):
            raise
        blamed = refusal.details.get("field", refusal.code)
        field = (fields or {}).get(blamed, WHOLE)
        raise FormWrong({field: refusal.message}, refusal) from None


def _told(error: ErrorDetails) -> tuple[str, str]:
    """The field that something is wrong with, and the sentence about it."""
    sentence = _SENTENCES.get(error["type"])
    told = sentence.format(**error.get("ctx", {})) if sentence else error["msg"]
    return str(error["loc"][0] if error["loc"] else WHOLE), told
