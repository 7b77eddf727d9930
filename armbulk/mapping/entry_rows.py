"""Which row of a sheet has the headers that an entry of a mapping is for."""

from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.mapping.columns import fingerprint_headers, fold_source
from armbulk.mapping.entries import Evaluator, SheetMapping
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import MAX_HEADER_ROW, MIN_HEADERS, index_headers, match_headers
from armbulk.mapping.own_sheets import is_outcome_header
from armbulk.model.fields import Resource
from armbulk.model.sheet import Sheet


def find_entry_row(
    sheet: Sheet, index: int, entry: SheetMapping, resources: Mapping[str, Resource], evaluator: Evaluator
) -> int | None:
    """Return the header row of `sheet` according to the entry; None when the entry is for another sheet."""
    is_other_name = entry.name and fold_header(entry.name) != fold_header(sheet.name)
    if is_other_name or entry.index not in {None, index} or sheet.resource not in {None, entry.resource}:
        return None
    if entry.headers:
        rows = _list_candidate_rows(sheet, entry)
        return next((row for row, texts in rows if entry.headers in _list_fingerprints(texts)), None)
    resource = resources[entry.resource]
    of_resource = {*index_headers(resource), *(index_headers(resource.lines) if resource.lines else {})}
    best_count, best_sources, best_width, best_row = 0, 0, 0, None
    for row, cells in _list_candidate_rows(sheet, entry):
        texts = [text for text in cells if text]
        headers = {fold_header(text) for text in texts if not is_outcome_header(text)}
        inputs = {header for template in entry.expression.values() for header in evaluator.inputs(template, texts)}
        own = {fold_source(header) for header in (*entry.rename, *entry.ignore, *entry.from_title.values(), *inputs)}
        sources = headers & own
        if entry.repeated:  # the other columns are the documents'; half of its own must be there
            headers = own
        count = len(sources | (headers & of_resource))
        if entry.header_row is not None or count > best_count:
            best_count, best_sources, best_width, best_row = count, len(sources), len(headers), row
    if entry.name or sheet.resource:
        return best_row
    fits = best_sources and best_count >= MIN_HEADERS and best_count * 2 >= best_width  # half of the headers
    return best_row if fits or match_headers(sheet, index, resources).resource is resource else None


def _list_candidate_rows(sheet: Sheet, entry: SheetMapping) -> list[tuple[int, list[str]]]:
    frame = sheet.frame.head(MAX_HEADER_ROW)
    if entry.header_row is not None:
        frame = sheet.frame.filter(pl.col("row") == entry.header_row)
    return [(row, [text or "" for text in texts]) for row, *texts in frame.select("row", *sheet.letters).iter_rows()]


def _list_fingerprints(headers: Sequence[str]) -> tuple[str, str]:
    return fingerprint_headers(headers), fingerprint_headers(headers, in_order=True)
