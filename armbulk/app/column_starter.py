"""The start of a mapping file: what is proposed surely is used, the rest are comments."""

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from armbulk.i18n import NO_TEXT, Text, _, join_texts, ngettext
from armbulk.mapping.columns import name_columns
from armbulk.mapping.write import WrittenColumn, WrittenSheet, WrittenValues
from armbulk.matching.blocks import CARRIED
from armbulk.matching.codes import list_value_questions
from armbulk.model.column_proposal import ColumnProposal, SheetProposal, ValueQuestion
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES
from armbulk.resources.code_names import NAMES_BY_FORMAT

CONTENTS = {
    "customers": _("a list of customers"),
    "documents": _("a list of documents (invoices, credit notes)"),
    "lines": _("a list of document lines"),
}
"""What a sheet may contain, in words."""

_FROM_TITLE = _("the number in the titles above the blocks. Remove the # if it is the customer's.")
_OPEN_DATES = _('"{example}" can be read in more than one way. Remove the # and choose dmy, mdy or ymd.')
_PROVEN_DATES = _("{reason}. Remove the # if that is right for all dates.")
_KNOWN, _SURE, _UNSURE = (
    _("recognised"),
    _("proposed: {reason}"),
    _("possible: {reason}. Remove the # if it is the same."),
)


def write_starters(sheet: Sheet, proposal: SheetProposal, *, is_recognised: bool) -> list[WrittenSheet]:
    """Return the start of a mapping file for a sheet; of a list of documents with its customers two sections."""
    starters = [_write_starter(sheet, proposal, is_recognised=is_recognised)]
    if proposal.customers is not None:
        starter = _write_starter(sheet, proposal.customers, is_recognised=False)
        own = {column.letter for column in proposal.customers.columns}
        of_documents = [each.letter for each in proposal.columns if each.target and each.letter not in own]
        names = name_columns(list_headers(sheet, proposal.header_row))  # Valuta is a column of customers, too
        ignored = [WrittenColumn(names[letter], "", is_part=True) for letter in of_documents]
        starters.append(replace(starter, columns=[*starter.columns, *ignored]))
    return starters


def _write_starter(sheet: Sheet, proposal: SheetProposal, *, is_recognised: bool) -> WrittenSheet:
    names = name_columns(list_headers(sheet, proposal.header_row))
    used = {column.target for column in proposal.columns if column.is_known or column.is_sure}
    derived = [each for each in proposal.derived if not each.needs]
    parts = {letter for each in derived for letter in each.letters}
    beside = proposal.customers.columns if proposal.customers is not None else ()
    theirs = {column.letter for column in beside if column.target}
    expressions = {name: template for each in derived for name, template in each.expressions.items()}
    carried = list_carried(proposal)
    comment: Text = (
        _KNOWN if is_recognised else _("looks like {contents}, because of {reason}").fill(
            contents=CONTENTS[proposal.resource], reason=proposal.reason
        )
    )  # fmt: skip
    return WrittenSheet(
        proposal.resource,
        comment=comment,
        name=sheet.name,
        header_row=proposal.header_row,
        columns=[
            WrittenColumn(names[column.letter], "", is_part=True)
            if column.letter in parts or (column.letter in theirs and not column.target)
            else _write_column(names[column.letter], column)
            for column in proposal.columns
        ],
        missing=[name for name in proposal.required if name not in {*used, *expressions, *carried}],
        expressions=expressions,
        from_title=[WrittenColumn(names[letter], name, _FROM_TITLE, is_open=True) for name, letter in carried.items()],
        values=_write_open_values(proposal, parts),
        open_dates=_write_open_dates(proposal),
        skip_totals=bool(proposal.other_rows),
        repeated=proposal.repeats,
        suggested={
            name: WrittenColumn(name, each.value, each.reason)
            for name, each in proposal.suggested.items()
            if name in proposal.required
        },
        is_start=True,
    )


def _write_open_dates(proposal: SheetProposal) -> WrittenColumn | None:
    """Return the order that unclear dates may have, and what shows it; None where no date is unclear."""
    order = proposal.date_order
    if not proposal.dates:
        return None
    if order is None or not order.is_proven:
        return WrittenColumn("dates", "dmy", _OPEN_DATES.fill(example=proposal.dates[0]), is_open=True)
    return WrittenColumn("dates", order.order, _PROVEN_DATES.fill(reason=order.describe()), is_open=True)


def list_carried(proposal: SheetProposal) -> dict[str, str]:
    """Return field → letter of the column that has its value in the titles above the blocks alone."""
    blocks = proposal.blocks
    return {CARRIED: blocks.letter} if blocks is not None and blocks.is_needed else {}


def _write_open_values(proposal: SheetProposal, parts: Collection[str]) -> list[WrittenValues]:
    """Return what values of columns with codes may mean; what a person has to decide is a comment.

    Args:
        proposal: The sheet.
        parts: The letters of columns that are only read by expressions.
    """
    columns = {column.letter: column for column in proposal.columns if column.letter not in parts}
    lists: dict[str, list[WrittenColumn]] = {}
    for question in list_value_questions(proposal, {letter: each.target for letter, each in columns.items()}):
        comment = NO_TEXT if question.is_sure else count_rows(question)
        value = WrittenColumn(question.text, question.code, comment, is_open=not question.is_sure)
        lists.setdefault(question.letter, []).append(value)
    return [
        WrittenValues(
            columns[letter].target,
            values,
            keeps_others=not any(value.is_open for value in values)
            and has_code_list(proposal.resource, columns[letter].target),
            is_open=not (columns[letter].is_known or columns[letter].is_sure),
        )
        for letter, values in lists.items()
    ]


def count_rows(question: ValueQuestion) -> Text:
    """Return how many rows have a value, and what shows its meaning."""
    rows = ngettext("{count:number} row", "{count:number} rows", count=question.count)
    return join_texts(rows, question.reason, separator="; ")


def _write_column(source: str, column: ColumnProposal) -> WrittenColumn:
    if not column.target:
        return WrittenColumn(source, "")
    if column.is_known:
        return WrittenColumn(source, column.target)
    comment = (_SURE if column.is_sure else _UNSURE).fill(reason=column.reason)
    return WrittenColumn(source, column.target, comment, is_open=not column.is_sure)


def has_code_list(resource: str, target: str) -> bool:
    """Return whether armbulk knows every code of a field: a new value is named then; another is asked about first."""
    return any(field.name == target and field.format in NAMES_BY_FORMAT for field in RESOURCES[resource].fields)


def list_headers(sheet: Sheet, header_row: int) -> dict[str, str]:
    """Return letter → header of a sheet; "" where a column has none."""
    header = sheet.frame.filter(pl.col("row") == header_row)
    return {letter: header[letter][0] or "" for letter in sheet.letters}
