"""Check files: recognise sheets, type their cells, find every problem. Nothing leaves the machine.

Reading and checking are two steps: `read_files` opens each file once, `check_sheets` works on what it returned. A
question about a header, a plan and a result workbook all use the same reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from armbulk.errors import FileError, UnknownColumnsError
from armbulk.findings.frame import apply_severities, count_findings, merge_findings
from armbulk.i18n import Text, _, join_texts, ngettext, quote_names
from armbulk.mapping import apply
from armbulk.mapping.entries import SheetMapping
from armbulk.mapping.files import LoadedMapping, load_mappings
from armbulk.mapping.headers import HeaderMatch, match_headers
from armbulk.model.command_line import quote_word
from armbulk.model.fields import Resource, Severity
from armbulk.model.read_options import DEFAULT_READ_OPTIONS, ReadOptions
from armbulk.model.sheet import Sheet, Table
from armbulk.resources import RESOURCES, UPDATE_RESOURCES
from armbulk.validation import (
    amounts,
    attachments,
    blocked,
    continuation,
    date_orders,
    edits,
    follow_ups,
    header_currencies,
    hidden_rows,
    known_codes,
    layout,
    line_currencies,
    migration_answers,
    other_rows,
    prices,
    repeated_customers,
    rules,
)
from armbulk.validation.credit_due_dates import fill_due_dates
from armbulk.validation.delete_marks import report_delete_marks
from armbulk.validation.hidden_columns import leave_out_hidden_columns, report_hidden_columns
from armbulk.validation.input_files import read_files
from armbulk.validation.reader_findings import report_readings
from armbulk.validation.separators import explain_separator, find_wrong_separator
from armbulk.validation.typed_tables import join_tables, type_sheets
from armbulk.validation.vat_rates import find_rates

_USE_KNOWN_NAMES = _("Name the sheets Customers, Documents and Lines, or use --as. Headers: `armbulk fields documents`")
_MATCH_COLUMNS = _(
    "Run `armbulk map {file}` on a terminal to answer column by column. Or write a mapping with "
    "`armbulk map {file} -o NAME.toml`, correct it, and add --mapping NAME.toml."
)


@dataclass(frozen=True, slots=True)
class Checked:
    """Checked files.

    Attributes:
        sheets: The sheets, as the mapping and the writers use them; tables and findings name a sheet by its index.
        header_matches: What each sheet was recognised as.
        tables: Resource name → typed rows.
        findings: Every problem, a frame of `findings.frame.SCHEMA`.
        blocked_rows: Resource name → `sheet` and `row` of the records that must not be sent.
        skipped: Resource name → hidden rows, left out as the caller asked.
        hidden_done: Hidden rows of a result workbook that are done, as their outcomes say (`hidden_rows.ROW_SCHEMA`).
        mapped_sheets: The sheets as the mapping reads them.
        bases: What was exported of each changed row, a frame of `edits.BASE_SCHEMA`.
        sheets_as_read: The sheets before anything was done with them, for another check of the same reading.
        used_sheets: The same without the hidden columns that are left out.
        mapping: The mapping that was applied.
        sources: Index of a sheet with customers beside documents → index of the sheet in the file, which has both. The
            sheets with such customers are the last ones.
        same_rows: The rows of customers that are in several rows, a frame of `repeated_customers.SAME_ROWS_SCHEMA`.
        attachments: The files of documents, a frame of `attachments.ATTACHMENT_SCHEMA`.
    """

    sheets: tuple[Sheet, ...]
    header_matches: tuple[HeaderMatch, ...]
    tables: dict[str, Table]
    findings: pl.DataFrame
    blocked_rows: dict[str, pl.DataFrame]
    skipped: dict[str, Table] = field(default_factory=dict)
    hidden_done: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=hidden_rows.ROW_SCHEMA))
    mapped_sheets: tuple[apply.MappedSheet, ...] = ()
    bases: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=edits.BASE_SCHEMA))
    sheets_as_read: tuple[Sheet, ...] = ()
    used_sheets: tuple[Sheet, ...] = ()
    mapping: LoadedMapping | None = None
    sources: Mapping[int, int] = field(default_factory=dict)
    same_rows: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=repeated_customers.SAME_ROWS_SCHEMA))
    attachments: pl.DataFrame = field(default_factory=attachments.no_attachments)

    @property
    def file_sheets(self) -> tuple[Sheet, ...]:
        """The sheets that are in the files."""
        return self.sheets[: len(self.sheets_as_read)]

    @property
    def other_rows(self) -> pl.DataFrame:
        """The rows that repeat a customer of another row (`same_rows`)."""
        return self.same_rows.filter(pl.col("row") != pl.col("first"))

    @property
    def repeating_rows(self) -> pl.DataFrame:
        """Those of them in sheets without documents: they have their customer's outcome."""
        return self.other_rows.filter(pl.col("sheet") < len(self.sheets_as_read))

    def all_tables(self) -> dict[str, Table]:
        """Return every row that was read, by resource: those of `tables` and the skipped ones."""
        both = {name: replace(table, rows=pl.concat([table.rows, self.skipped[name].rows]))
                for name, table in self.tables.items() if name in self.skipped}  # fmt: skip
        return {**self.tables, **both}

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return count_findings(self.findings, Severity.ERROR)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return count_findings(self.findings, Severity.WARNING)


