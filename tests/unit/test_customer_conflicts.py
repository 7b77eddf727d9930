"""How a new customer is compared with what ARM has, and how a conflict is written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.model.record_messages import DIFFERENT_IN_ARM
from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.resources import RESOURCES
from armbulk.sending.customer_decision import decide_change
from armbulk.sending.merge import compare, has_paths, merge
from armbulk.stored_messages import translate_message

CUSTOMERS = RESOURCES["customers"]
ADDRESS = {"addressLine1": "Nye vei 9", "addressLine2": "B", "addressLine3": "", "postalCode": "4600",
           "cityName": "Moss", "countryText": "", "countryCode": "NO"}  # fmt: skip


def test_a_part_of_an_address_is_completed() -> None:
    """What is sent has ARM's values of the members that the file does not have."""
    payload = '{"customerNo":"1","postalAddress":{"cityName":"Oslo"}}'
    comparison = compare(payload, {"customerNo": "1", "postalAddress": ADDRESS}, CUSTOMERS)
    assert json.loads(comparison.payload or "")["postalAddress"] == {**ADDRESS, "cityName": "Oslo"}
    assert [difference.path for difference in comparison.differences] == ["postalAddress.cityName"]
    stays = {f"postalAddress.{name}": value for name, value in ADDRESS.items() if value and name != "cityName"}
    assert {part.path: part.current for part in comparison.kept} == stays
    assert compare('{"customerNo":"1","name":"A"}', {"postalAddress": ADDRESS}, CUSTOMERS).kept == ()


@pytest.mark.parametrize(
    ("base", "kept"), [("{}", ["postalAddress.addressLine2"]), ('{"postalAddress.cityName":"a"}', [])]
)
def test_what_stays_of_a_changed_address(base: str, kept: list[str]) -> None:
    """Parts that a file lacks are named; an exported row has them in its cells, and equal cities change nothing."""
    current = {"customerNo": "1", "postalAddress": {"addressLine1": "", "addressLine2": "B", "cityName": "a"}}
    change = '{"customerNo":"1","postalAddress":{"cityName":"Oslo"}}'
    decision = decide_change(change, base, current, overwrite=False)
    assert [part.path for part in decision.kept] == kept
    same = '{"customerNo":"1","name":"N","postalAddress":{"cityName":"a"}}'
    assert decide_change(same, "{}", current, overwrite=False).kept == ()


@pytest.mark.parametrize(
    ("file", "arm"),
    [
        ('{"customerNo":"1","discountRate":5.50}', {"discountRate": 5.5}),
        ('{"customerNo":"1","discountRate":0}', {}),
        ('{"customerNo":"1","limitAmount":2000}', {"limitAmount": "2000.00"}),
        (
            '{"customerNo":"1","emailAddressDocument":["a@b.no","c@d.no"]}',
            {"emailAddressDocument": ["a@b.no", "c@d.no"]},
        ),
        ('{"customerNo":"1","phoneNo":""}', {"phoneNo": None}),
        ('{"customerNo":"1","customerMessage":"a\\nb"}', {"customerMessage": "a\r\nb"}),
        ('{"customerNo":"1","vatLiable":true}', {"vatLiable": True}),
        ('{"customerNo":"1","currency":"nok","language":"NO"}', {"currency": "NOK", "language": "no"}),
        ('{"customerNo":"1","dateOfBirth":"1999-01-01"}', {"dateOfBirth": "1999-01-01T00:00:00+01:00"}),
    ],
)
def test_equal_values_are_no_difference(file: str, arm: dict[str, object]) -> None:
    """Other notations of the same value leave nothing to send."""
    assert compare(file, {"customerNo": "1", **arm}, CUSTOMERS).payload is None


@pytest.mark.parametrize(
    "arm", ["true", "x", [1], {"a": 1}, 1e400, "NaN", "sNaN", "1E+999999", "1e99999999", "9" * 5_000, "\ud800"]
)
def test_odd_values_at_arm_are_differences(arm: object) -> None:
    """Whatever ARM has in a field: it is another value, and nothing crashes."""
    comparison = compare('{"customerNo":"1","discountRate":5.5}', {"customerNo": "1", "discountRate": arm}, CUSTOMERS)
    assert [difference.path for difference in comparison.differences] == ["discountRate"]


def test_what_was_sent_from_here_is_no_difference() -> None:
    """Where ARM still has what was sent, a change of the file goes."""
    hasher = CustomerHasher("salt")
    sent = {"name": hasher.hash_value("name", "Ola")}

    def was_sent(path: str, text: str | None) -> bool:
        return sent.get(path) == hasher.hash_value(path, text)

    payload = '{"customerNo":"1","name":"Kari"}'
    assert compare(payload, {"customerNo": "1", "name": "Ola"}, CUSTOMERS, was_sent).differences == ()
    assert len(compare(payload, {"customerNo": "1", "name": "Per"}, CUSTOMERS, was_sent).differences) == 1


def test_a_list_without_all_members_is_not_enough() -> None:
    """A record that does not name every field, or every member of the address, is looked up on its own."""
    payload = '{"customerNo":"1","name":"A","postalAddress":{"cityName":"Oslo"}}'
    whole = {"customerNo": "1", "name": "B", "postalAddress": ADDRESS}
    assert has_paths(payload, whole, CUSTOMERS)
    assert not has_paths(payload, {"customerNo": "1", "postalAddress": ADDRESS}, CUSTOMERS)
    short = {name: value for name, value in ADDRESS.items() if name != "addressLine2"}
    assert not has_paths(payload, {**whole, "postalAddress": short}, CUSTOMERS)
    assert not has_paths(payload, {**whole, "postalAddress": None}, CUSTOMERS)


@given(st.text(max_size=20), st.text(max_size=20))
def test_hashes_tell_contents_apart(one: str, other: str) -> None:
    """The same content has the same hash, another has another; a change is not a new customer."""
    hasher = CustomerHasher("salt")
    assert (hasher.hash_content(one, update=False) == hasher.hash_content(other, update=False)) is (one == other)
    assert hasher.hash_content(one, update=False) != hasher.hash_content(one, update=True)
    assert hasher.hash_content(one, update=False) != CustomerHasher("other").hash_content(one, update=False)
    assert hasher.hash_key(f" {one}") == hasher.hash_key(one)


def test_a_masked_part_of_a_group_is_named() -> None:
    """What ARM shows as stars would be lost if it were sent back with the rest of the address."""
    current = {"customerNo": "1", "postalAddress": {"addressLine1": "Sto****", "cityName": "Oslo"}}
    payload = '{"customerNo":"1","postalAddress":{"cityName":"Bergen"}}'
    (conflict,) = merge(payload, {}, current, CUSTOMERS).conflicts
    assert conflict.description == "Address line 1: ARM shows it masked and would lose it, so enter it, too"
    (difference,) = [
        difference
        for difference in compare(payload, current, CUSTOMERS).differences
        if not difference.may_be_overwritten
    ]
    message = f"{DIFFERENT_IN_ARM}. {difference.description}"
    assert ". Adresse 1: ARM viser verdien maskert" in translate_message(message, "nb")
    complete = '{"customerNo":"1","postalAddress":{"addressLine1":"Storgata 1","cityName":"Bergen"}}'
    assert merge(complete, {}, current, CUSTOMERS).conflicts == ()
