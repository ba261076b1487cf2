"""Who did something, by name; whoever acted as somebody is named too (spec 2.4, 7.4)."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from application.ports import Cause
from interfaces.bootstrap import Program

NOBODY = "SigmaSight"
"""Who did what nobody asked for."""

Names = Mapping[UUID, str]


def names_in(program: Program, causes: Iterable[Cause]) -> Names:
    """The names of all who did something, and of all who acted as them."""
    ids = {one for cause in causes for one in (cause.actor, cause.impersonator) if one}
    return {key: user.full_name for key, user in program.users_room.several(list(ids)).items()}


def who(cause: Cause, names: Names) -> str:
    """Whose rights were used, and by whom where it was not oneself."""
    if cause.actor is None:
        return NOBODY
    name = names.get(cause.actor, NOBODY)
    if cause.impersonator is None:
        return name
    return f"{names.get(cause.impersonator, NOBODY)}, viewing as {name}"
