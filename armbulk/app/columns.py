"""Match the columns of files with other headers: propose, let a person decide, save what was decided."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl

from armbulk.app.dialog import Dialog
from armbulk.i18n import NO_TEXT, Text, _, join_texts, ngettext
from armbulk.mapping.columns import fingerprint_headers, name_columns, needs_order
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import find_resource_by_name
from armbulk.mapping.own_sheets import is_outcome_header
from armbulk.mapping.write import WrittenColumn, WrittenSheet, WrittenValues, write_mapping
from armbulk.matching.blocks import CARRIED
from armbulk.matching.codes import list_value_questions
from armbulk.matching.names import NAME, join_columns, join_headers
from armbulk.matching.propose import propose_sheet
from armbulk.model.column_proposal import (
    ColumnProposal,
    DerivedFields,
    EarlierAnswers,
    SheetDecision,
    SheetProposal,
    ValueQuestion,
)
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES
from armbulk.resources.code_names import NAMES_BY_FORMAT
from armbulk.settings.saved_mappings import SavedMappings, has_twin
from armbulk.validation.check import Checked, has_records

_NOT_RECOGNISED = ["sheet-not-recognised", "no-known-header"]
_INCOMPLETE = ["missing-column", "amount-header-unclear"]
_MIN_SURE_COLUMNS = 3
_MIN_UNKNOWN_HEADERS = 2
_MIN_SIGNS = 3
SAVED = _("The answers are saved for files with the same headers. To change them: armbulk map FILE")
CONTENTS = {
    "customers": _("a list of customers"),
    "documents": _("a list of documents (invoices, credit notes)"),
    "lines": _("a list of document lines"),
}
"""What a sheet may contain, in words."""

_FROM_TITLE = _("the number in the titles above the blocks. Remove the # if it is the customer's.")
_KNOWN, _SURE, _UNSURE = (
    _("recognised"),
    _("proposed: {reason}"),
    _("possible: {reason}. Remove the # if it is the same."),
)


def list_proposals(checked: Checked, saved: SavedMappings) -> list[SheetProposal]:
    """Return proposals for the sheets that no mapping matched, and of which nothing or not enough is recognised.

    Also of those that are recognised as one list and look like another (`is_other_list`). Beside recognised sheets,
    another sheet is only proposed where its columns are likely.
    """
    proposals = []
    for index in range(len(checked.sheets)):
        of_sheet = checked.findings.filter(pl.col("sheet") == index)
        codes = set(of_sheet["code"])
        is_mapped = checked.mapped_sheets[index].entry is not None
        is_named = find_resource_by_name(checked.sheets_as_read[index], RESOURCES) is not None
        may_be_other = not is_named and (of_sheet["code"] == "unknown-header").sum() >= _MIN_UNKNOWN_HEADERS
        if is_mapped or not (may_be_other or codes & {*_NOT_RECOGNISED, *_INCOMPLETE}):
            continue
        proposal = propose_columns(checked, index, saved)
        if proposal is None:
            continue
        if not codes & {*_NOT_RECOGNISED, *_INCOMPLETE} and not is_other_list(checked, proposal):
            continue
        is_extra = bool(codes & set(_NOT_RECOGNISED)) and has_records(checked)
        is_likely = sum(column.is_sure for column in proposal.columns) >= _MIN_SURE_COLUMNS
        can_help = any(not column.is_known and (column.target or column.choices) for column in proposal.columns)
        if can_help and (is_likely or not is_extra):
            proposals.append(proposal)
    return proposals


def is_other_list(checked: Checked, proposal: SheetProposal) -> bool:
    """Return whether a sheet is recognised by a few headers as one list, and most of it looks like another.

    A list of open invoices has the numbers and names of customers, too: it must not be sent as customers.
    """
    resource = checked.header_matches[proposal.index].resource
    return (
        resource is not None
        and {resource.name, proposal.resource} != {"documents", "lines"}
        and resource.name != proposal.resource
        and proposal.signs >= _MIN_SIGNS
    )


def propose_columns(
    checked: Checked, index: int, saved: SavedMappings, resource: str | None = None
) -> SheetProposal | None:
    """Return what the columns of a sheet may be; None where it has no table."""
    sheet = checked.used_sheets[index]
    path = dict(saved.find(checked.used_sheets)).get(index) if resource is None else None
    resource = saved.read_resource(path) if path is not None else resource
    decided = saved.list_decisions(resource) if resource else {}
    proposal = propose_sheet(sheet, index, resource=resource, decided=decided)
    if proposal is not None and path is not None:
        return _add_answers(proposal, sheet, saved.read_answers(path))
    if proposal is None or resource is not None:
        return proposal
    decided = saved.list_decisions(proposal.resource)
    return propose_sheet(sheet, index, resource=proposal.resource, decided=decided) if decided else proposal


def _add_answers(proposal: SheetProposal, sheet: Sheet, answers: EarlierAnswers) -> SheetProposal:
    """Return the proposal with what was decided about a file with the same headers."""
    names = name_columns(_list_headers(sheet, proposal.header_row))
    ignored = {letter for letter, name in names.items() if name in answers.ignored}
    columns = tuple(
        replace(column, target="", reason=NO_TEXT, is_known=True) if column.letter in ignored else column
        for column in proposal.columns
    )
    return replace(proposal, columns=columns, earlier=answers)


def match_columns(
    checked: Checked, proposals: Sequence[SheetProposal], saved: SavedMappings, dialog: Dialog, lang: str
) -> list[tuple[int, str]]:
    """Ask about the columns of sheets, and save what is decided; return (sheet index, its saved mapping).

    A file with the same headers as one that was just decided is not asked about; a sheet of the same file is.

    Raises:
        FileError: The answers cannot be saved.
    """
    if proposals and dialog.asks_about_columns:
        saved.require_writable()
    sheets = checked.used_sheets
    matched: list[tuple[int, str]] = []
    for proposal in proposals:
        index = proposal.index
        known = dict(saved.find(sheets)).get(index) if matched else None
        if known is not None:
            matched.append((index, known))
            continue
        decision = ask_about_sheet(checked, proposal, saved, dialog)
        if decision is not None:
            matched.append((index, save_columns(sheets, index, decision, saved, lang)))
            dialog.note(SAVED.text(lang))
    return matched


def ask_about_sheet(
    checked: Checked, proposal: SheetProposal, saved: SavedMappings, dialog: Dialog
) -> SheetDecision | None:
    """Return what a person decides about a sheet; None where there is no decision."""

    def propose_again(resource: str) -> SheetProposal | None:
        return propose_columns(checked, proposal.index, saved, resource)

    decision = dialog.match_columns(proposal, propose_again)
    earlier = proposal.earlier
    return decision if decision is None or earlier is None else _keep_answers(decision, proposal, earlier)


def _keep_answers(decision: SheetDecision, proposal: SheetProposal, earlier: EarlierAnswers) -> SheetDecision:
    """Return a decision with the earlier answers to what was not asked: this file has no such codes or dates."""
    if decision.resource != proposal.resource:
        return decision
    targets = {target for target in decision.columns.values() if target}
    values = {
        target: {**earlier.values.get(target, {}), **decision.values.get(target, {})}
        for target in (*earlier.values, *decision.values)
        if target in targets
    }
    return replace(
        decision,
        values=values,
        dates=decision.dates if proposal.dates else earlier.dates,
        decimal=decision.decimal if proposal.numbers else earlier.decimal,
        skips_other_rows=decision.skips_other_rows if proposal.other_rows else earlier.skips_other_rows,
    )


def offer_join(
    proposal: SheetProposal, target: str, letters: Sequence[str], derived: Sequence[DerivedFields]
) -> DerivedFields | None:
    """Return the offer to join columns that a person has chosen for the same name; None where they cannot be joined.

    Args:
        proposal: The sheet.
        target: The field that the person chose for the columns.
        letters: The columns, in the order in which they were chosen.
        derived: What is made of columns already: columns that are joined to the name stay its first parts.
    """
    if target != NAME:
        return None
    before = next((each for each in derived if NAME in each.expressions), None)
    by_letter = {column.letter: column for column in proposal.columns}
    counts = Counter(fold_header(column.header) for column in proposal.columns)
    if before is not None:
        headers = [by_letter[letter].header for letter in before.letters]
        if before.expressions[NAME] != join_headers(headers):
            return None
        letters = [*before.letters, *(letter for letter in letters if letter not in before.letters)]
    columns = [by_letter[letter] for letter in dict.fromkeys(letters)]
    is_known = all(fold_header(column.header) and counts[fold_header(column.header)] == 1 for column in columns)
    return join_columns(columns) if is_known and len(columns) > 1 else None


def may_be_constant(resource: str, name: str) -> bool:
    """Return whether every record may have the same value of a field: not its number, nor a name."""
    return name not in {RESOURCES[resource].record_key, "name"}


def save_columns(sheets: Sequence[Sheet], index: int, decision: SheetDecision, saved: SavedMappings, lang: str) -> str:
    """Save what a person decided about a sheet, for this file and the next with the same headers; return the path.

    Of sheets in one file with the same headers each has an answer of its own, by its name.

    Raises:
        FileError: It cannot be written.
    """
    headers = _list_headers(sheets[index], decision.header_row)
    used = [letter for letter, target in decision.columns.items() if target]
    texts = list(headers.values())
    fingerprint = fingerprint_headers(texts, in_order=needs_order(headers, used))
    name = sheets[index].name if has_twin(sheets, index, texts) else ""
    path = saved.locate(fingerprint, name)
    saved.save(path, write_mapping([_write_decision(headers, decision, headers_of=fingerprint)], lang))
    return str(path)


def write_columns(sheets: Sequence[tuple[Sheet, SheetDecision]], lang: str) -> str:
    """Return a mapping file with what a person decided about sheets."""
    written = [
        _write_decision(_list_headers(sheet, decision.header_row), decision, name=sheet.name)
        for sheet, decision in sheets
    ]
    return write_mapping(written, lang)


def _write_decision(
    headers: Mapping[str, str], decision: SheetDecision, *, name: str = "", headers_of: str = ""
) -> WrittenSheet:
    names = name_columns(headers)
    return WrittenSheet(
        decision.resource,
        name=name,
        header_row=decision.header_row if name else None,
        headers=headers_of,
        columns=[
            WrittenColumn(names[letter], decision.columns.get(letter, ""))
            for letter, text in headers.items()
            if (text and not is_outcome_header(text)) or decision.columns.get(letter)
        ],
        constants=_to_codes(decision),
        expressions=decision.expressions,
        values=[
            WrittenValues(
                target,
                [WrittenColumn(text, code) for text, code in codes.items()],
                keeps_others=target not in decision.strict and _has_code_list(decision.resource, target),
            )
            for target, codes in decision.values.items()
        ],
        from_title=[WrittenColumn(names[letter], target) for target, letter in decision.from_title.items()],
        dates=decision.dates,
        decimal=decision.decimal,
        skip_totals=decision.skips_other_rows,
    )


def _has_code_list(resource: str, target: str) -> bool:
    """Return whether armbulk knows every code of a field: a new value is named then; another is asked about first."""
    return any(field.name == target and field.format in NAMES_BY_FORMAT for field in RESOURCES[resource].fields)


def _to_codes(decision: SheetDecision) -> dict[str, str]:
    """Return the values of every row, with the codes that words mean: invoice → IN."""
    words = {field.name: dict(field.code_words) for field in RESOURCES[decision.resource].fields}
    return {name: words.get(name, {}).get(text.casefold(), text) for name, text in decision.constants.items()}


def write_starter(sheet: Sheet, proposal: SheetProposal, *, is_recognised: bool) -> WrittenSheet:
    """Return the start of a mapping file for a sheet: what is proposed surely is used, the rest are comments."""
    names = name_columns(_list_headers(sheet, proposal.header_row))
    used = {column.target for column in proposal.columns if column.is_known or column.is_sure}
    derived = [each for each in proposal.derived if not each.needs]
    parts = {letter for each in derived for letter in each.letters}
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
            if column.letter in parts
            else _write_column(names[column.letter], column)
            for column in proposal.columns
        ],
        missing=[name for name in proposal.required if name not in {*used, *expressions, *carried}],
        expressions=expressions,
        from_title=[WrittenColumn(names[letter], name, _FROM_TITLE, is_open=True) for name, letter in carried.items()],
        values=_write_open_values(proposal, parts),
        skip_totals=bool(proposal.other_rows),
        is_start=True,
    )


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
            and _has_code_list(proposal.resource, columns[letter].target),
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


def _list_headers(sheet: Sheet, header_row: int) -> dict[str, str]:
    header = sheet.frame.filter(pl.col("row") == header_row)
    return {letter: header[letter][0] or "" for letter in sheet.letters}
