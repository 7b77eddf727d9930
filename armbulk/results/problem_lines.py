"""The lines of the Problems sheet of a result: what needs work first, one line for each record and cause."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from armbulk.findings.frame import DECIDED_CODES, RenderedFinding, cause_of_column
from armbulk.i18n import _, ngettext
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import translate_outcome
from armbulk.model.record_messages import BEYOND_LIMIT, ERRORS_FIRST, GIVEN_UP, HIDDEN_AND_DONE, HIDDEN_ROW
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES
from armbulk.results.read_back_problems import NOT_AS_SENT, READ_BACK_CODE
from armbulk.stored_messages import translate_message
from armbulk.writers import style
from armbulk.writers.problem_sheet import FIRST_ROW, ProblemLine

WORK_ORDER = (Outcome.REJECTED, Outcome.IN_DOUBT, Outcome.CONFLICT, Outcome.HELD_BACK, Outcome.NOT_SENT)
"""The outcomes after which something is left to do, the most urgent first."""

_MAX_MESSAGE_CHARS = 5_000
"""Characters of a message in a line of the Problems sheet, well below Excel's limit: escaping makes it longer."""

_RANKS = {outcome.value: rank for rank, outcome in enumerate(WORK_ORDER, start=1)}
_WARNING_RANK = len(WORK_ORDER) + 1
_COUNT = ngettext("{count:number} record", "{count:number} records")
_LEFT_OUT = _("{count:number} rows are no records and are left out, as the mapping says. The first is in row {row}.")
_CHOSEN = _("Nothing, if this is what you want")
_FIXES = {
    str(ERRORS_FIRST): _("Correct the errors in the other lines, and import the file again"),
    str(BEYOND_LIMIT): _("Import the file again, without --limit"),
    str(HIDDEN_ROW): _CHOSEN,
    str(HIDDEN_AND_DONE): _("Show the row in Excel, and import the file again. Or undo the change."),
}
_SEND_THEM = _("Use `armbulk resume`, or import the file again")


