"""The Summary sheet of a result workbook: counts, control totals, usage, and what to do next."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import polars as pl

from armbulk.i18n import _, format_exact_time, format_number, ngettext
from armbulk.model.client_name import name_client
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import translate_outcome, translate_state
from armbulk.model.record_messages import (
    BEYOND_LIMIT,
    ERRORS_FIRST,
    GIVEN_UP,
    HIDDEN_AND_DONE,
    HIDDEN_ROW,
    NOT_IN_ARM,
    ROW_SAYS_SENT,
    SENT_OTHERWISE,
    UNKNOWN_IN_ARM,
)
from armbulk.resources import RESOURCES
from armbulk.results import reconcile
from armbulk.results.control_totals import ACCEPTED, IN_FILE, READ_BACK, SENT, VALID, ControlTotals
from armbulk.results.problem_lines import WORK_ORDER
from armbulk.results.read_back_problems import NOT_AS_SENT
from armbulk.results.run_result import RunResult
from armbulk.results.totals_words import STAGE_WORDS, name_group
from armbulk.store import Run
from armbulk.validation.check import Checked
from armbulk.writers import style
from armbulk.writers.section import Row, Section

_TEXTS = {
    "title": _("Import result"),
    "about": _("About this import"),
    "all": _("All"),
    "legend": style.LEGEND,
    "run": _("Run"),
    "profile": _("Profile"),
    "client": _("Client no"),
    "client_name": _("Client"),
    "address": _("ARM address"),
    "started": _("Started"),
    "state": _("Status"),
    "files": _("Files"),
    "records": _("Records"),
    "rows": _("All records"),
    "totals": _("Control totals"),
    "requests": _("ARM's limits: requests"),
    "reads": _("ARM's limits: records read"),
    "writes": _("ARM's limits: records written"),
    "next": _("What to do next"),
    "not_run": _("nothing was sent"),
    "changed": _(
        "The input files have been changed or removed since the import started. The result shows "
        "what was actually sent."
    ),
}


def _is(outcome: Outcome, resource: str | None = None, message: str = "") -> pl.Expr:
    """Return whether a record has an outcome, is of a resource, and has a message that begins so."""
    begins = pl.col("message").fill_null("").str.starts_with(message)
    is_of_resource = pl.lit(value=True) if resource is None else pl.col("resource") == resource
    return (pl.col("outcome") == outcome.value) & is_of_resource & begins


_SENT_OTHERWISE = pl.col("message").fill_null("").str.contains(SENT_OTHERWISE)

_EXPLAINED = (GIVEN_UP, HIDDEN_ROW, HIDDEN_AND_DONE, BEYOND_LIMIT, ERRORS_FIRST)
"""How the messages begin of records that were not sent for a reason with a step of its own."""

_NEXT_STEPS = (
    (
        _is(Outcome.IN_DOUBT),
        _(
            "Some records are unconfirmed. Use `armbulk resume` to ask ARM again, or `armbulk resolve` "
            "to decide. armbulk will not send them again automatically."
        ),
    ),
    (
        _is(Outcome.IN_DOUBT) & pl.col("message").fill_null("").str.contains(UNKNOWN_IN_ARM, literal=True),
        _(
            "ARM has not found some of them yet. It may process documents for up to half an hour "
            "(ARMBULK_SETTLE_SECONDS). Run `armbulk resume` after that."
        ),
    ),
    (
        _is(Outcome.CONFLICT, "documents") & _SENT_OTHERWISE,
        _(
            "Some documents were sent before and are different in the file now. A document in ARM cannot be changed. "
            "Undo the changes in these rows (see Problems). If a document in ARM is wrong, credit it, and enter the "
            "correct one with another number."
        ),
    ),
    (
        _is(Outcome.CONFLICT, "documents", ROW_SAYS_SENT),
        _(
            "Some rows say that ARM has their document, but have another number now. Undo the changes in these rows "
            "(see Problems). If one is a new document, clear its cell in the column ARM outcome, and import the file "
            "again."
        ),
    ),
    (
        _is(Outcome.CONFLICT, "documents") & ~_SENT_OTHERWISE & ~_is(Outcome.CONFLICT, "documents", ROW_SAYS_SENT),
        _(
            "ARM already has a different document with this number. Compare the two (see Problems). If "
            "both are correct, give the one in the file another number."
        ),
    ),
    (
        _is(Outcome.CONFLICT, "customers", NOT_IN_ARM),
        _("Some customers do not exist in ARM. Remove their rows, or create them with an import without --update."),
    ),
    (
        _is(Outcome.CONFLICT, "customers") & ~_is(Outcome.CONFLICT, "customers", NOT_IN_ARM),
        _(
            "Some customers have other values in ARM (Problems shows the fields). Compare them. Then "
            "use --overwrite to send the values in the file, or correct or remove the rows."
        ),
    ),
    (
        _is(Outcome.REJECTED),
        _(
            "Correct the rejected rows (see Problems) and import the file again. Records that ARM "
            "already has are not sent twice."
        ),
    ),
    (
        _is(Outcome.HELD_BACK),
        _("Correct the rows that were held back (see Problems) and import the file again."),
    ),
    (
        _is(Outcome.NOT_SENT, message=GIVEN_UP),
        _("Documents that were given up are not sent again. To send one after all, give it another number."),
    ),
    (
        _is(Outcome.NOT_SENT, message=HIDDEN_ROW),
        _("Hidden rows were not sent, as you chose."),
    ),
    (
        _is(Outcome.NOT_SENT, message=HIDDEN_AND_DONE),
        _(
            "Some hidden rows say that they are done, but have changed since. Show them in Excel, and import the file "
            "again."
        ),
    ),
    (
        _is(Outcome.NOT_SENT, message=BEYOND_LIMIT),
        _("Records beyond --limit were not sent. Import the file again to send more."),
    ),
    (
        _is(Outcome.NOT_SENT, message=ERRORS_FIRST),
        _("Nothing was sent. Correct the errors (see Problems) and import the file again."),
    ),
    (
        pl.all_horizontal(
            _is(Outcome.NOT_SENT),
            *(~_is(Outcome.NOT_SENT, message=text) for text in _EXPLAINED),
        ),
        _("Some records were not sent. Use `armbulk resume`, or import the file again."),
    ),
)
"""Which records need something done, and what; the most urgent first."""

_SETTLE = _(
    "ARM has some records otherwise than they were sent (see Problems). Settle the differences. Then read the records "
    "back again: armbulk verify {run}"
)
_SUM_OF = _("{name}: sum incl. VAT")
_NOTHING = _("All records were accepted. Nothing more to do.")


def build_summary(
    result: RunResult, checked: Checked | None, first_rows: Mapping[str, int], lang: str
) -> list[Section]:
    """Return the sections of the Summary sheet.

    Args:
        result: the run and its records.
        checked: the files; None when they have changed.
        first_rows: outcome → the row of its first line in the Problems sheet.
        lang: language of texts.
    """
    files = _name_files(checked, lang)
    sections = [
        Section(_RESULT_OF.fill(files=files).text(lang) if checked else _text("title", lang), ()),
        _describe_status(result, first_rows, lang),
        Section(_text("next", lang), tuple(("", text) for text in _list_steps(result, lang))),
        _count_records(result, first_rows, lang),
        Section(_text("totals", lang), *_list_totals(result.control_totals, lang)),
        Section(
            _text("legend", lang),
            tuple((words.text(lang), text.text(lang)) for _mark, words, text in _LEGEND),
            marks=tuple(mark for mark, _words, _text in _LEGEND),
        ),
        Section(_text("about", lang), (*_describe_run(result.run, files, lang), *_describe_usage(result, lang))),
    ]
    return [section for index, section in enumerate(sections) if index < _HEAD_SECTIONS or section.rows]


def _describe_status(result: RunResult, first_rows: Mapping[str, int], lang: str) -> Section:
    """Return what an accountant sees first: whether something needs work, and how much."""
    items, differing = result.items, len(result.control_totals.differences)
    counts = reconcile.count_outcomes(items)
    work = [(outcome, counts[outcome.value]) for outcome in WORK_ORDER if counts[outcome.value]]
    if not work and not differing:
        warned = items["warnings"].is_not_null().sum()
        text = (_WARNED if warned else _DONE).fill(count=items.height, warned=warned).text(lang)
        return Section(f"✓ {text}", (), mark=style.GREEN)
    parts = [f"{count} {translate_outcome(outcome, lang)}" for outcome, count in work]
    parts += [f"{differing} {NOT_AS_SENT.text(lang)}"] if differing else []
    count = sum(number for _outcome, number in work) + differing
    text = _OPEN.fill(count=count, all=items.height, parts=", ".join(parts)).text(lang)
    mark = style.key_mark(work[0][0] if work else Outcome.REJECTED)
    links = {-1: min(first_rows.values())} if first_rows else {}
    return Section(f"{mark[6:]} {text}".strip(), (), mark=mark[:6], links=links)


def _count_records(result: RunResult, first_rows: Mapping[str, int], lang: str) -> Section:
    """Return the number of records by outcome and resource, those that need work first."""
    by_resource = result.count_by_resource()
    order = [*WORK_ORDER, *(outcome for outcome in Outcome if outcome not in WORK_ORDER)]
    counts = result.count_outcomes()
    used = [outcome for outcome in order if counts[outcome.value]]
    names = list(by_resource)
    columns = [*names, ""] if len(names) > 1 else names

    def count(outcome: Outcome) -> list[int]:
        numbers = [by_resource[name].get(outcome.value, 0) for name in names]
        return [*numbers, sum(numbers)] if len(names) > 1 else numbers

    numbers = {outcome: count(outcome) for outcome in used}
    rows: list[Row] = [(translate_outcome(outcome, lang), *numbers[outcome]) for outcome in used]
    total: Row = (_text("rows", lang), *(sum(column) for column in zip(*numbers.values(), strict=True)))
    headings = ("", *(RESOURCES[name].title.text(lang) if name else _text("all", lang) for name in columns))
    return Section(
        _text("records", lang),
        (*rows, total),
        headings,
        marks=tuple(style.key_mark(outcome) for outcome in used),
        links={index: first_rows[outcome.value] for index, outcome in enumerate(used) if outcome.value in first_rows},
        has_total=True,
    )


_HEAD_SECTIONS = 2  # the title, and what is open
_RESULT_OF = _("Import result: {files}")
_DONE = ngettext(
    "{count:number} record is in ARM. Nothing to do.", "All {count:number} records are in ARM. Nothing to do."
)
_WARNED = ngettext(
    "{count:number} record is in ARM, {warned:number} with warnings",
    "All {count:number} records are in ARM, {warned:number} with warnings",
)
_OPEN = ngettext(
    "{count:number} of {all:number} records needs work: {parts}",
    "{count:number} of {all:number} records need work: {parts}",
)
_LEGEND = (
    (style.key_mark(Outcome.CREATED), _("in ARM"), _("ARM has the record. Nothing to do.")),
    (
        style.key_mark(Outcome.ALREADY_SENT),
        _("already in ARM"),
        _("ARM had the record before. It was not sent again."),
    ),
    (
        style.key_mark(Outcome.CREATED_WITH_WARNINGS),
        _("with warnings"),
        _("ARM has the record, with a warning. Read the comment in the cell."),
    ),
    (
        style.key_mark(Outcome.REJECTED),
        _("not in ARM"),
        _("Rejected, held back or in conflict. Correct it and import again."),
    ),
    (
        style.key_mark(Outcome.IN_DOUBT),
        _("unconfirmed"),
        _("ARM may have the record. It is not sent twice. Use: armbulk resume"),
    ),
    (
        style.key_mark(Outcome.NOT_SENT),
        _("not sent"),
        _("The record was not sent. The sheet Problems says why."),
    ),
)
"""Colour and symbol, name, and what it means."""


def _text(name: str, lang: str) -> str:
    return _TEXTS[name].text(lang)


def _name_files(checked: Checked | None, lang: str) -> str:
    if checked is None:
        return _text("changed", lang)
    return ", ".join(dict.fromkeys(Path(sheet.file).name for sheet in checked.sheets))


def _describe_run(run: Run | None, files: str, lang: str) -> list[Row]:
    rows: list[Row] = [(_text("run", lang), str(run.id) if run else _text("not_run", lang))]
    if run:
        name = run.options.get("client_name")
        rows += [
            (_text("state", lang), translate_state(run.state, lang)),
            (_text("profile", lang), run.profile),
            (_text("client_name" if name else "client", lang), name_client(run.account.client_no, name)),
            (_text("address", lang), run.account.origin),
            (_text("started", lang), format_exact_time(run.created, lang)),
        ]
    return [*rows, (_text("files", lang), files)]


def next_steps(items: pl.DataFrame, lang: str) -> list[str]:
    """Return what is left to do, the most urgent first.

    Args:
        items: the records with their outcomes.
        lang: language of the texts.
    """
    return _list_next_steps(items, lang) or [_NOTHING.text(lang)]


def _list_next_steps(items: pl.DataFrame, lang: str) -> list[str]:
    return [words.text(lang) for is_concerned, words in _NEXT_STEPS if items.select(is_concerned.any()).item()]


def _list_steps(result: RunResult, lang: str) -> list[str]:
    """What is left to do about the outcomes, and about what was read back otherwise than it was sent."""
    steps = _list_next_steps(result.items, lang)
    if result.control_totals.differences and result.run:
        steps.append(_SETTLE.fill(run=result.run.id).text(lang))
    return steps


def _describe_usage(result: RunResult, lang: str) -> list[Row]:
    return [(_text(meter, lang), format_number(used, lang)) for meter, used in result.usage.items() if used]


def _list_totals(totals: ControlTotals, lang: str) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Return the rows and headings of the control totals: all customers, and all documents of a currency."""
    stages = (IN_FILE, SENT, ACCEPTED, READ_BACK) if totals.is_read_back else (IN_FILE, VALID, SENT, ACCEPTED)
    customers = (total for total in totals.sum_up("kind") if total.kind == "customers")
    rows: list[Row] = []
    for total in (*customers, *totals.by_currency()):
        figures = [total.stages[name] for name in stages]
        name = name_group(total).text(lang)
        rows.append((name, *(figure.records for figure in figures)))
        if figures[0].amount is not None:
            sums = (figure.amount or Decimal(0) for figure in figures)
            rows.append((_SUM_OF.fill(name=name).text(lang), *sums))
    return tuple(rows), ("", *(STAGE_WORDS[name].text(lang) for name in stages))
