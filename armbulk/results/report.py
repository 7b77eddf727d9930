"""The result workbook: every row read, with what became of it. Needs only the store and the original files."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.clock import Clock, iso
from armbulk.errors import FileError
from armbulk.findings.frame import RenderedFinding, render
from armbulk.i18n import Words
from armbulk.model.outcome import SUCCESSFUL, ApiUsage, Outcome
from armbulk.model.sheet import CELL, ReadOptions, Sheet
from armbulk.planning.items import SEND_ORDER
from armbulk.resources import headers
from armbulk.results import reconcile, store_check
from armbulk.store import Run, Store, StoreStamp
from armbulk.validation.check import Checked, check_files
from armbulk.writers import workbooks

_W = {
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
    "elsewhere": Words(
        "If it still is when the run ends, the result goes to a new name beside it (…-2.xlsx).",
        "Er den fortsatt det når kjøringen er ferdig, får resultatet et nytt navn ved siden av (…-2.xlsx).",
    ),
}

_OUTCOMES_NO = {
    "created": "opprettet",
    "created_with_warnings": "opprettet med varsler",
    "updated": "oppdatert",
    "updated_with_warnings": "oppdatert med varsler",
    "unchanged": "uendret",
    "rejected": "avvist av ARM",
    "held_back": "holdt tilbake",
    "not_sent": "ikke sendt",
    "already_sent": "sendt før",
    "in_doubt": "uavklart",
    "conflict": "konflikt",
}

_STATES_NO = {
    "running": "i gang, eller avbrutt uten varsel",
    "finished": "ferdig",
    "paused": "satt på pause",
    "in_doubt": "uavklart",
    "interrupted": "avbrutt",
}

_NEXT = (
    (
        Outcome.IN_DOUBT,
        Words(
            "Some records are in doubt: run `armbulk resume`. They are never sent again by themselves.",
            "Noen poster er uavklart: kjør `armbulk resume`. De sendes aldri på nytt av seg selv.",
        ),
    ),
    (
        Outcome.CONFLICT,
        Words(
            "ARM holds something else than you think (another document with the number, or a customer who was changed "
            "since the export): compare before doing anything.",
            "ARM har noe annet enn du tror (et annet bilag med nummeret, eller en kunde som er endret etter "
            "eksporten): sammenlign før du gjør noe.",
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
_PART = 5_000
_NOTHING = Words("Nothing: every record is well.", "Ingenting: alle poster er i orden.")


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run as it stands: its settled items and their counts, as the JSON contract says them."""

    run: Run | None
    items: pl.DataFrame
    numbers: dict[int, int]
    cost: dict[str, int]

    def counts(self) -> dict[str, int]:
        """Return the records by outcome."""
        return reconcile.counts(self.items)

    @property
    def all_successful(self) -> bool:
        """Whether every record is well (warnings allowed)."""
        return self.items["outcome"].is_in([outcome.value for outcome in SUCCESSFUL]).all()

    def by_resource(self) -> dict[str, dict[str, int]]:
        """Return the records by outcome, for each resource."""
        return {
            name: {key: n for key, n in reconcile.counts(part).items() if n}
            for name in SEND_ORDER
            if (part := self.items.filter(pl.col("resource") == name)).height
        }

    def report(self) -> dict[str, Any]:
        """Say the run as the JSON contract of `import`, `resume` and `show` does."""
        return {
            "run": str(self.run.id) if self.run else None,
            "state": self.run.state if self.run else "finished",
            "rows": self.items.height,
            "outcomes": self.counts(),
            "by_resource": self.by_resource(),
            "cost": self.cost,
            "result": self.run.result if self.run else None,
            "resume_at": iso(self.run.resume_at) if self.run else None,
        }


def load_result(store: Store, run_id: int) -> RunResult:
    """Take a run as it stands in the store."""
    batches = store.batches(run_id)
    items = store.items(run_id)
    settled = reconcile.fill_outcomes(items, {batch.id: batch.state for batch in batches})
    return RunResult(
        store.run(run_id), settled, {batch.id: batch.no for batch in batches}, store.usage_of_run(run_id).meters()
    )


def history(store: Store) -> list[dict[str, Any]]:
    """List all runs, newest first, as the JSON of `armbulk runs` does."""
    return [
        {
            "run": str(run.id),
            "state": run.state,
            "created": iso(run.created),
            "client_no": run.account.client_no,
            "profile": run.profile,
            "rows": store.count_records(run.id),
            "files": [Path(name.partition("#")[0]).name for name in run.options["files"]],
            "result": run.result,
        }
        for run in store.runs()
    ]


def verify_writable(target: Path, lang: str) -> str:
    """Make sure, before anything is sent, that the result workbook can be written; FileError otherwise.

    Returns what to tell of a target that is open or read-only, so that the result will go beside it; else "".
    """
    why = workbooks.verify_writable(target)
    return f"{target} {why.text(lang)}. {_W['elsewhere'].text(lang)}" if why else ""


