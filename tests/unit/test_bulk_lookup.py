"""A list of ARM counts only when it is whole: its own total, each record once, within its cap, unchanged meanwhile."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from armbulk.errors import LoginError
from armbulk.model.page import Page
from armbulk.model.response import ApiResult, Response, TransportError
from armbulk.rate_limited import CallFailed, RateLimited
from armbulk.sending.bulk_lookup import MAX_LIST_RECORDS, fetch_all


def page(*numbers: int, total: int | None = 4, cap: int | None = None) -> Page:
    """A page with these documents."""
    return Page(tuple({"documentNo": str(number)} for number in numbers), total, cap, None, "q")


class Client:
    """Gives one answer after another."""

    def __init__(self, answers: Sequence[Any]) -> None:
        self.answers = list(answers)
        self.clock = SimpleNamespace(interrupted=False, now=lambda: 0.0)
        self.limits = SimpleNamespace(capacity=lambda *_: 1_000)
        self.rooms = [0.0]
        self.system = SimpleNamespace(read_page=lambda *_: None)

    def find_room(self, *_: Any) -> float:
        """When there is room: now, unless `rooms` say other times one after another."""
        return self.rooms.pop(0) if len(self.rooms) > 1 else self.rooms[0]

    def get(self, call: Callable[[], Any], *_: Any) -> Any:
        """The next answer."""
        del call
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return ApiResult(Response(200), answer) if isinstance(answer, Page) or answer is None else answer


@pytest.mark.parametrize(
    ("answers", "records"),
    [
        ([page(1, 2), page(3, 4)], 4),
        ([page(1, 2, total=2)], 2),
        ([page(1, 2), page(3), page(4)], 4),
        ([page(1, 2, total=0)], None),  # more than its own total
        ([page(1, 2), page(3), page()], None),  # fewer
        ([page(1, 2), page(2, 3)], None),  # one twice, one missing: it has changed while it was read
        ([page(1, 2), page(3, 4, total=5)], None),
        ([page(1, 2, total=None)], None),
        ([page(1, 2, 3, 4, cap=4)], None),  # the same number as ARM serves at all
        ([page(1, 2, total=MAX_LIST_RECORDS)], None),
        ([page(1, 2, total=1_000 + 50 * 10 + 1)], None),  # looking ten documents up takes less
        ([page(1, 2), None], None),
        ([None], None),
        ([LoginError("x", "y", "z")], None),
        ([CallFailed(Response(404))], None),
    ],
)
def test_only_a_whole_list_is_read(answers: Sequence[Any], records: int | None) -> None:
    """None where anything is missing, doubled or beyond the cap: then each record is looked up."""
    found = fetch_all(Client(answers), "documents", 10, 1)  # type: ignore[arg-type]
    assert (len(found) if isinstance(found, list) else found) == records


@pytest.mark.parametrize("stop", [RateLimited(1.0), CallFailed(Response(error=TransportError.BROKEN))])
def test_a_limit_or_a_failure_is_handed_on(stop: Any) -> None:
    """The list is read later; it is not called incomplete."""
    assert fetch_all(Client([page(1, 2), stop]), "documents", 10, 1) == stop  # type: ignore[arg-type]


@pytest.mark.parametrize(("whole", "answer"), [(60.0, RateLimited(60.0)), (float("inf"), None)])
def test_a_list_without_room_for_all_its_pages_is_not_begun(whole: float, answer: Any) -> None:
    """It is read when all its pages fit; a list that never fits is replaced by look-ups."""
    client = Client([page(1, 2)])
    client.rooms = [30.0, whole]
    assert fetch_all(client, "documents", 10, 1) == answer  # type: ignore[arg-type]
