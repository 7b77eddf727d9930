"""Checking files: read, recognise, parse, check. Every problem at once; nothing leaves the machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.errors import FileError, UsageError
from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import (
    SCHEMA,
    RenderedFinding,
    apply_severities,
    count_findings,
    group_findings,
    merge_findings,
    render_findings,
)
from armbulk.mapping import apply
from armbulk.mapping.expressions import ExpressionEngine
from armbulk.mapping.files import load_mapping
from armbulk.mapping.headers import HeaderMatch, match_headers
from armbulk.model.fields import Resource, Severity
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import DEFAULT_READ_OPTIONS, ReadIssue, ReadOptions, Sheet, Table
from armbulk.readers import read_sheets
from armbulk.resources import RESOURCES, UPDATED, field_headers
from armbulk.validation import edits, flat_file, hidden_rows, layout, rules
from armbulk.validation.parse import parse_sheet

MAX_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Checked:
    """Files, checked: the sheets as they stand, what was recognised, typed tables, findings, what is held back."""

    sheets: tuple[Sheet, ...]
    header_matches: tuple[HeaderMatch, ...]
    tables: dict[str, Table]
    findings: pl.DataFrame
    blocked_rows: dict[str, pl.DataFrame]
    skipped: dict[str, Table] = field(default_factory=dict)  # hidden rows, left out as the caller asked
    mapped_sheets: tuple[apply.MappedSheet, ...] = ()  # the sheets as the mapping sees them
    bases: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=edits.BASE_SCHEMA))  # of changed rows

    def all_tables(self) -> dict[str, Table]:
        """Everything that was read, the hidden rows that are left out as well."""
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
    files: Sequence[str], options: ReadOptions = DEFAULT_READ_OPTIONS, *, anything: bool = False
) -> Checked:
    """Read and check files (`FILE` or `FILE#Sheet=RESOURCE`); FileError or UsageError when that cannot be."""
    sheets = [sheet for name in files for sheet in _sheets(name, options)]
    checked = check_sheets(sheets, options)
    if not anything and not set(checked.tables) & {"customers", "documents"}:
        names = ", ".join(sheet.name for sheet in sheets) or "no visible sheet"
        raise FileError(
            "no-data",
            f"No sheet with customers or documents was found ({names})",
            "Name the sheets Customers, Documents and Lines (Kunder, Fakturaer, Linjer), or use --as; "
            "see `armbulk fields documents` for the headers",
        )
    return checked


def check_sheets(sheets: Sequence[Sheet], options: ReadOptions = DEFAULT_READ_OPTIONS) -> Checked:
    """Check sheets that have been read."""
    sheets, mapped = _mapped(sheets, options)
    plain = [one.sheet for one in mapped]
    change = bool(options.update) or any(sheet.base is not None for sheet in plain)
    resources = UPDATED if change else RESOURCES
    headed = _recognised(plain, options.renames, resources)
    compared = [edits.compare_with_base(sheet, index, headed[index]) for index, sheet in enumerate(plain)]
    plain = [one.sheet for one in compared]
    layouts = [layout.check_layout(sheet, index, headed[index]) for index, sheet in enumerate(plain)]
    findings = [
        edits.drop_expected_findings(*pair) for pair in zip(plain, (one.findings for one in headed), strict=True)
    ]
    findings += [_faults(sheet, index) for index, sheet in enumerate(sheets)]
    findings += [*(one.findings for one in mapped), *(one.findings for one in compared)]
    parts: list[Table] = []
    for index, (sheet, one) in enumerate(zip(plain, headed, strict=True)):
        if one.resource is not None:
            read, found = _read_sheet(sheet, index, one, options)
            parts += read
            findings.append(found)
    aside = hidden_rows.separate_hidden_rows(_joined(parts, resources), plain, options)
    before = layout.drop_silenced(merge_findings([*findings, *layouts, aside.findings]), layouts)
    after = layout.drop_silenced(rules.check_rules(aside.tables, before), layouts)
    whole = apply_severities(
        merge_findings([apply.move_to_source(merge_findings([before, after]), mapped)]), options.rules
    )
    held = rules.blocked_rows(aside.tables, whole)
    bases = pl.concat([one.bases for one in compared] or [pl.DataFrame(schema=edits.BASE_SCHEMA)])
    return Checked(tuple(sheets), headed, aside.tables, whole, held, aside.skipped, tuple(mapped), bases)


def _mapped(sheets: Sequence[Sheet], reading: ReadOptions) -> tuple[list[Sheet], list[apply.MappedSheet]]:
    """The sheets, and what the caller's mapping makes of each."""
    if reading.mapping is None:
        return list(sheets), [apply.MappedSheet(sheet) for sheet in sheets]
    entries, sha256 = load_mapping(reading.mapping)
    known = [replace(sheet, mapped_by=sha256) for sheet in sheets]
    evaluator = ExpressionEngine()
    mapped = [apply.apply_mapping(sheet, at, entries, RESOURCES, evaluator) for at, sheet in enumerate(known)]
    if all(one.entry is None for one in mapped):
        names = ", ".join(sheet.name for sheet in sheets)
        raise FileError(
            "mapping-fits-nothing",
            f"The mapping {reading.mapping} fits no sheet of the files ({names})",
            "Give its [[sheet]] the sheet's name; `armbulk map FILE` shows the headers",
        )
    return known, [
        replace(mapped[0], findings=pl.concat([mapped[0].findings, apply.find_unused_entries(entries, mapped)])),
        *mapped[1:],
    ]


