"""Mappings: how a ledger's own columns become ARM's. A mapped sheet is the sheet as if its user had renamed it.

Pure: the file with the mapping is read, and its expressions are evaluated, at the edge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import SCHEMA, empty_findings
from armbulk.mapping.headers import fold_header, known_headers, match_headers
from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.fields import Field, Resource
from armbulk.model.sheet import CELL, Sheet

_HEADER_WITHIN = 25
_ENOUGH = 2
_UNREADABLE = {"error": "error-cell", "uncalculated": "not-calculated", "number": "digits-lost"}
DERIVED_PREFIX = "="
"""How the frame columns begin that a mapping adds; no Excel column does."""


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """What is said of one sheet. Targets are a field's name, header or path; sources are headers of the sheet."""

    resource: str
    name: str = ""  # the sheet's name; "" = the sheet that has most of the columns
    header_row: int | None = None
    rename: Mapping[str, str] = field(default_factory=dict)  # source → target
    constant: Mapping[str, str] = field(default_factory=dict)  # target → text
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # target → what the sheet says → what it is
    fallback: Mapping[str, str] = field(default_factory=dict)  # target → "keep": values not in the map stay
    expression: Mapping[str, str] = field(default_factory=dict)  # target → template
    ignore: tuple[str, ...] = ()  # sources that are nobody's business


