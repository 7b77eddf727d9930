"""Mappings: how a ledger's own columns become ARM's. A mapped sheet is the sheet as if its user had renamed it.

Pure: the file with the mapping is read, and its expressions are evaluated, at the edge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import polars as pl

from armbulk.catalogue import CATALOGUE
from armbulk.core.headers import fold, known
from armbulk.findings import SCHEMA, empty
from armbulk.model import CELL, Field, Resource, Sheet

_HEADER_WITHIN = 25
_ENOUGH = 2
DERIVED = "="
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
    otherwise: Mapping[str, str] = field(default_factory=dict)  # target → "keep": values not in the map stay
    expression: Mapping[str, str] = field(default_factory=dict)  # target → template
    ignore: tuple[str, ...] = ()  # sources that are nobody's business


class Evaluator(Protocol):
    """Evaluates expressions; lives at the edge."""

    def inputs(self, template: str, headers: Sequence[str]) -> list[str]:
        """Return the headers a template reads."""

    def evaluate(self, template: str, rows: Sequence[Mapping[str, str]]) -> list[tuple[str | None, str]]:
        """Return (text or null, error or "") for each row of header → text."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A sheet as the mapping sees it: `shown` gives the Excel letter of each derived column (null for constants)."""

    sheet: Sheet
    shown: dict[str, str | None] = field(default_factory=dict)
    findings: pl.DataFrame = field(default_factory=empty)
    how: dict[str, str] = field(default_factory=dict)  # frame column → what the mapping does there


def apply(
    sheet: Sheet, index: int, mapping: Sequence[SheetMapping], resources: Mapping[str, Resource], evaluator: Evaluator
) -> Mapped:
    """Map a sheet by the first entry that fits it; a sheet that none fits stays as it is."""
    for entry in mapping:
        row = _header_row(sheet, entry, evaluator)
        if row is not None:
            return _Work(sheet, index, entry, row, resources[entry.resource], evaluator).done()
    return Mapped(sheet)


