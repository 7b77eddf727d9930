"""Export a list of ARM: read it, prove it complete, tie it out; then hand it on as a frame or a file."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Unpack

import polars as pl

from armbulk.app.choices import name_exports
from armbulk.app.dialog import Dialog, ReportProgress
from armbulk.context import Context
from armbulk.errors import Unfinished, UsageError
from armbulk.export.pricing import plan_list
from armbulk.export.request import ExportArguments, ExportRequest, build_list_request, verify_format
from armbulk.export.run import ListExport, open_list
from armbulk.i18n import _
from armbulk.model.outcome import ApiUsage
from armbulk.model.resource_name import find_name, unknown_name_hint
from armbulk.month_end.close import ClosingExport, open_month_end, plan_month_end
from armbulk.month_end.request import (
    CLOSE,
    POSTINGS,
    MonthEndRequest,
    build_month_end_request,
    verify_close_format,
    verify_no_close_options,
)
from armbulk.resources import EXPORTS
from armbulk.results.target_check import verify_writable
from armbulk.store import WrittenFiles
from armbulk.writers.table_stream import TableStream
from armbulk.writers.tables import CSV_DIALECT_NAMES

if TYPE_CHECKING:
    from armbulk.writers.report_sheets import ReportSheet

_T = TypeVar("_T")


class ExportQuery(TypedDict, total=False):
    """Which part of a list is exported, and where to.

    Attributes:
        period: A period of the ledger, or a month: `2025-02`.
        year: A year of the ledger, or a calendar year.
        first: The first day.
        last: The last day.
        where: Conditions, `{"customerno": "543210"}` or `["customerno=543210"]`.
        columns: Only these columns, in this order.
        since: `last`: only what is new or changed since the last complete export of the same.
        accounts: For `close`: the accounts receivable in the general ledger.
        customer_names: For `close`: whether to read the names of customers, from ARM's whole customer list.
        target: The file, whose ending is its format (.xlsx, .csv, .parquet, .jsonl); RESOURCE.xlsx without it.
        csv_dialect: `norwegian` (; and decimal comma) or `rfc` (, and decimal point).
        max_requests: The most requests to a list; without it, what may cost half an hour's limit has to be confirmed.
    """

    period: str | None
    year: int | None
    first: date | None
    last: date | None
    where: Mapping[str, str] | Sequence[str]
    columns: Sequence[str]
    since: Literal["last"] | None
    accounts: Sequence[str]
    customer_names: bool
    target: str | Path | None
    csv_dialect: str
    max_requests: int | None


class Export:
    """A list that was read from ARM. Its records are on disk until it is closed; call `frame` or `write` before.

    The session closes it at its end, or earlier for another export that reads the same list, once `frame` or `write`
    was called. When the list is complete, what was read is deleted then, and the next export with `since="last"` is
    compared with it. Else the same export continues from there.
    """

    def __init__(
        self,
        request: ExportRequest | MonthEndRequest,
        source: ListExport | ClosingExport,
        stack: ExitStack,
        lang: str,
    ) -> None:
        self._list = _list_of(request)
        self._is_close = isinstance(request, MonthEndRequest) and request.close
        self._source = source
        self._stack = stack
        self._lang = lang
        self._files: list[Path] = []
        self._is_used = False
        self._is_closed = False

    @property
    def rows(self) -> int:
        """How many records there are."""
        return int(self._source.report["rows"])

    @property
    def complete(self) -> bool:
        """Whether it is proven that no record is missing."""
        return self._source.complete

    @property
    def gaps(self) -> list[dict[str, Any]]:
        """What may be missing: `window`, `expected` (None: unknown), `got` and `why` of each gap."""
        return list(self._source.report["gaps"])

    @property
    def tie_out(self) -> dict[str, Any] | None:
        """Postings against ARM's GL movements, as the JSON of `armbulk export` has it; None for other lists."""
        tie_out: dict[str, Any] | None = self._source.report["tie_out"]
        return tie_out

    @property
    def agrees(self) -> bool:
        """Whether no tie-out has a difference."""
        return self._source.agrees

    @property
    def totals(self) -> dict[str, Any]:
        """The exact sums of the amount columns, by field; of amounts in a currency, by field and currency."""
        return dict(self._source.report["totals"])

    @property
    def cost(self) -> ApiUsage:
        """What it used of ARM's limits."""
        return ApiUsage(**self._source.report["cost"])

    def frame(self) -> pl.DataFrame:
        """Return the records, one row each, in memory.

        Columns are named as `armbulk fields RESOURCE` names its fields; unknown fields follow under ARM's
        own path. Amounts are Decimal (at least 2 decimals), quantities Decimal, whole numbers Int64, dates Date, times
        Datetime in UTC, yes/no Boolean, all else String. A column with a value of another kind is String.
        """
        return self.frames()[0]

    def frames(self) -> list[pl.DataFrame]:
        """Return all tables of the export: the records; then the lines of documents, or the pack's open items.

        Raises:
            UsageError: The export is closed.
        """
        self._verify_open()
        frames = [stream.to_frame() for stream in self._source.streams(self._lang, "parquet")]
        self._source.mark_done()
        self._is_used = True
        return frames

    def streams(self, lang: str) -> list[TableStream]:
        """Return the tables of the export, whose rows are read from disk when they are needed.

        Raises:
            UsageError: The export is closed.
        """
        self._verify_open()
        return self._source.streams(lang, "parquet")

    def report_sheets(self, lang: str) -> "Sequence[ReportSheet]":
        """Return the sheets with the sums of a month-end, in the order of its workbook; () for other lists.

        Raises:
            UsageError: The export is closed.
        """
        self._verify_open()
        return self._source.report_sheets(lang)

    def write(self, target: str | Path | None = None, *, csv_dialect: str = "") -> list[Path]:
        """Write a file (or one per table for CSV and Parquet); return the paths.

        Args:
            target: The file; its ending chooses the format: .xlsx, .csv, .parquet, or .jsonl where the export was made
                for such a target. None: the target of the export. An incomplete export gets `.incomplete` in its name.
            csv_dialect: `norwegian` (; and decimal comma) or `rfc`; "": that of the export.

        Raises:
            UsageError: The target has another ending, or the export is closed.
            FileError: The file cannot be written.
        """
        self._verify_open()
        path = Path(target) if target is not None else self._list.target
        dialect = csv_dialect or self._list.dialect
        self._verify_format(path, dialect)
        self._files = self._source.write(path, dialect, self._lang)
        self._is_used = True
        return list(self._files)

    def to_json(self) -> dict[str, Any]:
        """Return the export, as the JSON of `armbulk export` has it."""
        return {**self._source.report, "files": [str(path) for path in self._files]}

    @property
    def is_used(self) -> bool:
        """Whether its records were taken, by `frame` or `write`."""
        return self._is_used

    def close(self) -> None:
        """Close what was read; the session does it too."""
        self._is_closed = True
        self._stack.close()

    def _verify_open(self) -> None:
        if self._is_closed:
            raise UsageError("export-closed", _("The export is closed"), _("Export again, then call frame or write"))

    def _verify_format(self, target: Path, dialect: str) -> None:
        """Make sure that it can be written to another target than it was made for; UsageError otherwise."""
        verify_format(target)
        if self._is_close:
            verify_close_format(target)
        if (target.suffix.lower() == ".jsonl") != self._list.is_raw:
            raise UsageError(
                "form-raw",
                _("{name}: a .jsonl file and other formats need separate exports", name=target.name),
                _("Export again with target='{target}'", target=str(target)),
            )
        if dialect not in CSV_DIALECT_NAMES:
            raise UsageError(
                "dialect-unknown",
                _("'{dialect}' is not a CSV dialect", dialect=dialect),
                _("Use one of: {csv_dialect_names}", csv_dialect_names=", ".join(CSV_DIALECT_NAMES)),
            )