class FromNumber(str):
    """The text of a number cell: its point is a decimal point, whatever else it looks like."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ExpressionResult:
    """What an expression makes of a row: a text or nothing, or why it cannot; whether the text is a plain number."""

    text: str | None
    error: str = ""
    number: bool = False


class Evaluator(Protocol):
    """Evaluates expressions; lives at the edge."""

    def inputs(self, template: str, headers: Sequence[str]) -> list[str]:
        """Return the headers a template reads."""

    def evaluate(self, template: str, rows: Sequence[Mapping[str, str]]) -> list[ExpressionResult]:
        """Return what the template makes of each row of header → text."""


@dataclass(frozen=True, slots=True)
class MappedSheet:
    """A sheet as the mapping sees it: `shown` gives the Excel letter of each derived column (null for constants)."""

    sheet: Sheet
    source_columns: dict[str, str | None] = field(default_factory=dict)
    findings: pl.DataFrame = field(default_factory=empty_findings)
    operations: dict[str, str] = field(default_factory=dict)  # frame column → what the mapping does there
    entry: SheetMapping | None = None  # what was said of the sheet, if anything


def apply_mapping(
    sheet: Sheet, index: int, mapping: Sequence[SheetMapping], resources: Mapping[str, Resource], evaluator: Evaluator
) -> MappedSheet:
    """Map a sheet by the first entry that fits it; a sheet that none fits stays as it is."""
    for entry in mapping:
        row = _header_row(sheet, index, entry, resources, evaluator)
        if row is not None:
            return _Work(sheet, index, entry, row, resources[entry.resource], evaluator).done()
    return MappedSheet(sheet)


def _header_row(
    sheet: Sheet, index: int, entry: SheetMapping, resources: Mapping[str, Resource], evaluator: Evaluator
) -> int | None:
    """The header row of `sheet` as the entry sees it; null when the entry is not about this sheet."""
    if (entry.name and fold_header(entry.name) != fold_header(sheet.name)) or sheet.resource not in {
        None,
        entry.resource,
    }:
        return None
    resource = resources[entry.resource]
    ours = {*known_headers(resource), *(known_headers(resource.lines) if resource.lines else {})}
    best: tuple[int, int, int, int | None] = (0, 0, 0, None)  # headers the entry or armbulk knows, of these the entry's
    for row, texts in _candidates(sheet, entry):
        found = {fold_header(text) for text in texts}
        inputs = {
            fold_header(one) for template in entry.expression.values() for one in evaluator.inputs(template, texts)
        }
        sources = found & ({fold_header(one) for one in [*entry.rename, *entry.ignore]} | inputs)
        if entry.header_row is not None or len(sources | (found & ours)) > best[0]:
            best = (len(sources | (found & ours)), len(sources), len(found), row)
    count, some, width, where = best
    if entry.name or sheet.resource:
        return where
    fits = some and count >= _ENOUGH and count * 2 >= width  # at least half of the headers are spoken of
    return where if fits or match_headers(sheet, index, resources).resource is resource else None


def _candidates(sheet: Sheet, entry: SheetMapping) -> list[tuple[int, list[str]]]:
    frame = sheet.frame.head(_HEADER_WITHIN)
    if entry.header_row is not None:
        frame = sheet.frame.filter(pl.col("row") == entry.header_row)
    rows = frame.select("row", *sheet.letters).iter_rows()
    return [(row, [text for text in texts if text]) for row, *texts in rows]


class _Work:
    """One sheet while it is mapped."""

    def __init__(
        self,
        sheet: Sheet,
        index: int,
        entry: SheetMapping,
        row: int,
        resource: Resource,
        evaluator: Evaluator,
    ) -> None:
        self._sheet, self._index, self._entry, self._row = sheet, index, entry, row
        self._resource, self._evaluator = resource, evaluator
        head = sheet.frame.filter(pl.col("row") == row)
        self._headers = {letter: head[letter][0] for letter in sheet.letters if head.height and head[letter][0]}
        self._letters = list(sheet.letters)
        self._frame = sheet.frame.filter(pl.col("row") >= row) if entry.header_row else sheet.frame
        self._shown: dict[str, str | None] = {}
        self._how: dict[str, str] = {}
        self._findings: list[pl.DataFrame] = [empty_findings()]

    def done(self) -> MappedSheet:
        """Rename, evaluate, translate values, add constants, leave out; in this order."""
        used = self._expressions()
        self._rename()
        self._values()
        for target, text in self._entry.constant.items():
            body = pl.when(pl.col("row") > self._row).then(pl.lit(text))
            kind = pl.when(pl.col("row") > self._row).then(pl.lit("text", CELL)).alias("kind")
            self._add(target, self._frame.select("row", body.alias("text"), kind), None, "constant")
        self._leave_out(used)
        sheet = replace(self._sheet, frame=self._frame, letters=tuple(self._letters), resource=self._entry.resource)
        return MappedSheet(sheet, self._shown, pl.concat(self._findings), self._how, self._entry)

    def _letters_of(self, source: str) -> list[str]:
        return [letter for letter, text in self._headers.items() if fold_header(text) == fold_header(source)]

    def _rename(self) -> None:
        for source, target in self._entry.rename.items():
            letters = self._letters_of(source)  # two columns of that name both become the target: told as doubled
            others = [other for other, same in self._entry.rename.items() if fold_header(same) == fold_header(target)]
            if not letters and others[0] == source and not any(self._letters_of(other) for other in others):
                self._tell("mapping-column-missing", target, [(self._row, source)])
            for letter in letters:
                self._head(letter, target)
                self._how[letter] = "rename"

    def _head(self, letter: str, text: str) -> None:
        here = pl.col("row") == self._row
        self._frame = self._frame.with_columns(pl.when(here).then(pl.lit(text)).otherwise(pl.col(letter)).alias(letter))

    def _expressions(self) -> set[str]:
        """Evaluate each template once for every different set of inputs; return the columns they read."""
        used: set[str] = set()
        for target, template in self._entry.expression.items():
            letters = []
            for name in dict.fromkeys(self._evaluator.inputs(template, list(self._headers.values()))):
                first, *more = self._letters_of(name)
                if first not in letters:
                    letters.append(first)
                for other in more:  # which of the two is meant, nobody knows
                    self._tell("duplicate-header", None, [(self._row, name)], other, first)
            used |= set(letters)
            first_letter = letters[0] if letters else None
            self._add(target, self._evaluated(target, template, letters), first_letter, "expression")
        return used

    def _evaluated(self, target: str, template: str, letters: list[str]) -> pl.DataFrame:
        """Return row, text, kind: what the template makes of each row; nothing where a cell cannot be read as it is."""
        cells = [one for letter in letters for one in (letter, f"{letter}.cell")]
        body = self._frame.filter(pl.col("row") > self._row).select("row", *cells)
        body = body.join(self._unreadable(target, body, letters), on="row", how="anti", maintain_order="left")
        names = [self._headers[letter] for letter in letters]
        inputs = body.select(cells).unique(maintain_order=True)
        made = self._evaluator.evaluate(template, [_named(names, row) for row in inputs.iter_rows()] if cells else [{}])
        schema = {"text": pl.String(), "error": pl.String(), "kind": CELL}
        answers = pl.DataFrame([(one.text, one.error, _kind(one)) for one in made], schema=schema, orient="row")
        if cells:
            inputs = inputs.hstack(answers)
            answered = body.join(inputs, on=cells, how="left", nulls_equal=True, maintain_order="left")
        else:
            answered = body.join(answers, how="cross")
        for (error,), part in answered.filter(pl.col("error") != "").group_by("error", maintain_order=True):
            first = letters[0] if letters else None
            self._tell("expression-failed", target, [(row, template) for row in part["row"]], first, str(error))
        found = answered.select("row", "text", "kind")
        return self._frame.select("row").join(found, on="row", how="left", maintain_order="left")

    def _unreadable(self, target: str, body: pl.DataFrame, letters: list[str]) -> pl.DataFrame:
        """Tell cells that no expression may read, or their fault would be gone; return their rows."""
        rows = [pl.DataFrame(schema={"row": pl.Int64})]
        for letter in letters:
            digits = pl.col(letter).str.strip_chars_start("-0")
            lost = ~digits.str.contains(".", literal=True) & (digits.str.len_chars() > EXCEL_EXACT_DIGITS)
            for kind, code in _UNREADABLE.items():
                bad = body.filter(
                    (pl.col(f"{letter}.cell") == kind) & (lost if kind == "number" else pl.lit(value=True))
                )
                self._tell(code, target, bad.select("row", letter).rows(), letter)
                rows.append(bad.select("row"))
        return pl.concat(rows).unique(maintain_order=True)

    def _values(self) -> None:
        for target, words in self._entry.values.items():
            letter = self._column_of(target)
            if letter is None:
                self._tell("mapping-column-missing", target, [(self._row, target)])
                continue
            table = {" ".join(said.split()).lower(): text for said, text in words.items()}
            said = pl.col(letter).str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()
            sound = ~pl.col(f"{letter}.cell").is_in(["error", "uncalculated"]).fill_null(value=False)
            body = (pl.col("row") > self._row) & pl.col(letter).is_not_null() & sound
            new = pl.when(body).then(said.replace_strict(table, default=None, return_dtype=pl.String))
            looked = self._frame.select("row", pl.col(letter).alias("old"), new.alias("new"), body.alias("body"))
            missed = looked.filter(pl.col("body") & pl.col("new").is_null())
            keep = self._entry.fallback.get(target) == "keep"
            if not keep:
                shown = self._shown.get(letter, letter)
                self._tell("value-not-mapped", target, missed.select("row", "old").rows(), shown, ", ".join(words))
            stays = pl.col(letter) if keep else pl.when(~body).then(pl.col(letter))
            kind = pl.when(looked["new"].is_not_null()).then(pl.lit("text", CELL)).otherwise(pl.col(f"{letter}.cell"))
            self._frame = self._frame.with_columns(
                pl.coalesce(new, stays).alias(letter), kind.alias(f"{letter}.cell")
            ).with_columns(pl.when(pl.col(letter).is_not_null()).then(pl.col(f"{letter}.cell")).alias(f"{letter}.cell"))
            self._how[letter] = f"{self._how.get(letter, 'header')}, values"

    def _column_of(self, target: str) -> str | None:
        wanted = self._field(target)
        head = self._frame.filter(pl.col("row") == self._row)
        return next(
            (one for one in self._letters if head[one][0] and wanted and self._field(head[one][0]) is wanted), None
        )

    def _field(self, text: str) -> Field | None:
        found = known_headers(self._resource).get(fold_header(text))
        if found is None and self._resource.lines is not None:
            found = known_headers(self._resource.lines).get(fold_header(text))
        return found

    def _add(self, target: str, made: pl.DataFrame, shown: str | None, how: str) -> None:
        """Add a derived column (row, text, kind) whose header is the target."""
        letter = f"{DERIVED_PREFIX}{target}"
        here = made["row"] == self._row
        text = made.select(pl.when(here).then(pl.lit(target)).otherwise(pl.col("text")).alias(letter))
        kind = made.select(pl.when(here).then(pl.lit("text", CELL)).otherwise(pl.col("kind")).alias(f"{letter}.cell"))
        self._frame = self._frame.hstack(text).hstack(kind)
        self._letters.append(letter)
        self._shown[letter] = shown
        self._how[letter] = how

    def _leave_out(self, used: set[str]) -> None:
        """Columns that are ignored, or only read by expressions, are not told as unknown."""
        ignored = {fold_header(one) for one in self._entry.ignore}
        renamed = {fold_header(one) for one in self._entry.rename}
        made = [self._field(target) for target in self._entry.expression]
        for letter, text in self._headers.items():
            free = self._field(text) is None or self._field(text) in made
            read = letter in used and fold_header(text) not in renamed and free
            if read or fold_header(text) in ignored:
                self._letters.remove(letter)

    def _tell(
        self,
        code: str,
        target: str | None,
        cells: Sequence[tuple[int, str | None]],
        column: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Tell a finding at every one of `cells` (row, value); were one left out, its value would be lost unseen."""
        one = self._field(target) if target else None
        severity = CATALOGUE[code].severity.value
        rows = [(self._index, row, column, one and one.name, code, severity, value, detail) for row, value in cells]
        self._findings.append(pl.DataFrame(rows, schema=SCHEMA, orient="row"))


