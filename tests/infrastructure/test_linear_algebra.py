"""Specification of the threads of linear algebra: one, once a program is built."""

from threadpoolctl import threadpool_info

from interfaces.bootstrap import Program


def test_a_program_computes_on_one_thread(program: Program) -> None:
    assert program.database_url
    threads = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    assert threads
    assert set(threads) == {1}
