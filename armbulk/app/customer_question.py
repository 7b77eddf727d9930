"""Compare customers with ARM before they are sent, and let a person decide about those that differ."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace

import polars as pl

from armbulk.app.dialog import CustomerDifferences, Dialog, ValueDifference
from armbulk.app.plan import Plan, read_planning_inputs
from armbulk.context import Context, open_client
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import ALREADY_IN_ARM, DIFFERENT_IN_ARM, join_sentences
from armbulk.planning.items import DECISIONS_SCHEMA, NEW_AT_ARM
from armbulk.planning.plan import revise_plan
from armbulk.rate_limited import RateLimitedClient
from armbulk.sending.customer_preview import CustomerPreview
from armbulk.sending.merge import CustomerComparison
from armbulk.store import ListCheck, Store

_SHOWN = 5
"""How many customers that differ are shown."""


def ask_about_customers(
    context: Context, store: Store, plan: Plan, dialog: Dialog, *, wait: bool
) -> tuple[Plan, Sequence[ListCheck]]:
    """Return the plan with what a person decided about customers that ARM has with other values.

    Without a person at the terminal the plan stays as it is: sending compares the customers and skips different ones.

    Args:
        context: With the login for ARM.
        store: The local store.
        plan: What would be sent.
        dialog: Answers and progress.
        wait: Whether to wait for ARM's limits.

    Returns:
        The plan, and which lists of ARM were trusted for it.

    Raises:
        LimitError, LoginError, ServerError, Interrupted: Nothing was sent.
    """
    options = plan.import_plan.options
    customers = plan.import_plan.to_send.filter(pl.col("resource") == "customers")
    is_asked = dialog.can_decide_about_customers and not (options.update or options.first_import or options.overwrite)
    if customers.is_empty() or not is_asked:
        return plan, ()
    profile = context.profile
    with dialog.comparing() as progress, closing(open_client(context, progress)) as client:
        limited = RateLimitedClient(store, client, context.clock, profile.account, profile.limits)
        preview = CustomerPreview(limited, wait, profile.poll_seconds, progress)
        comparisons = preview.compare(customers)
    decisions = _decide(customers, comparisons, dialog)
    revised = revise_plan(plan.import_plan, decisions, read_planning_inputs(context, store))
    return replace(plan, import_plan=revised), preview.list_checks


def _decide(
    customers: pl.DataFrame, comparisons: Mapping[int, CustomerComparison | None], dialog: Dialog
) -> pl.DataFrame:
    """Ask about the customers that differ; return the decisions (DECISIONS_SCHEMA)."""
    differing = {
        no: comparison for no, comparison in comparisons.items() if comparison is not None and comparison.differences
    }
    overwrites = bool(differing) and dialog.confirm_overwrite(_describe(customers, differing))
    rows: list[tuple[int, str | None, str | None, str | None]] = []
    for no, comparison in comparisons.items():
        if comparison is None:
            rows.append((no, None, None, NEW_AT_ARM))
        elif comparison.payload is None:
            rows.append((no, Outcome.UNCHANGED.value, ALREADY_IN_ARM, None))
        elif comparison.differences and not overwrites:
            descriptions = "; ".join(difference.description for difference in comparison.differences)
            rows.append((no, Outcome.CONFLICT.value, join_sentences(DIFFERENT_IN_ARM, descriptions), None))
        else:
            rows.append((no, None, None, json.dumps(dict(comparison.current))))
    return pl.DataFrame(rows, schema=DECISIONS_SCHEMA, orient="row")


def _describe(customers: pl.DataFrame, differing: Mapping[int, CustomerComparison]) -> CustomerDifferences:
    keys = dict(customers.select("no", "key").iter_rows())
    values = {
        no: tuple(
            ValueDifference(difference.header, difference.current, difference.new, difference.is_secret)
            for difference in comparison.differences
        )
        for no, comparison in differing.items()
    }
    fields = tuple(dict.fromkeys(value.field for differences in values.values() for value in differences))
    shown = tuple((keys[no], differences) for no, differences in list(values.items())[:_SHOWN])
    kept = tuple(dict.fromkeys(part.header for comparison in differing.values() for part in comparison.kept))
    return CustomerDifferences(len(values), sum(map(len, values.values())), fields, shown, kept)