def check_files(
    files: Sequence[str], options: ReadOptions = DEFAULT_READ_OPTIONS, *, allow_unrecognised: bool = False
) -> Checked:
    """Read and check files (see `read_files`).

    Raises:
        FileError: A file cannot be read; or no sheet has customers or documents and `allow_unrecognised` is off.
        UsageError: There is no such resource.
    """
    checked = check_sheets(read_files(files, options), options)
    if not allow_unrecognised:
        require_records(checked)
    return checked


def has_records(checked: Checked) -> bool:
    """Return whether a sheet with customers or documents was recognised."""
    return bool(set(checked.tables) & {"customers", "documents"})


def require_records(checked: Checked, proposals: Sequence[Mapping[str, object]] = ()) -> None:
    """Stop where no sheet with customers or documents was recognised.

    Args:
        checked: The files.
        proposals: What their columns may be, for the error.

    Raises:
        FileError: No sheet was recognised.
    """
    if has_records(checked):
        return
    sheets = checked.sheets_as_read
    for sheet in sheets:
        separator = find_wrong_separator(sheet)
        if separator is not None:
            raise FileError("wrong-separator", *explain_separator(sheet, separator))
    message = _explain_missing_data([sheet.name for sheet in sheets])
    if proposals:
        raise UnknownColumnsError(
            "no-data", message, _MATCH_COLUMNS.fill(file=quote_word(str(proposals[0]["file"]))), proposals
        )
    raise FileError("no-data", message, _USE_KNOWN_NAMES)


def _explain_missing_data(sheets: Sequence[str]) -> Text:
    if not sheets:
        return _("The files have no visible sheet")
    return ngettext(
        "The sheet {names} contains neither customers nor documents",
        "None of the sheets {names} contains customers or documents",
        count=len(sheets),
        names=join_texts(*quote_names(sheets), separator=", "),
    )


def check_again(checked: Checked, options: ReadOptions) -> Checked:
    """Check the same reading with other options; no workbook is opened.

    What `read_files` takes from the options (encoding, hidden sheets, resource) stays as it was.
    """
    return check_sheets(checked.sheets_as_read, options, checked.mapping)