def _header_row(sheet: Sheet, entry: SheetMapping, evaluator: Evaluator) -> int | None:
    """The row of `sheet` that holds the entry's source headers; null when the entry is not about this sheet."""
    if entry.name and fold(entry.name) != fold(sheet.name):
        return None
    wanted = {fold(one) for one in [*entry.rename, *entry.ignore]}
    best: tuple[int, int | None] = (0, None)
    width = 0
    for line in sheet.frame.head(_HEADER_WITHIN).select("row", *sheet.letters).iter_rows():
        texts = [text for text in line[1:] if text]
        found = {fold(text) for text in texts}
        inputs = {fold(one) for template in entry.expression.values() for one in evaluator.inputs(template, texts)}
        count = len(found & (wanted | inputs))
        if entry.header_row == line[0] or count > best[0]:
            best, width = (count, line[0]), len(found)
        if entry.header_row == line[0]:
            break
    fits = best[0] >= _ENOUGH and best[0] * 2 >= width  # at least half of the sheet's headers are spoken of
    return best[1] if fits or entry.name or entry.header_row else None


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
        self._frame = sheet.frame
        self._shown: dict[str, str | None] = {}
        self._how: dict[str, str] = {}
        self._findings: list[pl.DataFrame] = [empty()]

    def done(self) -> Mapped:
        """Rename, evaluate, translate values, add constants, leave out; in this order."""
        used = self._expressions()
        self._rename()
        self._values()
        for target, text in self._entry.constant.items():
            body = pl.when(pl.col("row") > self._row).then(pl.lit(text))
            self._add(target, self._frame.select(body.alias("text"))["text"], None, "constant")
        self._leave_out(used)
        sheet = replace(self._sheet, frame=self._frame, letters=tuple(self._letters), resource=self._entry.resource)
        return Mapped(sheet, self._shown, pl.concat(self._findings), self._how)

    def _letter(self, source: str) -> str | None:
        return next((letter for letter, text in self._headers.items() if fold(text) == fold(source)), None)

    def _rename(self) -> None:
        for source, target in self._entry.rename.items():
            letter = self._letter(source)
            others = [other for other, same in self._entry.rename.items() if fold(same) == fold(target)]
            if letter is None and (others[0] != source or any(self._letter(other) for other in others)):
                continue  # the column has another name in this file, or its absence is told already
            if letter is None:
                self._tell("mapping-column-missing", self._row, None, source)
            else:
                self._head(letter, target)
                self._how[letter] = "rename"

    def _head(self, letter: str, text: str) -> None:
        here = pl.col("row") == self._row
        self._frame = self._frame.with_columns(pl.when(here).then(pl.lit(text)).otherwise(pl.col(letter)).alias(letter))

    def _expressions(self) -> set[str]:
        """Evaluate each template once for every different set of inputs; return the columns they read."""
        used: set[str] = set()
        for target, template in self._entry.expression.items():
            names = self._evaluator.inputs(template, list(self._headers.values()))
            letters = [letter for name in names if (letter := self._letter(name)) is not None]
            used |= set(letters)
            self._add(target, self._evaluated(template, letters), letters[0] if letters else None, "expression")
        return used

    def _evaluated(self, template: str, letters: list[str]) -> pl.Series:
        body = self._frame.filter(pl.col("row") > self._row).select("row", *letters)
        if not letters:
            ((text, error),) = self._evaluator.evaluate(template, [{}])
            distinct = pl.DataFrame({"text": [text], "error": [error]}, schema={"text": pl.String, "error": pl.String})
            joined = body.join(distinct, how="cross")
        else:
            inputs = body.select(letters).unique(maintain_order=True)
            names = [self._headers[letter] for letter in letters]
            given = [dict(zip(names, [cell or "" for cell in row], strict=True)) for row in inputs.iter_rows()]
            made = self._evaluator.evaluate(template, given)
            schema = {"text": pl.String, "error": pl.String}
            distinct = inputs.hstack(pl.DataFrame(made, schema=schema, orient="row"))
            joined = body.join(distinct, on=letters, how="left", nulls_equal=True, maintain_order="left")
        failed = joined.filter(pl.col("error") != "")
        for row, error in failed.select("row", "error").head(1_000).iter_rows():
            self._tell("expression-failed", row, letters[0] if letters else None, template, error)
        return self._frame.select("row").join(joined.select("row", "text"), on="row", how="left")["text"]

    def _values(self) -> None:
        for target, words in self._entry.values.items():
            letter = self._column_of(target)
            if letter is None:
                self._tell("mapping-column-missing", self._row, None, target)
                continue
            table = {" ".join(said.split()).lower(): text for said, text in words.items()}
            said = pl.col(letter).str.replace_all(r"\s+", " ").str.to_lowercase()
            body = (pl.col("row") > self._row) & pl.col(letter).is_not_null()
            new = pl.when(body).then(said.replace_strict(table, default=None, return_dtype=pl.String))
            looked = self._frame.select("row", pl.col(letter).alias("old"), new.alias("new"), body.alias("body"))
            lost = looked.filter(pl.col("body") & pl.col("new").is_null())
            keep = self._entry.otherwise.get(target) == "keep"
            for row, old in [] if keep else lost.select("row", "old").head(10_000).iter_rows():
                self._tell("value-not-mapped", row, self._shown.get(letter, letter), old, ", ".join(words))
            stays = pl.col(letter) if keep else pl.when(~body).then(pl.col(letter))
            self._frame = self._frame.with_columns(pl.coalesce(new, stays).alias(letter)).with_columns(
                pl.when(pl.col(letter).is_not_null() & body).then(pl.lit("text", CELL))
                .otherwise(pl.col(f"{letter}.cell")).alias(f"{letter}.cell")
            )  # fmt: skip
            self._how[letter] = f"{self._how.get(letter, 'header')}, values"

    def _column_of(self, target: str) -> str | None:
        wanted = self._field(target)
        head = self._frame.filter(pl.col("row") == self._row)
        return next(
            (one for one in self._letters if head[one][0] and wanted and self._field(head[one][0]) is wanted), None
        )

    def _field(self, text: str) -> Field | None:
        found = known(self._resource).get(fold(text))
        if found is None and self._resource.lines is not None:
            found = known(self._resource.lines).get(fold(text))
        return found

    def _add(self, target: str, texts: pl.Series, shown: str | None, how: str) -> None:
        """Add a derived column whose header is the target."""
        letter = f"{DERIVED}{target}"
        head = pl.when(pl.col("row") == self._row).then(pl.lit(target)).otherwise(pl.col(letter))
        self._frame = self._frame.with_columns(texts.alias(letter)).with_columns(head.alias(letter))
        kind = pl.when(pl.col(letter).is_not_null()).then(pl.lit("text", CELL)).alias(f"{letter}.cell")
        self._frame = self._frame.with_columns(kind)
        self._letters.append(letter)
        self._shown[letter] = shown
        self._how[letter] = how

    def _leave_out(self, used: set[str]) -> None:
        """Columns that are ignored, or only read by expressions, are not told as unknown."""
        ignored = {fold(one) for one in self._entry.ignore}
        renamed = {fold(one) for one in self._entry.rename}
        made = [self._field(target) for target in self._entry.expression]
        for letter, text in self._headers.items():
            free = self._field(text) is None or self._field(text) in made
            read = letter in used and fold(text) not in renamed and free
            if read or fold(text) in ignored:
                self._letters.remove(letter)

    def _tell(self, code: str, row: int, column: str | None, value: str, detail: str | None = None) -> None:
        severity = CATALOGUE[code].severity.value
        found = (self._index, row, column, None, code, severity, value, detail)
        self._findings.append(pl.DataFrame([found], schema=SCHEMA, orient="row"))


def shown(findings: pl.DataFrame, mapped: Sequence[Mapped]) -> pl.DataFrame:
    """Tell findings of derived columns at the column of the sheet they came from."""
    for index, one in enumerate(mapped):
        if one.shown:
            letters = pl.col("column").replace(list(one.shown), pl.Series(list(one.shown.values()), dtype=pl.String))
            here = pl.when(pl.col("sheet") == index).then(letters).otherwise(pl.col("column"))
            findings = findings.with_columns(here.alias("column"))
    return findings
