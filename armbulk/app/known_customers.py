"""Customers that ARM is known to have: those sent from here, and ARM's list when it was last read."""

from typing import TYPE_CHECKING

from armbulk.context import Context
from armbulk.errors import StoreError
from armbulk.model.known_customers import KnownCustomers
from armbulk.settings.profile import Profile

if TYPE_CHECKING:
    from armbulk.store import Store


def load_known_customers(store: "Store", profile: Profile) -> KnownCustomers | None:
    """Return the customers of the profile's client that ARM is known to have; None when nothing is known."""
    if not (profile.base_url and profile.client_no):
        return None
    account = profile.account
    sent = set(store.sent_customers(account)["customer"])
    listed, listed_at = store.listed_customers(account)
    if not sent and listed_at is None:
        return None
    from armbulk.planning.customer_hashes import CustomerHasher  # noqa: PLC0415 - most checks know of no customers

    hasher, known = CustomerHasher(store.hash_salt()), sent | listed
    return KnownCustomers(lambda number: hasher.hash_key(number) in known, len(sent), len(listed), listed_at)


def find_known_customers(context: Context) -> KnownCustomers | None:
    """Return the same for a check, which needs no store; None without a usable store."""
    if not context.profile.client_no or not context.has_store():
        return None
    try:
        store = context.open_store()
    except StoreError:
        return None
    try:
        return load_known_customers(store, context.profile)
    finally:
        store.close()