def check_sheets(
    sheets: Sequence[Sheet], options: ReadOptions = DEFAULT_READ_OPTIONS, mapping: LoadedMapping | None = None
) -> Checked:
    """Check sheets that were read; `mapping` spares reading the mapping file of the options again.

    Raises:
        FileError: The mapping cannot be read, or fits none of the sheets.
    """
    mapping = mapping or load_mappings(options)
    own = [edits.strip_formula_guards(sheet) for sheet in sheets] if options.update else list(sheets)
    own, mapped = _apply_mapping(own, options, mapping)
    plain = [result.sheet for result in mapped]
    is_change = bool(options.update) or any(sheet.base is not None for sheet in plain)
    resources = UPDATE_RESOURCES if is_change else RESOURCES
    matches = _match_sheets(plain, options, resources)
    compared = _compare_with_bases(plain, matches, options)
    answered, of_answers = migration_answers.apply_answers([result.sheet for result in compared], matches)
    plain, layouts = _check_layouts(answered, matches, mapped, own)
    decided = [_decide_reading(options, result.entry) for result in mapped]
    options_of = [*map(date_orders.drop_contradicted, plain, matches, decided)]
    continued = _continue_documents(plain, matches, decided, layouts)
    plain = [result.sheet for result in continued]
    findings = report_readings(own, matches)
    beside = _list_customers_beside(own, mapped, options, mapping)
    for customers in beside:
        sheet, match = customers.match(len(plain), plain[customers.source], resources)
        own, mapped = [*own, customers.own], [*mapped, customers.mapped]
        plain, matches = [*plain, sheet], (*matches, match)
        options_of.append(_decide_reading(options, customers.mapped.entry))
    parts, of_sheets = type_sheets(plain, matches, options_of)
    parts, differing, same_rows = repeated_customers.merge_repeated(parts, mapped, plain)
    findings += [differing, of_answers, *_list_findings([*mapped, *compared, *continued])]
    findings += _report_columns(plain, matches, mapped, options, own)
    joined = join_tables(parts, resources)
    shown = hidden_rows.separate_hidden_rows(joined, plain, own, matches, options)
    of_cells = other_rows.drop_of_left_out(merge_findings([*findings, *layouts, *of_sheets, shown.findings]))
    tables, every_finding, files = _check_tables(shown.tables, plain, matches, of_cells, options)
    sources = {len(sheets) + number: customers.source for number, customers in enumerate(beside)}
    causes = follow_ups.drop_follow_ups(every_finding, tables)
    kept = repeated_customers.drop_of_documents(causes, sources, matches, mapped)
    blocking = blocked.spread_over_files(apply_severities(every_finding, options.rules), own)
    blocking = repeated_customers.spread_errors(blocking, sources, same_rows)
    return Checked(
        sheets=tuple(own),
        header_matches=matches,
        tables=tables,
        findings=apply_severities(merge_findings([apply.move_to_source(kept, mapped)]), options.rules),
        blocked_rows=blocked.find_blocked_rows(tables, blocking),
        skipped=shown.skipped,
        hidden_done=shown.done,
        mapped_sheets=tuple(mapped),
        bases=pl.concat([pl.DataFrame(schema=edits.BASE_SCHEMA), *(result.bases for result in compared)]),
        sheets_as_read=tuple(sheets),
        used_sheets=tuple(leave_out_hidden_columns(sheet, options) for sheet in sheets),
        mapping=mapping,
        sources=sources,
        same_rows=same_rows,
        attachments=files,
    )


def _report_columns(
    sheets: Sequence[Sheet],
    matches: Sequence[HeaderMatch],
    mapped: Sequence[apply.MappedSheet],
    options: ReadOptions,
    own: Sequence[Sheet],
) -> list[pl.DataFrame]:
    """Return what is found about headers, hidden columns and marks to delete."""
    return [
        *(edits.drop_expected_findings(*pair) for pair in zip(sheets, _list_findings(matches), strict=True)),
        *(
            report_hidden_columns(sheet, index, matches[index], mapped[index].source_columns, options, own[index])
            for index, sheet in enumerate(sheets)
        ),
        *(report_delete_marks(sheet, index, matches[index]) for index, sheet in enumerate(sheets)),
    ]


def _compare_with_bases(
    sheets: Sequence[Sheet], matches: Sequence[HeaderMatch], options: ReadOptions
) -> list[edits.Compared]:
    """Return the sheets with only the edited cells, where armbulk exported them."""
    return [
        edits.compare_with_base(sheet, index, match, pad_postal_codes=options.pad_postal_codes)
        for index, (sheet, match) in enumerate(zip(sheets, matches, strict=True))
    ]


def _list_findings(
    results: Sequence[HeaderMatch | apply.MappedSheet | edits.Compared | continuation.Continued],
) -> list[pl.DataFrame]:
    return [result.findings for result in results]


def _continue_documents(
    sheets: Sequence[Sheet], matches: Sequence[HeaderMatch], decided: Sequence[ReadOptions], layouts: list[pl.DataFrame]
) -> list[continuation.Continued]:
    continued = []
    for index, (sheet, match, options, of_layout) in enumerate(zip(sheets, matches, decided, layouts, strict=True)):
        lines = continuation.continue_documents(sheet, index, match, options.continuation_rows, of_layout)
        continued.append(fill_due_dates(lines, index, match, options.credit_due_dates, of_layout))
    return continued


def _list_customers_beside(
    own: Sequence[Sheet], mapped: Sequence[apply.MappedSheet], options: ReadOptions, mapping: LoadedMapping | None
) -> list[repeated_customers.CustomersBeside]:
    """Return the customers beside documents, for which the mapping has an entry."""
    used = [leave_out_hidden_columns(sheet, options) for sheet in own]
    return repeated_customers.list_customers_beside(used, own, mapped, mapping[0] if mapping else ())


