"""Match the columns of files with other headers: propose, let a person decide, save what was decided."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl

from armbulk.app.column_starter import has_code_list, list_headers
from armbulk.app.dialog import Dialog
from armbulk.i18n import _
from armbulk.mapping.columns import fingerprint_headers, name_columns, needs_order
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import find_resource_by_name
from armbulk.mapping.own_sheets import is_outcome_header
from armbulk.mapping.write import WrittenColumn, WrittenSheet, WrittenValues, write_mapping
from armbulk.matching.names import NAME, join_columns, join_headers
from armbulk.matching.propose import propose_sheet
from armbulk.model.column_proposal import DerivedFields, SheetDecision, SheetProposal
from armbulk.model.command_line import quote_word
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES
from armbulk.settings.saved_mappings import SavedMappings, has_twin
from armbulk.validation.check import Checked, has_records

_NOT_RECOGNISED = ["sheet-not-recognised", "no-known-header"]
_INCOMPLETE = ["missing-column", "amount-header-unclear", "debit-credit-column"]
_MIN_SURE_COLUMNS = 3
_MIN_UNKNOWN_HEADERS = 2
_MIN_SIGNS = 3
_CUSTOMERS_BESIDE = _(
    'The sheet "{sheet}" has the customers of the documents, too ({headers}). Only the documents are read. To read '
    "both, write a mapping with `armbulk map {file} -o NAME.toml`, look through it, and add --mapping NAME.toml."
)
SAVED = _("The answers are saved for files with the same headers. To change them: armbulk map {file}")


def list_proposals(checked: Checked, saved: SavedMappings) -> list[SheetProposal]:
    """Return proposals for the sheets that no mapping matched, and of which nothing or not enough is recognised.

    Also of those that are recognised as one list and look like another (`is_other_list`). Beside recognised sheets,
    another sheet is only proposed where its columns are likely.
    """
    proposals = []
    for index in range(len(checked.used_sheets)):
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
        is_other = is_other_list(checked, proposal) or proposal.customers is not None
        if not codes & {*_NOT_RECOGNISED, *_INCOMPLETE} and not is_other:
            continue
        is_extra = bool(codes & set(_NOT_RECOGNISED)) and has_records(checked)
        is_likely = sum(column.is_sure for column in proposal.columns) >= _MIN_SURE_COLUMNS
        can_help = bool(proposal.customers or proposal.derived) or any(
            not column.is_known and (column.target or column.choices) for column in proposal.columns
        )
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
    """Return what the columns of a sheet may be, beginning with what was decided; None where it has no table.

    Args:
        checked: The files.
        index: The index of the sheet.
        saved: What was decided about earlier files.
        resource: What a person says that it contains; None: what --as says, what was decided last, or the likeliest.
    """
    path = dict(saved.find(checked.used_sheets)).get(index)
    resource = resource or checked.used_sheets[index].resource
    if resource is None and path is not None:
        resource = saved.read_resource(path)
    proposal = _propose_list(checked.used_sheets[index], index, saved, path, resource)
    if proposal is None or proposal.customers is None or not (path or saved.list_decisions("customers")):
        return proposal
    customers = _propose_list(checked.used_sheets[index], index, saved, path, "customers")
    if customers is None:
        return proposal
    letters = {column.letter for column in proposal.customers.columns}
    beside = tuple(column for column in customers.columns if column.letter in letters)
    return replace(proposal, customers=replace(customers, columns=beside, repeats=True))


def _propose_list(
    sheet: Sheet, index: int, saved: SavedMappings, path: str | None, resource: str | None
) -> SheetProposal | None:
    """Return what the columns of a sheet may be as one list, with the earlier answers about it."""
    proposal = None
    if resource is None:
        proposal = propose_sheet(sheet, index)
        if proposal is None or not saved.list_decisions(proposal.resource):
            return proposal
        resource = proposal.resource
    earlier = saved.read_answers(path, resource) if path is not None else None
    decided = saved.list_decisions(resource)
    again = propose_sheet(
        sheet, index, resource=resource, decided=decided, earlier=earlier.columns if earlier else None
    )
    return proposal if again is None else replace(again, earlier=earlier)


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
            dialog.note(SAVED.fill(file=quote_word(proposal.file)).text(lang))
    return matched


def note_customers_beside(checked: Checked, proposals: Sequence[SheetProposal], dialog: Dialog, lang: str) -> None:
    """Name the sheets that are read as documents, though they have the customers of the documents, too."""
    for proposal in proposals:
        if checked.mapped_sheets[proposal.index].entry is None and proposal.customers is not None:
            values = {"sheet": proposal.sheet, "headers": proposal.customers.reason, "file": quote_word(proposal.file)}
            dialog.note(_CUSTOMERS_BESIDE.fill(**values).text(lang))


def ask_about_sheet(
    checked: Checked, proposal: SheetProposal, saved: SavedMappings, dialog: Dialog
) -> SheetDecision | None:
    """Return what a person decides about a sheet; None where there is no decision."""
    proposals = {proposal.resource: proposal}

    def propose_again(resource: str) -> SheetProposal | None:
        again = propose_columns(checked, proposal.index, saved, resource)
        if again is not None:
            proposals[resource] = again
        return again

    decision = dialog.match_columns(proposal, propose_again)
    if decision is None:
        return None
    return complete_decision(decision, proposals.get(decision.resource))


def complete_decision(decision: SheetDecision, proposal: SheetProposal | None) -> SheetDecision:
    """Return a decision with the earlier answers to what was not asked: this file has no such codes or dates.

    Args:
        decision: What a person decided.
        proposal: What was proposed for the same resource; None: nothing.
    """
    beside = proposal.customers if proposal is not None else None
    customers = None if decision.customers is None else _keep_answers(decision.customers, beside)
    return replace(_keep_answers(decision, proposal), customers=customers)


def _keep_answers(decision: SheetDecision, proposal: SheetProposal | None) -> SheetDecision:
    earlier = proposal.earlier if proposal is not None else None
    if proposal is None or earlier is None:
        return decision
    targets = {target for target in decision.columns.values() if target}
    values = {
        target: {**earlier.values.get(target, {}), **decision.values.get(target, {})}
        for target in (*earlier.values, *decision.values)
        if target in targets
    }
    offered = {name for each in proposal.derived for name in each.expressions}
    known = targets | set(decision.expressions)
    return replace(
        decision,
        values=values,
        constants=_list_unasked(earlier.constants, {*proposal.required, *known}) | dict(decision.constants),
        expressions=_list_unasked(earlier.expressions, offered | known | set(decision.constants))
        | dict(decision.expressions),
        dates=decision.dates if proposal.dates else earlier.dates,
        decimal=decision.decimal if proposal.numbers else earlier.decimal,
        skips_other_rows=decision.skips_other_rows if proposal.other_rows else earlier.skips_other_rows,
    )


def _list_unasked(answers: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Return the earlier answers about fields that nothing was asked about, and that have no column now."""
    return {name: text for name, text in answers.items() if name not in names}


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
    """Return whether every record may have the same value of a field: not a number of a record, nor a name."""
    fields = {field.name: field for field in RESOURCES[resource].fields}
    return name != "name" and not (name in fields and fields[name].is_key)


