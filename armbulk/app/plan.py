"""Plan an import: its batches, its use of the limits, and its finish, with the history in the local store."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, TypedDict, Unpack

import polars as pl

from armbulk.app.check import CheckResult, check_as
from armbulk.app.destination import Destination
from armbulk.app.older_files import SetBackCustomers, find_set_back
from armbulk.app.plan_summary import describe_records, has_updates_only, summarise_plan
from armbulk.app.totals_report import describe_plan_totals
from armbulk.app.verification_price import describe_price, price_plan
from armbulk.context import Context
from armbulk.errors import UsageError
from armbulk.i18n import NO_TEXT, Text, _, join_texts, ngettext
from armbulk.model.command_line import quote_word
from armbulk.model.outcome import ApiUsage
from armbulk.planning.batches import BatchEstimate, BatchLimits
from armbulk.planning.items import has_renumbered
from armbulk.planning.plan import (
    ImportOptions,
    ImportPlan,
    PlanningInputs,
    plan_import,
    sum_documents,
    to_json,
)
from armbulk.quota.limits import Account
from armbulk.results.store_check import choose_result_path, verify_client, verify_history
from armbulk.store import HistoryMark, Store
from armbulk.validation import edits
from armbulk.validation.check import Checked
from armbulk.writers.provenance import hash_client

_log = logging.getLogger(__name__)

BATCH_SCHEMA = pl.Schema(
    {
        "no": pl.Int64(),
        "resource": pl.String(),  # customers or documents
        "records": pl.Int64(),
        "bytes": pl.Int64(),
        "writes": pl.Int64(),  # records written: documents with their lines
        "not_before": pl.Datetime("us", "UTC"),  # when the limits allow it; null: never
    }
)
"""Columns and dtypes of `Plan.batches`."""

TOTALS_SCHEMA = pl.Schema(
    {
        "currency": pl.String(),
        "documents": pl.Int64(),
        "excl_vat": pl.Decimal(38, 2),
        "vat": pl.Decimal(38, 2),
        "incl_vat": pl.Decimal(38, 2),
    }
)
"""Columns and dtypes of `Plan.totals`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent, what it costs of ARM's limits, and when it would end. `session.send` sends exactly this.

    Attributes:
        check: The files.
        import_plan: What would be sent of them.
        mark: The state of the store when it was planned.
        destination: Where it would be sent.
        planned_at: When it was planned (epoch seconds).
        set_back: Customers that a later import has changed; None: that was not looked for.
    """

    check: CheckResult
    import_plan: ImportPlan
    mark: HistoryMark
    destination: Destination
    planned_at: float = 0.0
    set_back: SetBackCustomers | None = None

    @property
    def stopped(self) -> bool:
        """Whether errors keep everything from being sent."""
        return self.import_plan.stopped

    @property
    def records(self) -> int:
        """How many customers and documents would be sent."""
        return self.import_plan.to_send.height

    @property
    def batches(self) -> pl.DataFrame:
        """The batches in the order they would be sent, with the columns of BATCH_SCHEMA."""
        rows = [
            (batch.no, batch.resource, batch.records, batch.bytes, batch.writes, _moment(batch.not_before))
            for batch in self.import_plan.pricing.batches
        ]
        return pl.DataFrame(rows, schema=BATCH_SCHEMA, orient="row")

    @property
    def cost(self) -> ApiUsage:
        """Its use of ARM's limits: requests, records read, records written."""
        return self.import_plan.pricing.cost

    @property
    def fits(self) -> bool:
        """Whether all of it can be sent at once, without waiting for the limits."""
        return self.import_plan.pricing.fits

    @property
    def finishes(self) -> datetime | None:
        """When it would end (UTC); None when the limits never allow it."""
        return _moment(self.import_plan.pricing.finishes)

    @property
    def totals(self) -> pl.DataFrame:
        """The exact sums of the documents to send, by currency, with the columns of TOTALS_SCHEMA."""
        rows = sum_documents(self.import_plan.to_send, self.import_plan.checked)
        return pl.DataFrame(rows, schema=TOTALS_SCHEMA)

    def to_json(self) -> dict[str, Any]:
        """Return the plan, as the JSON of `armbulk plan` has it."""
        return {
            **to_json(self.import_plan),
            **summarise_plan(self.import_plan, self.destination, self.check.lang),
            "set_back": self.set_back.to_json(self.import_plan) if self.set_back else None,
        }

    def describe_totals(self) -> dict[str, Any]:
        """Return what the terminal shows of the control totals, and what reading back costs."""
        totals = describe_plan_totals(self.import_plan, self.check.lang)
        if self.import_plan.options.verify:
            totals["price"] = describe_price(*price_plan(self.import_plan)).text(self.check.lang)
        return totals

    @property
    def has_updates_only(self) -> bool:
        """Whether all it would send are changes of customers that ARM has."""
        return has_updates_only(self.import_plan)

    def describe(self) -> Text:
        """Return what would be sent in a few words: `120 invoices (NOK 825 259.59)`."""
        return describe_records(self.import_plan)


