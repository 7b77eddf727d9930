"""Settle unconfirmed documents: list them, look them up in ARM again, carry out what a person decides.

armbulk never decides on its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from armbulk.app.dialog import Dialog, ReportProgress
from armbulk.app.document_changes import describe_changes
from armbulk.app.login_secret import add_login
from armbulk.app.open_documents import describe_documents
from armbulk.app.plan import parse_expected_total
from armbulk.app.runs import create_sender, finish_run, locate_result, verify_run_client
from armbulk.context import Context, open_client
from armbulk.errors import ArmbulkError, FileError, Unfinished, UsageError, describe_os_error
from armbulk.i18n import NO_TEXT, _, join_texts, ngettext
from armbulk.model.batch_state import BatchState
from armbulk.model.decision import Decision
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import GIVEN_UP_BY_PERSON, MARKED_CREATED
from armbulk.quota.limits import Account
from armbulk.results.run_result import recheck_files
from armbulk.store import Store, UnresolvedDocument

DECISIONS: dict[str, tuple[Outcome | None, str]] = {
    Decision.MARK_CREATED: (Outcome.CREATED, MARKED_CREATED),
    Decision.GIVE_UP: (Outcome.NOT_SENT, GIVEN_UP_BY_PERSON),
    Decision.RESEND: (None, "to be sent again, as a person decided"),
}
"""What a person can decide: the outcome it gives (none: it is sent again), and its entry in the log of the run."""


@dataclass(frozen=True, slots=True)
class ResolveRequest:
    """Which documents are meant, and what was decided about them.

    Attributes:
        run: Only the documents of this run; None: of every run of the client.
        decision: One of DECISIONS for all of them; None: the dialog decides about each.
        documents: The numbers of the documents that are meant; None: all.
        keys_file: A file with these numbers, one a line.
        expect_count: Stop unless so many documents are meant.
        expect_total: Stop unless they add up to this amount incl. VAT.
        look_up: Whether to look the documents up in ARM first.
    """

    run: int | None = None
    decision: str | None = None
    documents: tuple[str, ...] | None = None
    keys_file: Path | None = None
    expect_count: int | None = None
    expect_total: str | None = None
    look_up: bool = True

    def __post_init__(self) -> None:
        """UsageError when there is no such decision."""
        if self.decision is not None and self.decision not in DECISIONS:
            raise UsageError(
                "decision-unknown",
                _("'{decision}' is not a decision", decision=self.decision),
                _("Use one of: {decisions}", decisions=", ".join(DECISIONS)),
            )


@dataclass(slots=True)
class ResolveResult:
    """How it ended.

    Attributes:
        documents: Those that are unconfirmed still, as the JSON of `armbulk resolve` lists them.
        decided: How many documents each decision was carried out for.
        workbooks: The result workbooks of the runs that are finished now.
        write_error: Why one of them could not be written.
        running: What another process is doing for the client now; "": nothing.
        to_resume: The runs whose customers are unconfirmed: `resume` sends them again without a decision.
        to_fetch: The runs with records that ARM has accepted, and whose outcome was not fetched.
    """

    documents: list[dict[str, Any]]
    decided: dict[str, int] = field(default_factory=dict)
    workbooks: list[Path] = field(default_factory=list)
    write_error: FileError | None = None
    running: str = ""
    to_resume: list[int] = field(default_factory=list)
    to_fetch: list[int] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether nothing is unconfirmed, nothing is to be sent again, and no other process is sending."""
        is_open = self.documents or self.to_resume or self.to_fetch or self.decided.get(Decision.RESEND)
        return not is_open and not self.running

    def to_json(self) -> dict[str, Any]:
        """Return it as the JSON of `armbulk resolve` has it."""
        others = {
            "running": self.running,
            "resume": [str(run) for run in self.to_resume],
            "fetch": [str(run) for run in self.to_fetch],
        }
        return {
            "open": self.documents,
            "decided": self.decided,
            **{name: text for name, text in others.items() if text},
        }


@dataclass(frozen=True, slots=True)
class DocumentSelection:
    """The documents a decision is about, and what they add up to."""

    documents: list[UnresolvedDocument]

    @property
    def total(self) -> Decimal:
        """The sum of their amounts incl. VAT, in all currencies together."""
        return sum((Decimal(document.amount) for document in self.documents if document.amount), Decimal(0))

    @property
    def phrase(self) -> str:
        """What a person types to confirm: the count and the total."""
        return f"{len(self.documents)} {self.total:.2f}"


