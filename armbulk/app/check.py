"""Check files: read them once, complete the options from the profile, ask about headers, check."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.column_report import describe_proposal
from armbulk.app.column_starter import CONTENTS
from armbulk.app.columns import is_other_list, list_proposals, match_columns, note_customers_beside
from armbulk.app.dialog import ContinuationQuestion, CreditNoteQuestion, Dialog, HeaderQuestion, SupplierQuestion
from armbulk.clock import format_iso
from armbulk.errors import FileError, UnknownColumnsError
from armbulk.findings.frame import render_findings
from armbulk.i18n import _
from armbulk.mapping.files import is_file
from armbulk.model.column_proposal import SheetProposal
from armbulk.model.command_line import quote_word
from armbulk.model.fields import FieldRole
from armbulk.model.known_codes import KnownCodes
from armbulk.model.known_customers import KnownCustomers
from armbulk.model.read_options import DEFAULT_READ_OPTIONS, DOCUMENT_DATE, SAME_AS_ABOVE, STOP, ReadOptions
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES, fields_by_name, list_field_headers, require_import_resource
from armbulk.settings.profile import Profile
from armbulk.settings.saved_mappings import SavedMappings
from armbulk.store import WrittenFiles
from armbulk.validation.check import Checked, check_again, check_sheets, require_records
from armbulk.validation.check_report import list_near_headers, to_json
from armbulk.validation.hidden_columns import leave_out_hidden_columns
from armbulk.validation.input_files import read_files
from armbulk.validation.parse import DTYPES
from armbulk.validation.repairs import propose_corrections
from armbulk.validation.supplier_lists import names_customers

_log = logging.getLogger(__name__)

FINDINGS_SCHEMA = pl.Schema(
    {
        "file": pl.String(),
        "sheet": pl.String(),
        "row": pl.Int64(),  # the sheet's own row number; null: the whole sheet
        "column": pl.String(),  # Excel letter; null: the whole row
        "cell": pl.String(),  # like Documents!F17
        "field": pl.String(),
        "code": pl.String(),
        "severity": pl.String(),  # error or warning
        "value": pl.String(),  # the cell's text; sensitive values by their last two characters
        "message": pl.String(),
        "fix": pl.String(),
    }
)
"""Columns and dtypes of `CheckResult.findings`."""


@dataclass(frozen=True, slots=True)
class InputFiles:
    """Files as their caller named them (`FILE`, `FILE#Sheet`, `FILE#Sheet=RESOURCE`), and how they are to be read."""

    files: tuple[str, ...]
    options: ReadOptions = DEFAULT_READ_OPTIONS


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Checked files: every problem at once, and the rows as typed frames.

    Attributes:
        written: The files that armbulk wrote on this machine.
        known: Customers known to be in ARM; None: nothing is known of the client.
        codes: ARM's codes as they were read the last time; None: they never were.
    """

    inputs: InputFiles
    checked: Checked
    written: WrittenFiles
    lang: str = "en"
    known: KnownCustomers | None = None
    codes: KnownCodes | None = None

    @property
    def ok(self) -> bool:
        """Whether there are no errors; warnings are allowed."""
        return not self.errors

    @property
    def errors(self) -> int:
        """How many errors there are; a record with an error is held back."""
        return self.checked.errors

    @property
    def warnings(self) -> int:
        """How many warnings there are; none stops anything."""
        return self.checked.warnings

    @property
    def has_records(self) -> bool:
        """Whether the files have rows that can be sent."""
        return any(table.rows.height for table in self.checked.tables.values())

    @property
    def is_export(self) -> bool:
        """Whether armbulk exported one of the files: its changes are sent as an update."""
        return any(sheet.base is not None for sheet in self.checked.sheets)

    @property
    def findings(self) -> pl.DataFrame:
        """Every problem: one row each, with the columns of FINDINGS_SCHEMA."""
        rendered = render_findings(self.checked.findings, self.checked.sheets, fields_by_name(), self.lang)
        return pl.DataFrame(rendered, schema=FINDINGS_SCHEMA)

    def rows(self, resource: str) -> pl.DataFrame:
        """Return the rows of a resource (`customers`, `documents` or `lines`), in the order of the files.

        Columns: `file` and `sheet` (names), `row` (the sheet's own number), then one per field, named as
        `armbulk fields` names it. Texts and identifiers are String, dates Date, amounts Decimal(38, 2), quantities
        Decimal(38, 6), whole numbers Int64, yes/no Boolean, several texts List(String). A value that could not be read
        is null and has a finding.

        Raises:
            UsageError: There is no such resource.
        """
        resource = require_import_resource(resource)
        fields = [field for field in RESOURCES[resource].fields if field.role is not FieldRole.READ_ONLY]
        if resource not in self.checked.tables:
            names = {"file": pl.String, "sheet": pl.String, "row": pl.Int64}
            return pl.DataFrame(schema={**names, **{field.name: DTYPES[field.type] for field in fields}})
        rows = name_sheets(self.checked.tables[resource].rows, self.checked.sheets)
        return rows.select("file", "sheet", "row", *(field.name for field in fields))

    def to_json(self) -> dict[str, Any]:
        """Return the findings and counts, as the JSON of `armbulk check` has them."""
        report = to_json(self.checked, self.lang)
        report["correctable"] = propose_corrections(self.checked, self.known, self.inputs.options).height
        if self.known is not None and {"customers", "documents"} <= set(self.checked.tables):
            report["known_customers"] = {
                "sent": self.known.sent,
                "listed": self.known.listed,
                "listed_at": format_iso(self.known.listed_at),
            }
        return report

    def write(self, target: str | Path, *, replace_input: bool = False) -> Path:
        """Write a copy of the files with every problem marked in its cell; return the path it got.

        A single workbook is opened once more and copied, formatting and all; CSV files become a new workbook.

        Args:
            target: The copy.
            replace_input: Whether it may replace one of the files; that is kept as .bak, and so is any other file that
                armbulk did not write, or that was changed since.

        Raises:
            UsageError: It would replace one of the files.
            FileError: The copy cannot be written.
        """
        from armbulk.results.marked import write_marked_copy  # noqa: PLC0415 - writers are not needed to check

        return write_marked_copy(self.checked, Path(target), self.lang, self.written, replace_input=replace_input)


