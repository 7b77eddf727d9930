"""Hashes of the records that were sent: they show later what was sent, and reveal nothing of it.

A plain hash of a record could be guessed by anyone who knows most of it. So each run has a random key; without the key,
values cannot be tried.
"""

import hmac
import secrets
from collections.abc import Iterable

from armbulk.model.submission import OpenRecord

_KEY_BYTES, _NO_BYTES, _HASH_BYTES = 32, 8, 32
_ENTRY_BYTES = _NO_BYTES + _HASH_BYTES


def create_hash_key() -> str:
    """Return a new random key, for one run."""
    return secrets.token_hex(_KEY_BYTES)


def hash_payload(key: str, payload: str) -> str:
    """Return the HMAC-SHA-256 of a record's JSON, exactly as it is in the body that is sent."""
    return hmac.digest(key.encode(), payload.encode(), "sha256").hex()


def pack_hashes(key: str, records: Iterable[OpenRecord]) -> bytes:
    """Return the number and the hash of each record, in the order in which they are sent."""
    secret = key.encode()
    return b"".join(
        record.no.to_bytes(_NO_BYTES, "big") + hmac.digest(secret, record.payload.encode(), "sha256")
        for record in records
    )


def unpack_hashes(packed: bytes) -> list[tuple[int, str]]:
    """Return (record number, hash) of what `pack_hashes` packed."""
    entries = (packed[start : start + _ENTRY_BYTES] for start in range(0, len(packed), _ENTRY_BYTES))
    return [(int.from_bytes(entry[:_NO_BYTES], "big"), entry[_NO_BYTES:].hex()) for entry in entries]