def resolve_documents(context: Context, store: Store, request: ResolveRequest, dialog: Dialog) -> ResolveResult:
    """Look unconfirmed documents up in ARM again, and carry out what was decided about those that are left.

    While another process sends for the client, documents are only listed, without those that it is sending.

    Raises:
        StoreError: There is no run of that number.
        SettingsError: The run belongs to another client, or it is not set how ARM is called.
        FileError: The file of numbers cannot be read.
        UsageError: The documents are not those that were expected, or the decision was not confirmed.
        Unfinished: Another process sends for the client, or has changed the documents.
        LoginError, LimitError, ServerError: The look-up in ARM failed, and the request decides about all documents.
    """
    account = context.profile.account
    if request.run is not None:
        verify_run_client(store.run(request.run), account)
    before = {document.run for document in store.unresolved_documents(account, request.run)}
    running = NO_TEXT
    try:
        _look_up_first(context, store, request, dialog)
    except Unfinished as busy:
        if busy.code != "busy" or request.decision is not None:
            raise
        running = join_texts(busy.message, busy.hint, separator=". ")
        dialog.note(running)
    decided = {} if running else _decide(store, account, request, dialog)
    left = list_open_documents(store, account, request.run)
    to_resume = store.runs_with_customers_in_doubt(account, request.run)
    to_fetch = [] if running else store.runs_with_answers_to_fetch(account, request.run)
    result = ResolveResult(
        describe_documents(store, left), decided, running=running, to_resume=to_resume, to_fetch=to_fetch
    )
    try:
        result.workbooks = write_finished_runs(
            store, before - {document.run for document in left}, context.profile.lang
        )
    except FileError as error:
        result.write_error = error
    return result


def _look_up_first(context: Context, store: Store, request: ResolveRequest, dialog: Dialog) -> None:
    """Name what a killed process was sending, and look unconfirmed documents up; Unfinished while another one sends."""
    account = context.profile.account
    if store.is_posting(account):
        with store.lock(account, 0):
            store.recover(account)
    if request.look_up:
        context = add_login(context)
        with dialog.asking() as progress:
            error = look_up_again(context, store, request.run, progress)
        if error is not None and request.decision is not None:
            error.hint = join_texts(
                _("Nothing was decided."), error.hint, _("Use --no-ask to decide without asking ARM.")
            )
            raise error
        if error is not None:
            dialog.note(_("{message}. Not all of these documents could be looked up in ARM now", message=error.message))


def list_open_documents(store: Store, account: Account, run_id: int | None) -> list[UnresolvedDocument]:
    """Return the unconfirmed documents, without those that a living process is sending."""
    documents = store.unresolved_documents(account, run_id)
    return [document for document in documents if document.state != BatchState.POSTING]


def look_up_again(
    context: Context, store: Store, run_id: int | None, progress: ReportProgress = lambda _: None
) -> ArmbulkError | None:
    """Look every unconfirmed document of the client (or of one run) up in ARM once more.

    Returns:
        Why the look-up in ARM failed for some of them; None when all were looked up.
    """
    client = open_client(context, progress)
    try:
        documents = store.unresolved_documents(context.profile.account, run_id)
        for number in sorted({document.run for document in documents}):
            error = create_sender(context, store, store.run(number), client).look_up_again()
            if error is not None:
                return error
        return None
    finally:
        client.close()


def _decide(store: Store, account: Account, request: ResolveRequest, dialog: Dialog) -> dict[str, int]:
    """Carry out the decision about all documents, or one for each; return how many each was carried out for."""
    documents = list_open_documents(store, account, request.run)
    if not documents:
        return {}
    if request.decision is None:
        return _decide_each(store, account, documents, dialog)
    numbers = read_numbers(request.keys_file) if request.keys_file else request.documents
    selection = select_documents(documents, numbers)
    while True:
        _verify_expected(selection, request.expect_count, request.expect_total)
        if not dialog.confirm_decision(request.decision, selection.phrase):
            return {}
        changed = save_decision(store, account, selection, request.decision)
        if not changed:
            return {request.decision: len(selection.documents)}
        changes = describe_changes(store, changed)
        if not dialog.ask_again(changes):
            raise Unfinished(
                "changed-meanwhile", changes, _("Nothing was decided. Use `armbulk resolve` to list what is left")
            )
        selection = DocumentSelection(
            _find_again(selection.documents, list_open_documents(store, account, request.run))
        )
        if not selection.documents:
            return {}


