"""The store's tables of AR items whose due dates are changed."""

from sqlalchemy import Column, Float, ForeignKey, Integer, Table, Text

from armbulk.model.due_date import DueDateRow
from armbulk.store.call_runs import CallTables, run_columns
from armbulk.store.schema import metadata

due_date_run = Table("due_date_run", metadata, *run_columns())

due_date_row = Table(
    "due_date_row",
    metadata,
    Column("run", ForeignKey("due_date_run.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("ar_item_id", Text, nullable=False),
    Column("customer_no", Text, nullable=False),
    Column("document_no", Text, nullable=False),
    Column("due_date", Text, nullable=False),  # ISO date
    Column("kept", Text, nullable=False),  # JSON: the item before the call
    Column("verdict", Text, nullable=False),  # ChangeVerdict
    Column("surprise", Text, nullable=False),
    Column("state", Text, nullable=False),  # CallState
    Column("reservation", Integer),  # of the quota, while the call is made
    Column("outcome", Text),  # DueDateOutcome
    Column("message", Text, nullable=False),
    Column("decided_at", Float),
)
"""Its columns are the attributes of `model.due_date.DueDateRow`, and the reservation of the quota."""

DUE_DATES = CallTables(due_date_run, due_date_row, due_date_row.c.run, DueDateRow)
