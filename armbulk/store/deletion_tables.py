"""The store's tables of customers that are deleted in ARM, and of the records as ARM had them."""

from sqlalchemy import Column, Float, ForeignKey, Integer, Table, Text

from armbulk.model.deletion import DeleteRow
from armbulk.store.call_runs import CallTables, run_columns
from armbulk.store.schema import metadata

deletion = Table("deletion", metadata, *run_columns())

deletion_row = Table(
    "deletion_row",
    metadata,
    Column("deletion", ForeignKey("deletion.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("customer_no", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("kept", Text),  # the whole record: there is no undelete
    Column("read_at", Float, nullable=False),
    Column("state", Text, nullable=False),  # CallState
    Column("reservation", Integer),
    Column("outcome", Text),  # DeleteOutcome
    Column("message", Text, nullable=False),
    Column("decided_at", Float),
)
"""Its columns are the attributes of `model.deletion.DeleteRow`, and the reservation of the call being made."""

DELETES = CallTables(deletion, deletion_row, deletion_row.c.deletion, DeleteRow)