def _decide_each(
    store: Store, account: Account, documents: Sequence[UnresolvedDocument], dialog: Dialog
) -> dict[str, int]:
    """Ask about each document; ask again about one that another process changed and that is still open.

    After the first decision the dialog may repeat it for all others.
    """
    decided: dict[str, int] = {}
    waiting = list(documents)
    may_repeat = True
    while waiting:
        document = waiting.pop(0)
        selection = DocumentSelection([document])
        [shown] = describe_documents(store, [document])
        decision = dialog.choose_decision(shown, selection.phrase)
        if not decision:
            continue
        changed = save_decision(store, account, selection, decision)
        if changed:
            dialog.note(describe_changes(store, changed))
            waiting[:0] = _find_again(changed, list_open_documents(store, account, document.run))
            continue
        decided[decision] = decided.get(decision, 0) + 1
        if waiting and may_repeat:
            may_repeat = False
            rest = DocumentSelection(waiting)
            if dialog.repeat_decision(decision, len(waiting), rest.phrase):
                changed = save_decision(store, account, rest, decision)
                if not changed:
                    decided[decision] += len(waiting)
                    return decided
                dialog.note(describe_changes(store, changed))
                waiting = _find_again(waiting, list_open_documents(store, account, document.run))
    return decided


def _find_again(
    documents: Sequence[UnresolvedDocument], current: Sequence[UnresolvedDocument]
) -> list[UnresolvedDocument]:
    """Return the documents that are still open, as they are now."""
    wanted = {(document.run, document.no) for document in documents}
    return [document for document in current if (document.run, document.no) in wanted]


def read_numbers(path: Path) -> tuple[str, ...]:
    """Return the document numbers in a file, one a line; FileError when it cannot be read."""
    try:
        return tuple(path.read_text(encoding="utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            "unreadable",
            _("{path} cannot be read: {reason}", path=path, reason=describe_os_error(error)),
            _("Use a text file with one document number per line"),
        ) from None


def select_documents(documents: Sequence[UnresolvedDocument], numbers: Sequence[str] | None) -> DocumentSelection:
    """Return the documents of these numbers; all of them without numbers.

    Raises:
        UsageError: A number is not that of an unconfirmed document.
    """
    if numbers is None:
        return DocumentSelection(list(documents))
    keys = {normalise_key_text(number) for number in numbers if number.strip()}
    unknown = keys - {normalise_key_text(document.key) for document in documents}
    if unknown:
        raise UsageError(
            "not-in-doubt",
            _("These documents are not unconfirmed: {unknown}", unknown=", ".join(sorted(unknown)[:5])),
            _("Use `armbulk resolve` to list the unconfirmed documents"),
        )
    return DocumentSelection([document for document in documents if normalise_key_text(document.key) in keys])


def _verify_expected(selection: DocumentSelection, count: int | None, total: str | None) -> None:
    """Make sure that the documents are those that the caller expects; UsageError otherwise."""
    actual = len(selection.documents)
    if count is not None and count != actual:
        raise UsageError(
            "count-differs",
            ngettext(
                "{count:number} document is selected, but {expected:number} were expected",
                "{count:number} documents are selected, but {expected:number} were expected",
                count=actual,
                expected=count,
            ),
            _("Nothing was decided. Check the documents, or correct --expect-count"),
        )
    expected = parse_expected_total(total) if total is not None else selection.total
    if expected != selection.total:
        raise UsageError(
            "total-differs",
            _(
                "The selected documents add up to {total:amount}, but {expected:amount} was expected",
                total=selection.total,
                expected=expected,
            ),
            _("Nothing was decided. Check the documents, or correct --expect-total"),
        )


def save_decision(
    store: Store, account: Account, selection: DocumentSelection, decision: str
) -> list[UnresolvedDocument]:
    """Carry a decision out in the store, under the client's lock; a run in which nothing is open then is finished.

    Returns:
        The documents that another process has changed since they were shown: when there is one, nothing is done.

    Raises:
        Unfinished: Another process sends for the client.
    """
    outcome, reason = DECISIONS[decision]
    with store.lock(account, 0):
        changed = store.save_decisions(selection.documents, outcome, reason)
        if not changed:
            for number in {document.run for document in selection.documents}:
                if not store.batches(number, still_open=True):
                    store.end_session(number, "finished")
    return changed


def write_finished_runs(store: Store, runs: Iterable[int], lang: str) -> list[Path]:
    """Write the result workbooks of those runs that are finished; return their paths. FileError when one cannot be."""
    finished = [run for run in map(store.run, sorted(runs)) if run.state == "finished"]
    for run in finished:
        finish_run(store, run.id, recheck_files(run), locate_result(run), lang)
    return [Path(store.run(run.id).result or "") for run in finished]
