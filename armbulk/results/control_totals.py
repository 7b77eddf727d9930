"""Control totals: how many records, and which sums, are in the files, valid, sent, accepted, and read back. Pure.

One definition for the plan, the closing words, the workbook, the HTML report and JSON. A record that does not get as
far as `accepted` is in exactly one explanation, so that the files less what is explained is what ARM has accepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from armbulk.i18n import Text, _
from armbulk.model.lookup import LookupResult
from armbulk.model.outcome import SUCCESSFUL, Outcome
from armbulk.model.record_kinds import KINDS, count_records, record_kind
from armbulk.model.record_messages import (
    BEYOND_LIMIT,
    CUSTOMER_HELD_BACK,
    CUSTOMER_IN_CONFLICT,
    CUSTOMER_NOT_ACCEPTED,
    ERRORS_FIRST,
    GIVEN_UP,
    HIDDEN_AND_DONE,
    HIDDEN_ROW,
)
from armbulk.resources.identifiers import mask_national_id
from armbulk.results.differences import RecordDifference, find_differences, shorten_amount

IN_FILE, VALID, SENT, ACCEPTED, READ_BACK = STAGES = ("in_file", "valid", "sent", "accepted", "read_back")
"""The stages, in their order. `valid`: passed the checks. `sent`: by this import, or by an earlier one."""

GROUP = ("kind", "doc_type", "currency", "period")
"""What the totals are divided by. The period is the month of the document date."""

MAX_NAMED = 10
"""How many numbers of records an explanation names; it counts all."""

_REACHED = {
    **{outcome.value: 4 for outcome in SUCCESSFUL},
    Outcome.REJECTED.value: 3,
    Outcome.IN_DOUBT.value: 3,
    Outcome.CONFLICT.value: 2,
    Outcome.NOT_SENT.value: 2,
    Outcome.HELD_BACK.value: 1,
}
"""Outcome → how many stages a record has reached."""

_TO_SEND = 3
"""The stages that a record of a plan reaches that would be sent."""

_SCALE = 6
"""Decimals of the sums: ARM may have an amount with more than two."""

_REASONS: tuple[tuple[str, Outcome, tuple[str, ...], Text], ...] = (
    ("rejected", Outcome.REJECTED, (), _("{records} rejected by ARM")),
    ("in_doubt", Outcome.IN_DOUBT, (), _("{records} unconfirmed")),
    ("conflict", Outcome.CONFLICT, (), _("{records} not sent because ARM has other values")),
    (
        "customer",
        Outcome.HELD_BACK,
        (CUSTOMER_HELD_BACK, CUSTOMER_NOT_ACCEPTED, CUSTOMER_IN_CONFLICT),
        _("{records} held back because of their customers"),
    ),
    ("errors", Outcome.HELD_BACK, (), _("{records} held back because of errors")),
    ("hidden", Outcome.NOT_SENT, (HIDDEN_ROW,), _("{records} in hidden rows, left out")),
    (
        "hidden_done",
        Outcome.NOT_SENT,
        (HIDDEN_AND_DONE,),
        _("{records} in hidden rows that have changed since they were sent"),
    ),
    ("limit", Outcome.NOT_SENT, (BEYOND_LIMIT,), _("{records} left out by --limit")),
    ("given_up", Outcome.NOT_SENT, (GIVEN_UP,), _("{records} given up")),
    ("errors_first", Outcome.NOT_SENT, (ERRORS_FIRST,), _("{records} not sent because of errors in the files")),
    ("not_sent", Outcome.NOT_SENT, (), _("{records} not sent")),
    ("sent_before", Outcome.ALREADY_SENT, (), _("{records} sent by an earlier import")),
    ("unchanged", Outcome.UNCHANGED, (), _("{records} with the same values in ARM")),
)
"""(name, outcome, how the message begins, sentence): the first that fits is the reason."""

_SENTENCES = {name: sentence for name, _outcome, _messages, sentence in _REASONS}
_DONE_BEFORE = ("sent_before", "unchanged")
"""Reasons of records that are accepted, and were not sent now."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of records and their exact sum; None where no record has an amount."""

    records: int = 0
    amount: Decimal | None = None

    def __add__(self, other: "Figure") -> "Figure":
        """Add records and amounts."""
        return Figure(self.records + other.records, _add(self.amount, other.amount))

    def __sub__(self, other: "Figure") -> "Figure":
        """Subtract records and amounts."""
        return Figure(self.records - other.records, _add(self.amount, None if other.amount is None else -other.amount))

    @property
    def is_nothing(self) -> bool:
        """Whether it has no record and no amount."""
        return not self.records and not self.amount


