"""The result workbook of auto postings that ARM validated: what it has of its own."""

from decimal import Decimal

from armbulk.i18n import Words, _
from armbulk.model.auto_posting import PostingRow
from armbulk.model.fields import FieldType
from armbulk.resources.auto_postings import AUTO_POSTINGS
from armbulk.results.call_workbook import CallSheet

_FIELD = AUTO_POSTINGS.field
_TITLE = _("Auto postings, validated only")


def _list_values(row: PostingRow, lang: str) -> tuple[str | Decimal | None, ...]:
    del lang
    texts = [row.values.get(name) for name in ("customer_no", "document_no", "ar_item_id")]
    return row.posting_no, *texts, Decimal(row.amount) if row.amount else None, row.currency


POSTINGS_SHEET = CallSheet(
    name=Words("Validated postings", "Validerte posteringer"),
    title=_TITLE,
    empty_title=_TITLE,
    note=_("Every posting was sent with validateOnly. What validateOnly does is only documented in part."),
    columns=(
        (_FIELD("posting_no").header, FieldType.TEXT),
        (_FIELD("customer_no").header, FieldType.TEXT),
        (_FIELD("document_no").header, FieldType.TEXT),
        (_FIELD("ar_item_id").header, FieldType.TEXT),
        (_FIELD("amount").header, FieldType.AMOUNT),
        (_FIELD("currency").header, FieldType.TEXT),
    ),
    values=_list_values,
)