def _check_layouts(
    sheets: Sequence[Sheet], matches: Sequence[HeaderMatch], mapped: Sequence[apply.MappedSheet], own: Sequence[Sheet]
) -> tuple[list[Sheet], list[pl.DataFrame]]:
    """Return the sheets, without totals and notes where the mapping leaves them out, and the findings of the layout."""
    pairs = []
    for index, (sheet, result) in enumerate(zip(sheets, mapped, strict=True)):
        match = matches[index]
        shown, totals = other_rows.skip_table_totals(sheet, index, match)
        headers = layout.name_headers(own[index], match) if match.resource is not None else {}
        findings = layout.check_layout(shown, index, match, headers)
        skips = result.entry is not None and result.entry.skip_totals
        kept = shown
        if skips:
            kept, findings = other_rows.skip_other_rows(shown, findings, match, own[index])
        pairs.append((kept, merge_findings([totals, findings])))
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _decide_reading(options: ReadOptions, entry: SheetMapping | None) -> ReadOptions:
    """Return how a sheet's unclear dates and amounts are read: by the option, the mapping, or the profile."""
    return replace(
        options,
        credit_due_dates=options.credit_due_dates or (entry.credit_due_dates if entry else None),
        continuation_rows=options.continuation_rows or (entry.continuation_rows if entry else None),
        usual_dates=(entry.dates if entry else None) or options.usual_dates,
        decimal=options.decimal or (entry.decimal if entry else None) or options.usual_decimal,
    )


def _check_tables(
    tables: Mapping[str, Table],
    sheets: Sequence[Sheet],
    matches: Sequence[HeaderMatch],
    of_cells: pl.DataFrame,
    options: ReadOptions,
) -> tuple[dict[str, Table], pl.DataFrame, pl.DataFrame]:
    """Return the tables with amounts that their lines give, every finding, and the attachments."""
    filled, of_amounts = amounts.fill_missing_amounts(tables, of_cells)
    findings = merge_findings([of_cells, of_amounts])
    of_rules = [rules.check_rules(filled, sheets, findings, options.known_customers)]
    of_rules += [find_rates(table) for name, table in tables.items() if name in {"documents", "lines"}]
    of_rules.append(header_currencies.compare_header_currencies(filled, sheets, matches))
    if "lines" in filled:
        of_rules.append(line_currencies.compare_currencies(filled, sheets, matches))
        of_rules.append(prices.compare_prices(filled["lines"], prices.find_discounts(sheets, matches)))
    every_finding = known_codes.compare_codes(filled, options.known_codes, merge_findings([findings, *of_rules]))
    named = filled.get("documents") if options.attachments else None
    files, of_files = attachments.check_attachments(named, sheets, matches)
    return filled, merge_findings([every_finding, of_files]), files


def _apply_mapping(
    sheets: list[Sheet], options: ReadOptions, mapping: LoadedMapping | None
) -> tuple[list[Sheet], list[apply.MappedSheet]]:
    """Return the sheets, marked with the mapping's hash, and what the mapping makes of each."""
    if mapping is None:
        return sheets, [apply.MappedSheet(leave_out_hidden_columns(sheet, options)) for sheet in sheets]
    from armbulk.mapping.expressions import ExpressionEngine  # noqa: PLC0415 - only mappings need Jinja2

    entries, sha256 = mapping
    marked = [replace(sheet, mapped_by=sha256) for sheet in sheets]
    evaluator = ExpressionEngine()
    used = [leave_out_hidden_columns(sheet, options) for sheet in marked]
    mapped = [apply.apply_mapping(sheet, index, entries, RESOURCES, evaluator) for index, sheet in enumerate(used)]
    if options.mapping is not None and all(result.entry is None for result in mapped):
        names = ", ".join(sheet.name for sheet in sheets)
        raise FileError(
            "mapping-fits-nothing",
            _("The mapping {mapping} fits none of these sheets: {names}", mapping=options.mapping, names=names),
            _("Use the name of the sheet in [[sheet]] of the mapping. `armbulk map FILE` shows the headers."),
        )
    first = mapped[0]
    unused = apply.find_unused_entries(entries, mapped)
    return marked, [replace(first, findings=pl.concat([first.findings, unused])), *mapped[1:]]


def _match_sheets(
    sheets: Sequence[Sheet], options: ReadOptions, resources: Mapping[str, Resource]
) -> tuple[HeaderMatch, ...]:
    """Recognise every sheet; where documents and lines have sheets of their own, no sheet is both."""
    match = partial(match_headers, resources=resources, renames=options.renames, unread=options.unread_columns)
    matches = [match(sheet, index) for index, sheet in enumerate(sheets)]
    if any(first.resource and first.resource.name in {"documents", "lines"} and not first.lines for first in matches):
        matches = [
            match(sheet, index, flat=False) if first.lines else first
            for index, (sheet, first) in enumerate(zip(sheets, matches, strict=True))
        ]
    return tuple(matches)