def unsent(items: pl.DataFrame) -> RunResult:
    """Take prepared items of which nothing is sent (nothing stored either)."""
    shown = items.with_columns(
        pl.lit(None, pl.String).alias("warnings"),
        pl.lit(None, pl.String).alias("reference"),
        pl.lit(None, pl.Float64).alias("at"),
    )
    return RunResult(None, reconcile.fill_outcomes(shown, {}), {}, ApiUsage().meters())


def check_again(run: Run) -> Checked | None:
    """Read a run's files again; None when one is gone or is not what it was."""
    try:
        checked = check_files(run.options["files"], reading_of(run))
    except FileError:
        return None
    same = {str(Path(sheet.file).resolve()): sheet.sha256 + sheet.mapped_by for sheet in checked.sheets} == run.sha256
    return checked if same else None


def reading_of(run: Run) -> ReadOptions:
    """What the caller said of a run's files when it began."""
    known = {one.name for one in fields(ReadOptions)}
    return ReadOptions(**{name: value for name, value in run.options.get("reading", {}).items() if name in known})


def write_results(
    result: RunResult, checked: Checked | None, target: Path, lang: str, clock: Clock, stamp: StoreStamp | None = None
) -> Path:
    """Write the result workbook; return the path it got (another name if the target is open or read-only).

    `stamp` is what it is to remember of the store.
    """
    sheets, rows, header_rows = _shown(result, checked)
    told = render(checked.findings, checked.sheets, headers(), lang) if checked else []
    rows = _explained(rows, told, sheets, lang)
    problems = [*told, *_arm_problems(rows, sheets, lang)]
    when = pl.from_epoch((pl.col("at") * 1000).cast(pl.Int64), time_unit="ms").dt.to_string("%Y-%m-%d %H:%M:%S UTC")
    shown = rows.with_columns(pl.col("outcome").str.replace_all("_", " "), when.alias("time")).drop("at")
    front = workbooks.SummarySheet(_summary(result, checked, lang), store_check.provenance_of(stamp) if stamp else None)
    return workbooks.write_results(target, sheets, shown, problems, front, lang, header_rows=header_rows, clock=clock)


def _shown(result: RunResult, checked: Checked | None) -> tuple[tuple[Sheet, ...], pl.DataFrame, dict[int, int]]:
    if checked is None:
        return _from_store(result)
    tables = checked.all_tables()
    rows = reconcile.rows(result.items, tables, result.numbers)
    header_rows = {index: headed.header_row for index, headed in enumerate(checked.headed) if headed.header_row}
    read = pl.concat([table.rows.select("sheet", "row") for table in tables.values()]).n_unique()
    if rows.height != read or rows.select("sheet", "row").n_unique() != read:
        message = f"{read} rows were read, but {rows.height} have an outcome"
        raise AssertionError(message)
    return checked.sheets, rows, header_rows


def _from_store(result: RunResult) -> tuple[tuple[Sheet, ...], pl.DataFrame, dict[int, int]]:
    """The files are gone or changed: list the records by key and row, from the store alone."""
    sheets = []
    parts = []
    for index, name in enumerate(n for n in SEND_ORDER if (result.items["resource"] == n).any()):
        items = result.items.filter(pl.col("resource") == name)
        head = {"row": [1], "A": ["Key"], "B": ["Row in the file"]}
        body = items.select(
            pl.int_range(2, pl.len() + 2).cast(pl.Int64).alias("row"),
            pl.col("key").alias("A"),
            pl.col("row").cast(pl.String).alias("B"),
        )
        frame = pl.concat([pl.DataFrame(head, schema=body.schema), body]).with_columns(
            pl.lit("text").cast(CELL).alias("A.cell"), pl.lit("text").cast(CELL).alias("B.cell")
        )
        sheets.append(Sheet("", name, frame, ("A", "B"), "csv"))
        parts.append(items.with_columns(pl.lit(index, pl.UInt16).alias("sheet"), row=body["row"]))
    rows = reconcile.rows(pl.concat(parts), {}, result.numbers)
    return tuple(sheets), rows, dict.fromkeys(range(len(sheets)), 1)


def _explained(rows: pl.DataFrame, told: Sequence[RenderedFinding], sheets: Sequence[Sheet], lang: str) -> pl.DataFrame:
    """Put the findings' words beside the rows held back, and armbulk's own messages into `lang`."""
    places = {(sheet.file, sheet.name): index for index, sheet in enumerate(sheets)}
    errors = [
        (places[one["file"], one["sheet"]], one["row"], f"{one['column'] or ''}: {one['message']}".removeprefix(": "))
        for one in told
        if one["severity"] == "error" and one["row"] is not None
    ]
    schema = {"sheet": pl.UInt16, "row": pl.Int64, "error": pl.String}
    found = pl.DataFrame(errors, schema=schema, orient="row").group_by("sheet", "row", maintain_order=True)
    joined = rows.join(
        found.agg(pl.col("error").str.join("; ")), on=["sheet", "row"], how="left", maintain_order="left"
    )
    held = pl.col("outcome").is_in([Outcome.HELD_BACK.value, Outcome.NOT_SENT.value])
    said = {text: reconcile.translate_message(text, lang) for text in joined["message"].drop_nulls().unique()}
    own = pl.col("message").replace(said)
    beside = pl.lit(Words("see its lines or its sheet", "se linjene eller arket").text(lang))
    return joined.with_columns(
        pl.when(held & pl.col("error").is_not_null())
        .then(pl.col("error"))
        .when((pl.col("outcome") == Outcome.HELD_BACK.value) & own.is_null())
        .then(beside)
        .otherwise(own)
        .alias("message")
    ).drop("error")


