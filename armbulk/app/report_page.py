"""What the HTML report of a run shows: figures, outcomes, control totals, problems, limits and batches."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.import_result import STOPPED, ImportResult
from armbulk.app.prose_names import name_environment_of
from armbulk.app.report_problems import MAX_ROWS, group_problems
from armbulk.app.totals_report import describe_totals_page
from armbulk.i18n import _, format_amount, format_exact_time, format_number, join_texts, ngettext
from armbulk.model.batch_state import BatchState
from armbulk.model.client_name import name_client
from armbulk.model.command_line import write_command
from armbulk.model.outcome import SUCCESSFUL, Outcome
from armbulk.model.outcome_words import translate_outcome, translate_state
from armbulk.model.record_kinds import sum_by_kind
from armbulk.resources import RESOURCES
from armbulk.results.totals_words import TYPES
from armbulk.store import Run
from armbulk.validation.check import Checked

_CHART_WIDTH = 1_000
_MIN_BAR = 8

_SYMBOLS = {
    Outcome.REJECTED: "bad", Outcome.CONFLICT: "bad", Outcome.IN_DOUBT: "unsure", Outcome.HELD_BACK: "warning",
    Outcome.NOT_SENT: "rest", Outcome.CREATED_WITH_WARNINGS: "warning", Outcome.UPDATED_WITH_WARNINGS: "warning",
}  # fmt: skip

_NEEDS_WORK = (Outcome.REJECTED, Outcome.IN_DOUBT, Outcome.CONFLICT, Outcome.HELD_BACK)
_ACCEPTED = [outcome.value for outcome in SUCCESSFUL]

_TITLE = _("Import result")
_TITLE_OF_RUN = _("Import result: run {run}, client {client}")
_STOPPED = _("Nothing was sent, because the files have errors.")
_ALL_IN_ARM = ngettext(
    "{state}. The {count:number} record is in ARM.", "{state}. All {count:number} records are in ARM."
)
_SOME_IN_ARM = _("{state}. {done:number} of {count:number} records are in ARM.")
_NEED_WORK = ngettext("{count:number} record needs work.", "{count:number} records need work.")

_FACTS = {
    "client": _("Client no"),
    "client_name": _("Client"),
    "environment": _("Environment"),
    "run": _("Run"),
    "profile": _("Profile"),
    "started": _("Started"),
    "ended": _("Ended"),
    "files": _("Files"),
    "result": _("Result workbook"),
}

_FIGURES = {"records": _("Records"), "in_arm": _("In ARM"), "warnings": _("With warnings from ARM")}

_METERS = {"requests": _("Requests"), "reads": _("Records read"), "writes": _("Records written")}

_BATCH_STATES = {
    BatchState.PLANNED: _("not sent yet"),
    BatchState.POSTING: _("sent, no answer yet"),
    BatchState.ACCEPTED: _("received, ARM is processing it"),
    BatchState.IN_DOUBT: _("unconfirmed"),
    BatchState.QUARANTINED: _("unconfirmed, needs your decision"),
    BatchState.FINISHED: _("finished"),
    BatchState.REFUSED: _("rejected as a whole"),
}

_MORE_BATCHES = ngettext(
    "{count:number} more batch is not listed. The column ARM batch of the result workbook names the batch of each "
    "record.",
    "{count:number} more batches are not listed. The column ARM batch of the result workbook names the batch of each "
    "record.",
)


def describe_page(
    result: ImportResult, checked: Checked | None, limits: Sequence[Mapping[str, Any]], version: str
) -> dict[str, Any]:
    """Return what the template `run.html.j2` shows, in the language of the result.

    Args:
        result: the run, or the files that were not sent.
        checked: its files; None: they were not read, or have changed.
        limits: ARM's limits now (`app.usage.list_meters`); empty: they are not known.
        version: of armbulk.
    """
    lang, run = result.lang, result.result.run
    more, items = result.describe(), result.result.items
    command = write_command("results", [str(run.id), "-o", "result.xlsx"]) if run else ""
    workbook = result.workbook or (run.result if run else None)
    title = _TITLE_OF_RUN.fill(run=run.id, client=_name_client(run)) if run else _TITLE
    return {
        "lang": "no" if lang == "nb" else lang,
        "title": title.text(lang),
        "status": _describe_status(result),
        "facts": _list_facts(result, checked, workbook),
        "lines": more["kinds"],
        "next_text": more["next_text"],
        "next_command": more["next_command"],
        "figures": count_figures(result),
        "bars": _draw_bars(result.counts, lang),
        "by_type": _sum_by_outcome(items, lang),
        "control": describe_totals_page(result.result, lang),
        "groups": group_problems(
            result.result, checked, lang, workbook=Path(workbook).name if workbook else "", command=command
        ),
        "limits": _list_limits(result.result.usage, limits, lang) if run else [],
        "limits_known": bool(limits),
        **_list_batches(result, run),
        "version": version,
        "written": format_exact_time(result.clock.now(), lang),
    }


def _name_client(run: Run) -> str:
    return name_client(run.account.client_no, run.options.get("client_name"))


def _describe_status(result: ImportResult) -> dict[str, str]:
    lang, counts, total = result.lang, result.counts, result.result.items.height
    if result.state == STOPPED:
        return {"symbol": "bad", "text": _STOPPED.text(lang)}
    done = sum(counts[outcome] for outcome in _ACCEPTED)
    state = translate_state(result.result.run.state if result.result.run else "finished", lang)
    words = state[:1].upper() + state[1:]
    text = (_ALL_IN_ARM if done == total else _SOME_IN_ARM).fill(state=words, done=done, count=total)
    worst = next((_SYMBOLS[outcome] for outcome in _NEEDS_WORK if counts[outcome.value]), None)
    differing = len(result.result.control_totals.differences)
    worst = worst or ("bad" if differing else None)
    work = sum(counts[outcome.value] for outcome in _NEEDS_WORK) + differing
    parts = [text, *([_NEED_WORK.fill(count=work)] if work else [])]
    return {"symbol": worst or ("good" if done == total else "warning"), "text": join_texts(*parts).text(lang)}


def _list_facts(result: ImportResult, checked: Checked | None, workbook: str | Path | None) -> list[tuple[str, str]]:
    run, lang = result.result.run, result.lang
    names = run.options.get("files", []) if run else [sheet.file for sheet in checked.sheets] if checked else []
    values = {
        "files": ", ".join(dict.fromkeys(Path(name.partition("#")[0]).name for name in names)),
        "result": Path(workbook).name if workbook else "",
    }
    if run:
        values = {
            "client_name" if run.options.get("client_name") else "client": _name_client(run),
            "environment": name_environment_of(run.account.origin, lang),
            "run": str(run.id),
            "profile": run.profile,
            "started": format_exact_time(run.created, lang),
            "ended": format_exact_time(run.ended, lang) if run.ended else "",
            **values,
        }
    return [(_FACTS[name].text(lang), value) for name, value in values.items() if value]


def count_figures(result: ImportResult) -> list[dict[str, Any]]:
    """The key figures: all records, those in ARM, and each kind of problem that there is."""
    lang, counts = result.lang, result.counts
    figures = [
        {
            "label": _FIGURES["records"].text(lang),
            "count": result.result.items.height,
            "symbol": "",
            "link": "outcomes",
        },
        {
            "label": _FIGURES["in_arm"].text(lang),
            "count": sum(counts[outcome] for outcome in _ACCEPTED),
            "symbol": "good",
            "link": "totals",
        },
    ]
    for outcome in (*_NEEDS_WORK, Outcome.NOT_SENT):
        if counts[outcome.value]:
            word = translate_outcome(outcome.value, lang)
            has_list = outcome is not Outcome.NOT_SENT and result.result.run is not None
            link = outcome.value.replace("_", "-") if has_list else "outcomes"
            figures.append(
                {
                    "label": word[:1].upper() + word[1:],
                    "count": counts[outcome.value],
                    "symbol": _SYMBOLS[outcome],
                    "link": link,
                }
            )
    if warned := result.result.items["warnings"].count():
        label = _FIGURES["warnings"].text(lang)
        figures.append({"label": label, "count": warned, "symbol": "warning", "link": "warnings"})
    return figures


def _draw_bars(counts: Mapping[str, int], lang: str) -> list[dict[str, Any]]:
    """One bar for each outcome that there is; the longest has the whole width, the shortest can still be seen."""
    most = max(counts.values(), default=0)
    return [
        {
            "outcome": outcome,
            "symbol": _SYMBOLS.get(Outcome(outcome), "good"),
            "label": translate_outcome(outcome, lang),
            "count": count,
            "width": max(count * _CHART_WIDTH // most, _MIN_BAR),
        }
        for outcome, count in counts.items()
        if count
    ]


def _sum_by_outcome(items: pl.DataFrame, lang: str) -> list[dict[str, Any]]:
    rows = []
    for part in sum_by_kind(items, "outcome"):
        amount = "" if part["incl_vat"] is None else _write_sum(part["currency"], part["incl_vat"], lang)
        rows.append(
            {
                "kind": part["kind"],
                "type": TYPES[part["kind"]].text(lang),
                "outcome": part["outcome"],
                "word": translate_outcome(part["outcome"], lang),
                "records": part["records"],
                "sum": amount,
            }
        )
    return rows


def _write_sum(currency: str | None, amount: Any, lang: str) -> str:
    return f"{currency or '?'} {format_amount(amount, lang)}"


def _list_limits(used: Mapping[str, int], limits: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    left = {(meter["window"], meter["meter"]): meter for meter in limits}
    text = _("{left:number} of {limit:number}")

    def write(window: str, name: str) -> str:
        meter = left.get((window, name))
        return text.fill(left=meter["left"], limit=meter["limit"]).text(lang) if meter else ""

    return [
        {
            "meter": name,
            "label": label.text(lang),
            "used": used[name],
            "hour": write("hour", name),
            "month": write("month", name),
        }
        for name, label in _METERS.items()
    ]


def _list_batches(result: ImportResult, run: Run | None) -> dict[str, Any]:
    """The first batches of a run, and how many more there are."""
    batches, lang = result.store.batches(run.id) if run else [], result.lang
    records = dict(result.result.items.group_by("batch").len().iter_rows()) if run else {}
    rest = len(batches) - MAX_ROWS
    return {
        "batches": [
            {
                "no": format_number(batch.no, lang),
                "type": RESOURCES[batch.resource].title.text(lang),
                "records": records.get(batch.id, 0),
                "state": _BATCH_STATES[batch.state].text(lang),
                "time": format_exact_time(batch.intended, lang) if batch.intended else "",
            }
            for batch in batches[:MAX_ROWS]
        ],
        "more_batches": _MORE_BATCHES.fill(count=rest).text(lang) if rest > 0 else "",
    }