def _list_of(request: ExportRequest | MonthEndRequest) -> ExportRequest:
    """The list that an export reads (a month-end: first)."""
    return request.request if isinstance(request, MonthEndRequest) else request


def build_export_request(resource: str, **query: Unpack[ExportQuery]) -> ExportRequest | MonthEndRequest:
    """Return what is to be exported: a list, or a month-end (all postings, or `close`).

    Raises:
        UsageError: ARM has no such query.
    """
    names = name_exports()
    name = find_name(resource, names)
    if name is None:
        raise UsageError(
            "no-such-list",
            _("'{resource}' cannot be exported", resource=resource),
            unknown_name_hint(resource, names),
        )
    resource = name
    where = query.get("where", ())
    conditions = [f"{name}={value}" for name, value in where.items()] if isinstance(where, Mapping) else where
    arguments = ExportArguments(
        target=Path(query.get("target") or f"{resource}.xlsx"),
        period=query.get("period"),
        year=query.get("year"),
        first=query.get("first"),
        last=query.get("last"),
        where=tuple(conditions),
        columns=",".join(query.get("columns", ())) or None,
        dialect=query.get("csv_dialect") or CSV_DIALECT_NAMES[0],
        since=query.get("since"),
        max_requests=query.get("max_requests"),
    )
    accounts, with_names = query.get("accounts", ()), query.get("customer_names", True)
    if resource == CLOSE or (resource == POSTINGS and not arguments.since):
        return build_month_end_request(resource, arguments, accounts, with_names=with_names)
    verify_no_close_options(accounts, with_names=with_names)
    return build_list_request(resource, arguments)