class PlanChoices(TypedDict, total=False):
    """Which checked records are sent; every choice is off by default.

    Attributes:
        skip_invalid: Send the good records and hold back those with errors; else errors stop everything.
        limit: Only the first records.
        look_up: Look each document up in ARM before it is sent.
        first_import: ARM has none of these documents: do not look them up.
        overwrite: Send customers also where ARM has values that were not exported or sent from here.
        verify: Read the accepted records back from ARM afterwards, and compare them with what was sent.
    """

    skip_invalid: bool
    limit: int | None
    look_up: bool
    first_import: bool
    overwrite: bool
    verify: bool


def plan_files(context: Context, store: Store, checked: CheckResult, **choices: Unpack[PlanChoices]) -> Plan:
    """Return the plan of checked files: to create records, or a change where they were checked as one.

    Raises:
        UsageError: The choices contradict each other or the files.
        Unfinished: A file is the result of a run that is not in the local store.
    """
    update = bool(checked.inputs.options.update)
    return plan_checked(context, store, check_as(checked, update=update), ImportOptions(update=update, **choices))


def plan_checked(context: Context, store: Store, check: CheckResult, options: ImportOptions) -> Plan:
    """Return the plan of checked files.

    Raises:
        UsageError: The options contradict each other or the files, or a file is a result for another client.
        Unfinished: A file is the result of a run that is not in the local store, which lacks what the run sent.
    """
    account, files = context.profile.account, check.inputs.files
    verify_client(account, files)
    mark = store.history_mark(account)
    import_plan = build_plan(context, store, check.checked, options)
    if has_renumbered(import_plan.items):  # or only unknown here: then no row was changed
        verify_history(store, account, files, choose_result_path(files, None), says_sent=True)
    set_back = find_set_back(store, context.profile.account, import_plan)
    return Plan(check, import_plan, mark, Destination.of_profile(context.profile), context.clock.now(), set_back)


def plan_again(context: Context, store: Store, plan: Plan) -> Plan:
    """Return the plan as it would be now; the same one when nothing has changed in the store since it was made."""
    if store.history_mark(context.profile.account) == plan.mark:
        return plan
    return plan_checked(context, store, plan.check, plan.import_plan.options)


def describe_change(before: Plan, now: Plan) -> Text:
    """Return what another process has changed of what would be sent, as a sentence; "" when it is the same."""
    records = dict(before.import_plan.to_send.select("no", "key").iter_rows())
    left = set(now.import_plan.to_send["no"])
    gone, new = [key for no, key in records.items() if no not in left], left - set(records)
    if not gone and not new:
        return NO_TEXT
    sentences = [_("Another armbulk process has changed the database since the plan was made.")]
    if gone:
        numbers = ", ".join(map(str, gone[:10]))
        sentences.append(
            ngettext(
                "{count:number} record would no longer be sent ({numbers}).",
                "{count:number} records would no longer be sent ({numbers}).",
                count=len(gone),
                numbers=numbers,
            )
        )
    if new:
        sentences.append(
            ngettext(
                "{count:number} more record would be sent.",
                "{count:number} more records would be sent.",
                count=len(new),
            )
        )
    sentences.append(_("Now {records} would be sent.", records=now.describe()))
    return join_texts(*sentences)


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isfinite(seconds) else None


