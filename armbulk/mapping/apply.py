"""Apply a mapping: a mapped sheet is the sheet as if its user had renamed and converted its columns.

Pure: the mapping file is read, and its expressions are evaluated, by the caller's `Evaluator`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.i18n import pack_text
from armbulk.mapping.block_titles import STARTS_WITH_TOTAL, BlockColumns, carry_numbers, choose_columns, find_titles
from armbulk.mapping.columns import find_columns
from armbulk.mapping.entries import Evaluator, ExpressionResult, NumberText, SheetMapping
from armbulk.mapping.entry_rows import find_entry_row
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import index_headers
from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.sheet import CELL, SHOWN, Sheet

DERIVED_PREFIX = "="
"""The prefix of the frame columns that a mapping adds; no Excel column has it."""

_UNREADABLE = {"error": "error-cell", "uncalculated": "not-calculated", "number": "digits-lost"}
"""Cell kind → the finding of a cell that an expression must not read; of numbers only those with lost digits."""

_NUMBERS = ("number", "formatted", "disguised")
_SHOWN_TYPES = (FieldType.IDENTIFIER, FieldType.TEXT, FieldType.TEXT_LIST)


@dataclass(frozen=True, slots=True)
class MappedSheet:
    """A sheet after its mapping.

    Attributes:
        sheet: The sheet with the mapping's columns.
        source_columns: Derived column → the Excel letter it came from (None for constants).
        findings: What there is to report about the mapping.
        operations: Frame column → what the mapping does there, for people.
        entry: The entry that was applied, if any.
    """

    sheet: Sheet
    source_columns: dict[str, str | None] = field(default_factory=dict)
    findings: pl.DataFrame = field(default_factory=empty_findings)
    operations: dict[str, str] = field(default_factory=dict)
    entry: SheetMapping | None = None


def apply_mapping(
    sheet: Sheet, index: int, mapping: Sequence[SheetMapping], resources: Mapping[str, Resource], evaluator: Evaluator
) -> MappedSheet:
    """Map a sheet by the first entry that fits it; a sheet that no entry fits is returned unchanged.

    Customers beside the documents of a sheet are only read here if there is no entry for the documents.
    """
    for entry in sorted(mapping, key=lambda entry: entry.repeated):
        row = find_entry_row(sheet, index, entry, resources, evaluator)
        if row is not None:
            return _SheetMapper(sheet, index, entry, row, resources[entry.resource], evaluator).map()
    return MappedSheet(sheet)


def map_customers_beside(
    sheet: Sheet,
    indexes: tuple[int, int],
    mapping: Sequence[SheetMapping],
    resources: Mapping[str, Resource],
    evaluator: Evaluator,
) -> MappedSheet | None:
    """Map the customers whose columns are beside those of the documents in a sheet; None if no entry is for them.

    Args:
        sheet: The sheet.
        indexes: Its index, and that of the sheet with the customers.
        mapping: The entries.
        resources: The resources by name.
        evaluator: Evaluates expressions.
    """
    for entry in mapping:
        row = find_entry_row(sheet, indexes[0], entry, resources, evaluator) if entry.repeated else None
        if row is not None:
            return _SheetMapper(sheet, indexes[1], entry, row, resources[entry.resource], evaluator).map()
    return None


def find_unused_entries(mapping: Sequence[SheetMapping], mapped: Sequence[MappedSheet]) -> pl.DataFrame:
    """Return findings for entries whose sheet is not in the files: a mistyped name must not go unnoticed."""
    used = [result.entry for result in mapped]
    read = {fold_header(result.sheet.name) for result in mapped if result.entry is not None}
    names = [
        entry.name
        for entry in mapping
        if entry.name
        and not any(entry is other for other in used)
        and not (entry.repeated and fold_header(entry.name) in read)  # the customers beside the documents
    ]
    rows = pl.DataFrame({"value": names}, schema={"value": pl.String})
    return to_findings(rows, sheet=0, code="mapping-not-used")


def move_to_source(findings: pl.DataFrame, mapped: Sequence[MappedSheet]) -> pl.DataFrame:
    """Return findings of derived columns at the sheet's column that they came from."""
    for index, result in enumerate(mapped):
        if result.source_columns:
            letters = pl.Series(list(result.source_columns.values()), dtype=pl.String)
            source = pl.col("column").replace(list(result.source_columns), letters)
            column = pl.when(pl.col("sheet") == index).then(source).otherwise(pl.col("column"))
            findings = findings.with_columns(column.alias("column"))
    return findings