def name_sheets(rows: pl.DataFrame, sheets: Sequence[Sheet]) -> pl.DataFrame:
    """Replace the sheet's index in `sheet` by its name, and add its `file`."""
    names = pl.DataFrame(
        {
            "sheet": list(range(len(sheets))),
            "file": [sheet.file for sheet in sheets],
            "sheet_name": [sheet.name for sheet in sheets],
        },
        schema={"sheet": pl.UInt16, "file": pl.String, "sheet_name": pl.String},
    )
    joined = rows.join(names, on="sheet", how="left", maintain_order="left")
    return joined.drop("sheet").rename({"sheet_name": "sheet"})


def build_inputs(files: Sequence[str | Path], options: ReadOptions | None, *, update: bool | None) -> InputFiles:
    """Return files with their options; `update` None leaves it to the options whether they are a change."""
    options = options or DEFAULT_READ_OPTIONS
    if update is not None:
        options = replace(options, update=update)
    return InputFiles(tuple(str(file) for file in files), options)


def check_inputs(
    inputs: InputFiles,
    profile: Profile,
    dialog: Dialog,
    *,
    allow_unrecognised: bool = False,
    known: KnownCustomers | None = None,
    codes: KnownCodes | None = None,
) -> CheckResult:
    """Read and check files; each file is read once, also when the user confirms headers.

    The dialog confirms headers that only resemble a column, unless `allow_unrecognised`: then there are no questions,
    and files in which nothing is recognised are no error. Customers that are `known` may be missing from the files.

    Raises:
        FileError: A file cannot be read, or has no data.
        UsageError: There is no such resource.
    """
    options = complete_options(inputs.options, profile)
    add_known = partial(replace, known_customers=known, known_codes=codes)
    saved = SavedMappings(profile.home)
    with dialog.reading():
        sheets = read_files(inputs.files, options)
        if options.mapping is None:
            used = [leave_out_hidden_columns(sheet, options) for sheet in sheets]
            options = replace(options, saved_mappings=tuple(saved.find(used)))
        checked = check_sheets(sheets, add_known(options))
    if not allow_unrecognised:
        options, checked = _ask_about_columns(checked, options, add_known, saved, profile.lang, dialog)
        _ask_about_suppliers(checked, dialog)
    _log.info(
        "Files checked",
        extra={
            "files": len(inputs.files),
            "sheets": len(checked.sheets),
            "rows": sum(table.rows.height for table in checked.tables.values()),
            "errors": checked.errors,
            "warnings": checked.warnings,
        },
    )
    if accepted := {} if allow_unrecognised else _ask_about_headers(checked, profile.lang, dialog):
        options = replace(options, renames={**options.renames, **accepted})
        checked = check_again(checked, add_known(options))
    continued = None if allow_unrecognised else _ask_about_continuation_rows(checked, options, dialog)
    if continued is not None:
        options = replace(options, continuation_rows=continued)
    if continued == SAME_AS_ABOVE:
        _save_answer(checked, options, saved, "continuation-rows", "continuation_rows", SAME_AS_ABOVE)
        checked = check_again(checked, add_known(options))
    if not allow_unrecognised and _ask_about_due_dates(checked, options, dialog):
        _save_answer(checked, options, saved, "credit-without-due-date", "credit_due_dates", DOCUMENT_DATE)
        options = replace(options, credit_due_dates=DOCUMENT_DATE)
        checked = check_again(checked, add_known(options))
    written = WrittenFiles.beside(profile.store_url)
    return CheckResult(replace(inputs, options=options), checked, written, profile.lang, known, codes)


