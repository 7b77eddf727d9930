"""How a run ended, for a person: counts and sums by kind, the records that need something done, and the next step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from armbulk.app.record_cells import name_cells
from armbulk.app.run_problems import PROBLEMS, list_problems, list_warnings
from armbulk.i18n import Text, _, join_texts, ngettext
from armbulk.model.command_line import shorten_path, write_command
from armbulk.model.outcome import SUCCESSFUL, Outcome
from armbulk.model.outcome_words import OUTCOME_WORDS
from armbulk.model.read_options import list_read_options
from armbulk.model.record_kinds import (
    DOCUMENT_KINDS,
    KINDS,
    add_up,
    count_records,
    record_kind,
    sum_by_kind,
    write_money,
)
from armbulk.model.record_messages import (
    BEYOND_LIMIT,
    GIVEN_UP,
    HIDDEN_AND_DONE,
    HIDDEN_ROW,
    NOT_IN_ARM,
    ROW_SAYS_SENT,
    SENT_OTHERWISE,
)
from armbulk.redaction import collect_personal_values, redact_items, redact_shown
from armbulk.resources.identifiers import mask_national_id
from armbulk.results.run_result import RunResult
from armbulk.stored_messages import translate_message
from armbulk.validation.check import Checked
from armbulk.validation.migration_answers import list_answers

_SAME = {
    Outcome.CREATED_WITH_WARNINGS.value: Outcome.CREATED.value,
    Outcome.UPDATED_WITH_WARNINGS.value: Outcome.UPDATED.value,
}
"""Outcomes that are counted as another one: ARM's warnings have lines of their own."""

_ORDER = [outcome.value for outcome in (
    Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.ALREADY_SENT, Outcome.REJECTED, Outcome.CONFLICT,
    Outcome.IN_DOUBT, Outcome.HELD_BACK, Outcome.NOT_SENT,
)]  # fmt: skip
_DONE = [outcome for outcome in _ORDER if Outcome(outcome) in SUCCESSFUL]

_COUNTED = {"conflict": _("in conflict")}
"""Outcomes that have another word after a number."""

_ALL = ngettext("{records} {outcome}", "All {records} {outcome}")
_SOME = _("{done:number} of {records} {outcome}")

_REFUSED_NUMBER = r"\bcustomerNo:"
"""ARM's message about a document that names its customer's number."""

