"""The store's tables of payment reservations, and of the payment ids that were ever sent."""

from sqlalchemy import Column, Float, ForeignKey, Integer, Table, Text

from armbulk.model.reservation import ReservationRow
from armbulk.store.call_runs import CallTables, run_columns
from armbulk.store.schema import metadata

reservation_run = Table("reservation_run", metadata, *run_columns())

reservation_row = Table(
    "reservation_row",
    metadata,
    Column("run", ForeignKey("reservation_run.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("payment_id", Text, nullable=False),
    Column("identified_by", Text, nullable=False),
    Column("identification", Text, nullable=False),
    Column("amount", Text, nullable=False),  # exact
    Column("currency", Text, nullable=False),
    Column("body", Text, nullable=False),  # what was sent, until there is an outcome
    Column("state", Text, nullable=False),  # CallState
    Column("reservation", Integer),  # of the quota, while the call is made
    Column("outcome", Text),  # ReservationOutcome
    Column("message", Text, nullable=False),
    Column("decided_at", Float),
)
"""Its columns are the attributes of `model.reservation.ReservationRow`, and the reservation of the quota."""

RESERVATIONS = CallTables(reservation_run, reservation_row, reservation_row.c.run, ReservationRow)

sent_payment = Table(
    "sent_payment",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("client_no", Text, primary_key=True),
    Column("payment", Text, primary_key=True),  # the id in its comparable form
    Column("run", Integer, nullable=False),
)
"""Payment ids that were sent, or may have been: none goes twice. `armbulk purge` keeps them."""
