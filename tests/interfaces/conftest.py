"""A small world for tests of the interfaces: people and accounts, a copy for each module."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

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


@dataclass(frozen=True)
class Founded:
    """A database to copy the world from, and what is asked for in it: addresses and ids."""

    database: str
    ada: str
    bob: str
    auditor: str
    superuser: str
    valued: str
    unvalued: str
    run: str


@pytest.fixture(scope="session")
def founded(postgres_server: str, template_database: str) -> Iterator[Founded]:
    """The world, made over HTTP once for all modules; nobody is connected to it any more."""
    with fresh_database(postgres_server, template_database) as database:
        with build_program(database) as program, client_of(program) as client:
            ada = newcomer(program, client)
            valued, unvalued = ada.open_sample(), ada.open_sample()
            of_all = Founded(
                database=urlsplit(database).path.lstrip("/"),
                ada=ada.email,
                bob=newcomer(program, client).email,
                auditor=auditor(program, client).email,
                superuser=superuser(program, client).email,
                valued=valued,
                unvalued=unvalued,
                run=work_off(program, ada.post(f"/portfolio/{valued}/calculate")),
            )
        yield of_all


@pytest.fixture(scope="module")
def world(postgres_server: str, founded: Founded) -> Iterator[World]:
    """A world for the tests of a module, a copy of its own; everybody has just signed in."""
    with (
        fresh_database(postgres_server, founded.database) as database,
        build_program(database) as program,
        client_of(program) as client,
    ):
        built = World(
            program=program,
            client=client,
            ada=Visitor(client, founded.ada),
            bob=Visitor(client, founded.bob),
            auditor=Visitor(client, founded.auditor),
            superuser=Visitor(client, founded.superuser),
            impersonator=Visitor(client, founded.superuser),
            nobody=Visitor(client),
            valued=founded.valued,
            unvalued=founded.unvalued,
            run=founded.run,
        )
        built.sign_in_again()
        yield built


@pytest.fixture
def working(world: World) -> Iterator[None]:
    """A worker has just told that it lives."""
    with world.program.database.pool.connection() as connection:
        connection.execute("INSERT INTO jobs.procrastinate_workers DEFAULT VALUES")
    yield
    with world.program.database.pool.connection() as connection:
        connection.execute("DELETE FROM jobs.procrastinate_workers")
