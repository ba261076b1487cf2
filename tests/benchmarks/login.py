"""Signing in over HTTP: against one raw argon2id verification with the same parameters.

Run it by `python -m tests.benchmarks.login`.
"""

import json
from http.client import HTTPConnection
from time import perf_counter

from argon2 import PasswordHasher, Type

from infrastructure.argon2_passwords import Cost
from interfaces.bootstrap import Parts, build
from interfaces.http import create_http
from tests.benchmarks.databases import durable_database
from tests.benchmarks.row import Row, show
from tests.benchmarks.serving import run, served
from tests.support.programs import settings_for
from tests.support.visitors import PASSWORD, client_of, newcomer

ROUNDS = 7
LOGINS = 20


def measure() -> list[Row]:
    """One row."""
    with durable_database() as url:
        with build(settings_for(url), Parts(benchmarks=())) as program:
            email = newcomer(program, client_of(program)).email
        asked = json.dumps({"email": email, "password": PASSWORD})
        cost = Cost()
        hasher = PasswordHasher(cost.time, cost.memory_kib, cost.parallelism, type=Type.ID)
        hashed = hasher.hash(PASSWORD)
        with served(_serve, url) as connection:
            rounds = [(_ours(connection, asked), _raw(hasher, hashed)) for _ in range(ROUNDS)]
    return [
        Row(
            what=f"{LOGINS} logins over HTTP",
            against="raw argon2id with the same parameters",
            ours=tuple(ours for ours, _ in rounds),
            peer=tuple(raw for _, raw in rounds),
            goal=1 / 1.3,
            note=f"{cost.memory_kib // 1024} MiB, {cost.time} passes",
        )
    ]


def _ours(connection: HTTPConnection, asked: str) -> float:
    began = perf_counter()
    for _ in range(LOGINS):
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/v1/auth/login", asked, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise ValueError(f"login answered {answer.status}")
    return perf_counter() - began


def _raw(hasher: PasswordHasher, hashed: str) -> float:
    began = perf_counter()
    for _ in range(LOGINS):
        hasher.verify(hashed, PASSWORD)
    return perf_counter() - began


def _serve(url: str, port: int) -> None:
    with build(settings_for(url), Parts(benchmarks=())) as program:
        run(create_http(program), port)


if __name__ == "__main__":
    show(measure())
