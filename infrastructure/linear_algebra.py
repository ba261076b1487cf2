"""How many threads NumPy's linear algebra takes: one, in every process of the program.

Our matrices are small. Threads that wait for each other cost more than they bring, and spin while
requests and other workers want the processor.
"""

from functools import cache

from threadpoolctl import threadpool_limits


@cache
def keep_to_one_thread() -> None:
    """From now on, whoever computes; asking again changes nothing."""
    threadpool_limits(limits=1, user_api="blas")
