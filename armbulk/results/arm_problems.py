"""ARM's refusals and warnings as problems, each at the cell that it is about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from armbulk.findings.frame import RenderedFinding, mask_value
from armbulk.i18n import Text, _
from armbulk.model.fields import Field
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import (
    CUSTOMER_HELD_BACK,
    CUSTOMER_NOT_ACCEPTED,
    FIELD_NAMES,
    IN_ARM,
    NOT_IN_ARM,
    OTHER_SENT_IN_RUN,
    ROW_SAYS_SENT,
)
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES
from armbulk.results.named_fields import split_by_field

ASK_ARM = _("Ask ARM again with: armbulk resume. Or decide yourself with: armbulk resolve")
_FIX_ROW = _("Correct the row and import the file again")
_FIXES = {
    Outcome.REJECTED.value: _FIX_ROW,
    Outcome.HELD_BACK.value: _FIX_ROW,
    Outcome.IN_DOUBT.value: ASK_ARM,
}
_FIXES_OF_CONFLICTS = {
    "customers": _("Compare the values. Use --overwrite to send those in the file, or correct or remove the row"),
    "documents": _("Compare the two. If both are correct, give the one in the file another number"),
}
_CREDIT = _(
    "A document in ARM cannot be changed. Undo the change in this row. If the document in ARM is wrong, credit it, and "
    "enter the correct one in a new row with another number"
)
_RENUMBERED = _(
    "If you changed the number of a document that ARM has, undo the change. If this is a new document, clear the cell "
    "in the column ARM outcome of this row. Then import again"
)
_CUSTOMER_FIRST = _("Correct the customer first, then import the file again")
_CREATE_CUSTOMER = _("Remove the row, or create the customer with an import without --update")
_SEE_ANSWER = _("Read ARM's warning. The record is in ARM; nothing is sent again")

_CODES = {
    Outcome.REJECTED.value: "arm-rejected",
    Outcome.CONFLICT.value: "arm-conflict",
    Outcome.IN_DOUBT.value: "arm-in-doubt",
    Outcome.HELD_BACK.value: "held-back",
}
_BAD = tuple(_CODES)
_CHANGED = {
    "type": "document_type", "customer": "customer_no", "date": "document_date", "currency": "currency",
    "amount": "incl_vat",
}  # fmt: skip
"""What is known of a document that was sent (`record_messages.FIELD_NAMES`) → its field."""


def list_arm_problems(
    records: pl.DataFrame, sheets: Sequence[Sheet], columns: Mapping[int, Mapping[str, str]], lang: str
) -> list[tuple[int, RenderedFinding]]:
    """Return a problem for each cause that ARM names, at the cell of the field, or of the record's key.

    With each problem, the index of its sheet is returned.

    Args:
        records: The outcomes of the records, with `resource`, `key`, the column (`letter`) of the key, and whether the
            record itself says why it was held back (`is_explained`), and not an error in its row.
        sheets: The sheets as they were read.
        columns: Sheet index → field → letter of its column.
        lang: The language of texts.
    """
    is_bad = pl.col("outcome").is_in(_BAD) & ((pl.col("outcome") != Outcome.HELD_BACK.value) | pl.col("is_explained"))
    chosen = records.filter(is_bad | pl.col("warnings").is_not_null())
    values = _read_rows(chosen, sheets)
    return [
        (row["sheet"], problem)
        for row in chosen.iter_rows(named=True)
        for problem in _list_problems(
            row, sheets[row["sheet"]], columns.get(row["sheet"], {}), values[row["sheet"]].get(row["row"], {}), lang
        )
    ]


def _read_rows(chosen: pl.DataFrame, sheets: Sequence[Sheet]) -> dict[int, dict[int, dict[str, Any]]]:
    """Sheet index → row → its cells, of the rows with problems."""
    rows: dict[int, dict[int, dict[str, Any]]] = {}
    for index in chosen["sheet"].unique():
        numbers = chosen.filter(pl.col("sheet") == index)["row"].unique()
        frame = sheets[index].frame.filter(pl.col("row").is_in(numbers.implode()))
        rows[index] = {row["row"]: row for row in frame.iter_rows(named=True)}
    return rows


def _list_problems(
    row: Mapping[str, Any], sheet: Sheet, columns: Mapping[str, str], cells: Mapping[str, Any], lang: str
) -> Iterator[RenderedFinding]:
    is_error = row["outcome"] in _BAD
    key_letter = row["letter"] or (sheet.letters[0] if sheet.letters else "A")
    text = (row["message"] if is_error else row["warnings"]) or ""
    is_change = row["outcome"] == Outcome.CONFLICT.value and was_sent_otherwise(text, lang)
    parts = split_by_change(text, lang) if is_change else split_by_field(row["resource"], text)
    for message, field in parts:
        letter = columns.get(field.name) if field else None
        value = _show_value(field, cells.get(letter)) if field and letter else row["key"]
        yield {
            "file": sheet.file,
            "sheet": sheet.name,
            "row": row["row"],
            "column": letter or key_letter,
            "cell": f"{sheet.name}!{letter or key_letter}{row['row']}",
            "field": field.name if field and letter else RESOURCES[row["resource"]].record_key,
            "code": _CODES.get(row["outcome"] or "", "") if is_error else "arm-warning",
            "severity": "error" if is_error else "warning",
            "value": value,
            "message": message,
            "fix": choose_fix(row, lang).text(lang),
        }


def _show_value(field: Field, value: str | None) -> str | None:
    return mask_value(value) if value and field.sensitive else value


def choose_fix(row: Mapping[str, str | None], lang: str) -> Text:
    """What to do about a record that ARM did not accept, or about ARM's warning."""
    message = row["message"] or ""
    if row["outcome"] == Outcome.HELD_BACK.value and message in _because_of_customer(lang):
        return _CUSTOMER_FIRST
    if row["outcome"] != Outcome.CONFLICT.value:
        return _FIXES.get(row["outcome"] or "", _SEE_ANSWER)
    if message.startswith(NOT_IN_ARM.text(lang)):
        return _CREATE_CUSTOMER
    if message == ROW_SAYS_SENT.text(lang):
        return _RENUMBERED
    return _CREDIT if was_sent_otherwise(message, lang) else _FIXES_OF_CONFLICTS[row["resource"] or ""]


