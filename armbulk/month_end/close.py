"""The month-end: postings of a period, tied out, in a workbook; and the pack that closes the month."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armbulk.context import Context
from armbulk.errors import ForbiddenError, ServerError
from armbulk.export.fetched_list import read_list
from armbulk.export.incremental import PreviousExport
from armbulk.export.page_reader import is_list_missing
from armbulk.export.pricing import ExportSize, measure, price_export
from armbulk.export.run import choose_output_path
from armbulk.export.session import OnProgress, build_snapshot_name
from armbulk.model.partition import Partition
from armbulk.month_end.closing import Closing, read_closing
from armbulk.month_end.customer_names import CUSTOMERS, is_list_kept
from armbulk.month_end.lists import MonthEndLists
from armbulk.month_end.request import CLOSE, MonthEndRequest
from armbulk.month_end.tie_out import add_up_postings
from armbulk.month_end.turnover import has_whole_periods
from armbulk.writers.table_stream import TableStream
from armbulk.writers.tables import write_raw, write_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armbulk.writers.report_sheets import ReportSheet


def plan_month_end(
    context: Context, month_end: MonthEndRequest, *, fresh: bool, on_progress: OnProgress
) -> dict[str, Any]:
    """Return the price of the postings, with the lists that are read after them, as the JSON of `--plan`.

    A few small calls ask for totals; nothing is read completely. With `fresh` a customer list that is kept is not used.
    """
    request = month_end.request
    with ExitStack() as stack:
        lists = MonthEndLists(context, request.target, waits=True, fresh=fresh, on_progress=on_progress, stack=stack)
        session = lists.open_session(request)
        size = measure(session)
        others = _measure_others(lists, month_end)
        price = price_export(session, size, list(others.values()))
    resource = CLOSE if month_end.close else price["resource"]
    return {**price, "resource": resource, "beside": {name: other.records for name, other in others.items()}}


def _measure_others(lists: MonthEndLists, month_end: MonthEndRequest) -> dict[str, ExportSize]:
    """The sizes of the other lists; those that ARM does not offer are left out."""
    root, sizes = month_end.request.root, {}
    roots = {"gl-movements": root} if has_whole_periods(root) else {}
    if month_end.close:
        roots |= {"ar-items": Partition(), "insights": Partition()}
        roots |= {CUSTOMERS: Partition()} if month_end.with_names and not is_list_kept(lists) else {}
    for name, list_root in roots.items():
        try:
            sizes[name] = measure(lists.open_session(lists.build_further_request(name, list_root)))
        except (ServerError, ForbiddenError) as error:
            if not is_list_missing(error):
                raise
    if month_end.close and "gl-movements" not in sizes:
        sizes |= _measure_all_postings(lists, month_end.accounts)
    return sizes


def _measure_all_postings(lists: MonthEndLists, accounts: tuple[str, ...]) -> dict[str, ExportSize]:
    """The sizes of all postings of the receivable accounts: without movements, their balances are added up."""
    sizes = {}
    conditions: list[tuple[tuple[str, str], ...]] = [(("glaccountno", account),) for account in accounts]
    for values in conditions or [()]:
        size = measure(lists.open_session(lists.build_further_request("gl-items", Partition(values=values))))
        sizes["gl-items of all time" + "".join(f" {account}" for _, account in values)] = size
    return sizes


@dataclass(slots=True)
class ClosingExport:
    """A month-end that was read and tied out; its records stay in checkpoints on disk until it is written.

    Attributes:
        lists: the lists that were read, their sessions still open.
        closing: the figures.
        previous: the last export of the same postings, and the snapshot of this one.
        report: the JSON of `armbulk export`, without files.
    """

    lists: MonthEndLists
    closing: Closing
    previous: PreviousExport
    report: dict[str, Any]

    @property
    def complete(self) -> bool:
        """Whether no record is missing."""
        return bool(self.report["complete"])

    @property
    def agrees(self) -> bool:
        """Whether no tie-out has a difference."""
        return self.closing.agrees

    def streams(self, lang: str, file_format: str) -> list[TableStream]:
        """Return the tables: the postings; of a close pack the open items too."""
        from armbulk.month_end.workbook import build_streams  # noqa: PLC0415 - only for workbooks

        del file_format
        return build_streams(self.closing, lang)

    def report_sheets(self, lang: str) -> "Sequence[ReportSheet]":
        """Return the sheets with the sums, in the order of the workbook."""
        from armbulk.month_end.workbook import build_report_sheets  # noqa: PLC0415 - only for workbooks and pages

        return build_report_sheets(self.closing, lang).ordered

    def write(self, target: Path, dialect: str, lang: str) -> list[Path]:
        """Write the file; an incomplete one has `incomplete` in its name."""
        path = choose_output_path(target, complete=self.complete)
        session = self.lists.sessions[0]
        paths = self._write_file(path, dialect, lang, session.own_files())
        session.record_files(paths)
        self.mark_done()
        return paths

    def _write_file(self, path: Path, dialect: str, lang: str, own: frozenset[str]) -> list[Path]:
        """Write the file: a workbook with all sheets, or the postings alone in another format."""
        context, postings = self.lists.context, self.closing.postings
        if path.suffix.lower() == ".jsonl":
            return write_raw(path, postings.raw_records(), context.clock, own)
        if path.suffix.lower() != ".xlsx":
            return write_tables(path, postings.streams(lang), dialect, lang, context.clock, own=own)
        from armbulk.month_end.workbook import write_month_end_workbook  # noqa: PLC0415 - only for workbooks

        return write_month_end_workbook(context, self.closing, path, dialect, lang, own)

    def mark_done(self) -> None:
        """The records are where they belong: unless some are missing, keep the snapshot, delete the checkpoints."""
        postings = self.lists.sessions[0]
        if self.complete and not postings.is_done:
            self.lists.mark_done()
            if not self.closing.request.close:
                postings.save_snapshot(self.previous)


def open_month_end(
    stack: ExitStack,
    context: Context,
    month_end: MonthEndRequest,
    lang: str,
    *,
    waits: bool,
    fresh: bool,
    on_progress: OnProgress,
) -> ClosingExport:
    """Read the postings and verify them, and tie them out.

    Args:
        stack: closes the sessions.
        context: settings, clock and transport.
        month_end: what to export.
        lang: language of texts in the report.
        waits: whether to wait for room in the quota; else LimitError.
        fresh: whether to delete what an interrupted export has read.
        on_progress: called with progress.
    """
    request = month_end.request
    lists = MonthEndLists(context, request.target, waits=waits, fresh=fresh, on_progress=on_progress, stack=stack)
    session = lists.open_session(request)
    name = build_snapshot_name(context.profile.account, request)
    previous = stack.enter_context(session.open_previous_export(name))
    postings = read_list(session, fresh=fresh)
    closing = read_closing(lists, month_end, postings, add_up_postings(postings, previous), lang)
    return ClosingExport(lists, closing, previous, closing.to_json(lists, lang))