def build_plan(context: Context, store: Store, checked: Checked, options: ImportOptions) -> ImportPlan:
    """Price what would be sent, with the client's history in the store.

    Raises:
        UsageError: The options contradict each other or the files.
    """
    validate_lookup_options(look_up=options.look_up, first_import=options.first_import)
    validate_update_options(checked, options, context.profile.account)
    plan = plan_import(checked, options, read_planning_inputs(context, store))
    cost = plan.pricing.cost
    _log.info(
        "Import planned",
        extra={
            "records": plan.to_send.height,
            "batches": len(plan.pricing.batches),
            "requests": cost.requests,
            "reads": cost.reads,
            "writes": cost.writes,
        },
    )
    return plan


def read_planning_inputs(context: Context, store: Store) -> PlanningInputs:
    """Return the current inputs of a plan, apart from the files."""
    profile = context.profile
    return PlanningInputs(
        sent_documents=store.sent_documents(profile.account),
        usage=store.usage(profile.account),
        limits=profile.limits,
        now=context.clock.now(),
        batch_limits=BatchLimits(profile.batch_customers, profile.batch_documents, profile.batch_bytes),
        estimate=BatchEstimate(),
        history_since=store.history_since(profile.account),
        sole_sender=profile.sole_sender and store.is_guarded(),
        is_copy=store.was_copied(),
        known_documents=store.known_documents(profile.account),
        sent_elsewhere=store.numbers_sent_elsewhere(profile.account),
        sent_customers=store.sent_customers(profile.account),
        salt=store.hash_salt(),
    )


def validate_update_options(checked: Checked, options: ImportOptions, account: Account) -> None:
    """Make sure that an exported workbook is sent with --update, to the client it was exported from.

    Raises:
        UsageError: An exported workbook is sent without --update or to another client; --overwrite without customers.
    """
    for sheet in checked.sheets:
        if sheet.base is None:
            continue
        if not options.update:
            raise UsageError(
                "export-needs-update",
                _("{file} is an export from armbulk: its changes are sent with --update", file=sheet.file),
                _(
                    "Use `armbulk import {file} --update`. To create new customers, use another workbook",
                    file=quote_word(sheet.file),
                ),
            )
        if edits.read_client_hash(sheet) != hash_client(account):
            raise UsageError(
                "other-clients-export",
                _(
                    "{file} was not exported from client {client_no} at {origin}",
                    file=sheet.file,
                    client_no=account.client_no,
                    origin=account.origin,
                ),
                _("Use the profile (or the settings) that it was exported with"),
            )
    if options.overwrite and "customers" not in checked.tables:
        raise UsageError(
            "overwrite-what",
            _("--overwrite applies to customers, but the files contain none"),
            _("Remove --overwrite"),
        )


def validate_lookup_options(*, look_up: bool, first_import: bool) -> None:
    """Make sure that --look-up and --first-import are not used together; UsageError otherwise."""
    if look_up and first_import:
        raise UsageError("look-or-not", _("--look-up and --first-import cannot be used together"), _("Use one of them"))


def verify_expected_totals(plan: ImportPlan, count: int | None, total: str | None) -> None:
    """Make sure that what would be sent is what the caller expects; UsageError otherwise."""
    to_send = plan.to_send
    if count is not None and to_send.height != count:
        raise UsageError(
            "count-differs",
            ngettext(
                "{count:number} record would be sent, but {expected:number} were expected",
                "{count:number} records would be sent, but {expected:number} were expected",
                count=to_send.height,
                expected=count,
            ),
            _("Nothing was sent. Check the files, or correct --expect-count"),
        )
    if total is None:
        return
    amount = to_send["amount"].drop_nulls().str.to_decimal(scale=2).sum() or Decimal(0)
    expected = parse_expected_total(total)
    if amount != expected:
        raise UsageError(
            "total-differs",
            _(
                "The documents add up to {amount:amount}, but {expected:amount} was expected",
                amount=amount,
                expected=expected,
            ),
            _("Nothing was sent. Check the files, or correct --expect-total"),
        )


def parse_expected_total(text: str) -> Decimal:
    """Return an amount as it is typed on a command line; UsageError when it is none."""
    try:
        return Decimal(text.replace(" ", "").replace(",", "."))
    except ArithmeticError:
        raise UsageError(
            "total-unreadable", _("'{text}' is not an amount", text=text), _("Use an amount such as 12500.50")
        ) from None