def check_as(result: CheckResult, *, update: bool) -> CheckResult:
    """Return the same files checked for creating records, or for a change of what ARM has; no file is opened."""
    options = result.inputs.options
    if options.update is update:
        return result
    options = replace(options, update=update)
    known = replace(options, known_customers=result.known, known_codes=result.codes)
    inputs = replace(result.inputs, options=options)
    return replace(result, inputs=inputs, checked=check_again(result.checked, known))


def complete_options(options: ReadOptions, profile: Profile) -> ReadOptions:
    """Fill options that are not set from the profile: dates, decimal sign, severities, names of mapping files."""
    return replace(
        options,
        usual_dates=options.usual_dates or profile.dates or None,
        usual_decimal=options.usual_decimal or profile.decimal or None,
        mapping=_find_mapping(options.mapping, profile.mappings),
        rules={**profile.rules, **options.rules},
    )


def _find_mapping(name: str | None, mappings: Mapping[str, str]) -> str | None:
    if not name:
        return None
    path = mappings.get(name, name)
    return str(Path(path).resolve()) if is_file(Path(path)) else path


def _ask_about_columns(
    checked: Checked,
    options: ReadOptions,
    add_known: Callable[[ReadOptions], ReadOptions],
    saved: SavedMappings,
    lang: str,
    dialog: Dialog,
) -> tuple[ReadOptions, Checked]:
    """Return the options and the files after the questions about sheets with other headers.

    Raises:
        FileError: There is still no sheet with customers or documents.
    """
    proposals = list_proposals(checked, saved) if options.mapping is None else []
    matched = match_columns(checked, proposals, saved, dialog, lang)
    if matched:
        options = replace(options, saved_mappings=(*options.saved_mappings, *matched))
        checked = check_sheets(checked.sheets_as_read, add_known(options))
    described = [describe_proposal(proposal, lang) for proposal in proposals]
    require_records(checked, described)
    _refuse_other_list(checked, proposals, described)
    if not dialog.asks_about_columns:
        note_customers_beside(checked, proposals, dialog, lang)
    return options, checked