@dataclass(frozen=True, slots=True)
class ProblemList:
    """The lines of the Problems sheet, and where they are found.

    Attributes:
        lines: The lines in their order.
        targets: `sheet` and `row` of each row whose record has a line, and `target`: the row of its first line.
        first_rows: Outcome, or READ_BACK_CODE → the row of its first line.
    """

    lines: tuple[ProblemLine, ...]
    targets: pl.DataFrame
    first_rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line with its rank, the index of its sheet, and the resource and key of its record."""

    rank: int
    sheet: int
    row: int | None
    resource: str | None
    key: str | None
    line: ProblemLine
    outcome: str | None = None


def list_problem_lines(
    problems: Sequence[tuple[int, RenderedFinding]],
    rows: pl.DataFrame,
    keys: pl.DataFrame,
    sheets: Sequence[Sheet],
    lang: str,
) -> ProblemList:
    """Return the lines for the problems of a result, and for the records that were not sent.

    Args:
        problems: The findings, and ARM's refusals and warnings, each with the index of its sheet.
        rows: The outcome of each row that was read (`reconcile.ROW_SCHEMA`).
        keys: `sheet`, `row`, `resource` and `key` of each row (`reconcile.list_row_keys`).
        sheets: The sheets as they were read.
        lang: The language of texts.
    """
    is_line = pl.col("resource") == "lines"
    records = (
        keys.with_columns(pl.when(is_line).then(pl.lit("documents")).otherwise("resource").alias("resource"))
        .unique(["sheet", "row"], keep="first", maintain_order=True)
        .join(rows.select("sheet", "row", "outcome", "message"), on=["sheet", "row"], how="left", maintain_order="left")
    )
    entries = [*_merge(problems, records, lang)]
    entries += _list_unsent(entries, records, sheets, lang)
    entries.sort(key=lambda entry: (entry.rank, entry.sheet, entry.row or 0))
    entries = [part for entry in entries for part in _divide(entry)]
    first_rows: dict[str, int] = {}
    for number, entry in enumerate(entries, start=FIRST_ROW):
        if entry.outcome and entry.line.needs_work:  # of those that ARM accepted: not as sent
            first_rows.setdefault(entry.outcome if entry.outcome in _RANKS else READ_BACK_CODE, number)
    return ProblemList(tuple(entry.line for entry in entries), _find_targets(entries, records), first_rows)


def _merge(problems: Sequence[tuple[int, RenderedFinding]], records: pl.DataFrame, lang: str) -> Sequence[_Entry]:
    """Return an entry for each record and cause; the rows of a record with the same cause share it."""
    places = [(index, problem["row"]) for index, problem in problems]
    named = pl.DataFrame(places, schema={"sheet": pl.UInt16, "row": pl.Int64}, orient="row").join(
        records.select("sheet", "row", "resource", "key", "outcome"),
        on=["sheet", "row"], how="left", maintain_order="left",
    )  # fmt: skip
    entries: dict[tuple[object, ...], _Entry] = {}
    others: dict[tuple[object, ...], list[int]] = {}
    for (_index, problem), (sheet, row, resource, name, outcome) in zip(problems, named.iter_rows(), strict=True):
        of_column = cause_of_column(problem)
        key = None if of_column else name
        cause = problem["code"], problem["field"], problem["value"], problem["message"]
        identity = sheet, *((resource, key) if key else (row, problem["column"])), *cause
        if problem["code"] in DECIDED_CODES:
            identity = sheet, problem["code"]
        elif of_column:
            identity = sheet, *of_column
        earlier = entries.get(identity)
        if earlier is not None:
            rows = others.setdefault(identity, [])
            if row not in {None, earlier.row, *rows[-1:]}:
                rows.append(row)
            continue
        is_error, is_open = problem["severity"] == "error", outcome in _RANKS
        rank = (_RANKS[outcome] if is_open else 0) if is_error else _WARNING_RANK + (problem["code"] in DECIDED_CODES)
        status = (NOT_AS_SENT.text(lang), "") if problem["code"] == READ_BACK_CODE else ("", "")
        line = ProblemLine(problem, *(_describe(outcome, lang) if is_error and is_open else status), key or "")
        entries[identity] = _Entry(rank, sheet, row, resource, key, line, outcome)
    for identity, rows in others.items():
        line = replace(entries[identity].line, other_rows=tuple(rows))
        entries[identity] = replace(entries[identity], line=line)
    return [_sum_up_left_out(entry, lang) for entry in entries.values()]


def _sum_up_left_out(entry: _Entry, lang: str) -> _Entry:
    """The entry; one of several rows that are left out says how many they are, and not only which is the first."""
    line = entry.line
    if line.finding["code"] != "row-left-out" or not line.other_rows:
        return entry
    message = _LEFT_OUT.fill(count=len(line.other_rows) + 1, row=entry.row).text(lang)
    return replace(entry, line=replace(line, finding=RenderedFinding(**{**line.finding, "message": message})))


def _divide(entry: _Entry) -> Iterator[_Entry]:
    """The entry; several with a part each if its message is too long for a cell."""
    finding = entry.line.finding
    text = finding["message"]
    if len(text) <= _MAX_MESSAGE_CHARS:
        yield entry
        return
    for start in range(0, len(text), _MAX_MESSAGE_CHARS):
        part = RenderedFinding(**{**finding, "message": text[start : start + _MAX_MESSAGE_CHARS]})
        yield replace(entry, line=replace(entry.line, finding=part))


def _describe(outcome: str, lang: str) -> tuple[str, str]:
    """The status and the mark of a line."""
    return translate_outcome(outcome, lang), style.key_mark(Outcome(outcome))


def _list_unsent(
    entries: Sequence[_Entry], records: pl.DataFrame, sheets: Sequence[Sheet], lang: str
) -> Iterator[_Entry]:
    """One entry for all records of a sheet that were not sent for the same reason, if no other line says why."""
    explained = [(entry.resource, entry.key) for entry in entries if entry.line.needs_work and entry.key]
    known = pl.DataFrame(explained, schema={"resource": pl.String, "key": pl.String}, orient="row").unique()
    unsent = records.filter(pl.col("outcome") == Outcome.NOT_SENT.value).join(known, on=["resource", "key"], how="anti")
    groups = unsent.group_by("sheet", "resource", "message", maintain_order=True).agg(
        pl.col("row").min(), pl.col("key").n_unique().alias("count")
    )
    for index, resource, message, row, count in groups.iter_rows():
        is_chosen = (message or "").startswith((HIDDEN_ROW, GIVEN_UP))
        sheet = sheets[index]
        finding = RenderedFinding(
            file=sheet.file,
            sheet=sheet.name,
            row=row,
            column=None,
            cell=f"{sheet.name}!{row}",
            field=RESOURCES[resource].record_key,
            code="not-sent",
            severity="warning" if is_chosen else "error",
            value=_COUNT.fill(count=count).text(lang),
            message=translate_message(message or "", lang),
            fix=_FIXES.get(message or "", _CHOSEN if is_chosen else _SEND_THEM).text(lang),
        )
        rank = _WARNING_RANK if is_chosen else _RANKS[Outcome.NOT_SENT.value]
        line = ProblemLine(finding, *_describe(Outcome.NOT_SENT.value, lang))
        yield _Entry(rank, index, row, None, None, line, Outcome.NOT_SENT.value)


def _find_targets(entries: Sequence[_Entry], records: pl.DataFrame) -> pl.DataFrame:
    """The row of the first line of each row whose record has a line: those of a document's lines, too."""
    rows = [
        (number, entry.sheet, entry.row, entry.resource, entry.key)
        for number, entry in enumerate(entries, start=FIRST_ROW)
    ]
    schema = {"target": pl.Int64, "sheet": pl.UInt16, "row": pl.Int64, "resource": pl.String, "key": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    own = frame.filter(pl.col("row").is_not_null()).select("sheet", "row", "target")
    by_record = frame.filter(pl.col("key").is_not_null()).group_by("resource", "key").agg(pl.col("target").min())
    shared = records.join(by_record, on=["resource", "key"], how="inner").select("sheet", "row", "target")
    known = pl.concat([own, shared]).group_by("sheet", "row").agg(pl.col("target").min())
    whole = frame.filter(pl.col("row").is_null())["target"].min()  # an error of a whole sheet
    others = records.filter(pl.col("outcome").is_in([Outcome.HELD_BACK.value, Outcome.NOT_SENT.value]))
    others = others.join(known, on=["sheet", "row"], how="anti").select("sheet", "row", target=pl.lit(whole, pl.Int64))
    return pl.concat([known, others.drop_nulls()]).sort("sheet", "row")
