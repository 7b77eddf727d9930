"""The store's tables of customers that are deleted in ARM, and of the records as ARM had them."""

from sqlalchemy import Column, Float, ForeignKey, Integer, Table, Text

from armbulk.store.schema import metadata

deletion = Table(
    "deletion",
    metadata,
    Column("id", Integer, primary_key=True),  # a number of `run`, which no run has
    Column("created", Float, nullable=False),
    Column("ended", Float),
    Column("state", Text, nullable=False),  # as of `run`
    Column("resume_at", Float),
    Column("origin", Text, nullable=False),
    Column("client_no", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("files", Text, nullable=False),  # JSON: the files as named
    Column("target", Text, nullable=False),  # the result workbook
    Column("result", Text),  # where it was written
)

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
    Column("state", Text, nullable=False),  # DeleteState
    Column("reservation", Integer),
    Column("outcome", Text),  # DeleteOutcome
    Column("message", Text, nullable=False),
    Column("decided_at", Float),
)
"""Its columns are the attributes of `model.deletion.DeleteRow`, and the reservation of the call being made."""
