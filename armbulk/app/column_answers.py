"""What a person may answer about the columns of a sheet: which values are valid, and what an order makes of dates."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl

from armbulk.findings.frame import mask_value
from armbulk.i18n import NO_TEXT, Text, _, quote_text
from armbulk.mapping.apply import fold_value
from armbulk.mapping.header_text import fold_header
from armbulk.matching.codes import index_fields, list_value_questions
from armbulk.matching.column_values import can_be_read, may_be_read
from armbulk.matching.names import quote_header
from armbulk.model.column_proposal import ColumnProposal, SheetProposal, ValueQuestion
from armbulk.model.fields import FieldType
from armbulk.model.read_options import DATE_ORDERS, DECIMAL_SEPARATORS
from armbulk.resources import RESOURCES
from armbulk.resources.code_names import NAMES_BY_FORMAT
from armbulk.validation.dates import read_in_order
from armbulk.validation.numbers import add_plain_numbers

__all__ = [
    "describe_expression",
    "divide_by_sign",
    "find_code",
    "find_constant_error",
    "find_target",
    "list_amount_meanings",
    "list_date_meanings",
    "list_misfits",
    "list_negative_invoices",
    "list_value_questions",
]

_CHECKED_TYPES = frozenset(
    {FieldType.DATE, FieldType.AMOUNT, FieldType.QUANTITY, FieldType.INTEGER, FieldType.BOOLEAN, FieldType.TIME}
)
_MAX_SHOWN = 3
_BY_SIGN = re.compile(r"\{\{ '(?P<code>[^']*)' if '-' in row\[.*\] else 'IN' \}\}$")


def find_constant_error(resource: str, name: str, text: str) -> Text | None:
    """Return why a text cannot be the value of a field in every row; None if it can.

    Args:
        resource: What the sheet contains.
        name: The field.
        text: The answer.
    """
    field = next((field for field in RESOURCES[resource].fields if field.name == name), None)
    if field is None or can_be_read(text, field):
        return None
    return _(
        '"{value}" is not a valid value of "{header}". Use for example {example}.',
        value=text,
        header=field.header,
        example=field.example,
    )


def list_negative_invoices(proposal: SheetProposal, columns: Mapping[str, str], name: str, text: str) -> Sequence[int]:
    """Return the rows with negative amounts, if all rows would be invoices: by the amount with VAT, or else without.

    Args:
        proposal: The sheet.
        columns: Letter → field, as it was decided.
        name: A field that has the same value in all rows.
        text: This value.
    """
    types = dict(RESOURCES["documents"].field("document_type").code_words)
    amount = _find_amount(proposal, columns)
    if name != "document_type" or types.get(fold_value(text)) != "IN" or amount is None:
        return ()
    return amount.negative_rows


def divide_by_sign(proposal: SheetProposal, columns: Mapping[str, str], negative: str) -> str:
    """Return the expression of a mapping that makes the document type: IN, or that of a negative amount.

    "" where the header of the amount is not enough to know its column.

    Args:
        proposal: The sheet.
        columns: Letter → field, as it was decided.
        negative: The type of rows with negative amounts; "" = they have none, and are held back.
    """
    amount = _find_amount(proposal, columns)
    headers = [fold_header(column.header) for column in proposal.columns]
    if amount is None or not fold_header(amount.header) or headers.count(fold_header(amount.header)) > 1:
        return ""
    text = f"row[{quote_header(amount.header)}]"
    plain = f"{text}.replace(',-', '').replace('.-', '').replace('\u2212', '-')"  # 100,- is a whole amount
    return f"{{{{ '{negative}' if '-' in {plain} or '(' in {text} else 'IN' }}}}"


def describe_expression(text: str) -> Text:
    """Return what an expression of a mapping makes, in words where `divide_by_sign` wrote it."""
    by_sign = _BY_SIGN.match(text)
    if by_sign is None:
        return quote_text(text)
    code = by_sign["code"]
    return _("IN, and {code} for negative amounts", code=code) if code else _("IN; negative amounts are held back")


def _find_amount(proposal: SheetProposal, columns: Mapping[str, str]) -> ColumnProposal | None:
    """Return the column with the amounts of the documents: with VAT, or else without."""
    by_target = {columns.get(column.letter): column for column in proposal.columns}
    return by_target.get("incl_vat") or by_target.get("excl_vat")


def list_misfits(proposal: SheetProposal, letter: str, target: str) -> list[str]:
    """Return the first values of a column that are not valid as a field, if most of its values are not.

    A column of document types has a ledger's own codes: they are asked about one by one.

    Args:
        proposal: The sheet.
        letter: The column.
        target: The field, as a mapping names it.
    """
    field = index_fields(proposal.resource).get(fold_header(target))
    texts = proposal.texts.get(letter, ())
    if field is None or field.code_words or not texts or not (field.format or field.type in _CHECKED_TYPES):
        return []
    names = NAMES_BY_FORMAT.get(field.format or "", {})
    wrong = [text for text in texts if fold_value(text) not in names and not may_be_read(text, field)]
    shown = [mask_value(text) if field.sensitive else text for text in wrong[:_MAX_SHOWN]]
    return shown if len(wrong) * 2 > len(texts) else []


def find_target(proposal: SheetProposal, answer: str) -> str | None:
    """Return the field whose header or other name a person typed, as a mapping names it; None where it is none's."""
    field = index_fields(proposal.resource).get(fold_header(answer))
    return field.name if field is not None and field.name in proposal.targets else None


