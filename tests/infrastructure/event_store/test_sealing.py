"""What says who somebody is lies sealed in the log, and opens with that user's key only."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.errors import VersionConflict
from domain.email_address import EmailAddress
from domain.kernel import FORGOTTEN
from domain.user import User
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.event_store.mapper import EventMapper, UnreadableEvent, UnstorableEvent
from infrastructure.event_store.personal_keys import PostgresPersonalKeys, keeping
from infrastructure.event_store.recorder import VersionTaken
from infrastructure.event_store.sealing import seal, sealed_topics, unseal
from tests.support.cutting_proxy import cutting_proxy
from tests.support.events import registered
from tests.support.recording import cause, claimed, everything, open_log
from tests.support.stored_samples import kept_samples

Connection = psycopg.Connection[tuple[Any, ...]]

ANN = UUID("0a496ca2-634e-56dc-85cd-efe13d861822")
KEY = bytes(range(32))
EVENT = User.Registered(email="ann.lee@example.com", full_name="Ann Lee", invite="master")
PLACES = st.tuples(st.uuids(), st.integers(1, 1000))
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
_KEYS = "SELECT user_id, key FROM credentials.personal_keys"


@given(email=TEXTS, full_name=TEXTS, place=PLACES, key=st.binary(min_size=32, max_size=32))
def test_what_was_sealed_opens_in_its_place_with_its_key(
    email: str, full_name: str, place: tuple[UUID, int], key: bytes
) -> None:
    event = User.Registered(email=email, full_name=full_name, invite="master")
    sealed = seal(event, *place, key)
    assert unseal(sealed, *place, key) == event
    assert seal(event, *place, key) == sealed
    assert sealed.invite == "master"


def test_nothing_else_opens_it() -> None:
    sealed = seal(EVENT, ANN, 1, KEY)
    swapped = msgspec.structs.replace(sealed, email=sealed.full_name, full_name=sealed.email)
    for event, place, key in (
        (sealed, (ANN, 1), bytes(32)),
        (sealed, (ANN, 2), KEY),
        (sealed, (UUID(int=1), 1), KEY),
        (swapped, (ANN, 1), KEY),
        (EVENT, (ANN, 1), KEY),
        (msgspec.structs.replace(sealed, email=""), (ANN, 1), KEY),
        (msgspec.structs.replace(sealed, email="AAAA"), (ANN, 1), KEY),
        (msgspec.structs.replace(sealed, email="ä"), (ANN, 1), KEY),
    ):
        with pytest.raises(UnreadableEvent, match=r"user\.registered"):
            unseal(event, *place, key)


def test_no_two_texts_share_a_nonce_and_no_two_places() -> None:
    beginnings = {
        seal(msgspec.structs.replace(EVENT, email=f"{n}@example.com"), stream, version, KEY).email[
            :16
        ]
        for n in range(10)
        for stream in (ANN, UUID(int=1))
        for version in (1, 2)
    }
    assert len(beginnings) == 40  # 16 characters of base64 are the 12 bytes of the nonce


def test_without_the_key_somebody_forgotten_is_read() -> None:
    event = unseal(seal(EVENT, ANN, 1, KEY), ANN, 1, None)
    assert event == User.Registered(email=FORGOTTEN, full_name=FORGOTTEN, invite="master")


def test_a_text_with_nul_is_not_sealed() -> None:
    with pytest.raises(UnstorableEvent, match=r"user\.registered"):
        seal(msgspec.structs.replace(EVENT, full_name="a\0"), ANN, 1, KEY)


def test_the_kept_sample_opens_as_it_always_did() -> None:
    assert "user.registered/2" in sealed_topics()
    state = kept_samples()["user.registered/2"].stored
    event = EventMapper().event("user.registered/2", state)
    assert unseal(event, ANN, 1, KEY) == EVENT


def ann(user_id: UUID = ANN, email: str = "ann.lee@example.com") -> User:
    """A user with a pending registration."""
    return User.register(user_id, EmailAddress(email), "Ann Lee", "master")


def test_the_log_gives_back_what_the_store_holds_sealed(
    log: PostgresEventLog, app: Connection
) -> None:
    log.save(ann(), claimed(), cause=cause())
    loaded = log.load(User, ANN)
    assert loaded is not None
    assert (loaded.email, loaded.full_name) == (EVENT.email, EVENT.full_name)
    assert everything(log)[0].event == EVENT
    (topic, state) = app.execute("SELECT topic, state FROM events.stored_events").fetchall()[0]
    assert topic == "user.registered/2"
    assert b"ann" not in bytes(state).lower()
    assert b'"invite":"master"' in bytes(state)


def test_each_user_has_a_key_of_their_own(log: PostgresEventLog, app: Connection) -> None:
    users = [ann(uuid4(), f"ann{n}@example.com") for n in range(5)]
    log.save(*users, cause=cause())
    keys: dict[UUID, bytes] = dict(app.execute(_KEYS).fetchall())
    assert keys.keys() == {user.id for user in users}
    assert len({*keys.values()}) == 5
    assert [r.event for r in everything(log)] == [registered(u.email, "Ann Lee") for u in users]


def test_a_destroyed_key_leaves_the_event_and_takes_the_person(
    log: PostgresEventLog, app: Connection
) -> None:
    other = uuid4()
    log.save(ann(), ann(other, "bob@example.com"), cause=cause())
    before = stored(app)
    log.save(claimed(), cause=cause(), also=[PostgresPersonalKeys().destroy(ANN)])
    assert stored(app)[:2] == before
    assert [each.event for each in everything(log)][:2] == [
        registered(FORGOTTEN, FORGOTTEN),
        registered("bob@example.com", "Ann Lee"),
    ]
    forgotten = log.load(User, ANN)
    assert forgotten is not None
    assert forgotten.email == FORGOTTEN


def test_a_key_is_kept_with_its_event_or_not_at_all(log: PostgresEventLog, app: Connection) -> None:
    log.save(ann(), cause=cause())
    before = app.execute(_KEYS).fetchall()
    with pytest.raises(VersionConflict):
        log.save(ann(uuid4()), ann(), cause=cause())
    assert app.execute(_KEYS).fetchall() == before


def test_who_has_got_a_key_meanwhile_was_first(app: Connection) -> None:
    with app.transaction():
        keeping({ANN: KEY})(app)
    with pytest.raises(VersionTaken), app.transaction():
        keeping({uuid4(): KEY, ANN: bytes(32)})(app)
    assert app.execute(_KEYS).fetchall() == [(ANN, KEY)]


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("message", [b"credentials.personal_keys", b"user.registered/2", b"COMMIT"])
def test_a_cut_records_the_user_once_with_the_key_that_opens(
    database: str, where: Any, message: bytes
) -> None:
    with cutting_proxy(database) as proxy, open_log(proxy.url) as log:
        proxy.cut(where, message)
        log.save(ann(), cause=cause())
        assert proxy.cuts == 1
        assert [each.event for each in everything(log)] == [EVENT]


def test_what_was_stored_before_is_read_as_it_is(log: PostgresEventLog, owner: Connection) -> None:
    state = kept_samples()["user.registered"].stored
    owner.execute(
        "SELECT events.record_events(%s, '{1}', '{user.registered}', %s)", ([ANN], [state])
    )
    assert [each.event for each in everything(log)] == [EVENT]
    loaded = log.load(User, ANN)
    assert loaded is not None
    assert loaded.email == EVENT.email


def test_a_sealed_text_that_was_changed_is_refused(
    log: PostgresEventLog, owner: Connection
) -> None:
    log.save(ann(), cause=cause())
    owner.execute("UPDATE credentials.personal_keys SET key = %s", (bytes(32),))
    with pytest.raises(UnreadableEvent):
        log.load(User, ANN)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE credentials.personal_keys SET key = key", "TRUNCATE credentials.personal_keys"],
)
def test_the_application_makes_and_destroys_keys_and_changes_none(
    app: Connection, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
        app.execute(statement.encode())


def stored(connection: Connection) -> list[tuple[Any, ...]]:
    """Every event as the table has it."""
    rows = connection.execute("SELECT * FROM events.stored_events ORDER BY notification_id")
    return rows.fetchall()