_STEPS = {
    "interrupted": _("Interrupted. Nothing is lost. Continue with:"),
    "paused": _("Your ARM limits are used up. Continue at {time:time} or later with:"),
    "paused-early": _("Stopped before everything was sent. Continue with:"),
    "ask": _("ARM may still be processing the unconfirmed records. Ask ARM again in half an hour with:"),
    "decide": _("Look up the unconfirmed documents in ARM, and decide about each with:"),
    "read-back": _("Reading back from ARM is not finished. Continue with:"),
    "differs": _(
        "ARM has other values than those that were sent. Compare these records with ARM and settle the differences. "
        "Then read them back again with:"
    ),
    "rejected": _("Correct the rejected rows, then import the file again. Nothing is sent twice:"),
    "customer-no": _(
        "ARM refused the customer numbers. Import the customers first, or correct the numbers. Then import this file "
        "again:"
    ),
    "not-in-arm": _("ARM does not have these customers. Correct their numbers, or create them with:"),
    "overwrite": _("Compare these customers with ARM. To send the values in the file:"),
    "conflict": _(
        "ARM has other documents with these numbers. Compare them. If yours are right, too, give them other numbers, "
        "then import the file again:"
    ),
    "sent-otherwise": _(
        "These documents were sent before and are different in the file now. A document in ARM cannot be changed: undo "
        "the changes, or credit it and enter the correct one with another number. Then import the file again:"
    ),
    "renumbered": _(
        "These rows say that ARM has their document, but have another number now. Undo the change of the number. If a "
        "row is a new document, clear its cell in the column ARM outcome. Then import the file again:"
    ),
    "conflicts": _(
        "These documents are in conflict for different reasons. The sheet Problems says what to do with each of them. "
        "Then import the file again:"
    ),
    "held-back": _("Correct the rows that were held back, then import the file again. Nothing is sent twice:"),
    "limit": _("Send the rest with:"),
    "hidden": _("Some hidden rows have changed since they were sent. Show them in Excel, then import the file again:"),
    "rest": _("Send what was not sent with:"),
    "left-out": _("The records left out were not sent, as you chose. Nothing more to do."),
    "migrated": _("Compare the migration with the AR items that ARM has now:"),
    "done": _("Nothing more to do."),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next: its name, a sentence, and the command; "" as command: nothing has to be typed."""

    name: str
    text: Text
    command: str = ""


def describe_run(
    result: RunResult, checked: Checked | None, lang: str, *, needs_decision: bool, folder: str
) -> dict[str, Any]:
    """Return what the report of a run shows in addition to its JSON.

    Args:
        result: the run.
        checked: its files; None: they were not read.
        lang: language of the texts.
        needs_decision: a person has to decide about records that ARM never confirmed.
        folder: the present folder; files in it are named without it.
    """
    items = prepare_records(result, checked, lang)
    cells = name_cells(result, checked, lang)
    listed = [outcome for outcome in PROBLEMS if not (_continues(result) and outcome == Outcome.IN_DOUBT.value)]
    problems, warnings = list_problems(items, checked, cells, listed), list_warnings(items, cells)
    verb = (Outcome.UPDATED if _is_update(result) else Outcome.CREATED).value
    is_migration = checked is not None and bool(list_answers(checked.used_sheets))
    step = choose_next_step(result, needs_decision=needs_decision, folder=folder, is_migration=is_migration)
    return {
        "kinds": [
            {
                **_describe_kind(items, kind, lang, verb),
                "problems": problems.by_kind.get(kind, []),
            }
            for kind in KINDS
            if (items["kind"] == kind).any()
        ],
        "more_problems": problems.rest,
        "warned": items["warnings"].count(),
        "more_warnings": warnings.rest,
        "warnings": warnings.by_kind["warnings"],
        "next_step": step.name,
        "next_text": step.text.text(lang),
        "next_command": step.command,
        "file": shorten_path(result.run.result, folder) if result.run and result.run.result else "",
    }


def choose_next_step(result: RunResult, *, needs_decision: bool, folder: str, is_migration: bool = False) -> NextStep:
    """Return the one thing to do next: what is most urgent."""
    run, items = result.run, result.items
    state = run.state if run else "finished"
    number = str(run.id) if run else ""
    if state in {"interrupted", "running"}:
        return NextStep("interrupted", _STEPS["interrupted"], write_command("resume", [number]))
    if state == "paused":
        if run and run.resume_at:
            text = _STEPS["paused"].fill(time=run.resume_at)
            return NextStep("paused", text, write_command("resume", [number]))
        return NextStep("paused-early", _STEPS["paused-early"], write_command("resume", [number]))
    outcomes = set(items["outcome"])
    if Outcome.IN_DOUBT.value in outcomes:
        name = "decide" if needs_decision else "ask"
        return NextStep(name, _STEPS[name], write_command("resolve" if needs_decision else "resume", [number]))
    if result.verification is not None and not result.is_verified:
        name = "differs" if result.verification.ended else "read-back"
        return NextStep(name, _STEPS[name], write_command("verify", [number]))
    name, flags = _find_correction(items, outcomes)
    if name == "done" and is_migration and number:
        return NextStep("migrated", _STEPS["migrated"], write_command("migrate", (), {"verify": number}))
    if name in {"done", "left-out"}:
        return NextStep(name, _STEPS[name])
    return NextStep(name, _STEPS[name], _repeat_import(result, folder, flags))


def _find_correction(items: pl.DataFrame, outcomes: set[str]) -> tuple[str, dict[str, bool]]:
    """What has to be done with the files: the name of the step, and options of the import that change."""
    if Outcome.REJECTED.value in outcomes:
        rejected = items.filter(pl.col("outcome") == Outcome.REJECTED.value)
        of_number = (pl.col("resource") == "documents") & pl.col("message").str.contains(_REFUSED_NUMBER)
        return ("customer-no" if rejected.select(of_number.fill_null(value=False).all()).item() else "rejected"), {}
    if Outcome.CONFLICT.value in outcomes:
        conflicts = items.filter(pl.col("outcome") == Outcome.CONFLICT.value)
        documents = conflicts.filter(pl.col("resource") == "documents")["message"].fill_null("")
        if not documents.is_empty():
            return _name_document_conflict(documents), {}
        is_missing = conflicts["message"].fill_null("").str.starts_with(NOT_IN_ARM).any()
        return ("not-in-arm", {"update": False}) if is_missing else ("overwrite", {"overwrite": True})
    if Outcome.HELD_BACK.value in outcomes:
        return "held-back", {}
    unsent = items.filter(pl.col("outcome") == Outcome.NOT_SENT.value)["message"].fill_null("")
    if unsent.str.starts_with(BEYOND_LIMIT).any():
        return "limit", {}
    if unsent.str.starts_with(HIDDEN_AND_DONE).any():
        return "hidden", {}
    if unsent.is_empty():
        return "done", {}
    is_chosen = unsent.str.starts_with(HIDDEN_ROW) | unsent.str.starts_with(GIVEN_UP)
    return ("left-out", {}) if is_chosen.all() else ("rest", {})


def _name_document_conflict(messages: pl.Series) -> str:
    """The step for documents in conflict: another number is right only for those that ARM has not got from here."""
    is_changed, is_renumbered = messages.str.contains(SENT_OTHERWISE), messages.str.starts_with(ROW_SAYS_SENT)
    if is_changed.all():
        return "sent-otherwise"
    if is_renumbered.all():
        return "renumbered"
    return "conflicts" if (is_changed | is_renumbered).any() else "conflict"


def _repeat_import(result: RunResult, folder: str, flags: Mapping[str, bool]) -> str:
    """The command that imports the files of a run once more."""
    if result.run is None:
        return ""
    options = result.run.options
    files = [shorten_path(str(name), folder) for name in options["files"]]
    reading = list_read_options(options.get("reading", {}))
    if "mapping" in reading:
        reading["mapping"] = shorten_path(reading["mapping"], folder)
    return write_command("import", files, {**reading, "update": _is_update(result), **flags})


def _continues(result: RunResult) -> bool:
    """Whether the run is not over: what has no outcome gets one when it is resumed."""
    return result.run is not None and result.run.state in {"interrupted", "running", "paused"}


def _is_update(result: RunResult) -> bool:
    return result.run is not None and bool(result.run.options.get("reading", {}).get("update"))


def prepare_records(result: RunResult, checked: Checked | None, lang: str) -> pl.DataFrame:
    """Return the records as a terminal may show them: with `kind`, and messages in the user's language."""
    is_redacted = result.run is None or result.run.state == "finished"
    items = redact_records(result.items, checked, is_redacted=is_redacted)
    items = items.with_columns(record_kind(), mask_national_id(pl.col("key")))
    messages = {text: translate_message(text, lang) for text in items["message"].drop_nulls().unique()}
    return items.with_columns(pl.col("message").replace(messages))


def redact_records(items: pl.DataFrame, checked: Checked | None, *, is_redacted: bool) -> pl.DataFrame:
    """Return the records of a run without what ARM's words may quote of them.

    Args:
        items: the records.
        checked: the files of the run; None: its personal values are not known, so ARM's own words are left out.
        is_redacted: whether personal data was removed from the messages already.
    """
    items = redact_shown(items)
    if is_redacted:
        return items
    values = collect_personal_values(checked.all_tables(), checked.bases["base"]) if checked else set()
    words = redact_items(items, values).select("no", "message", "warnings")
    items = items.drop("message", "warnings").join(words, on="no", how="left", maintain_order="left")
    if checked is not None:
        return items
    is_arms = pl.col("outcome") == Outcome.REJECTED.value
    return items.with_columns(
        pl.when(is_arms).then(pl.lit("…")).otherwise("message").alias("message"),
        pl.when(pl.col("warnings").is_not_null()).then(pl.lit("…")).alias("warnings"),
    )


def _describe_kind(items: pl.DataFrame, kind: str, lang: str, default: str) -> dict[str, Any]:
    """The headline of a kind of record: `118 of 120 invoices created (NOK 812 345.00), 2 rejected`, and its symbol."""
    own = items.filter(pl.col("kind") == kind).with_columns(pl.col("outcome").replace(_SAME))
    counts = dict(own.group_by("outcome").len().iter_rows())
    first = next((outcome for outcome in _DONE if counts.get(outcome)), default)
    done = counts.pop(first, 0)
    records, word = count_records(own.height, kind), OUTCOME_WORDS[Outcome(first)]
    if done == own.height:
        text = _ALL.fill(count=done if done > 2 else 1, records=records, outcome=word)
    else:
        text = _SOME.fill(done=done, records=records, outcome=word)
    parts = [_add_amounts(text, own.filter(pl.col("outcome") == first), kind)]
    parts += [
        _(
            "{count:number} {outcome}",
            count=counts[outcome],
            outcome=_COUNTED.get(outcome, OUTCOME_WORDS[Outcome(outcome)]),
        )
        for outcome in _ORDER
        if counts.get(outcome)
    ]
    return {"symbol": _choose_symbol(set(counts)), "text": join_texts(*parts, separator=", ").text(lang)}


def _add_amounts(text: Text, records: pl.DataFrame, kind: str) -> Text:
    if kind not in DOCUMENT_KINDS or records.is_empty():
        return text
    amounts = [write_money(amount, currency) for currency, amount in add_up(sum_by_kind(records)).items()]
    return _("{records} ({amounts})", records=text, amounts=join_texts(*amounts, separator=", ")) if amounts else text


def _choose_symbol(others: set[str]) -> str:
    """The symbol of a headline, by the outcomes of the records that are not as the first ones."""
    worst = next((outcome for outcome in PROBLEMS if outcome in others), "")
    if worst:
        return PROBLEMS[worst]
    return "warning" if Outcome.NOT_SENT.value in others else "good"