def _recognised(
    sheets: Sequence[Sheet], renames: Mapping[str, str], resources: Mapping[str, Resource]
) -> tuple[HeaderMatch, ...]:
    """Recognise every sheet; where documents and lines have sheets of their own, no sheet is both."""
    headed = [match_headers(sheet, index, resources, renames) for index, sheet in enumerate(sheets)]
    apart = any(one.resource and one.resource.name in {"documents", "lines"} and not one.lines for one in headed)
    if apart:
        headed = [
            match_headers(sheet, index, resources, renames, flat=False) if one.lines else one
            for index, (sheet, one) in enumerate(zip(sheets, headed, strict=True))
        ]
    return tuple(headed)


def _read_sheet(
    sheet: Sheet, index: int, headed: HeaderMatch, reading: ReadOptions
) -> tuple[list[Table], pl.DataFrame]:
    """Type one sheet: a table, or two of a flat sheet."""
    assert headed.resource is not None  # noqa: S101 - the caller looked
    rows, found = parse_sheet(sheet, index, headed, reading)
    table = Table(headed.resource, rows, {index: headed.columns})
    if headed.lines is None or headed.lines.resource is None:
        return [table], found
    line_rows, more = parse_sheet(sheet, index, headed.lines, reading)
    lines = Table(headed.lines.resource, line_rows, {index: headed.lines.columns})
    documents, told = flat_file.split_flat_file(table, lines, index, sheet.hidden_rows)
    return [documents, lines], merge_findings([found, more, told]).unique(maintain_order=True)


def _joined(parts: Sequence[Table], resources: Mapping[str, Resource]) -> dict[str, Table]:
    """One table per resource, in the order of the resources."""
    joined = {}
    for name, resource in resources.items():
        mine = [table for table in parts if table.resource is resource]
        if mine:
            columns = {index: letters for table in mine for index, letters in table.columns.items()}
            joined[name] = Table(resource, pl.concat([table.rows for table in mine]), columns)
    return joined


def _faults(sheet: Sheet, index: int) -> pl.DataFrame:
    """What the reader saw, as findings."""
    rows = [
        (index, one.row, one.column, None, one.code, CATALOGUE[one.code].severity.value, one.value, one.detail)
        for one in sheet.issues
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _sheets(name: str, reading: ReadOptions) -> list[Sheet]:
    path, _, said = name.partition("#")
    sheets = edits.attach_base(read_sheets(Path(path), display_name=path, encoding=reading.encoding))
    sheets = [edits.strip_formula_guards(sheet) for sheet in sheets] if reading.update else sheets
    if said:
        wanted, _, resource = said.partition("=")
        chosen = [replace(sheet, visible=True) for sheet in sheets if sheet.name.casefold() == wanted.casefold()]
        if not chosen:
            names = ", ".join(sheet.name for sheet in sheets)
            raise FileError("no-such-sheet", f"{path} has no sheet {wanted!r}", f"It has: {names}")
        return [replace(sheet, resource=_resource(resource) if resource else None) for sheet in chosen]
    sheets = _shown(sheets, reading)
    if reading.as_resource:
        return [replace(sheet, resource=_resource(reading.as_resource)) for sheet in sheets]
    return sheets


def _shown(sheets: list[Sheet], reading: ReadOptions) -> list[Sheet]:
    """Leave hidden sheets out and say so, unless the caller wants what is hidden."""
    away = [sheet for sheet in sheets if not sheet.visible]
    if reading.hidden == "include" or not away:
        return sheets
    shown = [sheet for sheet in sheets if sheet.visible]
    told = tuple(ReadIssue("hidden-sheet", value=sheet.name) for sheet in away)
    return [replace(sheet, issues=(*told, *sheet.issues)) if place == 0 else sheet for place, sheet in enumerate(shown)]


def _resource(name: str) -> str:
    if name not in RESOURCES:
        raise UsageError("no-such-resource", f"There is no resource {name!r}", f"Use one of {', '.join(RESOURCES)}")
    return name


def to_json(checked: Checked, lang: str) -> dict[str, Any]:
    """Say what was found as the JSON contract of `armbulk check` does."""
    listed = render_findings(checked.findings.head(MAX_LISTED), checked.sheets, field_headers(), lang)
    return {
        "files": list(dict.fromkeys(sheet.file for sheet in checked.sheets)),
        "sheets": [_sheet(checked, index) for index in range(len(checked.sheets))],
        "findings": listed,
        "groups": group_findings(checked.findings, checked.sheets, field_headers(), lang),
        "counts": {"error": checked.errors, "warning": checked.warnings},
    }


def list_near_headers(checked: Checked, lang: str) -> list[RenderedFinding]:
    """Headers that only resemble a column, to be asked about."""
    near = checked.findings.filter(pl.col("code") == "header-near")
    return render_findings(near, checked.sheets, field_headers(), lang)


def _sheet(checked: Checked, index: int) -> dict[str, Any]:
    sheet, resource = checked.sheets[index], checked.header_matches[index].resource
    rows = held_back = 0
    if resource is not None:
        mine = checked.tables[resource.name].rows.filter(pl.col("sheet") == index)
        rows = mine.height
        held_back = _held_rows(checked, resource.name, mine).height
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        "resource": resource.name if resource else None,
        "rows": rows,
        "ok": rows - held_back,
        "held_back": held_back,
    }


def _held_rows(checked: Checked, resource: str, rows: pl.DataFrame) -> pl.DataFrame:
    if resource != "lines":
        return rows.join(checked.blocked_rows[resource], on=["sheet", "row"], how="semi")
    documents = checked.tables.get("documents")
    if documents is None:
        return rows
    good = documents.rows.join(checked.blocked_rows["documents"], on=["sheet", "row"], how="anti")
    keys = good.select(normalise_key(pl.col("document_no")).alias("norm")).unique()
    return rows.with_columns(normalise_key(pl.col("document_no")).alias("norm")).join(keys, on="norm", how="anti")
