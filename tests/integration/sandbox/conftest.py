"""A sandbox on loopback, and a client of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from support.sandbox_caller import Caller, Clock, customer

from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def clock() -> Clock:
    """A clock that moves only when told to."""
    return Clock()


@pytest.fixture
def arm(clock: Clock) -> Callable[..., Any]:
    """Make sandboxes with someone who calls them; switches are those of Sandbox."""

    @contextmanager
    def start(**switches: Any) -> Iterator[Caller]:
        with Sandbox(clock=clock, **{"customers": [customer()], **switches}) as sandbox:
            caller = Caller(sandbox, clock)
            try:
                yield caller
            finally:
                caller.close()

    return start
