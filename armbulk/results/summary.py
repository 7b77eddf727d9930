"""The Summary sheet of a result workbook: counts, control totals, usage, and what to do next."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.i18n import Words
from armbulk.model.outcome import Outcome
from armbulk.results.outcome_texts import translate_outcome, translate_state
from armbulk.results.run_result import RunResult
from armbulk.store import Run
from armbulk.validation.check import Checked
from armbulk.writers.section import Row, Section

_TEXTS = {
    "run": Words("Run", "Kjøring"),
    "profile": Words("Profile", "Profil"),
    "client": Words("Client no", "Klientnr"),
    "address": Words("Address", "Adresse"),
    "started": Words("Started", "Startet"),
    "state": Words("State", "Tilstand"),
    "files": Words("Files", "Filer"),
    "records": Words("Records", "Poster"),
    "rows": Words("All records", "Poster i alt"),
    "totals": Words("Control totals", "Kontrollsummer"),
    "in_file": Words("documents in the files, incl. VAT", "bilag i filene, inkl. mva"),
    "accepted": Words("documents in ARM, incl. VAT", "bilag i ARM, inkl. mva"),
    "cost": Words("Cost (acceptable use policy)", "Forbruk (ARMs bruksgrenser)"),
    "requests": Words("Requests", "Kall"),
    "reads": Words("Records read", "Leste poster"),
    "writes": Words("Records written", "Skrevne poster"),
    "next": Words("What to do next", "Hva nå"),
    "not_run": Words("nothing was sent", "ingenting ble sendt"),
    "changed": Words(
        "gone or changed since the run began: what was read then is what was sent; the sheets here list the records of "
        "the store",
        "borte eller endret siden kjøringen begynte: det som ble lest da, er det som ble sendt; arkene her lister "
        "postene fra lageret",
    ),
}
_NEXT_STEPS = (
    (
        Outcome.IN_DOUBT,
        Words(
            "Some records are in doubt: `armbulk resume` asks ARM again, `armbulk resolve` lets you decide. armbulk "
            "does not send them again by itself.",
            "Noen poster er uavklart: `armbulk resume` spør ARM på nytt, `armbulk resolve` lar deg avgjøre. armbulk "
            "sender dem ikke på nytt av seg selv.",
        ),
    ),
    (
        Outcome.CONFLICT,
        Words(
            "Records in conflict were not sent: ARM has another document with the number, or other values of the "
            "customer. Compare them. Then give the document another number, or use --overwrite to send the customer.",
            "Poster i konflikt ble ikke sendt: ARM har et annet bilag med nummeret, eller andre verdier for kunden. "
            "Sammenlign dem. Gi så bilaget et annet nummer, eller bruk --overwrite for å sende kunden.",
        ),
    ),
    (
        Outcome.REJECTED,
        Words(
            "Correct the rejected rows (see Problems) and import the file again: what ARM has is not sent twice.",
            "Rett de avviste radene (se Problemer) og importer filen på nytt: det ARM har, sendes ikke to ganger.",
        ),
    ),
    (
        Outcome.HELD_BACK,
        Words(
            "Correct the rows held back (see Problems) and import the file again.",
            "Rett radene som er holdt tilbake (se Problemer), og importer filen på nytt.",
        ),
    ),
    (
        Outcome.NOT_SENT,
        Words(
            "Some records were not sent: `armbulk resume`, or import the file again.",
            "Noen poster ble ikke sendt: `armbulk resume`, eller importer filen på nytt.",
        ),
    ),
)
"""What to do about each outcome, the most urgent first."""

_NOTHING = Words("Nothing: every record is well.", "Ingenting: alle poster er i orden.")


def build_summary(result: RunResult, checked: Checked | None, lang: str) -> list[Section]:
    """Return the sections of the Summary sheet; `checked` is None when the files have changed."""
    counts = result.count_outcomes()
    rows = [(translate_outcome(outcome, lang), count) for outcome, count in counts.items() if count]
    sections = [
        Section("armbulk", tuple(_describe_run(result.run, checked, lang))),
        Section(_text("next", lang), tuple(("", text) for text in next_steps(counts, lang))),
        Section(_text("records", lang), (*rows, (_text("rows", lang), result.items.height))),
        Section(_text("totals", lang), tuple(_total_rows(result.items, lang))),
        Section(_text("cost", lang), tuple((_text(meter, lang), used) for meter, used in result.usage.items())),
    ]
    return [section for section in sections if section.rows]


def _text(name: str, lang: str) -> str:
    return _TEXTS[name].text(lang)


def _describe_run(run: Run | None, checked: Checked | None, lang: str) -> list[Row]:
    rows: list[Row] = [(_text("run", lang), str(run.id) if run else _text("not_run", lang))]
    if run:
        started = datetime.fromtimestamp(run.created, UTC).strftime("%Y-%m-%d %H:%M UTC")
        rows += [
            (_text("state", lang), translate_state(run.state, lang)),
            (_text("profile", lang), run.profile),
            (_text("client", lang), run.account.client_no),
            (_text("address", lang), run.account.origin),
            (_text("started", lang), started),
        ]
    files = _text("changed", lang)
    if checked:
        files = ", ".join(dict.fromkeys(Path(sheet.file).name for sheet in checked.sheets))
    return [*rows, (_text("files", lang), files)]


def next_steps(counts: dict[str, int], lang: str) -> list[str]:
    """Return what is left to do, the most urgent first.

    Args:
        counts: outcome → number of records.
        lang: language of the texts.
    """
    steps = [step.text(lang) for outcome, step in _NEXT_STEPS if counts[outcome.value]]
    return steps or [_NOTHING.text(lang)]


def sum_outcomes(items: pl.DataFrame) -> list[tuple[str, str, int, Any]]:
    """Return exact sums of documents by currency, in the files and in ARM.

    Returns:
        (`in_file` or `accepted`, currency, number of documents, amount including VAT).
    """
    documents = items.filter(pl.col("resource") == "documents").with_columns(
        pl.col("amount").str.to_decimal(scale=2).fill_null(0)
    )
    in_arm = [Outcome.CREATED.value, Outcome.CREATED_WITH_WARNINGS.value, Outcome.ALREADY_SENT.value]
    accepted = documents.filter(pl.col("outcome").is_in(in_arm))
    totals = []
    for name, part in (("in_file", documents), ("accepted", accepted)):
        sums = part.group_by("currency").agg(pl.len().alias("count"), pl.col("amount").sum()).sort("currency")
        totals += [(name, currency or "?", count, amount) for currency, count, amount in sums.iter_rows()]
    return totals


def _total_rows(items: pl.DataFrame, lang: str) -> list[Row]:
    return [
        (f"{currency}: {count} {_text(name, lang)}", amount) for name, currency, count, amount in sum_outcomes(items)
    ]
