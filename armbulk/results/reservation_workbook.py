"""The result workbook of a run that reserves payments: what it has of its own."""

from decimal import Decimal

from armbulk.i18n import Words, _
from armbulk.model.fields import FieldType
from armbulk.model.reservation import ReservationRow
from armbulk.resources.payment_reservations import PAYMENT_RESERVATIONS
from armbulk.results.call_workbook import CallSheet

_FIELD = PAYMENT_RESERVATIONS.field


def _list_values(row: ReservationRow, lang: str) -> tuple[str | Decimal | None, ...]:
    return (
        row.payment_id,
        f"{_FIELD(row.identified_by).header.text(lang)} {row.identification}" if row.identified_by else None,
        Decimal(row.amount) if row.amount else None,
        row.currency,
    )


RESERVATION_SHEET = CallSheet(
    name=Words("Reserved payments", "Reserverte betalinger"),
    title=_("Payment reservations, run {run}"),
    empty_title=_("Payment reservations, nothing sent"),
    note=_("A payment id is never sent twice. Look unconfirmed ones up in ARM, and settle them with: armbulk resolve"),
    columns=(
        (_FIELD("payment_id").header, FieldType.TEXT),
        (_("For"), FieldType.TEXT),
        (_FIELD("amount").header, FieldType.AMOUNT),
        (_FIELD("currency").header, FieldType.TEXT),
    ),
    values=_list_values,
)
