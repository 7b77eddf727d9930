"""Match a sheet with a resource, and its columns with fields."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

import polars as pl

from armbulk.findings.frame import empty_findings, make_finding, make_findings
from armbulk.i18n import join_choices, pack_text, quote_names
from armbulk.mapping.amount_headers import judge_unknown_headers
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.header_units import Unit, find_units, split_currency
from armbulk.mapping.own_sheets import is_list_of_cells, is_outcome_header, is_template_sheet
from armbulk.model.fields import Field, FieldRole, FieldType, Resource
from armbulk.model.result_columns import OWN_SHEETS
from armbulk.model.sheet import Sheet

MAX_HEADER_ROW = 25
"""How many rows at the top of a sheet may be the header."""

MIN_HEADERS = 2
"""How many known headers make a sheet recognisable."""

_MIN_SIMILARITY = 0.86
_MAX_SUGGESTIONS = 100  # unknown headers for which a known one is suggested
_MIN_SUGGESTION_SIMILARITY = 0.8
_MIN_SIMILAR_CHARS = 5
_DIGITS = re.compile("[0-9]")
_WITHOUT_NORWEGIAN = (str.maketrans("æøå", "aoa"), str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"}))
_BRACKET = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """What was recognised of a sheet.

    Attributes:
        resource: The resource on the sheet; None if it was not recognised.
        header_row: The sheet's row number of the header.
        columns: Field name → Excel letter.
        findings: What there is to report about the headers.
        lines: Of a flat sheet (one row per line, with the document's columns repeated) the match of its lines.
    """

    resource: Resource | None
    header_row: int | None
    columns: dict[str, str] = field(default_factory=dict)
    findings: pl.DataFrame = field(default_factory=empty_findings)
    lines: "HeaderMatch | None" = None

    @property
    def recognised_resource(self) -> Resource:
        """The resource on a recognised sheet.

        Raises:
            ValueError: The sheet was not recognised.
        """
        if self.resource is None:
            raise ValueError("the sheet was not recognised")
        return self.resource


_NOT_RECOGNISED = HeaderMatch(None, None)


def list_headers(column: Field) -> tuple[str, ...]:
    """Return every header by which a field's column is recognised, the most specific first."""
    return (*column.header.all(), *([column.path] if column.path else []), column.name, *column.aliases)


@lru_cache(maxsize=64)
def index_headers(resource: Resource) -> Mapping[str, Field]:
    """Return folded header → field; programs that have no æøå write `Belop` or `Beloep`."""
    names: dict[str, Field] = {}
    spelled: dict[str, Field] = {}
    for column in resource.fields:
        for name in list_headers(column):
            names.setdefault(fold_header(name), column)
            for letters in _WITHOUT_NORWEGIAN:
                spelled.setdefault(fold_header(name).translate(letters), column)
    return MappingProxyType({**spelled, **names})


def match_headers(
    sheet: Sheet,
    index: int,
    resources: Mapping[str, Resource],
    renames: Mapping[str, str] | None = None,
    *,
    unread: Collection[str] = (),
    flat: bool = True,
) -> HeaderMatch:
    """Recognise a sheet: by the resource the caller named, by the sheet's name, else by its headers.

    Args:
        sheet: The sheet as it was read.
        index: Its index, for findings.
        resources: What it may be.
        renames: Header → field, for headers that only resemble a known one, as the user decided.
        unread: Headers of columns that are not read, as the user decided.
        flat: Whether a sheet of documents that has columns of lines too is matched as both.
    """
    if sheet.resource is None and (is_template_sheet(sheet) or is_list_of_cells(sheet)):
        return _NOT_RECOGNISED
    named = find_resource_by_name(sheet, resources)
    candidates = [named] if named else list(resources.values())
    best, row, count = _find_best_match(sheet, candidates)
    if best is None or (named is None and not (count >= MIN_HEADERS and _has_key(sheet, best, row))):
        is_own = fold_header(sheet.name) in {fold_header(name) for name in OWN_SHEETS}
        if is_own or sheet.frame.is_empty():
            return _NOT_RECOGNISED
        return HeaderMatch(None, None, findings=make_finding(index, "sheet-not-recognised", value=sheet.name))
    if named is not None and not count:
        return HeaderMatch(None, None, findings=make_finding(index, "no-known-header", row=row, value=sheet.name))
    pair = _find_flat_pair(best, resources)
    decided = _Decided(renames or {}, frozenset(fold_header(header) for header in unread))
    if flat and sheet.resource != "lines" and pair is not None and _is_flat(sheet, row, *pair):
        return _match_flat(sheet, index, *pair, row, decided)
    names = decided.apply(index_headers(best))
    match = _match_columns(sheet, index, best, row, names, ignored=decided.unread)
    return replace(match, findings=judge_unknown_headers(sheet, index, match.findings, match.columns, (best,)))


def find_similar(text: str, names: Mapping[str, Field]) -> Field | None:
    """Return the field whose header differs by a letter or two; other digits are another column (Adresse 4)."""
    folded = fold_header(text)
    if len(folded) < _MIN_SIMILAR_CHARS:
        return None
    same_digits = _group_by_digits(tuple(names)).get(tuple(_DIGITS.findall(folded)), [])
    near = difflib.get_close_matches(folded, same_digits, n=1, cutoff=_MIN_SIMILARITY)
    return names[near[0]] if near and not _is_other(text, near[0], names[near[0]]) else None


def _is_other(text: str, name: str, column: Field) -> bool:
    """Return whether a header is another column than the similar `name`: of another unit, or electronic (E-post)."""
    folded = fold_header(text)
    return has_other_unit(text, column) or folded == f"e{name}" or name == f"e{folded}"


def has_other_unit(text: str, column: Field) -> bool:
    """Return whether a header's words forbid a field: a rate is no amount, net is not gross. Currencies are asked."""
    forbidding = {Unit.RATE, Unit.QUANTITY, Unit.PER_UNIT, Unit.NET, Unit.GROSS, Unit.SCALE}
    units = find_units(text) & forbidding
    return not any(units <= find_units(header) for header in list_headers(column))


@lru_cache(maxsize=64)
def _group_by_digits(names: tuple[str, ...]) -> dict[tuple[str, ...], list[str]]:
    """Return the digits in a name → the names: a file may have thousands of headers to compare."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        groups.setdefault(tuple(_DIGITS.findall(name)), []).append(name)
    return groups


# --- which resource, and which row is the header --------------------------------------------------------


def find_resource_by_name(sheet: Sheet, resources: Mapping[str, Resource]) -> Resource | None:
    """Return the resource that the caller or the sheet's name says; None if neither does."""
    if sheet.resource:
        return resources[sheet.resource]
    for resource in resources.values():
        if fold_header(sheet.name) in {fold_header(name) for name in (resource.name, *resource.sheet_names)}:
            return resource
    return None


def _find_best_match(sheet: Sheet, candidates: list[Resource]) -> tuple[Resource | None, int, int]:
    """Return (resource, row, count) of the row with the most known headers among the first rows."""
    best: tuple[Resource | None, int, int] = (None, 0, -1)
    top = [(row, [fold_header(text) for text in texts]) for row, texts in _list_top_rows(sheet)]
    for resource in candidates:
        names = index_headers(resource)
        for row, keys in top:
            count = len({names[key].name for key in keys if key in names})
            if count > best[2]:
                best = (resource, row, count)
    return best


def _list_top_rows(sheet: Sheet) -> list[tuple[int, list[str]]]:
    top = sheet.frame.head(MAX_HEADER_ROW).select("row", *sheet.letters)
    return [(row[0], [text for text in row[1:] if text]) for row in top.iter_rows()]


def _has_key(sheet: Sheet, resource: Resource, row: int) -> bool:
    """Return whether there is a column for the record's key, or one whose header resembles it."""
    names = index_headers(resource)
    texts = dict(_list_top_rows(sheet))[row]
    columns = (names.get(fold_header(text)) or find_similar(text, names) for text in texts)
    return any(column is not None and column.name == resource.record_key for column in columns)


def _find_flat_pair(resource: Resource, resources: Mapping[str, Resource]) -> tuple[Resource, Resource] | None:
    """Return (parent, lines) where a resource has lines or is the lines; None otherwise."""
    for parent in resources.values():
        if parent.lines is not None and resource in {parent, parent.lines}:
            return parent, parent.lines
    return None


def _is_flat(sheet: Sheet, row: int, parent: Resource, lines: Resource) -> bool:
    """Return whether a header row has headers that only documents have, and headers that only their lines have."""
    of_parent, of_lines = index_headers(parent), index_headers(lines)
    keys = {fold_header(text) for text in dict(_list_top_rows(sheet))[row]}
    only_parent = {
        of_parent[key].name for key in keys if key in of_parent and key not in of_lines and of_parent[key].required
    }
    only_lines = {of_lines[key].name for key in keys if key in of_lines and key not in of_parent}
    return len(only_parent) >= MIN_HEADERS and len(only_lines) >= MIN_HEADERS


# --- which column is which field ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Decided:
    """What the user decided: header → field, and the folded headers of columns that are not read."""

    renames: Mapping[str, str]
    unread: frozenset[str]

    def apply(self, names: Mapping[str, Field]) -> dict[str, Field]:
        """Return the known headers, with the user's, without those that are not read."""
        renamed = {
            fold_header(header): names[fold_header(name)]
            for header, name in self.renames.items()
            if fold_header(name) in names
        }
        return {header: column for header, column in {**names, **renamed}.items() if header not in self.unread}


def _match_flat(
    sheet: Sheet, index: int, parent: Resource, lines: Resource, row: int, decided: _Decided
) -> HeaderMatch:
    """Match a sheet with documents and lines: a header that both have is the line's, except the document's number."""
    line_names = decided.apply(index_headers(lines))
    parent_names = {
        key: column
        for key, column in decided.apply(index_headers(parent)).items()
        if key not in line_names or column.name == parent.key
    }
    of_parent, of_lines = frozenset(parent_names) | decided.unread, frozenset(line_names) | decided.unread
    line_match = _match_columns(sheet, index, lines, row, line_names, ignored=of_parent)
    documents = _match_columns(sheet, index, parent, row, parent_names, ignored=of_lines)
    findings = pl.concat([documents.findings, line_match.findings]).unique(maintain_order=True)
    # a header that resembles one of the two is not unknown
    near = findings.filter(pl.col("code") == "header-near")["column"].implode()
    findings = findings.filter((pl.col("code") != "unknown-header") | ~pl.col("column").is_in(near))
    columns = {**documents.columns, **line_match.columns}
    judged = judge_unknown_headers(sheet, index, findings, columns, (parent, lines))
    return HeaderMatch(parent, row, documents.columns, judged, line_match)


def _match_columns(
    sheet: Sheet,
    index: int,
    resource: Resource,
    row: int,
    names: Mapping[str, Field],
    *,
    ignored: frozenset[str] = frozenset(),
) -> HeaderMatch:
    """Match the headers of `row` with `names`; the folded headers in `ignored` belong to another resource."""
    header = sheet.frame.filter(pl.col("row") == row)
    columns: dict[str, str] = {}
    findings = [empty_findings()]
    unknown: list[tuple[str, str]] = []
    texts = {letter: text for letter in sheet.letters if (text := header[letter][0]) is not None}
    in_currency = _match_currency_headers(texts, names)
    for letter, text in texts.items():
        if is_outcome_header(text):
            continue
        column = names.get(fold_header(text)) or in_currency.get(letter)
        if column is None:
            if not {fold_header(text), fold_header(split_currency(text)[0])} & ignored:
                unknown.append((letter, text))
            continue
        cell = {"row": row, "column": letter, "field": column.name, "value": text}
        if column.name in columns and _is_blank(sheet, row, columns[column.name]):
            del columns[column.name]  # of two columns that mean the same, the one with values counts
        if column.name in columns and _is_blank(sheet, row, letter):
            continue
        if column.name in columns:
            findings.append(make_finding(index, "duplicate-header", **cell, detail=columns[column.name]))
            continue
        columns[column.name] = letter
        if column.role is FieldRole.READ_ONLY:
            findings.append(make_finding(index, "computed-column", **cell))
    findings.append(_report_unknown(index, row, unknown, names, columns))
    missing = [column.name for column in resource.fields if column.required and column.name not in columns]
    findings += [make_finding(index, "missing-column", row=row, field=name) for name in missing]
    return HeaderMatch(resource, row, columns, pl.concat(findings))


def _is_blank(sheet: Sheet, header_row: int, letter: str) -> bool:
    column = sheet.frame.filter(pl.col("row") > header_row)[letter]
    return column.null_count() == len(column)


def _match_currency_headers(texts: Mapping[str, str], names: Mapping[str, Field]) -> dict[str, Field]:
    """Return letter → field of amounts with a currency in their header, such as `Beløp inkl. mva (NOK)`.

    Where another column may be the same field, the user decides. `validation.header_currencies` compares the currency
    with the rows'.
    """
    known = {names[folded].name for text in texts.values() if (folded := fold_header(text)) in names}
    candidates: dict[str, list[str]] = {}
    for letter, text in texts.items():
        base, currency = split_currency(text)
        column = names.get(fold_header(base)) if currency else None
        is_money = column is not None and (column.type is FieldType.AMOUNT or column.name == "price")
        if column is not None and is_money and column.name not in known and fold_header(text) not in names:
            candidates.setdefault(column.name, []).append(letter)
    fields = {column.name: column for column in names.values()}
    return {letters[0]: fields[name] for name, letters in candidates.items() if len(letters) == 1}


def _report_unknown(
    sheet: int, row: int, headers: Sequence[tuple[str, str]], names: Mapping[str, Field], columns: Mapping[str, str]
) -> pl.DataFrame:
    """Return the findings of unknown headers (letter, text).

    One that resembles a missing column must be decided by the user. Only the first headers get a suggestion.
    """
    rows: list[dict[str, str | int | None]] = []
    missing = {
        name: column
        for name, column in names.items()
        if column.name not in columns and column.role is not FieldRole.READ_ONLY
    }
    for number, (letter, text) in enumerate(headers):
        cell: dict[str, str | int | None] = {"row": row, "column": letter, "value": text}
        similar = find_similar(text, names) or _find_required(text, missing)
        if similar is not None and similar.name not in columns and similar.role is not FieldRole.READ_ONLY:
            rows.append({"code": "header-near", "field": similar.name, **cell})
        else:
            suggestion = _suggest_header(text, missing) if number < _MAX_SUGGESTIONS else None
            rows.append({"code": "unknown-header", "detail": suggestion, **cell})
    return make_findings(sheet, rows)


def _find_required(text: str, missing: Mapping[str, Field]) -> Field | None:
    """Return the required field whose header is in a text but for the brackets at its end: `Kundenr (ny)`."""
    column = missing.get(fold_header(_BRACKET.sub("", text)))
    return column if column is not None and column.required and not has_other_unit(text, column) else None


def _suggest_header(text: str, names: Mapping[str, Field]) -> str | None:
    """Return the header that a text may have been meant for, packed; None where none is near."""
    near = difflib.get_close_matches(fold_header(text), list(names), n=1, cutoff=_MIN_SUGGESTION_SIMILARITY)
    if near and _is_other(text, near[0], names[near[0]]):
        near = []
    return pack_text(join_choices(quote_names([names[near[0]].header]))) if near else None
