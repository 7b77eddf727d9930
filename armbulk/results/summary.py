"""The Summary sheet of a result workbook: counts, control totals, usage, and what to do next."""

from pathlib import Path

import polars as pl

from armbulk.i18n import Text, _, format_exact_time
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import translate_outcome, translate_state
from armbulk.model.record_kinds import count_records
from armbulk.model.record_messages import BEYOND_LIMIT, ERRORS_FIRST, GIVEN_UP, HIDDEN_ROW, NOT_IN_ARM, UNKNOWN_IN_ARM
from armbulk.results.control_totals import ControlTotals, Figure
from armbulk.results.run_result import RunResult
from armbulk.results.totals_words import STAGE_WORDS, name_group
from armbulk.store import Run
from armbulk.validation.check import Checked
from armbulk.writers.section import Row, Section

_TEXTS = {
    "title": _("Import result"),
    "run": _("Run"),
    "profile": _("Profile"),
    "client": _("Client no"),
    "address": _("ARM address"),
    "started": _("Started"),
    "state": _("Status"),
    "files": _("Files"),
    "records": _("Records"),
    "rows": _("All records"),
    "totals": _("Control totals"),
    "cost": _("API usage"),
    "requests": _("Requests"),
    "reads": _("Records read"),
    "writes": _("Records sent"),
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
        _is(Outcome.CONFLICT, "documents"),
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
            *(~_is(Outcome.NOT_SENT, message=text) for text in (GIVEN_UP, HIDDEN_ROW, BEYOND_LIMIT, ERRORS_FIRST)),
        ),
        _("Some records were not sent. Use `armbulk resume`, or import the file again."),
    ),
)
"""Which records need something done, and what; the most urgent first."""

_NOTHING = _("All records were accepted. Nothing more to do.")


def build_summary(result: RunResult, checked: Checked | None, lang: str) -> list[Section]:
    """Return the sections of the Summary sheet; `checked` is None when the files have changed."""
    counts = result.count_outcomes()
    rows = [(translate_outcome(outcome, lang), count) for outcome, count in counts.items() if count]
    sections = [
        Section(_text("title", lang), tuple(_describe_run(result.run, checked, lang))),
        Section(_text("next", lang), tuple(("", text) for text in next_steps(result.items, lang))),
        Section(_text("records", lang), (*rows, (_text("rows", lang), result.items.height))),
        Section(_text("totals", lang), tuple(_total_rows(result.control_totals, lang))),
        Section(_text("cost", lang), tuple((_text(meter, lang), used) for meter, used in result.usage.items())),
    ]
    return [section for section in sections if section.rows]


def _text(name: str, lang: str) -> str:
    return _TEXTS[name].text(lang)


def _describe_run(run: Run | None, checked: Checked | None, lang: str) -> list[Row]:
    rows: list[Row] = [(_text("run", lang), str(run.id) if run else _text("not_run", lang))]
    if run:
        rows += [
            (_text("state", lang), translate_state(run.state, lang)),
            (_text("profile", lang), run.profile),
            (_text("client", lang), run.account.client_no),
            (_text("address", lang), run.account.origin),
            (_text("started", lang), format_exact_time(run.created, lang)),
        ]
    files = _text("changed", lang)
    if checked:
        files = ", ".join(dict.fromkeys(Path(sheet.file).name for sheet in checked.sheets))
    return [*rows, (_text("files", lang), files)]


def next_steps(items: pl.DataFrame, lang: str) -> list[str]:
    """Return what is left to do, the most urgent first.

    Args:
        items: the records with their outcomes.
        lang: language of the texts.
    """
    steps = [words.text(lang) for is_concerned, words in _NEXT_STEPS if items.select(is_concerned.any()).item()]
    return steps or [_NOTHING.text(lang)]


def _total_rows(totals: ControlTotals, lang: str) -> list[Row]:
    """The figures of all records of a kind, or a currency, at each stage."""
    customers = (total for total in totals.sum_up("kind") if total.kind == "customers")
    return [
        (f"{name_group(total).text(lang)}: {STAGE_WORDS[name].text(lang)}", _write_figure(figure, total.kind, lang))
        for total in (*customers, *totals.by_currency())
        for name, figure in total.stages.items()
    ]


def _write_figure(figure: Figure, kind: str, lang: str) -> str:
    records: Text = count_records(figure.records, kind or "documents")
    if figure.amount is None:
        return records.text(lang)
    return _("{amount:amount} ({records})", amount=figure.amount, records=records).text(lang)