class _SheetMapper:
    """Applies one entry to one sheet."""

    def __init__(
        self,
        sheet: Sheet,
        index: int,
        entry: SheetMapping,
        header_row: int,
        resource: Resource,
        evaluator: Evaluator,
    ) -> None:
        self._sheet, self._index, self._entry, self._header_row = sheet, index, entry, header_row
        self._resource, self._evaluator = resource, evaluator
        header = sheet.frame.filter(pl.col("row") == header_row)
        self._headers = {letter: header[letter][0] for letter in sheet.letters if header.height and header[letter][0]}
        self._letters = list(sheet.letters)
        self._frame = sheet.frame.filter(pl.col("row") >= header_row) if entry.header_row else sheet.frame
        self._source_columns: dict[str, str | None] = {}
        self._operations: dict[str, str] = {}
        self._findings: list[pl.DataFrame] = [empty_findings()]
        self._titles: list[tuple[int, str]] = []

    def map(self) -> MappedSheet:
        """Evaluate, rename, translate values, add constants and remove columns, in this order."""
        read_letters = self._add_expressions()
        self._rename()
        self._carry_from_titles()
        self._translate_values()
        for target, text in self._entry.constant.items():
            is_body = pl.col("row") > self._header_row
            value = pl.when(is_body).then(pl.lit(text)).alias("text")
            kind = pl.when(is_body).then(pl.lit("text", CELL)).alias("kind")
            self._add_column(target, self._frame.select("row", value, kind), None, "constant")
        self._remove_columns(read_letters)
        if self._titles:
            self._report_titles()
        sheet = replace(self._sheet, frame=self._frame, letters=tuple(self._letters), resource=self._entry.resource)
        return MappedSheet(sheet, self._source_columns, pl.concat(self._findings), self._operations, self._entry)

    # --- rename -------------------------------------------------------------------------------------

    def _rename(self) -> None:
        for source, target in self._entry.rename.items():
            letters = self._letters_of(source)  # two columns of one name both become the target: a duplicate header
            if not letters and self._is_missing(source, target):
                self._report("mapping-column-missing", target, [(self._header_row, source)])
            for letter in letters:
                self._set_header(letter, target)
                self._operations[letter] = "rename"

    def _is_missing(self, source: str, target: str) -> bool:
        """Return whether no source of a target is in the sheet, once per target: at its first source."""
        sources = [other for other, same in self._entry.rename.items() if fold_header(same) == fold_header(target)]
        return sources[0] == source and not any(self._letters_of(other) for other in sources)

    def _letters_of(self, source: str) -> list[str]:
        return find_columns(source, self._headers, self._sheet.letters)

    def _set_header(self, letter: str, text: str) -> None:
        is_header = pl.col("row") == self._header_row
        header = pl.when(is_header).then(pl.lit(text)).otherwise(pl.col(letter))
        self._frame = self._frame.with_columns(header.alias(letter))

    # --- expressions --------------------------------------------------------------------------------

    def _add_expressions(self) -> set[str]:
        """Add a column for each expression, and return the letters of the columns they read."""
        read_letters: set[str] = set()
        for target, template in self._entry.expression.items():
            letters: list[str] = []
            for name in dict.fromkeys(self._evaluator.inputs(template, list(self._headers.values()))):
                first, *others = self._letters_of(name)
                if first not in letters:
                    letters.append(first)
                for other in others:  # it is unknown which of the two is meant
                    self._report("duplicate-header", None, [(self._header_row, name)], other, first)
            read_letters |= set(letters)
            column = self._evaluate(target, template, letters)
            self._add_column(target, column, letters[0] if letters else None, "expression")
        return read_letters

    def _evaluate(self, target: str, template: str, letters: list[str]) -> pl.DataFrame:
        """Return row, text, kind: the template's result for each row; null where a cell cannot be read.

        The template is evaluated once for each distinct set of inputs.
        """
        cells = [column for letter in letters for column in (letter, f"{letter}.cell")]
        body = self._show_formats(self._frame.filter(pl.col("row") > self._header_row), target, letters)
        body = body.select("row", *cells)
        body = body.join(self._report_unreadable(target, body, letters), on="row", how="anti", maintain_order="left")
        names = [self._headers[letter] for letter in letters]
        inputs = body.select(cells).unique(maintain_order=True)
        rows = [_to_input(names, row) for row in inputs.iter_rows()] if cells else [{}]
        results = self._evaluator.evaluate(template, rows)
        values = [(result.text, pack_text(result.error), _kind_of(result)) for result in results]
        schema = {"text": pl.String(), "error": pl.String(), "kind": CELL}
        columns = pl.DataFrame(values, schema=schema, orient="row")
        if cells:
            evaluated = body.join(inputs.hstack(columns), on=cells, how="left", nulls_equal=True, maintain_order="left")
        else:
            evaluated = body.join(columns, how="cross")
        for (error,), part in evaluated.filter(pl.col("error") != "").group_by("error", maintain_order=True):
            first = letters[0] if letters else None
            self._report("expression-failed", target, [(row, template) for row in part["row"]], first, str(error))
        return self._frame.select("row").join(
            evaluated.select("row", "text", "kind"), on="row", how="left", maintain_order="left"
        )

    def _show_formats(self, body: pl.DataFrame, target: str, letters: list[str]) -> pl.DataFrame:
        """Return the rows with numbers as their format shows them, if an identifier or a text is made of them."""
        field = self._field_of(target)
        if field is None or field.type not in _SHOWN_TYPES:
            return body
        for letter in letters:
            if f"{letter}{SHOWN}" in body.columns:
                kind = pl.col(f"{letter}.cell")
                text = pl.when(kind == "formatted").then(pl.col(f"{letter}{SHOWN}")).otherwise(pl.col(letter))
                as_text = pl.when(kind == "formatted").then(pl.lit("text", CELL)).otherwise(kind)
                unclear = body.filter(kind == "disguised").select("row", letter, f"{letter}{SHOWN}")
                for code, part in unclear.group_by(f"{letter}{SHOWN}", maintain_order=True):
                    rows = part.select("row", letter).rows()
                    self._report("shown-differently", target, rows, letter, str(code[0]))
                body = body.with_columns(text.alias(letter), as_text.alias(f"{letter}.cell"))
        return body

    def _report_unreadable(self, target: str, body: pl.DataFrame, letters: list[str]) -> pl.DataFrame:
        """Report cells that no expression may read, because their own finding would be lost; return their rows."""
        rows = [pl.DataFrame(schema={"row": pl.Int64})]
        for letter in letters:
            digits = pl.col(letter).str.strip_chars_start("-0")
            has_lost_digits = ~digits.str.contains(".", literal=True) & (digits.str.len_chars() > EXCEL_EXACT_DIGITS)
            for kind, code in _UNREADABLE.items():
                is_unreadable = has_lost_digits if kind == "number" else pl.lit(value=True)
                unreadable = body.filter((pl.col(f"{letter}.cell") == kind) & is_unreadable)
                self._report(code, target, unreadable.select("row", letter).rows(), letter)
                rows.append(unreadable.select("row"))
        return pl.concat(rows).unique(maintain_order=True)

    # --- titles of blocks ---------------------------------------------------------------------------

    def _carry_from_titles(self) -> None:
        """Add a column for each field whose value is a number in the titles above the blocks."""
        body = self._frame.filter(pl.col("row") > self._header_row)
        for target, source in self._entry.from_title.items():
            letters, columns = self._letters_of(source), self._list_block_columns()
            if len(letters) != 1 or not columns.is_enough:
                self._report("mapping-column-missing", target, [(self._header_row, source)])
                continue
            titles = find_titles(body, columns).filter(pl.col("column") == letters[0])
            texts = pl.concat_str(self._sheet.letters, separator=" · ", ignore_nulls=True)
            self._titles += body.join(titles, on="row", how="semi").select("row", texts).rows()
            carried = carry_numbers(body, titles, columns)
            column = self._frame.select("row").join(carried, on="row", how="left", maintain_order="left")
            kind = pl.when(pl.col("number").is_not_null()).then(pl.lit("text", CELL)).alias("kind")
            self._add_column(target, column.select("row", pl.col("number").alias("text"), kind), letters[0], "title")
            unsure = carried.filter(~pl.col("is_sure") & pl.col("number").is_not_null())
            for (title, number), rows in unsure.group_by("title", "number", maintain_order=True):
                self._report("block-unclear", target, [(row, number) for row in rows["row"]], letters[0], str(title))

    def _list_block_columns(self) -> BlockColumns:
        """Return the columns by which titles are known, after they were renamed."""
        header = self._frame.filter(pl.col("row") == self._header_row)
        texts = {letter: header[letter][0] for letter in self._letters if letter.isalpha()}
        named = {field.name: letter for letter, text in texts.items() if text and (field := self._field_of(text))}
        return choose_columns(list(texts), self._resource, named)

    def _report_titles(self) -> None:
        """Report the titles of which nothing is left when the columns that are not read are removed."""
        values = [pl.col(letter).is_null() for letter in self._letters if letter.isalpha()]
        blank = set(self._frame.filter(pl.all_horizontal(values))["row"])
        self._report("row-left-out", None, [(row, text) for row, text in self._titles if row in blank])

    # --- values -------------------------------------------------------------------------------------

    def _translate_values(self) -> None:
        for target, values in self._entry.values.items():
            letter = self._column_of(target)
            if letter is None:
                self._report("mapping-column-missing", target, [(self._header_row, target)])
            else:
                self._translate_column(target, letter, values)

    def _translate_column(self, target: str, letter: str, values: Mapping[str, str]) -> None:
        table = {fold_value(value): text for value, text in values.items()}
        folded = fold_column(pl.col(letter))
        is_readable = ~pl.col(f"{letter}.cell").is_in(["error", "uncalculated"]).fill_null(value=False)
        has_value = (pl.col("row") > self._header_row) & pl.col(letter).is_not_null() & is_readable
        new = pl.when(has_value).then(folded.replace_strict(table, default=None, return_dtype=pl.String))
        is_kept = pl.lit(self._entry.fallback.get(target) == "keep") | self._list_block_columns().is_no_document
        unlisted = self._frame.filter(has_value & new.is_null() & ~is_kept).select("row", letter)
        column = self._source_columns.get(letter, letter)
        self._report("value-not-mapped", target, unlisted.rows(), column, ", ".join(values) or "-")
        key = pl.col(self._column_of(self._resource.record_key) or letter)
        may_be_total = key.is_null() | pl.col(letter).str.contains(STARTS_WITH_TOTAL)  # its text is needed to tell
        old = pl.when(~has_value | is_kept | may_be_total).then(pl.col(letter))
        kind = pl.when(new.is_not_null()).then(pl.lit("text", CELL)).otherwise(pl.col(f"{letter}.cell"))
        translated = self._frame.with_columns(pl.coalesce(new, old).alias(letter), kind.alias(f"{letter}.cell"))
        is_filled = pl.col(letter).is_not_null()
        self._frame = translated.with_columns(pl.when(is_filled).then(pl.col(f"{letter}.cell")).alias(f"{letter}.cell"))
        self._operations[letter] = f"{self._operations.get(letter, 'header')}, values"

    def _column_of(self, target: str) -> str | None:
        """Return the letter of the column whose header is the target's field."""
        target_field = self._field_of(target)
        header = self._frame.filter(pl.col("row") == self._header_row)
        texts = {letter: header[letter][0] for letter in self._letters if target_field is not None}
        return next((letter for letter, text in texts.items() if text and self._field_of(text) is target_field), None)

    def _field_of(self, text: str) -> Field | None:
        column = index_headers(self._resource).get(fold_header(text))
        if column is None and self._resource.lines is not None:
            column = index_headers(self._resource.lines).get(fold_header(text))
        return column

    # --- columns and findings -----------------------------------------------------------------------

    def _add_column(self, target: str, column: pl.DataFrame, source: str | None, operation: str) -> None:
        """Add a derived column (row, text, kind) whose header is the target."""
        letter = f"{DERIVED_PREFIX}{target}"
        is_header = column["row"] == self._header_row
        text = pl.when(is_header).then(pl.lit(target)).otherwise(pl.col("text")).alias(letter)
        kind = pl.when(is_header).then(pl.lit("text", CELL)).otherwise(pl.col("kind")).alias(f"{letter}.cell")
        self._frame = self._frame.hstack(column.select(text, kind))
        self._letters.append(letter)
        self._source_columns[letter] = source
        self._operations[letter] = operation

    def _remove_columns(self, read_letters: set[str]) -> None:
        """Remove ignored columns, and those that are only read by expressions: they are not unknown columns."""
        ignored = {letter for source in self._entry.ignore for letter in self._letters_of(source)}
        renamed = {letter for source in self._entry.rename for letter in self._letters_of(source)}
        derived = [self._field_of(target) for target in self._entry.expression]
        for letter in self._sheet.letters:
            text = self._headers.get(letter, "")
            own_field = self._field_of(text)
            is_only_read = (
                letter in read_letters and letter not in renamed and (own_field is None or own_field in derived)
            )
            if is_only_read or letter in ignored:
                self._letters.remove(letter)

    def _report(
        self,
        code: str,
        target: str | None,
        cells: Sequence[tuple[int, str | None]],
        column: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Add a finding for each of `cells` (row, value)."""
        target_field = self._field_of(target) if target else None
        rows = pl.DataFrame(cells, schema={"row": pl.Int64, "value": pl.String}, orient="row")
        name = target_field.name if target_field else None
        self._findings.append(to_findings(rows, sheet=self._index, column=column, field=name, code=code, detail=detail))


def fold_value(value: str) -> str:
    """Return a value as the value lists of a mapping compare it: without case and repeated spaces."""
    return " ".join(value.split()).lower()


def fold_column(texts: pl.Expr) -> pl.Expr:
    """Return the values of a column as `fold_value` compares them."""
    return texts.str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()


def _to_input(names: Sequence[str], row: Sequence[str | None]) -> dict[str, str]:
    """Return header → text of a row with texts and kinds in turn; a blank cell is an empty text."""
    pairs = zip(names, row[::2], row[1::2], strict=True)
    return {name: (NumberText(text) if kind in _NUMBERS else text) if text else "" for name, text, kind in pairs}


def _kind_of(result: ExpressionResult) -> str | None:
    if result.text is None:
        return None
    is_exact = result.is_number and sum(character.isdigit() for character in result.text) <= EXCEL_EXACT_DIGITS
    return "number" if is_exact else "text"
