"""Specification of what a day's figures rest on: its digest, and the lines that are left out."""

import hashlib
from datetime import date

from domain.money import WHOLE, column
from domain.statement import inputs_digest
from tests.support.books import book, position


def test_a_digest_is_that_of_the_facts_and_of_eight_bytes_for_each_number() -> None:
    facts = (1, date(2024, 1, 15))
    told = b'[1,"2024-01-15"]' + (5).to_bytes(8, "little") + (-5).to_bytes(8, "little", signed=True)

    assert inputs_digest(facts, [column([5, -5])]) == hashlib.sha256(told).hexdigest()


def test_numbers_of_any_size_that_fit_have_the_same_digest() -> None:
    fast, whole = column([5, -5]), column([5, -5], WHOLE)

    assert inputs_digest((), [fast]) == inputs_digest((), [whole])


def test_a_column_with_a_number_beyond_eight_bytes_is_spelt_out() -> None:
    told = b"[]" + b"[9223372036854775808, 1]"

    assert inputs_digest((), [column([2**63, 1], WHOLE)]) == hashlib.sha256(told).hexdigest()


def test_a_book_leaves_out_the_positions_that_are_history() -> None:
    held, gone = position("GOOG", "1", "1"), position("SPY", "1", "1")
    whole = book(held, gone)

    assert list(whole.without({gone.position_id}).positions) == [held]
    assert whole.without(set()) is whole