def _ask_about_suppliers(checked: Checked, dialog: Dialog) -> None:
    """Stop where a person says that a sheet that earlier answers would read is a list of suppliers.

    Raises:
        FileError: It is.
    """
    for index, text in checked.findings.filter(pl.col("code") == "supplier-list").select("sheet", "value").iter_rows():
        sheet, match, entry = checked.sheets[index], checked.header_matches[index], checked.mapped_sheets[index].entry
        if entry is None or not entry.headers or names_customers(sheet, match.header_row or 0):
            continue
        if not dialog.accept_suppliers(SupplierQuestion(sheet.name, text, entry.resource)):
            raise FileError(
                "supplier-list",
                _('"{name}" is a list of suppliers. Nothing was read.', name=sheet.name),
                _("Name only the files with customers and their documents. FILE#Sheet is one sheet of a file."),
            )


def _refuse_other_list(
    checked: Checked, proposals: Sequence[SheetProposal], described: Sequence[dict[str, Any]]
) -> None:
    """Stop where a sheet is recognised as one list and looks like another: neither is guessed."""
    for proposal in proposals:
        if checked.mapped_sheets[proposal.index].entry is None and is_other_list(checked, proposal):
            name = checked.header_matches[proposal.index].recognised_resource.name
            texts = {"resource": CONTENTS[name], "contents": CONTENTS[proposal.resource]}
            raise UnknownColumnsError(
                "other-list",
                _(
                    'Some headers of "{name}" are those of {resource}, but it looks like {contents}',
                    name=proposal.sheet,
                    **texts,
                ),
                _(
                    "If it is {resource}, add --as {name}. Otherwise match its columns with `armbulk map {file}`",
                    name=name,
                    file=quote_word(proposal.file),
                    **texts,
                ),
                described,
            )


def _ask_about_headers(checked: Checked, lang: str, dialog: Dialog) -> dict[str, str]:
    """Return the headers that are taken for a column: text → field."""
    accepted: dict[str, str] = {}
    for near in list_near_headers(checked, lang):
        text, name = str(near["value"]), str(near["field"])
        question = HeaderQuestion(near["sheet"], near["column"] or "", text, list_field_headers()[name].text(lang))
        if name not in accepted.values() and dialog.accept_header(question):
            accepted[text] = name
    return accepted


def _ask_about_continuation_rows(checked: Checked, options: ReadOptions, dialog: Dialog) -> str | None:
    """Return what lines without a document number are, as a person decides: `ReadOptions.continuation_rows`.

    None where no question was asked. They belong to the documents above only if they do in every sheet that has some.
    """
    rows = checked.findings.filter(pl.col("code") == "continuation-rows").select("sheet", "value", "detail").rows()
    if not rows or options.continuation_rows is not None:
        return None
    names = [sheet.name for sheet in checked.sheets]
    for sheet, *texts in rows:
        answer = dialog.continue_documents(ContinuationQuestion(names[sheet], *texts))
        if not answer:
            return None if answer is None else STOP
    return SAME_AS_ABOVE


def _ask_about_due_dates(checked: Checked, options: ReadOptions, dialog: Dialog) -> bool:
    """Return whether credit notes without a due date are due on their document dates, in every sheet that has some."""
    of_sheets = checked.findings.filter(pl.col("code") == "credit-without-due-date").unique("sheet")
    if of_sheets.is_empty() or options.credit_due_dates is not None:
        return False
    names = [sheet.name for sheet in checked.sheets]
    rows = of_sheets.sort("sheet").select("sheet", "value", "detail").rows()
    return all(dialog.fill_due_dates(CreditNoteQuestion(names[sheet], *texts)) for sheet, *texts in rows)


def _save_answer(
    checked: Checked, options: ReadOptions, saved: SavedMappings, code: str, key: str, answer: str
) -> None:
    """Save an answer about the rows of sheets with the columns that were matched: the next file has no question."""
    open_sheets = set(checked.findings.filter(pl.col("code") == code)["sheet"])
    for index, path in options.saved_mappings:
        if index in open_sheets:
            saved.add_answer(Path(path), key, answer)
