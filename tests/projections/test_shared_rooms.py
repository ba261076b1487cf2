"""Two programs on one database share the rooms: who finds them current has caught up."""

from interfaces.bootstrap import Program
from tests.support.accounts import register
from tests.support.programs import build_program


def test_rooms_that_another_program_brought_up_to_date_are_caught_up_with(
    program: Program, database: str
) -> None:
    register(program)
    position = program.log.position()
    with build_program(database) as other:
        assert other.rooms.catch_up(position)
        assert program.rooms.catch_up(position)
