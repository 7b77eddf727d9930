"""What the page of a run shows: the figures of its report, what to do next, and its records in parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from armbulk._version import __version__
from armbulk.app.import_result import ImportResult
from armbulk.app.plan_records import RecordPart, contains_text
from armbulk.app.read_back import count_left, price_run
from armbulk.app.record_cells import name_cells
from armbulk.app.report_page import describe_page
from armbulk.app.run_report import prepare_records
from armbulk.app.session import Session
from armbulk.app.verification_price import describe_price
from armbulk.i18n import Text, _, format_exact_time
from armbulk.model.outcome import SUCCESSFUL, Outcome
from armbulk.planning.verification_price import VerificationPrice
from armbulk.results.arm_problems import choose_fix
from armbulk.results.run_result import recheck_files
from armbulk.store import Run

SMALL_BYTES = 2_000_000
"""Files up to this size are read again for the page: then it names the cell of each error."""

_SYMBOLS = {
    Outcome.REJECTED: "bad", Outcome.CONFLICT: "bad", Outcome.IN_DOUBT: "unsure", Outcome.HELD_BACK: "warning",
    Outcome.NOT_SENT: "rest", Outcome.CREATED_WITH_WARNINGS: "warning", Outcome.UPDATED_WITH_WARNINGS: "warning",
}  # fmt: skip

_CONTINUE, _RESOLVE, _VERIFY, _CORRECT = "continue", "resolve", "verify", "correct"
_NO_ACTION = ""

_STEPS: dict[str, tuple[str, Text]] = {
    "interrupted": (_CONTINUE, _("Interrupted. Nothing is lost, and nothing is sent twice when you continue.")),
    "paused": (_CONTINUE, _("Your ARM limits are used up. Continue at {time:time} or later.")),
    "paused-early": (_CONTINUE, _("Stopped before everything was sent. Continue when you like.")),
    "ask": (
        _CONTINUE,
        _("ARM may still be processing the unconfirmed records. Ask ARM again in half an hour: continue the run."),
    ),
    "decide": (_RESOLVE, _("Look up the unconfirmed documents in ARM, and decide about each.")),
    "read-back": (_VERIFY, _("Reading back from ARM is not finished.")),
    "differs": (
        _VERIFY,
        _(
            "ARM has other values than those that were sent. Compare these records with ARM and settle the "
            "differences. Then read them back again."
        ),
    ),
    "rejected": (
        _CORRECT,
        _("Correct the rejected rows in the result workbook and drop it here. Nothing is sent twice."),
    ),
    "customer-no": (
        _CORRECT,
        _("ARM refused the customer numbers. Import the customers first, or correct the numbers, and drop the result "
          "workbook here."),
    ),
    "not-in-arm": (
        _CORRECT,
        _("ARM does not have these customers. Correct their numbers, or import them as new customers."),
    ),
    "overwrite": (
        _CORRECT,
        _("ARM has other values for these customers. Compare them. To send the values in the file, drop the file here "
          "again; armbulk asks before it overwrites anything."),
    ),
    "conflict": (
        _CORRECT,
        _("ARM has other documents with these numbers. Compare them. If yours are right, too, give them other numbers "
          "and drop the result workbook here."),
    ),
    "sent-otherwise": (
        _CORRECT,
        _("These documents were sent before and are different in the file now. A document in ARM cannot be changed: "
          "undo the changes, or credit it and enter the correct one with another number."),
    ),
    "renumbered": (
        _CORRECT,
        _("These rows say that ARM has their document, but have another number now. Undo the change of the number. If "
          "a row is a new document, clear its cell in the column ARM outcome."),
    ),
    "conflicts": (
        _CORRECT,
        _("These documents are in conflict for different reasons. Below is what to do with each of them."),
    ),
    "held-back": (
        _CORRECT,
        _("Correct the rows that were held back in the result workbook and drop it here. Nothing is sent twice."),
    ),
    "limit": (_CORRECT, _("Drop the file here again to send the rest. Nothing is sent twice.")),
    "hidden": (
        _CORRECT,
        _("Some hidden rows have changed since they were sent. Show them in Excel, and drop the file here again."),
    ),
    "rest": (_CORRECT, _("Drop the file here again to send what was not sent. Nothing is sent twice.")),
    "left-out": (_NO_ACTION, _("The records left out were not sent, as you chose. Nothing more to do.")),
    "migrated": (_NO_ACTION, _("Compare the migration with the AR items that ARM has now.")),
    "done": (_NO_ACTION, _("Nothing more to do.")),
}  # fmt: skip
"""The next step → what the page offers for it, and the sentence."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as its page shows it.

    Attributes:
        number: The run.
        state: Its state.
        page: What the HTML report shows (`report_page.describe_page`).
        counts: Outcome → records; only those that there are.
        action: What the page offers as the next step: continue, resolve, verify, correct; "": nothing.
        next_text: The next step in words.
        profile: The name of the profile that it was started with.
        verification: What was read back: its symbol and text; None: nothing was.
        price: What reading its accepted records back costs.
        records: One row for each record, as the page shows them.
        lang: The language of the texts.
    """

    number: int
    state: str
    page: Mapping[str, Any]
    counts: Mapping[str, int]
    action: str
    next_text: str
    profile: str
    verification: Mapping[str, Any] | None
    price: VerificationPrice
    records: pl.DataFrame
    lang: str

    @property
    def can_be_read_back(self) -> bool:
        """Whether ARM has records of it."""
        return self.state in {"finished", "in_doubt"} and any(self.counts.get(each.value) for each in SUCCESSFUL)

    def describe_price(self, session: Session) -> str:
        """Return what reading it back costs, of the requests left this hour; "" where nothing is to be read."""
        context, store = session.context, session.store
        left = count_left(store.usage(context.profile.account), context.profile.limits, context.clock.now())
        is_needed = self.can_be_read_back and self.price.most.requests
        return describe_price(self.price, left).text(self.lang) if is_needed else ""

    def list_records(self, start: int, count: int, *, outcome: str = "", search: str = "") -> RecordPart:
        """Return some of the records, in the order of the files.

        Args:
            start: How many come before.
            count: How many are returned at most.
            outcome: Only those with this outcome.
            search: Only those with this text in a number, a message or ARM's reference.
        """
        records = self.records
        if outcome:
            records = records.filter(pl.col("outcome") == outcome)
        if search.strip():
            records = records.filter(contains_text(search, "key", "customer", "message", "reference"))
        rows = [self._describe(row) for row in records.slice(start, count).iter_rows(named=True)]
        return RecordPart(rows, records.height)

    def _describe(self, row: dict[str, Any]) -> dict[str, Any]:
        fix = choose_fix(row, self.lang).text(self.lang) if row["outcome"] not in SUCCESSFUL else ""
        time = format_exact_time(row["at"], self.lang) if row["at"] else ""
        return {**row, "symbol": _SYMBOLS.get(Outcome(row["outcome"]), "good"), "fix": fix, "time": time}


def stamp_run(session: Session, number: int) -> str:
    """Return a text that is another one as soon as anything in the store about a run has changed.

    Raises:
        StoreError: There is no such run.
    """
    store = session.store
    run, verification = store.run(number), store.verification(number)
    read = (verification.ended, verification.read.height) if verification else None
    return repr((run.state, run.result, run.resume_at, run.ended, store.run_mark(number), read))


def view_run(session: Session, number: int, *, result: ImportResult | None = None) -> RunView:
    """Return what the page of a run shows.

    Args:
        session: Its store and language.
        number: The run.
        result: The run as it ended in this process, with its files; None: it is loaded.

    Raises:
        StoreError: There is no such run.
    """
    result = result or session.run(number)
    run = result.result.run or session.store.run(number)
    checked = result.checked or (recheck_files(run) if _is_small(run) else None)
    result.checked = checked
    lang = result.lang
    page = describe_page(result, checked, [], __version__)
    more = result.describe()
    action, text = _STEPS[more["next_step"]]
    if run.resume_at:
        text = text.fill(time=run.resume_at)
    return RunView(
        number,
        run.state,
        page,
        {outcome: count for outcome, count in result.counts.items() if count},
        action,
        text.text(lang),
        run.profile,
        more["control"]["read_back"],
        price_run(result.store, run),
        _prepare(result, lang),
        lang,
    )


def _is_small(run: Run) -> bool:
    """Whether the files of a run are there, and quickly read."""
    try:
        return sum(path.stat().st_size for path in map(_locate, run.options["files"])) <= SMALL_BYTES
    except OSError:
        return False


def _locate(name: str) -> Path:
    return Path(name.partition("#")[0])


def _prepare(result: ImportResult, lang: str) -> pl.DataFrame:
    """Return the records with the texts that the page shows."""
    records = prepare_records(result.result, result.checked, lang)
    names = dict(enumerate(name_cells(result.result, result.checked, lang).sheets.values()))
    numbers = result.result.batch_numbers
    return records.select(
        "no",
        "resource",
        "kind",
        "key",
        pl.col("customer_norm").alias("customer"),
        "amount",
        "currency",
        "outcome",
        "message",
        "warnings",
        "reference",
        pl.col("batch").cast(pl.Int64).replace_strict(numbers, default=None, return_dtype=pl.Int64),
        "at",
        pl.col("sheet").cast(pl.Int64).replace_strict(names, default="", return_dtype=pl.String),
        "row",
    )
