"""Which resource a sheet holds, and which column is which field."""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import SCHEMA, empty_findings
from armbulk.i18n import Words
from armbulk.model.fields import Field, FieldRole, Resource
from armbulk.model.sheet import Sheet

OUTCOME_HEADERS = (
    *("ARM outcome", "ARM message", "ARM warnings", "ARM reference", "ARM batch", "ARM time"),
    *("ARM utfall", "ARM melding", "ARM varsler", "ARM referanse", "ARM batch", "ARM tid"),
)
"""The columns of an earlier result workbook: known, and passed over."""

GUIDE = Words("Guide", "Veiledning")
GUIDE_TITLE = Words("How to fill in this workbook", "Slik fyller du ut arbeidsboken")
CODES = Words("Codes", "Koder")
CODES_TITLE = Words("Values of the drop-down lists", "Verdiene i nedtrekkslistene")
_FORM_SHEETS = ((GUIDE, GUIDE_TITLE), (CODES, CODES_TITLE))

OWN_SHEETS = (
    *("Summary", "Problems", "Sammendrag", "Problemer", "ARM Summary", "ARM Problems"),
    *(words for name, _ in _FORM_SHEETS for words in (name.en, name.no)),
)
"""The sheets of an earlier result workbook, and those of a template besides its tables."""

_HEADER_WITHIN = 25
_ENOUGH = 2
_SIMILAR = 0.86
_LONG_ENOUGH = 5
_DIGITS = re.compile("[0-9]")


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """What was recognised of a sheet: its resource, its header row, field name → column letter, findings."""

    resource: Resource | None
    header_row: int | None
    columns: dict[str, str] = field(default_factory=dict)
    findings: pl.DataFrame = field(default_factory=empty_findings)
    lines: "HeaderMatch | None" = None  # a flat sheet: one row per line, with the document's columns repeated


def fold_header(text: str) -> str:
    """A header as it is compared: case, spaces, punctuation and invisible characters do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", plain)


_PASSED = frozenset(fold_header(name) for name in OUTCOME_HEADERS)


def header_names(one: Field) -> tuple[str, ...]:
    """Every name a field's column may have, in order of weight."""
    return (one.header.en, one.header.no, one.path, one.name, *one.aliases)


def known_headers(resource: Resource) -> dict[str, Field]:
    """Folded header → field."""
    found: dict[str, Field] = {}
    for one in resource.fields:
        for name in header_names(one):
            found.setdefault(fold_header(name), one)
    return found


def match_headers(
    sheet: Sheet,
    index: int,
    resources: Mapping[str, Resource],
    renames: Mapping[str, str] | None = None,
    *,
    flat: bool = True,
) -> HeaderMatch:
    """Recognise a sheet: by what the caller said, by its name, else by its headers.

    `renames` gives the field of headers that only resemble one, as the user answered. Unless `flat` is False a sheet
    of documents that has columns of lines too is read as both.
    """
    if sheet.resource is None and _of_a_form(sheet):
        return HeaderMatch(None, None)
    named = _by_name(sheet, resources)
    candidates = [named] if named else list(resources.values())
    best, row, count = _best(sheet, candidates)
    if best is None or (named is None and not (count >= _ENOUGH and _has_key(sheet, best, row))):
        own = fold_header(sheet.name) in {fold_header(name) for name in OWN_SHEETS}
        said = (
            empty_findings()
            if own or sheet.frame.is_empty()
            else _finding(index, "sheet-not-recognised", value=sheet.name)
        )
        return HeaderMatch(None, None, findings=said)
    if named is not None and not count:
        return HeaderMatch(None, None, findings=_finding(index, "no-known-header", row, value=sheet.name))
    parent = next((one for one in resources.values() if one.lines and best in {one, one.lines}), None)
    if flat and sheet.resource != "lines" and parent is not None and _is_flat(sheet, row, parent):
        return _flat(sheet, index, parent, row, renames or {})
    return _columns(sheet, index, best, row, _answered(known_headers(best), renames or {}))


def _answered(names: dict[str, Field], renames: Mapping[str, str]) -> dict[str, Field]:
    """The known headers, and those that the user has said are one."""
    return names | {
        fold_header(said): names[fold_header(name)] for said, name in renames.items() if fold_header(name) in names
    }


def guess_resource(sheet: Sheet, index: int, resources: Mapping[str, Resource]) -> HeaderMatch:
    """What a sheet that is not recognised holds most likely, to begin a mapping from: never to read it by."""
    best, row, _ = _best(sheet, list(resources.values()))
    return (
        HeaderMatch(None, None) if best is None or row == 0 else _columns(sheet, index, best, row, known_headers(best))
    )


def _of_a_form(sheet: Sheet) -> bool:
    """Whether this is a template's own guide or list of codes: by its name and its title, so that no table is one."""
    title = sheet.frame[sheet.letters[0]][0] if sheet.frame.height else None
    ours = {
        (fold_header(name.text(lang)), fold_header(words.text(lang)))
        for name, words in _FORM_SHEETS
        for lang in ("en", "no")
    }
    return (fold_header(sheet.name), fold_header(title or "")) in ours


def _is_flat(sheet: Sheet, row: int, parent: Resource) -> bool:
    """Whether a header row holds both what only documents have and what only their lines have."""
    assert parent.lines is not None  # noqa: S101 - the caller chose a resource with lines
    above, below = known_headers(parent), known_headers(parent.lines)
    keys = {fold_header(text) for text in dict(_top(sheet))[row]}
    only_above = {above[key].name for key in keys if key in above and key not in below and above[key].required}
    only_below = {below[key].name for key in keys if key in below and key not in above}
    return len(only_above) >= _ENOUGH and len(only_below) >= _ENOUGH


