"""A small world for tests of the interfaces: people and accounts, one database for a module."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from interfaces.bootstrap import Program
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.visitors import Visitor, client_of, newcomer, superuser, work_off


@dataclass(frozen=True)
class World:
    """Ada with a valued account and one never valued; Bob; a superuser; nobody."""

    program: Program
    client: TestClient
    ada: Visitor
    bob: Visitor
    superuser: Visitor
    nobody: Visitor
    valued: str
    unvalued: str
    run: str


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
        yield World(
            program=program,
            client=client,
            ada=ada,
            bob=bob,
            superuser=superuser(program, client),
            nobody=Visitor(client),
            valued=valued,
            unvalued=unvalued,
            run=run,
        )
