"""Documents in doubt: named, asked about again, and decided by a person. armbulk never decides by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app import imports
from armbulk.clock import iso
from armbulk.context import Context, connect
from armbulk.errors import FileError, UsageError
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import Outcome
from armbulk.quota.limits import Account
from armbulk.redaction import redact_shown
from armbulk.results import report as results
from armbulk.results import store_check
from armbulk.store import Store, UnresolvedDocument

DECISIONS = {
    "mark-created": (Outcome.CREATED, "marked as created by a person"),
    "give-up": (Outcome.NOT_SENT, "given up by a person"),
    "resend": (None, "to be sent again, as a person decided"),
}
"""What a person can decide: the outcome it gives (none: it is sent again), and the words of it."""


@dataclass(frozen=True, slots=True)
class DocumentSelection:
    """The documents a decision is about, and what they come to."""

    documents: list[UnresolvedDocument]

    @property
    def total(self) -> Decimal:
        """The sum of their amounts incl. VAT, whatever the currency."""
        return sum((Decimal(one.amount) for one in self.documents if one.amount), Decimal(0))

    @property
    def phrase(self) -> str:
        """What is to be typed to confirm: the count and the total."""
        return f"{len(self.documents)} {self.total:.2f}"


def verify_same_client(store: Store, run_id: int | None, account: Account) -> None:
    """Make sure that a run that is named, and known, is this client's; SettingsError otherwise."""
    for run in store.runs():
        if run.id == run_id:
            imports.verify_same_client(run, account)


def look_up_again(bench: Context, store: Store, run_id: int | None) -> None:
    """Ask ARM once more about every document in doubt of the client (or of one run)."""
    arm = connect(bench)
    try:
        for number in sorted({one.run for one in store.unresolved_documents(bench.profile.account, run_id)}):
            imports.sender_of(bench, store, store.run(number), arm).look_up_again()
    finally:
        arm.close()


def choose(documents: Sequence[UnresolvedDocument], keys_file: Path | None) -> DocumentSelection:
    """The documents whose numbers stand in a file, one a line; all of them without a file.

    FileError when the file cannot be read; UsageError when it names a document that is not in doubt.
    """
    if keys_file is None:
        return DocumentSelection(list(documents))
    try:
        lines = keys_file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            "unreadable", f"{keys_file} cannot be read: {error}", "Write one document number a line"
        ) from None
    wanted = {normalise_key_text(line) for line in lines if line.strip()}
    known = {normalise_key_text(one.key) for one in documents}
    if wanted - known:
        raise UsageError(
            "not-in-doubt", f"Not in doubt: {', '.join(sorted(wanted - known)[:5])}", "`armbulk resolve` lists what is"
        )
    return DocumentSelection([one for one in documents if normalise_key_text(one.key) in wanted])


def decide(store: Store, chosen: DocumentSelection, decision: str) -> None:
    """Carry out a decision."""
    outcome, why = DECISIONS[decision]
    if chosen.documents:
        store.save_decisions(chosen.documents, outcome, why)
    for number in {one.run for one in chosen.documents}:
        if not store.batches(number, still_open=True):
            store.end_session(number, "finished")


def finish(store: Store, runs: Iterable[int], lang: str) -> list[Path]:
    """Write the result workbooks of those runs that came to their end; they then forget personal data as any other."""
    ended = [run for run in map(store.run, sorted(runs)) if run.state == "finished"]
    for run in ended:
        target = store_check.target_for(imports.files_of(run), run.result)
        imports.finish(store, run.id, results.check_again(run), target, lang)
    return [Path(store.run(run.id).result or "") for run in ended]


def for_people(documents: Sequence[UnresolvedDocument]) -> list[UnresolvedDocument]:
    """The same, as a terminal or a script's log may show them."""
    said = {"message": [one.message for one in documents], "customer_norm": [one.customer for one in documents]}
    rows = redact_shown(pl.DataFrame(said, schema=dict.fromkeys(said, pl.String))).iter_rows()
    return [replace(one, message=row[0], customer=row[1]) for one, row in zip(documents, rows, strict=True)]


def report(store: Store, documents: Sequence[UnresolvedDocument], decided: dict[str, int]) -> dict[str, Any]:
    """Say what is in doubt, as the JSON of `armbulk resolve` does."""
    documents = for_people(documents)
    runs = {one.run: store.run(one.run) for one in documents}
    return {
        "open": [
            {
                "run": str(one.run),
                "sheet": _name(runs[one.run].options.get("sheets", []), one.sheet),
                "row": one.row,
                "document_no": one.key,
                "customer_no": one.customer,
                "amount": one.amount,
                "currency": one.currency,
                "attempted": iso(one.attempted),
                "state": one.state,
                "reason": one.message,
            }
            for one in documents
        ],
        "decided": decided,
    }


def _name(sheets: Sequence[str], index: int) -> str:
    return sheets[index] if index < len(sheets) else f"sheet {index + 1}"
