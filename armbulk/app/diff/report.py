"""A comparison as JSON: counts, the records that differ, and each value that differs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from armbulk.app.diff.customers import ComparedCustomer, CustomerState, ValueChange
from armbulk.app.diff.documents import ComparedDocument, DocumentState
from armbulk.app.diff.words import KEPT, REASONS
from armbulk.findings.frame import mask_value
from armbulk.i18n import Text
from armbulk.model.fields import Field
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES
from armbulk.stored_messages import translate_message
from armbulk.validation.check import Checked

_CUSTOMERS = RESOURCES["customers"]


def list_records(
    customers: Sequence[ComparedCustomer], sheets: Sequence[Sheet], columns: Mapping[int, Mapping[str, str]], lang: str
) -> Iterator[dict[str, Any]]:
    """Yield each customer that is not the same in ARM."""
    for customer in customers:
        if customer.state is not CustomerState.UNCHANGED:
            letter = columns.get(customer.sheet, {}).get(_CUSTOMERS.key)
            yield {
                "customer_no": customer.number,
                **_locate(customer, sheets, letter),
                "state": customer.state.value,
                "message": _translate(customer.note, lang),
            }


def list_changes(
    customers: Sequence[ComparedCustomer], sheets: Sequence[Sheet], columns: Mapping[int, Mapping[str, str]], lang: str
) -> Iterator[dict[str, Any]]:
    """Yield each value that ARM has otherwise than the files."""
    for customer in customers:
        for change in customer.changes:
            field = change.difference.field
            letter = columns.get(customer.sheet, {}).get(field.name) if field else None
            yield {
                "customer_no": customer.number,
                **_locate(customer, sheets, letter),
                "state": customer.state.value,
                "field": field.name if field else change.difference.path,
                "header": change.difference.header.text(lang),
                **_write_values(change, field, lang),
                "reason": change.reason,
                "note": REASONS[change.reason].text(lang) if change.reason else "",
            }


def list_kept_parts(
    customers: Sequence[ComparedCustomer], sheets: Sequence[Sheet], columns: Mapping[int, Mapping[str, str]], lang: str
) -> Iterator[dict[str, Any]]:
    """Yield each part of ARM's addresses that stays although other parts change: the files do not have it."""
    for customer in customers:
        letter = columns.get(customer.sheet, {}).get(_CUSTOMERS.key)
        for part in customer.kept:
            yield {
                "customer_no": customer.number,
                **_locate(customer, sheets, letter),
                "state": customer.state.value,
                "field": part.field.name if part.field else part.path,
                "header": part.header.text(lang),
                "at_arm": part.current,
                "note": KEPT.text(lang),
            }


def list_documents(documents: Sequence[ComparedDocument], checked: Checked, lang: str) -> Iterator[dict[str, Any]]:
    """Yield each document that is not the same in ARM."""
    columns, key = checked.header_matches, RESOURCES["documents"].key
    for document in documents:
        if document.state is not DocumentState.SAME:
            yield {
                "document_no": document.number,
                "customer_no": document.customer,
                "amount": document.amount,
                "currency": document.currency,
                **_locate(document, checked.sheets, columns[document.sheet].columns.get(key)),
                "state": document.state.value,
                "message": _translate(document.note, lang),
            }


def _locate(record: ComparedCustomer | ComparedDocument, sheets: Sequence[Sheet], letter: str | None) -> dict[str, Any]:
    sheet = sheets[record.sheet]
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        "row": record.row,
        "cell": f"{sheet.name}!{letter}{record.row}" if letter and letter.isalpha() else None,
    }


def _write_values(change: ValueChange, field: Field | None, lang: str) -> dict[str, str | None]:
    """The values as people write them; numbers of persons and accounts by their last characters."""
    difference = change.difference

    def write(value: str | None) -> str | None:
        if not value or field is None:
            return value
        return mask_value(value) if field.sensitive else field.write_value(value, lang)

    return {
        "at_arm": write(difference.current),
        "in_file": write(difference.new),
        "exported": write(change.exported),
    }


def _translate(note: str, lang: str) -> str:
    return note.text(lang) if isinstance(note, Text) else translate_message(note, lang)


def count_fields(customers: Sequence[ComparedCustomer], lang: str) -> list[dict[str, Any]]:
    """Return the fields that differ, with how many customers have another value, the most frequent first."""
    return _count_paths((change.difference.path for customer in customers for change in customer.changes), lang)


def count_kept_parts(customers: Sequence[ComparedCustomer], lang: str) -> list[dict[str, Any]]:
    """Return the parts of addresses that stay, with how many customers have one, the most frequent first."""
    return _count_paths((part.path for customer in customers for part in customer.kept), lang)


def _count_paths(paths: Iterable[str], lang: str) -> list[dict[str, Any]]:
    counts = Counter(paths)
    fields = {field.path: field for field in _CUSTOMERS.fields}
    return [
        {
            "field": fields[path].name if path in fields else path,
            "header": fields[path].header.text(lang) if path in fields else path,
            "customers": count,
        }
        for path, count in counts.most_common()
    ]


def name_fields(counts: Mapping[str, int], lang: str) -> list[dict[str, Any]]:
    """Return field → count as a list with headers."""
    return [
        {"field": name, "header": _CUSTOMERS.field(name).header.text(lang), "customers": count}
        for name, count in counts.items()
    ]
