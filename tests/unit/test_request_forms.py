"""The form of a request that ARM does not document: data, confirmed by a person, replaceable, exact."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.errors import SettingsError
from armbulk.model.request_form import RequestForm
from armbulk.resources.payment_reservations import PAYMENT_RESERVATIONS, RESERVATION_FORM
from armbulk.settings.experiments import read_experiments

GOOD = {"confirmed_by": "Kari at Amili", "confirmed_on": date(2026, 11, 30)}


def read(**values: Any) -> Any:
    """The experiment of a config.toml with these values."""
    return read_experiments({"payment_reservations": {**GOOD, **values}}, Path("config.toml"))["payment_reservations"]


def test_armbulks_own_form() -> None:
    """The documented identifications, one of them, and an amount with exactly its digits."""
    values = {"user_id": "u", "payment_id": "P-1", "kid": "0012", "amount": Decimal("100.50"), "currency": "NOK"}
    assert RESERVATION_FORM.source == "I"
    assert RESERVATION_FORM.write(values) == (
        '{"metadata":{"userId":"u"},"paymentReservation":{"paymentId":"P-1","kid":"0012","amount":100.50,"currency":"NOK"}}'
    )
    places = {"user_id", *(field.name for field in PAYMENT_RESERVATIONS.fields)}
    assert set(RESERVATION_FORM.list_places()) == places


def test_a_profile_replaces_path_and_body() -> None:
    """Constants stay, blank members are left out, also in lists; the rest is armbulk's own."""
    body = {
        "v": 2,
        "on": True,
        "items": [{"id": "{payment_id}", "kid": "{kid}"}],
        "only": {"x": "{document_no}"},
        "e": {},
    }
    form = read(body=body, path="payments/reserve").apply(RESERVATION_FORM)
    assert form.path == "payments/reserve"
    assert json.loads(form.write({"payment_id": "1"})) == {"v": 2, "on": True, "items": [{"id": "1"}], "e": {}}
    assert read().apply(RESERVATION_FORM) == RESERVATION_FORM
    assert (read().confirmed_by, read().confirmed_on) == ("Kari at Amili", "2026-11-30")


@pytest.mark.parametrize(
    "values",
    [
        {"confirmed_by": " "}, {"confirmed_by": True}, {"confirmed_on": "soon"}, {"confirmed_on": None},
        {"path": "../customers"}, {"path": "a//b"}, {"path": "a?b=1"}, {"path": 7}, {"colour": "x"}, {"body": "{}"},
        {"body": {"amount": "{amount}"}}, {"body": {"id": "{payment_id}", "x": "{colour}"}},
        {"body": {"id": "id {payment_id}"}}, {"body": {"id": "{payment_id}", "again": ["{payment_id}"]}},
    ],
)  # fmt: skip
def test_half_a_confirmation_is_none(values: dict[str, Any]) -> None:
    """Whatever is wrong in the table stops every command with the profile, and names the table."""
    with pytest.raises(SettingsError, match=r"experimental\.payment_reservations"):
        read(**values)


@pytest.mark.parametrize("content", [{"write_offs": GOOD}, {"payment_reservations": 1}, 1])
def test_other_writes_cannot_be_switched_on(content: Any) -> None:
    """Only what armbulk can do."""
    with pytest.raises(SettingsError):
        read_experiments(content, Path("config.toml"))


@given(st.text(), st.decimals(allow_nan=False, allow_infinity=False, places=2))
def test_every_value_arrives_as_it_is(text: str, amount: Decimal) -> None:
    """Texts are quoted, amounts keep their digits."""
    written = RequestForm("", {"t": "{kid}", "a": "{amount}"}).write({"kid": text, "amount": amount})
    assert json.loads(written, parse_float=Decimal) == {"t": text, "a": amount}
