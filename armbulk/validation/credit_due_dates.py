"""Credit notes without a due date: there is nothing to pay, but ARM requires a date.

ARM's documentation does not say which date a credit note has. The rows are an error until the user chooses that it is
the document date. An invoice without a due date is never filled: it would be due at once.
"""

from dataclasses import replace

import polars as pl

from armbulk.findings.frame import merge_findings, to_findings
from armbulk.mapping.apply import fold_column
from armbulk.mapping.block_titles import to_number
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.amount_signs import NEGATIVE_AMOUNT
from armbulk.model.read_options import DOCUMENT_DATE
from armbulk.resources.code_names import DOCUMENT_TYPE_NAMES
from armbulk.validation.amounts import AMOUNTS
from armbulk.validation.continuation import Continued
from armbulk.validation.layout import NO_RECORD_CODES

_CREDIT_NOTES = ["cn", *(word for word, code in DOCUMENT_TYPE_NAMES.items() if code == "CN")]
_MAX_ROWS_NAMED = 5


def fill_due_dates(
    continued: Continued, index: int, match: HeaderMatch, choice: str | None, layout: pl.DataFrame
) -> Continued:
    """Return a sheet of documents with its credit notes without a due date reported, or filled as the user chose.

    A document is a credit note where an amount is negative, or its type is a usual word for one. If only its lines have
    amounts, their sum is negative: a line with a discount makes no credit note.

    Args:
        continued: The sheet, with what was found in it before.
        index: Its index, for the findings.
        match: What was recognised of it.
        choice: `ReadOptions.credit_due_dates`.
        layout: The findings of its layout: rows that are no records are no credit notes.
    """
    sheet, columns = continued.sheet, match.columns
    names = ("document_no", "document_date", "due_date")
    letters = [columns.get(name, "") for name in names]
    if match.resource is None or match.resource.name != "documents" or not all(map(str.isalpha, letters)):
        return continued
    key, day, due = letters
    if not sheet.frame.filter(pl.col("row") > match.header_row)[due].null_count():
        return continued
    no_records = layout.filter(pl.col("code").is_in(NO_RECORD_CODES))["row"]
    is_record = (pl.col("row") > match.header_row) & pl.col(key).is_not_null() & ~pl.col("row").is_in(list(no_records))
    is_open = is_record & pl.col(due).is_null() & pl.col(f"{due}.cell").is_null() & pl.col(day).is_not_null()
    is_line = (pl.col("row") > match.header_row) & ~pl.col("row").is_in(list(no_records))
    rows = sheet.frame.filter(is_open & _is_credit_note(match, is_line))["row"].to_list()
    if not rows:
        return continued
    is_filled = choice == DOCUMENT_DATE
    named = ", ".join(map(str, rows[:_MAX_ROWS_NAMED])) + (" …" if len(rows) > _MAX_ROWS_NAMED else "")
    code = "credit-due-date-filled" if is_filled else "credit-without-due-date"
    finding = to_findings(
        pl.DataFrame({"row": rows[:1] if is_filled else rows}),
        sheet=index, column=due, code=code, field="due_date", value=str(len(rows)), detail=named,
    )  # fmt: skip
    if is_filled:
        is_chosen = pl.col("row").is_in(rows)
        cells = [
            pl.when(is_chosen).then(pl.col(f"{day}{end}")).otherwise(pl.col(f"{due}{end}")).alias(f"{due}{end}")
            for end in ("", ".cell")
        ]
        sheet = replace(sheet, frame=sheet.frame.with_columns(cells))
    return Continued(sheet, merge_findings([continued.findings, finding]))


def _is_credit_note(match: HeaderMatch, is_line: pl.Expr) -> pl.Expr:
    signs = [pl.col(match.columns[name]).str.contains(NEGATIVE_AMOUNT) for name in AMOUNTS if name in match.columns]
    if "document_type" in match.columns:
        signs.append(fold_column(pl.col(match.columns["document_type"])).is_in(_CREDIT_NOTES))
    if match.lines is not None and not set(AMOUNTS) & set(match.columns):
        columns = match.lines.columns
        letters = [columns[name] for name in ("incl_vat", "excl_vat") if columns.get(name, "").isalpha()]
        number = pl.col(match.columns["document_no"]).forward_fill()
        signs += [pl.when(is_line).then(to_number(letter)).sum().over(number) < 0 for letter in letters[:1]]
    return pl.any_horizontal([sign.fill_null(value=False) for sign in signs] or [pl.lit(value=False)])
