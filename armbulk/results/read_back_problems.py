"""What ARM has otherwise than it was sent, as problems at the cells of the records that were read back."""

from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.findings.frame import RenderedFinding
from armbulk.i18n import Text, _
from armbulk.model.lookup import LookupResult
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES
from armbulk.results.differences import RecordDifference
from armbulk.results.totals_words import write_at_cells

READ_BACK_CODE = "read-back"
"""The code of these problems."""

NOT_AS_SENT = _("not as sent")
"""The status of a record with such a problem."""

_FIELDS = {
    "type": "document_type",
    "customer": "customer_no",
    "date": "document_date",
    "currency": "currency",
    "amount": "incl_vat",
}
"""Compared field → field of the resource; others are those of the record's number."""

_FIXES: Mapping[LookupResult, Text] = {
    LookupResult.DIFFERENT: _(
        "Look the document up in ARM. If ARM has it wrong, credit it, and enter the correct one in a new row with "
        "another number"
    ),
    LookupResult.ABSENT: _(
        "Look the record up in ARM. If it is not there, ask Amili what happened to it. armbulk does not send it again"
    ),
    LookupResult.UNKNOWN: _("Look the record up in ARM, and compare it with this row"),
}


def list_read_back_problems(
    differences: Sequence[RecordDifference],
    records: pl.DataFrame,
    sheets: Sequence[Sheet],
    columns: Mapping[int, Mapping[str, str]],
    lang: str,
) -> list[tuple[int, RenderedFinding]]:
    """Return a problem for each value that ARM has otherwise, and for each record that it does not have.

    With each problem, the index of its sheet is returned.

    Args:
        differences: What was read back otherwise than it was sent.
        records: The rows of the records, with `no`, `sheet`, `row`, `resource` and the column (`letter`) of the key.
        sheets: The sheets as they were read.
        columns: Sheet index → field → letter of its column.
        lang: The language of texts.
    """
    numbers = [difference.no for difference in differences]
    rows = {row["no"]: row for row in records.filter(pl.col("no").is_in(numbers)).iter_rows(named=True)}
    problems = []
    for difference in differences:
        row = rows.get(difference.no)
        if row is None:
            continue
        sheet = sheets[row["sheet"]]
        for name, message in write_at_cells(difference, lang):
            field = _FIELDS.get(name, RESOURCES[row["resource"]].record_key)
            letter = columns.get(row["sheet"], {}).get(field) or row["letter"]
            values = [sent for compared, sent, _there in difference.fields if compared == name]
            problem = RenderedFinding(
                file=sheet.file,
                sheet=sheet.name,
                row=row["row"],
                column=letter,
                cell=f"{sheet.name}!{letter}{row['row']}",
                field=field,
                code=READ_BACK_CODE,
                severity="error",
                value=values[0] if values else difference.number,
                message=message,
                fix=_FIXES.get(difference.result, _FIXES[LookupResult.UNKNOWN]).text(lang),
            )
            problems.append((row["sheet"], problem))
    return problems
