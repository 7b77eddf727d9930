"""When the content of a month-end workbook was first exported: exporting it again changes no byte."""

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from armbulk.context import Context
from armbulk.export.session import EXPORTS_FOLDER
from armbulk.month_end.ageing import Interval
from armbulk.month_end.closing import Closing
from armbulk.month_end.cover import Origin
from armbulk.store.digest_file import DigestFile
from armbulk.writers.table_stream import TableStream

_FILE = "seen.json"


def first_export_time(context: Context, digest: str) -> float:
    """Return when a content was first exported on this machine (epoch seconds): now, for a new one."""
    file = DigestFile(context.profile.home / EXPORTS_FOLDER / _FILE)
    return file.load_or_record(digest, context.clock.now())


def digest_content(closing: Closing, origin: Origin, streams: Sequence[TableStream]) -> str:
    """Return a digest of every row, every figure, and whose they are.

    Digests of older versions are kept on disk, so the texts that are digested must stay as they are.
    """
    digest = hashlib.sha256(_origin_text(origin).encode())
    facts: list[Any] = [closing.request.request.columns, closing.tie_out.to_json("en"), closing.gaps]
    if closing.receivables:
        intervals = [_interval_text(interval) for interval in closing.receivables.intervals]
        facts += [closing.receivables.to_json("en"), intervals]
        if names := closing.names.digest_texts():
            facts.append(names)
    digest.update(json.dumps(facts, default=_to_plain_text).encode())
    for stream in streams:
        for chunk in stream.chunks():
            digest.update(chunk.write_csv(include_header=False).encode())
    return digest.hexdigest()


def _origin_text(origin: Origin) -> str:
    return (
        f"About(window={origin.window!r}, client_no={origin.client_no!r}, profile={origin.profile!r}, "
        f"by={origin.user!r}, when='', close={origin.is_close!r})"
        + (f", name={origin.client_name!r}" if origin.client_name else "")
    )


def _interval_text(interval: Interval) -> str:
    return f"Interval(least={interval.first!r}, most={interval.last!r})"


def _to_plain_text(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)