def read_export(
    context: Context, request: ExportRequest | MonthEndRequest, dialog: Dialog, *, wait: bool, fresh: bool
) -> Export:
    """Read a list (or the rest after an interruption) and verify it; records stay on disk until the export is closed.

    Args:
        context: With the login for ARM (see `add_login`).
        request: What to export.
        dialog: Progress.
        wait: Whether to wait for ARM's limits; else LimitError.
        fresh: Whether to delete what an interrupted export has read.

    Raises:
        LimitError, LoginError, ServerError: What was read is kept; the same export continues from there.
        Interrupted: The user asked to stop; what was read is kept.
    """
    with dialog.sending() as progress:
        return _open_export(_let_confirm(context, dialog), request, progress, wait=wait, fresh=fresh)


def _let_confirm(context: Context, dialog: Dialog) -> Context:
    """The context of an export that asks before it uses many requests."""
    return replace(context, confirm_requests=dialog.confirm_requests)


def _open_export(
    context: Context,
    request: ExportRequest | MonthEndRequest,
    progress: ReportProgress,
    *,
    wait: bool,
    fresh: bool,
) -> Export:
    lang = context.profile.lang
    with ExitStack() as stack:
        source: ListExport | ClosingExport
        if isinstance(request, MonthEndRequest):
            source = open_month_end(stack, context, request, lang, waits=wait, fresh=fresh, on_progress=progress)
        else:
            source = open_list(stack, context, request, lang, waits=wait, fresh=fresh, on_progress=progress)
        return Export(request, source, stack.pop_all(), lang)


def retry_when_free(earlier: list[Export], call: Callable[[], _T]) -> _T:
    """Return what `call` returns; if earlier exports still use its list, close them first.

    Only exports whose records were taken (by `frame` or `write`) are closed.

    Raises:
        Unfinished: Another process, or an earlier export whose records were not taken, uses the list.
    """
    try:
        return call()
    except Unfinished as error:
        used = [export for export in earlier if export.is_used]
        if error.code != "busy" or not earlier:
            raise
        if not used:
            error.hint = _(
                "An earlier export of this session may still use the list. Call its frame, write or close first"
            )
            raise
    for export in used:
        export.close()
        earlier.remove(export)
    return call()


def export_to_file(
    context: Context, request: ExportRequest | MonthEndRequest, dialog: Dialog, *, wait: bool, fresh: bool
) -> Export:
    """Read a list, prove it, and write its file; the export that is returned is closed.

    The arguments and exceptions are those of `read_export`.

    Raises:
        FileError: The file cannot be written.
    """
    if note := verify_writable(
        _list_of(request).target, context.profile.lang, WrittenFiles.beside(context.profile.store_url)
    ):
        dialog.note(note)
    with dialog.sending() as progress:
        export = _open_export(_let_confirm(context, dialog), request, progress, wait=wait, fresh=fresh)
        try:
            export.write()
        finally:
            export.close()
        return export


def price_export(
    context: Context, request: ExportRequest | MonthEndRequest, dialog: Dialog, *, fresh: bool = False
) -> dict[str, Any]:
    """Return the size of an export and its use of the limits, as the JSON of `armbulk export --plan`.

    The arguments and exceptions are those of `read_export`; `fresh` concerns the customer list of a month-end pack,
    which is read again then.
    """
    context = _let_confirm(context, dialog)
    with dialog.sending() as progress:
        if isinstance(request, MonthEndRequest):
            return plan_month_end(context, request, fresh=fresh, on_progress=progress)
        return plan_list(context, request, on_progress=progress)


def list_column_headers(lang: str) -> dict[str, str]:
    """Return the header of every column that can be exported, by the name of its field."""
    fields = (field for resource in EXPORTS.values() for field in resource.readable)
    return {field.name: field.header.text(lang) for field in fields}
