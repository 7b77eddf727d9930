"""The month-end: postings of a period, tied out, in a workbook; and the pack that closes the month.

Every other export goes through here unchanged.
"""

from contextlib import ExitStack
from typing import Any

from armbulk.context import Context
from armbulk.errors import ForbiddenError, ServerError
from armbulk.export.fetched_list import fetch_list
from armbulk.export.pricing import ExportSize, measure, plan_list, price_export
from armbulk.export.result import ExportResult
from armbulk.export.run import export_list, output_path
from armbulk.export.session import OnProgress, snapshot_name
from armbulk.model.partition import Partition
from armbulk.month_end.closing import read_closing
from armbulk.month_end.lists import MonthEndLists, is_list_missing
from armbulk.month_end.request import CLOSE, CloseRequest
from armbulk.month_end.turnover import has_whole_periods
from armbulk.month_end.workbook import write_closing


def plan_export(context: Context, close_request: CloseRequest, *, on_progress: OnProgress) -> dict[str, Any]:
    """Return the price of an export, with the lists that are read after it, as the JSON of `--plan`.

    A few small calls ask for totals; nothing is read completely.
    """
    request = close_request.request
    if not close_request.is_gl_items or request.only_changes:
        return plan_list(context, request, on_progress=on_progress)
    with ExitStack() as stack:
        lists = MonthEndLists(context, request.target, waits=True, fresh=False, on_progress=on_progress, stack=stack)
        session = lists.open_session(request)
        size = measure(session)
        others = _measure_others(lists, close_request)
        price = price_export(session, size, list(others.values()))
    resource = CLOSE if close_request.close else price["resource"]
    return {**price, "resource": resource, "beside": {name: other.records for name, other in others.items()}}


def _measure_others(lists: MonthEndLists, close_request: CloseRequest) -> dict[str, ExportSize]:
    """The sizes of the other lists; those that ARM does not offer are left out."""
    root, sizes = close_request.request.root, {}
    roots = {"gl-movements": root} if has_whole_periods(root) else {}
    if close_request.close:
        roots |= {"ar-items": Partition(), "insights": Partition()}
    for name, list_root in roots.items():
        try:
            sizes[name] = measure(lists.open_session(lists.build_request(name, list_root)))
        except (ServerError, ForbiddenError) as error:
            if not is_list_missing(error):
                raise
    if close_request.close and "gl-movements" not in sizes:
        sizes |= _measure_all_postings(lists, close_request.accounts)
    return sizes


def _measure_all_postings(lists: MonthEndLists, accounts: tuple[str, ...]) -> dict[str, ExportSize]:
    """The sizes of all postings of the receivable accounts: without movements, their balances are added up."""
    sizes = {}
    conditions: list[tuple[tuple[str, str], ...]] = [(("glaccountno", account),) for account in accounts]
    for values in conditions or [()]:
        size = measure(lists.open_session(lists.build_request("gl-items", Partition(values=values))))
        sizes["gl-items of all time" + "".join(f" {account}" for _, account in values)] = size
    return sizes


def run_export(
    context: Context, close_request: CloseRequest, lang: str, *, waits: bool, fresh: bool, on_progress: OnProgress
) -> ExportResult:
    """Read a list, verify it, tie it out where it has postings, and write it.

    Args:
        context: settings, clock and transport.
        close_request: what to export.
        lang: language of the file and of texts in the result.
        waits: whether to wait for room in the quota; else LimitError.
        fresh: whether to delete what an interrupted export has read.
        on_progress: called with progress.
    """
    request = close_request.request
    if not close_request.is_gl_items or request.only_changes:
        return export_list(context, request, lang, waits=waits, fresh=fresh, on_progress=on_progress)
    with ExitStack() as stack:
        lists = MonthEndLists(context, request.target, waits=waits, fresh=fresh, on_progress=on_progress, stack=stack)
        session = lists.open_session(request)
        name = snapshot_name(context.profile.account, request)
        previous = stack.enter_context(session.open_previous_export(name))
        postings = fetch_list(session, fresh=fresh, previous=previous)
        closing = read_closing(lists, close_request, postings, lang)
        report = closing.to_json(lists, lang)
        target = output_path(request.target, complete=report["complete"])
        paths = write_closing(context, closing, target, lang)
        if report["complete"]:
            lists.mark_done()
            if not close_request.close:
                session.save_snapshot(previous)
    return ExportResult({**report, "files": [str(path) for path in paths]}, report["complete"], closing.agrees)