def find_code(resource: str, question: ValueQuestion, answer: str) -> str:
    """Return the code that a person means by an answer: one that is offered, the value itself, or another valid one.

    "" where the answer is no code. Of document types only the codes offered and the value itself count: another one is
    likelier a mistake than a code that only ARM knows.

    Args:
        resource: What the sheet contains.
        question: The value.
        answer: What the person typed.
    """
    offered = {code.casefold(): code for code in (*question.codes, question.text, question.code) if code}
    if answer.casefold() in offered:
        answer = offered[answer.casefold()]
    field = next((field for field in RESOURCES[resource].fields if field.name == question.target), None)
    if field is None or not can_be_read(answer, field) or (field.code_words and answer not in offered.values()):
        return ""
    return answer


def list_date_meanings(texts: Sequence[str]) -> tuple[str, dict[str, Text]]:
    """Return a date that the orders read differently, and its meanings in the orders in which all the dates are dates.

    Of orders that read all dates alike only the first is returned: a date with a month's name. Without a meaning, all
    orders are returned: dates of several orders.
    """
    days = {order: read_in_order(pl.Series(texts, dtype=pl.String), order) for order in DATE_ORDERS}
    possible: dict[str, Sequence[object]] = {}
    for order, dates in days.items():
        if dates and None not in dates and dates not in possible.values():
            possible[order] = dates
    if not possible:
        return texts[0], dict.fromkeys(DATE_ORDERS, NO_TEXT)
    counts = [len({dates[position] for dates in possible.values()}) for position in range(len(texts))]
    shown = counts.index(max(counts))
    return texts[shown], {order: Text("{day:date}", {"day": dates[shown]}) for order, dates in possible.items()}


def list_amount_meanings(texts: Sequence[str]) -> tuple[str, dict[str, Text]]:
    """Return an amount that the decimal separators read differently, and what it is with each of them."""
    frame = pl.DataFrame({"text": texts[:1], "kind": ["text"]}, schema={"text": pl.String, "kind": pl.String})
    amounts = {mark: add_plain_numbers(frame, mark)["plain"][0] for mark in DECIMAL_SEPARATORS}
    return texts[0], {
        mark: Text("{amount:decimal}", {"amount": Decimal(amount)}) if amount else NO_TEXT
        for mark, amount in amounts.items()
    }
