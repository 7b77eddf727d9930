"""Read ARM's customers: from its list where many are needed, else one by one."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from armbulk.errors import LoginError, Unfinished
from armbulk.i18n import _, join_texts
from armbulk.model.keys import loosen_key, normalise_key_text
from armbulk.model.lookup import NO_LOOKUP_STATUSES
from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.planning.verification_price import MAX_SINGLE_LOOKUPS
from armbulk.quota.limits import Priority
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.resources import RESOURCES
from armbulk.sending.bulk_lookup import fetch_all
from armbulk.sending.list_proof import DistrustReason
from armbulk.sending.merge import has_paths
from armbulk.store import ListCheck

MAX_LIST_AGE_SECONDS = 900.0
"""How long a list is used: people change customers meanwhile."""

_HINT = _("Use --first-import to send the customers without checking ARM first")

_CUSTOMERS = RESOURCES["customers"]
_NUMBER = _CUSTOMERS.field(_CUSTOMERS.key).path

_log = logging.getLogger(__name__)


class LookUpMemory(Protocol):
    """Keeps look-ups that were answered, for a reader that asks again a short time later."""

    def find_look_up(self, customer_no: str) -> dict[str, Any] | None:
        """Return ARM's record of a customer, an empty one if ARM does not have it; None: it was not looked up."""

    def keep_look_up(self, customer_no: str, record: dict[str, Any]) -> None:
        """Keep an answer."""


@dataclass(slots=True)
class CustomerReader:
    """Reads customers in ARM.

    Attributes:
        client: the calls.
        run_id: the run that is charged; 0: none.
        listed: ARM's list by compared customer number, without those that it has more than once.
        repeated: the compared customer numbers that the list has more than once: they are looked up.
        numbers: the numbers of the list without blanks and leading zeros; None: what the list lacks may be in ARM.
        listed_at: when the list was read, or found not to be worth it (epoch seconds); None: not yet.
        checks: whether each list that was read was trusted, until someone records it.
        look_ups: look-ups that count instead of new ones; None: each is made.
    """

    client: RateLimitedClient
    run_id: int = 0
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    numbers: frozenset[str] | None = None
    listed_at: float | None = None
    checks: list[ListCheck] = field(default_factory=list)
    look_ups: LookUpMemory | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether the list was read, or found not to be worth it, a short time ago."""
        return self.listed_at is not None and self.client.clock.now() - self.listed_at < MAX_LIST_AGE_SECONDS

    def read_list(self, lookups: int) -> Interruption | None:
        """Read ARM's list when that takes less quota than so many look-ups; None when that is done."""
        now = self.client.clock.now()
        self.listed, self.repeated, self.numbers, self.listed_at = {}, frozenset(), None, now
        if lookups <= MAX_SINGLE_LOOKUPS:
            return None
        records = fetch_all(self.client, "customers", lookups, self.run_id)
        if isinstance(records, RateLimited | CallFailed):
            self.listed_at = None
            return records
        self.use_list(records or (), now, is_complete=records is not None)
        return None

    def use_list(
        self,
        records: Sequence[dict[str, Any]],
        read_at: float,
        *,
        is_complete: bool,
        is_new: bool = True,
        repeated: Iterable[dict[str, Any]] = (),
    ) -> None:
        """Use records of ARM's list.

        Args:
            records: the records.
            read_at: when their reading began (epoch seconds).
            is_complete: they are all that ARM has.
            is_new: the list was read just now.
            repeated: those of the records that were read more than once, if `records` has each once.
        """
        numbers = [str(record.get(_NUMBER) or "") for record in records]
        keys = Counter(map(normalise_key_text, numbers))
        keys.update(normalise_key_text(str(record.get(_NUMBER) or "")) for record in repeated)
        self.repeated = frozenset(key for key, count in keys.items() if key and count > 1)
        self.listed = {
            key: record
            for number, record in zip(numbers, records, strict=True)
            if (key := normalise_key_text(number)) and key not in self.repeated
        }
        self.numbers, self.listed_at = None, read_at
        self._judge_list(numbers if is_complete and all(numbers) else None, read_at, is_new=is_new)

    def find(self, customer_no: str, payload: str) -> dict[str, Any] | Interruption | None:
        """Return what ARM has under a customer number; None when ARM does not have it.

        Args:
            customer_no: the number.
            payload: the record (JSON) that is to be compared; a list that does not name all its fields is not used.
        """
        is_shown, record = self.find_in_list(customer_no, payload)
        return record if is_shown else self._look_up(customer_no)

    def find_in_list(self, customer_no: str, payload: str) -> tuple[bool, dict[str, Any] | None]:
        """Return whether the list shows what ARM has of a customer, and that; None when ARM does not have it."""
        record = self.listed.get(normalise_key_text(customer_no))
        if record is not None and has_paths(payload, record, _CUSTOMERS):
            return True, record
        return record is None and self.numbers is not None and loosen_key(customer_no) not in self.numbers, None

    def _judge_list(self, numbers: list[str] | None, now: float, *, is_new: bool) -> None:
        """Decide whether what the list lacks is not in ARM: it is complete, and has all that ARM is known to have."""
        store = self.client.store
        hasher = CustomerHasher(store.hash_salt())
        known = set(store.sent_customers(self.client.account)["customer"])
        missing = len(known.difference(hasher.hash_keys(numbers or ())))
        reason = None
        if numbers is None:
            reason, missing = DistrustReason.INCOMPLETE, 0
        elif missing:
            reason = DistrustReason.LACKS_KNOWN
        else:
            self.numbers = frozenset(map(loosen_key, numbers))
            if is_new:
                store.save_customer_list(self.client.account, hasher.hash_keys(numbers))
        records = len(numbers) if numbers is not None else None
        self.checks.append(ListCheck("customers", records, len(known), missing, reason, now))
        _log.info(
            "List checked", extra={"run": self.run_id, "records": records, "known": len(known), "missing": missing}
        )

    def _look_up(self, customer_no: str) -> dict[str, Any] | Interruption | None:
        """Look one customer up; None when ARM does not have it."""
        kept = self.look_ups.find_look_up(customer_no) if self.look_ups else None
        if kept is not None:
            return kept or None
        result = self._call(customer_no)
        if isinstance(result, RateLimited | CallFailed):
            return result
        if self.look_ups:
            self.look_ups.keep_look_up(customer_no, result)
        return result or None

    def _call(self, customer_no: str) -> dict[str, Any] | Interruption:
        """Return what ARM answers to the look-up of a customer: an empty record when it does not have it."""
        if self.client.clock.interrupted:
            return RateLimited(self.client.clock.now())
        call = partial(self.client.system.look_up_customer, customer_no)
        try:
            result = self.client.get(call, run_id=self.run_id, priority=Priority.NORMAL)
        except LoginError as error:
            more = _("If this login may send customers but not read them: {hint}", hint=_HINT)
            error.hint = join_texts(error.hint, more, separator=". ")
            raise
        if isinstance(result, RateLimited):
            return result
        if result.response.status in NO_LOOKUP_STATUSES:
            raise Unfinished(
                "cannot-look-up",
                _(
                    "ARM does not allow look-ups of single customers (status {status}). They might overwrite "
                    "changes made by others, so none was sent",
                    status=result.response.status,
                ),
                _HINT,
            )
        if isinstance(result, CallFailed):
            return result
        if result.content is not None or result.response.is_not_found:
            return result.content or {}
        reason = _("its answer to the look-up of a customer cannot be read")
        return CallFailed(replace(result.response, reason=reason))
