"""No auto posting leaves without validateOnly, whatever a profile says."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.arm.auto_postings import read_postings
from armbulk.arm.client import ArmClient
from armbulk.errors import SettingsError
from armbulk.model.posting_form import require_validate_only, write_postings
from armbulk.model.response import Response
from armbulk.resources.auto_postings import POSTINGS_FORM
from armbulk.settings.experiments import read_experiments

GOOD = {"confirmed_by": "Kari at Amili", "confirmed_on": "2026-11-30"}
POSTING = {"validateOnly": True, "amount": "{amount}"}


class Wire:
    """Stands for the network: nothing may come to it."""

    def submit(self, *_: Any) -> Response:
        """Fail."""
        raise AssertionError("a body left")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"p": []}, {"p": [{}]}, {"p": [{"validateOnly": False}]}, {"p": [{"validateOnly": "true"}]},
        {"p": [{"validateOnly": 1}]}, {"p": [{"validateOnly": True}, {}]}, {"p": [{"validateonly": True}]},
        {"p": [{"validateOnly": True, "validateonly": False}]}, {"p": {"validateOnly": True}}, [{"validateOnly": True}],
        {"p": [{"validateOnly": True}], "q": [{"amount": 1}]}, 1,
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["autopostings/x", "AutoPostings/x", "autopostings"])
def test_no_other_body_leaves(body: Any, path: str) -> None:
    """Neither as a validation nor as another write that is replaceable."""
    client = ArmClient(Wire())  # type: ignore[arg-type]
    for send in (client.validate_postings, lambda path, text: client.submit_form("POST", path, text)):
        with pytest.raises(ValueError, match="validateOnly"):
            send(path, json.dumps(body))  # type: ignore[operator]


def test_a_validation_goes_nowhere_else() -> None:
    """The path of a validation does not matter: its body is looked at."""
    with pytest.raises(ValueError, match="validateOnly"):
        ArmClient(Wire()).validate_postings("documents", '{"p": [{}]}')  # type: ignore[arg-type]


@given(st.lists(st.dictionaries(st.sampled_from(["text", "own_x", "customer_no"]), st.text()), min_size=1, max_size=4))
def test_every_value_arrives_as_it_is(rows: list[dict[str, str]]) -> None:
    """No value of a cell changes another member."""
    body = write_postings(POSTINGS_FORM, {"user_id": "u"}, rows, {"own": "own_x"})
    require_validate_only(body)
    keys = {"text": "text", "own_x": "own", "customer_no": "customerNo"}
    assert json.loads(body) == {
        "metadata": {"userId": "u"},
        "autoPostings": [{"validateOnly": True, **{keys[name]: value for name, value in row.items()}} for row in rows],
    }


@pytest.mark.parametrize(
    "values",
    [
        {"body": {"p": [{"amount": "{amount}"}]}}, {"body": {"p": [{**POSTING, "validateOnly": False}]}},
        {"body": {"p": [POSTING, POSTING]}}, {"body": {"p": POSTING}}, {"body": {"p": [POSTING], "q": []}},
        {"body": {"p": [{**POSTING, "no": "{posting_no}"}]}}, {"path": "documents"},
        {"path": "autopostings/write"}, {"path": "../{method}"},
        {"columns": {"A": "validateOnly"}}, {"columns": {"A": "ValidateOnly"}}, {"columns": {"A": "amount"}},
        {"columns": {"A": "a", "B": "A"}}, {"columns": {"A": ""}}, {"columns": {"A": 1}}, {"columns": ["A"]},
    ],
)  # fmt: skip
def test_a_profile_cannot_take_it_away(values: dict[str, Any]) -> None:
    """Whatever is wrong in the table stops every command with the profile, and names the table."""
    with pytest.raises(SettingsError, match=r"experimental\.auto_postings"):
        read_experiments({"auto_postings": {**GOOD, **values}}, Path("config.toml"))


def test_a_reservation_cannot_go_there() -> None:
    """The path of another experimental write is none of auto postings."""
    with pytest.raises(SettingsError, match="path"):
        read_experiments({"payment_reservations": {**GOOD, "path": "autopostings/x"}}, Path("config.toml"))


@pytest.mark.parametrize(
    ("status", "items", "expected"),
    [
        (200, [{"resultType": "VALIDATED"}, {"resultType": "ok"}], ["valid", "valid"]),
        (422, [{"resultType": "BATCH-REJECTED"}, {"resultType": "FAILED"}], ["batch_rejected", "failed"]),
        (200, [{"resultType": "VALIDATED"}, {"resultType": "CREATED"}], []),
        (200, [{"resultType": "VALIDATED"}], []),
        (200, [{"resultType": "BATCH-REJECTED"}, {"resultType": "BATCH-REJECTED"}], []),
        (200, [{"resultType": "VALIDATED", "amount": 2}, {"resultType": "VALIDATED"}], []),
        (200, [], []),
        (400, [], ["failed", "failed"]),
        (500, [{"resultType": "VALIDATED"}, {"resultType": "VALIDATED"}], []),
    ],
)  # fmt: skip
def test_only_a_plain_answer_counts(status: int, items: list[Any], expected: list[str]) -> None:
    """A word that may mean that it was posted, or another number of results, is unclear."""
    response = Response(status, json.dumps({"results": items}).encode())
    answers = read_postings(response, [{"amount": 1}, {"amount": 2}], "ARM's words")
    assert [answer.outcome.value for answer in answers] == expected
