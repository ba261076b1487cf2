"""A small world for tests of the interfaces: people and accounts, one database for a module."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from interfaces.bootstrap import Program
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.visitors import Visitor, auditor, client_of, newcomer, superuser, work_off


@dataclass(frozen=True)
class World:
    """Ada with a valued account and one never valued; Bob; those who may do more; nobody.

    The impersonator is the superuser, acting as Ada.
    """

    program: Program
    client: TestClient
    ada: Visitor
    bob: Visitor
    auditor: Visitor
    superuser: Visitor
    impersonator: Visitor
    nobody: Visitor
    valued: str
    unvalued: str
    run: str

    def sign_in_again(self) -> None:
        """Give everybody a token that is good."""
        for visitor in (self.ada, self.bob, self.auditor, self.superuser):
            assert visitor.log_in().status_code == 200
        self.impersonator.token = self.superuser.acting_as(self.ada).token


@pytest.fixture(scope="module")
def world(postgres_server: str, template_database: str) -> Iterator[World]:
    """The world, made over HTTP once for the tests of a module."""
    with (
        fresh_database(postgres_server, template_database) as database,
        build_program(database) as program,
        client_of(program) as client,
    ):
        ada, bob = newcomer(program, client), newcomer(program, client)
        valued, unvalued = ada.open_sample(), ada.open_sample()
        run = work_off(program, ada.post(f"/portfolio/{valued}/calculate"))
        root = superuser(program, client)
        yield World(
            program=program,
            client=client,
            ada=ada,
            bob=bob,
            auditor=auditor(program, client),
            superuser=root,
            impersonator=root.acting_as(ada),
            nobody=Visitor(client),
            valued=valued,
            unvalued=unvalued,
            run=run,
        )


@pytest.fixture
def working(world: World) -> Iterator[None]:
    """A worker has just told that it lives."""
    with world.program.database.pool.connection() as connection:
        connection.execute("INSERT INTO jobs.procrastinate_workers DEFAULT VALUES")
    yield
    with world.program.database.pool.connection() as connection:
        connection.execute("DELETE FROM jobs.procrastinate_workers")
