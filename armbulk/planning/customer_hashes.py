"""Hashes of customers: they show whether a customer was sent before unchanged, without storing names or numbers.

The hash of a customer's whole content decides whether it is sent again. The hash of a single field only shows whether
ARM still has what was sent: it is so short that many values share it, and the value cannot be worked out from it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from armbulk.model.keys import normalise_key_text
from armbulk.model.record_texts import format_json_value
from armbulk.model.value_forms import compare_form, list_leaves
from armbulk.resources import RESOURCES

_CUSTOMERS = RESOURCES["customers"]
_FIELDS = {field.path: field for field in _CUSTOMERS.fields}
_KEY = _CUSTOMERS.field(_CUSTOMERS.key).path
_CONTENT_BYTES, _KEY_BYTES, _VALUE_BYTES = 16, 8, 2

CONTENT_SCHEMA = {"item": pl.Int64, "customer": pl.String, "content": pl.String, "fields": pl.String}
"""Columns of a frame with the hashes of customers; `item` is the record's number, `fields` is null for a change."""


@dataclass(frozen=True, slots=True)
class CustomerHasher:
    """Calculates the hashes of a store, which no other store has (`salt`)."""

    salt: str

    def hash_key(self, customer_no: str) -> str:
        """Return the hash of a customer number; numbers that are compared as equal have the same."""
        return self._hash(normalise_key_text(customer_no), _KEY_BYTES)

    def hash_content(self, payload: str, *, update: bool) -> str:
        """Return the hash of a customer's JSON, which is sent as a new customer or as a change."""
        return self._hash(f"{'PUT' if update else 'POST'} {payload}", _CONTENT_BYTES)

    def hash_value(self, path: str, text: str | None) -> str:
        """Return the short hash of a value (as `record_texts.format_json_value` writes it)."""
        return self._hash(f"{path} {compare_form(_FIELDS.get(path), text)}", _VALUE_BYTES)

    def hash_customers(self, items: pl.DataFrame, *, update: bool) -> pl.DataFrame:
        """Return the hashes (CONTENT_SCHEMA) of the customers in `items` (`no`, `key` and `payload`)."""
        rows = [
            (
                no,
                self.hash_key(key),
                self.hash_content(payload, update=update),
                None if update else self._hash_fields(payload),
            )
            for no, key, payload in items.select("no", "key", "payload").iter_rows()
            if key and payload
        ]
        return pl.DataFrame(rows, schema=CONTENT_SCHEMA, orient="row")

    def hash_contents(self, payloads: Iterable[str | None], *, update: bool) -> list[str]:
        """Return the hash of each payload."""
        return [self.hash_content(payload or "", update=update) for payload in payloads]

    def hash_keys(self, customer_nos: Iterable[str | None]) -> list[str]:
        """Return the hash of each customer number."""
        return [self.hash_key(number or "") for number in customer_nos]

    def _hash_fields(self, payload: str) -> str:
        """The hashes of a new customer's values, as JSON."""
        leaves = list_leaves(json.loads(payload, parse_float=Decimal))
        hashes = {path: self.hash_value(path, format_json_value(value)) for path, value in leaves if path != _KEY}
        return json.dumps(hashes)

    def _hash(self, text: str, size: int) -> str:
        return hashlib.blake2b(
            text.encode("utf-8", "surrogatepass"), digest_size=size, key=self.salt.encode()
        ).hexdigest()