def _arm_problems(rows: pl.DataFrame, sheets: Sequence[Sheet], lang: str) -> list[RenderedFinding]:
    """What ARM had to say, as problems beside the findings."""
    bad = [Outcome.REJECTED.value, Outcome.CONFLICT.value, Outcome.IN_DOUBT.value]
    chosen = rows.filter(pl.col("outcome").is_in(bad) | pl.col("warnings").is_not_null())
    told: list[RenderedFinding] = []
    for one in chosen.iter_rows(named=True):
        sheet = sheets[one["sheet"]]
        error = one["outcome"] in bad
        text = one["message"] if error else one["warnings"]
        fix = Words("Correct the row and import it again", "Rett raden og importer den på nytt")
        if one["outcome"] != Outcome.REJECTED.value:
            fix = Words("See ARM's answer; nothing is sent again", "Se ARMs svar; ingenting sendes på nytt")
        letter = sheet.letters[0] if sheet.letters else "A"
        told += [
            {
                "file": sheet.file,
                "sheet": sheet.name,
                "row": one["row"],
                "column": letter,
                "cell": f"{sheet.name}!{letter}{one['row']}",
                "field": None,
                "code": f"arm-{one['outcome'].replace('_', '-')}" if error else "arm-warning",
                "severity": "error" if error else "warning",
                "value": None,
                "message": part,
                "fix": fix.text(lang),
            }
            for part in _parts(text or "")
        ]
    return told


def _parts(text: str) -> list[str]:
    """A long text in parts that fit a cell each, whatever stands for its control characters."""
    return [text[at : at + _PART] for at in range(0, len(text), _PART)] or [""]


def _summary(result: RunResult, checked: Checked | None, lang: str) -> list[workbooks.SummarySection]:
    def word(name: str) -> str:
        return _W[name].text(lang)

    run = result.run
    about: list[tuple[str, Any]] = [(word("run"), str(run.id) if run else word("not_run"))]
    if run:
        about += [
            (word("state"), state_words(run.state, lang)),
            (word("profile"), run.profile),
            (word("client"), run.account.client_no),
            (word("address"), run.account.origin),
            (word("started"), datetime.fromtimestamp(run.created, UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ]
    if checked:
        about.append((word("files"), ", ".join(dict.fromkeys(Path(sheet.file).name for sheet in checked.sheets))))
    else:
        about.append((word("files"), word("changed")))
    counted = [(outcome_words(name, lang), n) for name, n in result.counts().items() if n]
    cost = [(word(name), n) for name, n in result.cost.items()]
    sections = [
        workbooks.SummarySection("armbulk", tuple(about)),
        workbooks.SummarySection(word("next"), tuple(("", text) for text in next_steps(result.counts(), lang))),
        workbooks.SummarySection(word("records"), (*counted, (word("rows"), result.items.height))),
        workbooks.SummarySection(word("totals"), tuple(_totals(result.items, lang))),
        workbooks.SummarySection(word("cost"), tuple(cost)),
    ]
    return [section for section in sections if section.rows]


def outcome_words(outcome: str, lang: str) -> str:
    """Say an outcome in `lang`."""
    return _OUTCOMES_NO[outcome] if lang == "no" else outcome.replace("_", " ")


def state_words(state: str, lang: str) -> str:
    """Say a run's state in `lang`."""
    return _STATES_NO[state] if lang == "no" else state.replace("_", " ")


def next_steps(counts: dict[str, int], lang: str) -> list[str]:
    """Say what is left to do, most pressing first."""
    return [said.text(lang) for outcome, said in _NEXT if counts[outcome.value]] or [_NOTHING.text(lang)]


def control_totals(items: pl.DataFrame) -> list[tuple[str, str, int, Any]]:
    """Exact sums by currency: (which, currency, documents, amount incl. VAT) in the files and in ARM."""
    documents = items.filter(pl.col("resource") == "documents").with_columns(
        pl.col("amount").str.to_decimal(scale=2).fill_null(0)
    )
    in_arm = [
        Outcome.CREATED.value,
        Outcome.CREATED_WITH_WARNINGS.value,
        Outcome.ALREADY_SENT.value,
    ]
    found = []
    for which, part in (("in_file", documents), ("accepted", documents.filter(pl.col("outcome").is_in(in_arm)))):
        sums = part.group_by("currency").agg(pl.len().alias("n"), pl.col("amount").sum()).sort("currency")
        found += [(which, currency or "?", n, amount) for currency, n, amount in sums.iter_rows()]
    return found


def _totals(items: pl.DataFrame, lang: str) -> list[tuple[str, Any]]:
    return [(f"{currency}: {n} {_W[which].text(lang)}", amount) for which, currency, n, amount in control_totals(items)]