def _named(names: Sequence[str], row: Sequence[str | None]) -> dict[str, str]:
    """A row of texts and kinds in turn, by header; blank cells are empty texts."""
    pairs = zip(names, row[::2], row[1::2], strict=True)
    return {name: (FromNumber(text) if kind == "number" else text) if text else "" for name, text, kind in pairs}


def _kind(answer: ExpressionResult) -> str | None:
    if answer.text is None:
        return None
    sure = answer.number and sum(one.isdigit() for one in answer.text) <= EXCEL_EXACT_DIGITS
    return "number" if sure else "text"


def find_unused_entries(mapping: Sequence[SheetMapping], mapped: Sequence[MappedSheet]) -> pl.DataFrame:
    """Tell entries for a sheet of a name that no sheet has: a mistyped name must not pass for a mapping."""
    names = [entry.name for entry in mapping if entry.name and not any(one.entry is entry for one in mapped)]
    severity = CATALOGUE["mapping-not-used"].severity.value
    rows = [(0, None, None, None, "mapping-not-used", severity, name, None) for name in names]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def move_to_source(findings: pl.DataFrame, mapped: Sequence[MappedSheet]) -> pl.DataFrame:
    """Tell findings of derived columns at the column of the sheet they came from."""
    for index, one in enumerate(mapped):
        if one.source_columns:
            letters = pl.col("column").replace(
                list(one.source_columns), pl.Series(list(one.source_columns.values()), dtype=pl.String)
            )
            here = pl.when(pl.col("sheet") == index).then(letters).otherwise(pl.col("column"))
            findings = findings.with_columns(here.alias("column"))
    return findings
