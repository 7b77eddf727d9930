"""Read ARM's AR items of some customers: from ARM's whole list, or customer by customer, whatever takes less."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from armbulk.app.dialog import Dialog, ReportProgress
from armbulk.app.diff.price import ReadPrice
from armbulk.arm.decode import read_raw_records
from armbulk.context import Context
from armbulk.errors import Unfinished
from armbulk.export.fetched_list import fetch_list
from armbulk.export.pricing import ExportSize, PagePrice, estimate_finish, measure
from armbulk.export.request import ExportArguments, ExportRequest, build_list_request
from armbulk.export.result import find_gaps
from armbulk.export.session import ExportSession
from armbulk.i18n import _
from armbulk.model.outcome import ApiUsage
from armbulk.model.partition import Partition
from armbulk.planning.verification_price import is_list_cheaper
from armbulk.quota.limits import Priority

_MAX_AGE_SECONDS = 900.0
"""How long an interrupted reading is continued."""

_CUSTOMER_FILTER = "customerno"


@dataclass(frozen=True, slots=True)
class ArmItems:
    """The AR items of some customers (with the list: of all).

    Attributes:
        records: ARM's records, amounts exact.
        price: What the reading was expected to cost.
        usage: What it has used of ARM's limits.
    """

    records: list[dict[str, Any]]
    price: ReadPrice
    usage: ApiUsage


def read_arm_items(
    context: Context, customers: Sequence[str] | None, dialog: Dialog, *, since: float, wait: bool
) -> ArmItems | None:
    """Read the AR items of customers.

    Args:
        context: With the login for ARM.
        customers: Their numbers; None: they are not known, and the list is read.
        dialog: Confirms a high price; shows progress.
        since: What an interrupted reading has read before (epoch seconds) does not count.
        wait: Whether to wait for ARM's limits.

    Returns:
        The items; None when the price was not confirmed.

    Raises:
        Unfinished: ARM's list could not be read completely.
        LimitError, LoginError, ServerError, Interrupted: What was read is kept; the same call continues.
        QuestionError: The price has to be confirmed, and no person can answer.
    """
    request = build_list_request("ar-items", ExportArguments(Path("ar-items.jsonl")))  # nothing is written
    request = replace(request, purpose="migration")
    with dialog.comparing() as progress, ExportSession(context, request, wait, progress) as session:
        _forget_earlier(session, since)
        size = measure(session)
        price = _choose(session, size, customers)
        if not dialog.accept_price(price):
            session.is_done = True
            return None
        if price.look_ups:
            try:
                reading = _read_customers(
                    context, request, customers or (), progress, total=size.records, since=since, wait=wait
                )
                records, usage = [], session.checkpoint.usage
                for of_customer, used in reading:
                    records += of_customer
                    usage += used
            except _FilterIgnoredError:
                price = _choose(session, size, None)
                if not dialog.accept_price(price):
                    session.is_done = True
                    return None
            else:
                session.is_done = True
                return ArmItems(records, price, usage)
        records = _read(session)
        return ArmItems(records, price, session.checkpoint.usage)


class _FilterIgnoredError(Exception):
    """ARM returns its whole list whatever customer it is asked for."""


def _choose(session: ExportSession, size: ExportSize, customers: Sequence[str] | None) -> ReadPrice:
    """Choose what takes less; the items of a customer take a call for their number, and one for themselves."""
    context, limits = session.context, session.context.profile.limits
    calls = len(customers or ()) * 2
    look_ups = 0 if customers is None or is_list_cheaper(size.records, calls, limits) else len(customers)
    pages = (PagePrice(1, 1),) * (look_ups * 2) or size.pages
    cost = ApiUsage(len(pages), sum(page.expected for page in pages))
    finishes, now = estimate_finish(session.store, context, pages), context.clock.now()
    hour = {meter: limits.capacity("hour", meter, Priority.NORMAL) for meter in ("requests", "reads")}
    method = "look-ups" if look_ups else "list"
    return ReadPrice(method, look_ups, size.records, cost, hour, finishes, finishes - now, "ar-items")


def _read_customers(
    context: Context,
    request: ExportRequest,
    customers: Sequence[str],
    progress: ReportProgress,
    *,
    total: int,
    since: float,
    wait: bool,
) -> Iterator[tuple[list[dict[str, Any]], ApiUsage]]:
    """Yield the items of each customer, and what they have used."""
    for number in customers:
        root = Partition(values=((_CUSTOMER_FILTER, number),))
        with ExportSession(context, replace(request, root=root), wait, progress) as session:
            _forget_earlier(session, since)
            if measure(session).records >= total:
                session.is_done = True
                raise _FilterIgnoredError
            yield _read(session), session.checkpoint.usage


def _read(session: ExportSession) -> list[dict[str, Any]]:
    """Read a list completely; what was read is not needed again."""
    fetched = fetch_list(session, fresh=False)
    if find_gaps(fetched):
        raise Unfinished(
            "list-incomplete",
            _("ARM's list of AR items could not be read completely, so nothing was compared"),
            _("Run the same command again"),
        )
    session.is_done = True
    return list(read_raw_records(fetched.raw_records()))


def _forget_earlier(session: ExportSession, since: float) -> None:
    """Forget what an earlier reading has read: it shows what ARM had then."""
    file, now = session.checkpoint.file, session.context.clock.now()
    if session.started_at < max(since, now - _MAX_AGE_SECONDS):
        file.clear()
    file.save_fact("begun", file.read_fact("begun", now))