def was_sent_otherwise(message: str, lang: str) -> bool:
    """Return whether a message says that a run sent another document with the number."""
    begin, _run, end = OTHER_SENT_IN_RUN.fill(run="\0").text(lang).partition("\0")
    return message.startswith(begin) and end in message


def split_by_change(message: str, lang: str) -> Iterator[tuple[str, Field | None]]:
    """Yield the parts of a message about a document that was sent otherwise, each with the field that was changed.

    None: it is not known which, since only a hash is kept of all but the fields that identify a document.
    """
    names = {FIELD_NAMES[name].text(lang): RESOURCES["documents"].field(field) for name, field in _CHANGED.items()}
    changed, separator, in_arm = message.partition(f". {IN_ARM.text(lang)}: ")
    begin, _separator, changes = changed.partition(": ")
    parts: list[tuple[str, Field | None]] = []
    for text in changes.split("; "):
        field = next((field for name, field in names.items() if text.startswith(f"{name} ")), None)
        if parts and field is None:
            parts[-1] = f"{parts[-1][0]}; {text}", parts[-1][1]
        else:
            parts.append((f"{begin}: {text}", field))
    yield f"{parts[0][0]}{separator}{in_arm}", parts[0][1]
    yield from parts[1:]


def _because_of_customer(lang: str) -> tuple[str, ...]:
    return CUSTOMER_HELD_BACK.text(lang), CUSTOMER_NOT_ACCEPTED.text(lang)
