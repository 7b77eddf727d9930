"""What the columns of a sheet may be, as JSON and as what people see."""

from typing import Any

from armbulk.app.column_starter import CONTENTS, list_carried
from armbulk.matching.codes import list_value_questions
from armbulk.model.column_proposal import ColumnProposal, SheetProposal


def describe_proposal(proposal: SheetProposal, lang: str) -> dict[str, Any]:
    """Return a proposal as the JSON of `armbulk map` has it."""
    used = {column.target for column in proposal.columns}
    used |= {name for each in proposal.derived for name in each.expressions}
    used |= set(list_carried(proposal))
    blocks, customers = proposal.blocks, proposal.customers
    return {
        "file": proposal.file,
        "sheet": proposal.sheet,
        "resource": proposal.resource,
        "contents": CONTENTS[proposal.resource].text(lang),
        "because_of": proposal.reason.text(lang),
        "repeats": proposal.repeats,
        "customers_because_of": customers.reason.text(lang) if customers else None,
        "suppliers": proposal.supplier_text or None,
        "header_row": proposal.header_row,
        "title_rows": proposal.title_rows,
        "rows": proposal.rows,
        "other_rows": [
            {"row": row, "text": text, "is_title": bool(blocks and row in blocks.rows)}
            for row, text in proposal.other_rows
        ],
        "blocks": _describe_blocks(proposal),
        "columns": _describe_columns(proposal, lang),
        "derived": [
            {
                "columns": list(each.letters),
                "fields": list(each.expressions),
                "titles": [proposal.targets[name].text(lang) for name in each.expressions],
                "expressions": list(each.expressions.values()),
                "samples": list(each.samples),
                "optional": bool(each.needs),
            }
            for each in proposal.derived
        ],
        "values": _describe_values(proposal, lang),
        "missing": [
            {"field": name, "title": proposal.targets[name].text(lang)}
            for name in proposal.required
            if name not in used and name in proposal.targets
        ],
        "unclear_dates": list(proposal.dates[:3]),
        "unclear_numbers": list(proposal.numbers[:3]),
    }


def _describe_columns(proposal: SheetProposal, lang: str) -> list[dict[str, Any]]:
    """Return each column, with the titles of the fields that it is a part of."""
    parts, customers = _list_parts(proposal, lang), proposal.customers
    parts_of_customers = _list_parts(customers, lang) if customers else {}
    of_customers = {column.letter: column for column in customers.columns if column.target} if customers else {}
    return [
        {
            "column": column.letter,
            "header": column.header,
            "samples": list(column.samples),
            "field": column.target or None,
            "title": proposal.targets[column.target].text(lang) if column.target else None,
            "reason": column.reason.text(lang) if column.target else None,
            "sure": column.is_sure,
            "known": column.is_known,
            "customer": _describe_customer(customers, of_customers.get(column.letter), lang)
            or _describe_part(parts_of_customers.get(column.letter)),
            "part_of": parts.get(column.letter),
        }
        for column in proposal.columns
    ]


def _list_parts(proposal: SheetProposal, lang: str) -> dict[str, str]:
    """Return letter → the titles of the fields that a column is a part of."""
    return {
        letter: ", ".join(proposal.targets[name].text(lang) for name in each.expressions)
        for each in proposal.derived
        if not each.needs
        for letter in each.letters
    }


def _describe_part(titles: str | None) -> dict[str, Any] | None:
    """Return the fields of the customers that a column may be divided into; None where it is not."""
    return None if titles is None else {"field": None, "title": titles, "sure": False}


def _describe_customer(
    customers: SheetProposal | None, column: ColumnProposal | None, lang: str
) -> dict[str, Any] | None:
    """Return what a column of a list of documents may be of its customers; None where it is nothing of them."""
    if customers is None or column is None:
        return None
    title = customers.targets[column.target].text(lang)
    return {"field": column.target, "title": title, "sure": column.is_sure or column.is_known}


def _describe_blocks(proposal: SheetProposal) -> dict[str, Any] | None:
    """Return the titles of a list with a block for each customer; None where it has none."""
    blocks = proposal.blocks
    return (
        None
        if blocks is None
        else {
            "column": blocks.letter,
            "titles": len(blocks.rows),
            "customers": [{"customer_no": number, "rows": rows} for number, rows in blocks.customers],
            "unclear_rows": blocks.unclear,
            "needed": blocks.is_needed,
        }
    )


def _describe_values(proposal: SheetProposal, lang: str) -> list[dict[str, Any]]:
    """Return what values of columns with codes may mean."""
    columns = {column.letter: column.target for column in proposal.columns}
    return [
        {
            "column": question.letter,
            "field": question.target,
            "value": question.text,
            "rows": question.count,
            "code": question.code or None,
            "reason": question.reason.text(lang),
            "sure": question.is_sure,
        }
        for question in list_value_questions(proposal, columns)
    ]
