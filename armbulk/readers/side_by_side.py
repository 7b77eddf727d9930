"""Calls a function for some items at the same time, on as many processors as help: polars waits for no Python there."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_MAX_WORKERS = 4
"""More of them would need more memory, and wait for Python."""


def map_in_order(function: Callable[[Item], Result], items: Iterator[Item]) -> Iterator[Result]:
    """Yield `function(item)` for each item, in the order of the items; of one item at once where there is only one.

    Items are taken while earlier ones are worked on, a few ahead. What `function` raises is raised at its item's turn.
    """
    first = list(zip(range(2), items, strict=False))
    workers = min(_MAX_WORKERS, os.cpu_count() or 1)
    items = chain((item for _number, item in first), items)
    if len(first) < 2 or workers < 2:
        yield from map(function, items)
        return
    from concurrent.futures import Future, ThreadPoolExecutor  # noqa: PLC0415 - most files are read without

    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