def _flat(sheet: Sheet, index: int, parent: Resource, row: int, renames: Mapping[str, str]) -> HeaderMatch:
    """A sheet that holds documents and lines: a header both have is the line's, but for the document's number."""
    assert parent.lines is not None  # noqa: S101 - the caller chose a resource with lines
    below = _answered(known_headers(parent.lines), renames)
    ours = _answered(known_headers(parent), renames)
    above = {key: one for key, one in ours.items() if key not in below or one.name == parent.key}
    lines = _columns(sheet, index, parent.lines, row, below, passed=frozenset(above))
    documents = _columns(sheet, index, parent, row, above, passed=frozenset(below))
    findings = pl.concat([documents.findings, lines.findings]).unique(maintain_order=True)
    near = findings.filter(pl.col("code") == "header-near")["column"].implode()  # to one of the two it is not unknown
    findings = findings.filter((pl.col("code") != "unknown-header") | ~pl.col("column").is_in(near))
    return HeaderMatch(parent, row, documents.columns, findings, lines)


def _by_name(sheet: Sheet, resources: Mapping[str, Resource]) -> Resource | None:
    if sheet.resource:
        return resources[sheet.resource]
    for resource in resources.values():
        if fold_header(sheet.name) in {fold_header(name) for name in (resource.name, *resource.sheet_names)}:
            return resource
    return None


def _best(sheet: Sheet, candidates: list[Resource]) -> tuple[Resource | None, int, int]:
    """The resource and header row with the most known headers, among the first rows."""
    best: tuple[Resource | None, int, int] = (None, 0, -1)
    for resource in candidates:
        names = known_headers(resource)
        for row, texts in _top(sheet):
            count = len({names[key].name for text in texts if (key := fold_header(text)) in names})
            if count > best[2]:
                best = (resource, row, count)
    return best


def _top(sheet: Sheet) -> list[tuple[int, list[str]]]:
    top = sheet.frame.head(_HEADER_WITHIN).select("row", *sheet.letters)
    return [(row[0], [text for text in row[1:] if text]) for row in top.iter_rows()]


def _has_key(sheet: Sheet, resource: Resource, row: int) -> bool:
    """Whether the key's column is there, or one whose header looks like it: that is asked about, not passed over."""
    names = known_headers(resource)
    keys = {one.name for one in resource.fields if one.role is FieldRole.PARENT_KEY} or {resource.key}
    near = [names.get(fold_header(text)) or find_similar(text, names) for text in dict(_top(sheet))[row]]
    return any(one is not None and one.name in keys for one in near)


def _columns(
    sheet: Sheet,
    index: int,
    resource: Resource,
    row: int,
    names: Mapping[str, Field],
    *,
    passed: frozenset[str] = frozenset(),
) -> HeaderMatch:
    """Match the headers of `row` with `names`; those in `passed` belong to somebody else."""
    header = sheet.frame.filter(pl.col("row") == row)
    columns: dict[str, str] = {}
    findings = []
    strange: list[tuple[str, str]] = []
    for letter in sheet.letters:
        text = header[letter][0]
        if text is None or fold_header(text) in _PASSED:
            continue
        one = names.get(fold_header(text))
        if one is None and fold_header(text) in passed:
            continue
        if one is None:
            strange.append((letter, text))
        elif one.name in columns:
            other = columns[one.name]
            findings.append(_finding(index, "duplicate-header", row, letter, one.name, value=text, detail=other))
        else:
            columns[one.name] = letter
            if one.role is FieldRole.READ_ONLY:
                findings.append(_finding(index, "computed-column", row, letter, one.name, value=text))
    findings += [_strange(index, row, letter, text, names, columns) for letter, text in strange]
    missing = [one.name for one in resource.fields if one.required and one.name not in columns]
    findings += [_finding(index, "missing-column", row, None, name) for name in missing]
    return HeaderMatch(resource, row, columns, pl.concat([empty_findings(), *findings]))


def _strange(
    sheet: int, row: int, letter: str, text: str, names: Mapping[str, Field], columns: Mapping[str, str]
) -> pl.DataFrame:
    """A header that is not known; where it looks like a column that is not there, that must be asked about."""
    one = find_similar(text, names)
    if one is not None and one.name not in columns and one.role is not FieldRole.READ_ONLY:
        return _finding(sheet, "header-near", row, letter, one.name, value=text)
    near = difflib.get_close_matches(fold_header(text), list(names), n=1, cutoff=0.8)
    said = f' (did you mean "{names[near[0]].header.en}"?)' if near else ""
    return _finding(sheet, "unknown-header", row, letter, value=text, detail=said)


def find_similar(text: str, names: Mapping[str, Field]) -> Field | None:
    """The column a header differs from by a letter or two; other digits are another column (Adresse 4)."""
    folded = fold_header(text)
    alike = [name for name in names if _DIGITS.findall(name) == _DIGITS.findall(folded)]
    near = difflib.get_close_matches(folded, alike, n=1, cutoff=_SIMILAR) if len(folded) >= _LONG_ENOUGH else []
    return names[near[0]] if near else None


def _finding(
    sheet: int,
    code: str,
    row: int | None = None,
    column: str | None = None,
    name: str | None = None,
    *,
    value: str | None = None,
    detail: str | None = None,
) -> pl.DataFrame:
    severity = CATALOGUE[code].severity
    return pl.DataFrame([(sheet, row, column, name, code, severity.value, value, detail)], schema=SCHEMA, orient="row")