def save_columns(sheets: Sequence[Sheet], index: int, decision: SheetDecision, saved: SavedMappings, lang: str) -> str:
    """Save what a person decided about a sheet, for this file and the next with the same headers; return the path.

    Of sheets in one file with the same headers each has an answer of its own, by its name.

    Raises:
        FileError: It cannot be written.
    """
    headers = list_headers(sheets[index], decision.header_row)
    parts = [decision, *([decision.customers] if decision.customers else [])]
    used = [letter for part in parts for letter, target in part.columns.items() if target]
    texts = list(headers.values())
    fingerprint = fingerprint_headers(texts, in_order=needs_order(headers, used))
    name = sheets[index].name if has_twin(sheets, index, texts) else ""
    path = saved.locate(fingerprint, name)
    written = [_write_decision(headers, part, headers_of=fingerprint) for part in parts]
    saved.save(path, write_mapping(written, lang))
    return str(path)


def write_columns(sheets: Sequence[tuple[Sheet, SheetDecision]], lang: str) -> str:
    """Return a mapping file with what a person decided about sheets."""
    written = [
        _write_decision(list_headers(sheet, decision.header_row), part, name=sheet.name)
        for sheet, decision in sheets
        for part in (decision, decision.customers)
        if part is not None
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
                keeps_others=target not in decision.strict and has_code_list(decision.resource, target),
            )
            for target, codes in decision.values.items()
        ],
        from_title=[WrittenColumn(names[letter], target) for target, letter in decision.from_title.items()],
        dates=decision.dates,
        decimal=decision.decimal,
        skip_totals=decision.skips_other_rows,
        repeated=decision.repeated,
    )


def _to_codes(decision: SheetDecision) -> dict[str, str]:
    """Return the values of every row, with the codes that words mean: invoice → IN."""
    words = {field.name: dict(field.code_words) for field in RESOURCES[decision.resource].fields}
    return {name: words.get(name, {}).get(text.casefold(), text) for name, text in decision.constants.items()}
