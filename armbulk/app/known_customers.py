"""What ARM is known to have: customers sent from here or in ARM's list when it was last read, and ARM's codes."""

from typing import TYPE_CHECKING, TypedDict

from armbulk.context import Context
from armbulk.errors import StoreError
from armbulk.model.known_codes import KnownCodes
from armbulk.model.known_customers import KnownCustomers
from armbulk.settings.profile import Profile

if TYPE_CHECKING:
    from armbulk.store import Store


class Known(TypedDict, total=False):
    """What a check knows of ARM: customers and codes; nothing where the client is not known."""

    known: KnownCustomers | None
    codes: KnownCodes | None


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


def find_known(context: Context) -> Known:
    """Return the same, and ARM's codes, for a check, which needs no store; nothing without a usable store."""
    if not context.profile.client_no or not context.has_store():
        return {}
    try:
        store = context.open_store()
    except StoreError:
        return {}
    try:
        return {
            "known": load_known_customers(store, context.profile),
            "codes": load_known_codes(store, context.profile),
        }
    finally:
        store.close()


def load_known_codes(store: "Store", profile: Profile) -> KnownCodes | None:
    """Return ARM's codes for the profile's client as they were read the last time; None: they never were."""
    if not (profile.base_url and profile.client_no):
        return None
    saved = store.saved_list(profile.account, "codes")
    return KnownCodes.of(saved) if saved is not None and saved.entries else None
