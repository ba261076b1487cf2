"""Passwords are hashed slowly, kept apart, and told right from wrong in the same time."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import pytest

from infrastructure.argon2_passwords import Argon2Passwords, Cost
from infrastructure.postgres import Pool
from tests.support.programs import FAST
from tests.support.rooms import room_pool

ANN = UUID(int=1)


@pytest.fixture
def passwords(database: str) -> Iterator[Argon2Passwords]:
    """Fast passwords on a database of their own, with Ann's in it."""
    with room_pool(database) as pool:
        passwords = Argon2Passwords(pool, FAST)
        keep(passwords, ANN, "Correct1Horse")
        yield passwords


def test_the_right_password_is_the_users_and_no_other_is(passwords: Argon2Passwords) -> None:
    assert passwords.verify(ANN, "Correct1Horse")
    for wrong in ("correct1horse", "Correct1Hors", "Correct1Horse ", "", "Correct1Horse\0"):
        assert not passwords.verify(ANN, wrong)


def test_nobody_has_any_password(passwords: Argon2Passwords) -> None:
    assert not passwords.verify(None, "Correct1Horse")
    assert not passwords.verify(uuid4(), "Correct1Horse")
    assert not passwords.verify(None, "the password of a user who does not exist")


def test_a_new_password_takes_the_place_of_the_old_one(passwords: Argon2Passwords) -> None:
    keep(passwords, ANN, "Battery2Staple")
    assert passwords.verify(ANN, "Battery2Staple")
    assert not passwords.verify(ANN, "Correct1Horse")


def test_the_hash_says_argon2id_with_owasps_parameters_and_a_salt_of_its_own(
    passwords: Argon2Passwords,
) -> None:
    strong = Argon2Passwords(passwords._pool)
    hashes = [strong.hash("Correct1Horse") for _ in range(2)]
    assert all(hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for hashed in hashes)
    assert len(set(hashes)) == 2
    assert not any("Correct1Horse" in hashed for hashed in hashes)


@pytest.mark.parametrize("password", ["x" * 128, "é" * 128, "密" * 128, "Pass word 1"])
def test_long_passwords_count_to_the_last_letter(passwords: Argon2Passwords, password: str) -> None:
    keep(passwords, ANN, password)
    assert passwords.verify(ANN, password)
    assert not passwords.verify(ANN, password[:-1])
    assert not passwords.verify(ANN, password[:-1] + "y")


def test_a_hash_of_earlier_parameters_is_renewed_when_its_user_signs_in(
    passwords: Argon2Passwords,
) -> None:
    stronger = Argon2Passwords(passwords._pool, Cost(memory_kib=128, time=2))
    assert not stronger.verify(ANN, "wrong")
    assert "$m=64,t=1,p=1$" in kept(passwords._pool)
    assert stronger.verify(ANN, "Correct1Horse")
    renewed = kept(passwords._pool)
    assert "$m=128,t=2,p=1$" in renewed
    assert stronger.verify(ANN, "Correct1Horse")
    assert kept(passwords._pool) == renewed


@dataclass(frozen=True)
class InterruptedPool:
    """A pool before whose writes something else happens."""

    pool: Pool
    meanwhile: Callable[[], None]

    def connection(self) -> AbstractContextManager[Any]:
        """See `Pool.connection`."""
        self.meanwhile()
        return self.pool.connection()

    def reading(self) -> AbstractContextManager[Any]:
        """See `Pool.reading`."""
        return self.pool.reading()


def test_a_hash_that_was_changed_or_destroyed_meanwhile_is_not_renewed(
    passwords: Argon2Passwords,
) -> None:
    pool = passwords._pool
    cost = Cost(memory_kib=128, time=2)
    changing: Any = InterruptedPool(pool, lambda: keep(passwords, ANN, "Battery2Staple"))
    assert Argon2Passwords(changing, cost).verify(ANN, "Correct1Horse")
    assert passwords.verify(ANN, "Battery2Staple")
    destroying: Any = InterruptedPool(pool, lambda: destroy(passwords, ANN))
    assert Argon2Passwords(destroying, cost).verify(ANN, "Battery2Staple")
    assert kept(pool) == ""


def test_a_destroyed_password_is_nobodys(passwords: Argon2Passwords) -> None:
    other = uuid4()
    keep(passwords, other, "Battery2Staple")
    destroy(passwords, ANN)
    assert not passwords.verify(ANN, "Correct1Horse")
    assert passwords.verify(other, "Battery2Staple")


def test_a_user_who_does_not_exist_takes_as_long_as_a_wrong_password(
    passwords: Argon2Passwords,
) -> None:
    strong = Argon2Passwords(passwords._pool)
    keep(strong, ANN, "Correct1Horse")
    times: dict[UUID | None, list[float]] = {ANN: [], None: [], UUID(int=2): []}
    for _ in range(7):
        for user_id, took in times.items():
            began = time.perf_counter()
            assert not strong.verify(user_id, "Wrong1Horse")
            took.append(time.perf_counter() - began)
    known, nobody, unknown = (median(took) for took in times.values())
    assert 0.5 < nobody / known < 2
    assert 0.5 < unknown / known < 2


@pytest.mark.parametrize("password", ["Password1", "PASSWORD1", "qwerty123"])
def test_common_passwords_are_known_in_any_case(passwords: Argon2Passwords, password: str) -> None:
    assert passwords.is_common(password)
    assert not passwords.is_common(f"Correct1{password}")


def keep(passwords: Argon2Passwords, user_id: UUID, password: str) -> None:
    """Keep a password as registering does."""
    with passwords._pool.connection() as connection:
        passwords.store(user_id, passwords.hash(password))(connection)


def destroy(passwords: Argon2Passwords, user_id: UUID) -> None:
    """Destroy a password as forgetting does."""
    with passwords._pool.connection() as connection:
        passwords.destroy(user_id)(connection)


def kept(pool: Pool) -> str:
    """Ann's hash."""
    with pool.connection() as connection:
        row = connection.execute(
            "SELECT hash FROM credentials.passwords WHERE user_id = %s", [ANN]
        ).fetchone()
    return str(row[0]) if row else ""