def _add(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    if first is None or second is None:
        return first if second is None else second
    return first + second


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """The figures of the records of one type, currency and period.

    Attributes:
        kind: customers, invoices, credit_notes or documents.
        doc_type: the code of the document type; "" for customers.
        currency: "" for customers.
        period: month of the document date (`2025-02`); "" for customers and where there is no date.
        stages: stage → figure. Without `read_back` where nothing was read back.
    """

    kind: str
    doc_type: str
    currency: str
    period: str
    stages: Mapping[str, Figure]

    @property
    def unaccepted(self) -> Figure:
        """What is in the files and not accepted."""
        return self.stages[IN_FILE] - self.stages[ACCEPTED]

    @property
    def unread(self) -> Figure:
        """What is accepted and was not read back."""
        return self.stages[ACCEPTED] - self.stages.get(READ_BACK, self.stages[ACCEPTED])


@dataclass(frozen=True, slots=True)
class Explanation:
    """Records that did not get further, or that were done before, and why.

    Attributes:
        reason: a name in `_REASONS`.
        kind: of the records.
        currency: of the records; "" for customers.
        figure: how many, and their sum.
        numbers: the numbers of the first, identity numbers masked.
    """

    reason: str
    kind: str
    currency: str
    figure: Figure
    numbers: tuple[str, ...]

    @property
    def sentence(self) -> Text:
        """Return it in words: `3 invoices rejected by ARM`."""
        return _SENTENCES[self.reason].fill(records=count_records(self.figure.records, self.kind))


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """The control totals of an import.

    Attributes:
        totals: by type, currency and period.
        explained: why records of the files are not accepted.
        done_before: accepted records that were not sent now.
        is_read_back: whether accepted records were read back from ARM.
        differences: accepted records that ARM has otherwise, or that were not found.
        left: accepted records that are still to be read back.
    """

    totals: tuple[ControlTotal, ...]
    explained: tuple[Explanation, ...] = ()
    done_before: tuple[Explanation, ...] = ()
    is_read_back: bool = False
    differences: tuple[RecordDifference, ...] = ()
    left: int = 0

    def sum_up(self, *columns: str) -> tuple[ControlTotal, ...]:
        """Return the totals divided by these columns of GROUP only, in their order."""
        sums: dict[tuple[str, ...], ControlTotal] = {}
        for total in self.totals:
            values = {name: getattr(total, name) if name in columns else "" for name in GROUP}
            key = tuple(values.values())
            stages = total.stages
            if key in sums:
                stages = {name: figure + sums[key].stages[name] for name, figure in stages.items()}
            sums[key] = ControlTotal(**values, stages=stages)
        return tuple(sums.values())

    def by_currency(self) -> tuple[ControlTotal, ...]:
        """Return the totals of all documents, by currency."""
        documents = tuple(total for total in self.totals if total.kind != "customers")
        return ControlTotals(documents).sum_up("currency")

    @property
    def agrees_with_arm(self) -> bool:
        """Whether all accepted records were read back, and ARM has them as they were sent."""
        is_equal = all(total.unread.is_nothing for total in self.totals)
        return self.is_read_back and not self.left and not self.differences and is_equal

    @property
    def explains_all(self) -> bool:
        """Whether the files less what is explained is what ARM has accepted, in each kind and currency."""
        left = {(total.kind, total.currency): total.unaccepted for total in self.sum_up("kind", "currency")}
        for part in self.explained:
            left[part.kind, part.currency] -= part.figure
        return all(figure.is_nothing for figure in left.values())


def calculate_planned(items: pl.DataFrame) -> ControlTotals:
    """Return the control totals of a plan: `sent` is what would be sent, and there are no later stages."""
    records = _add_reasons(items).with_columns(pl.col("reached").clip(upper_bound=_TO_SEND))
    is_left_out = pl.col("outcome").is_not_null() & (pl.col("reached") == _TO_SEND)
    valid = pl.lit(_TO_SEND - 1, pl.Int8)
    records = records.with_columns(pl.when(is_left_out).then(valid).otherwise("reached").alias("reached"))
    return ControlTotals(_to_totals(_sum_stages(records), STAGES[:_TO_SEND]), _explain(records))


def calculate_totals(items: pl.DataFrame, read: pl.DataFrame | None = None) -> ControlTotals:
    """Return the control totals of a run.

    Args:
        items: its records, each with an outcome (`store.ITEM_SCHEMA`).
        read: what ARM has of the accepted ones (`store.READ_BACK_SCHEMA`); None: they were not read back.
    """
    records = _add_reasons(items)
    is_done_before = pl.col("reason").is_in(_DONE_BEFORE)
    explained, done_before = _explain(records.filter(~is_done_before)), _explain(records.filter(is_done_before))
    sums = _sum_stages(records)
    if read is None:
        return ControlTotals(_to_totals(sums, STAGES[:-1]), explained, done_before)
    accepted = records.filter(pl.col("reached") == _REACHED[Outcome.CREATED.value])
    sums = sums.join(_sum_read_back(accepted, read), on=GROUP, how="full", coalesce=True, nulls_equal=True)
    return ControlTotals(
        _to_totals(sums, STAGES),
        explained,
        done_before,
        is_read_back=True,
        differences=find_differences(accepted, read),
        left=accepted.join(read, on="no", how="anti").height,
    )


def select_accepted(items: pl.DataFrame) -> pl.DataFrame:
    """Return the records that ARM has accepted, now or before."""
    return items.filter(pl.col("outcome").is_in([outcome.value for outcome in SUCCESSFUL]))


def _group_records(items: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of GROUP, and `sum`, the amount as a Decimal."""
    is_customer = pl.col("resource") == "customers"
    values = {
        "doc_type": pl.col("doc_type").str.to_uppercase(),
        "currency": pl.col("currency").str.to_uppercase(),
        "period": pl.col("date").str.head(7),
    }
    return items.with_columns(
        record_kind(),
        pl.when(is_customer).then(None).otherwise(pl.col("amount").str.to_decimal(scale=_SCALE)).alias("sum"),
        *(pl.when(is_customer).then(pl.lit("")).otherwise(value).fill_null("").alias(n) for n, value in values.items()),
    )


def _add_reasons(items: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of GROUP, how many stages each record has `reached`, and the `reason` why it is no further."""
    reached = pl.col("outcome").replace_strict(_REACHED, default=_TO_SEND, return_dtype=pl.Int8).alias("reached")
    records = _group_records(items).with_columns(reached, _choose_reason().alias("reason"))
    hidden = pl.when(pl.col("reason") == "hidden").then(pl.lit(1, pl.Int8)).otherwise("reached")
    return records.with_columns(hidden.alias("reached"))  # hidden rows are not checked


def _choose_reason() -> pl.Expr:
    """The name of the reason of each record; null for those that were sent now and accepted, or are to be sent."""
    message, chosen = pl.col("message").fill_null(""), pl.lit(None, pl.String)
    for name, outcome, beginnings, _sentence in reversed(_REASONS):
        fits = pl.col("outcome") == outcome.value
        if beginnings:
            fits &= pl.any_horizontal(message.str.starts_with(text) for text in beginnings)
        chosen = pl.when(fits.fill_null(value=False)).then(pl.lit(name)).otherwise(chosen)
    return chosen


def _sum_stages(records: pl.DataFrame) -> pl.DataFrame:
    stages = enumerate(STAGES[:-1], start=1)
    parts = [(name, pl.col("reached") >= number) for number, name in stages]
    return records.group_by(GROUP).agg(
        *(is_there.sum().cast(pl.Int64).alias(name) for name, is_there in parts),
        *(_sum(pl.col("sum").filter(is_there)).alias(f"{name}.sum") for name, is_there in parts),
    )


def _sum(amounts: pl.Expr) -> pl.Expr:
    return pl.when(amounts.is_not_null().any()).then(amounts.sum())


def _sum_read_back(accepted: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """The figures of what ARM has, by ARM's own type, currency and period."""
    in_arm = read.filter(pl.col("result").is_in([LookupResult.EQUAL.value, LookupResult.DIFFERENT.value]))
    values = ("doc_type", "date", "currency", "amount")
    joined = accepted.select("no", "resource", *values).join(in_arm, on="no", how="inner", suffix=".arm")
    as_in_arm = joined.with_columns(pl.coalesce(f"{name}.arm", name).alias(name) for name in values)
    return (
        _group_records(as_in_arm)
        .group_by(GROUP)
        .agg(pl.col("documents").sum().alias(READ_BACK), _sum(pl.col("sum")).alias(f"{READ_BACK}.sum"))
    )


def _to_totals(sums: pl.DataFrame, stages: tuple[str, ...]) -> tuple[ControlTotal, ...]:
    ranks = {kind: number for number, kind in enumerate(KINDS)}
    order = pl.col("kind").replace_strict(ranks, return_dtype=pl.Int64)
    return tuple(
        ControlTotal(
            **{name: row[name] for name in GROUP},
            stages={name: Figure(int(row[name] or 0), shorten_amount(row[f"{name}.sum"])) for name in stages},
        )
        for row in sums.sort(order, *GROUP[1:]).iter_rows(named=True)
    )


def _explain(records: pl.DataFrame) -> tuple[Explanation, ...]:
    """The reasons of records that have one, in the order of `_REASONS`."""
    number = mask_national_id(pl.col("key")).fill_null("?").head(MAX_NAMED)
    parts = (
        records.drop_nulls("reason")
        .group_by("reason", "kind", "currency", maintain_order=True)
        .agg(pl.len().alias("records"), _sum(pl.col("sum")).alias("sum"), number.alias("numbers"))
        .to_dicts()
    )
    order = {name: rank for rank, name in enumerate(_SENTENCES)}
    parts.sort(key=lambda part: (order[part["reason"]], KINDS.index(part["kind"]), part["currency"]))
    return tuple(
        Explanation(
            part["reason"],
            part["kind"],
            part["currency"],
            Figure(part["records"], shorten_amount(part["sum"])),
            tuple(part["numbers"]),
        )
        for part in parts
    )
