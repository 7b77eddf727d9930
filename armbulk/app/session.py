"""The public API: the session of one client, which `armbulk.connect` returns.

    import armbulk

    with armbulk.connect(profile="acme") as session:
        checked = session.check("invoices.xlsx")
        if checked.ok:
            run = session.send(session.plan(checked), progress=print)
            run.write("invoices.result.xlsx")

No method prints, asks or exits. Problems in the data are values (`checked.findings`, `run.outcomes`); failures of
files, network and settings are exceptions of `armbulk.errors`. The command line uses the same methods; use cases load
when they are called.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

from armbulk.app.session_history import SessionHistory
from armbulk.clock import Clock
from armbulk.settings.profile import Profile

if TYPE_CHECKING:
    import httpx

    from armbulk.app.check import CheckResult
    from armbulk.app.corrections import Corrected
    from armbulk.app.dialog import Dialog, ReportProgress
    from armbulk.app.diff.comparison import DiffChoices, FileComparison
    from armbulk.app.exports import Export, ExportQuery
    from armbulk.app.import_result import ImportResult
    from armbulk.app.imports import ImportChoices
    from armbulk.app.plan import Plan, PlanChoices
    from armbulk.app.resolve import ResolveResult
    from armbulk.context import Context
    from armbulk.model.read_options import ReadOptions
    from armbulk.store import Store


class Session(SessionHistory):
    """What a script, a notebook, the command line or a web page needs of armbulk, for one client.

    The store (runs, usage, what was sent before) is opened when it is first needed. Use the session as a context
    manager, or call `close`.

    Attributes:
        profile: The settings.
        clock: The time, and waiting.
    """

    def __init__(self, profile: Profile, clock: Clock, transport: "httpx.BaseTransport | None" = None) -> None:
        self.profile = profile
        self.clock = clock
        self._transport = transport
        self._store: Store | None = None
        self._unwritten: list[ImportResult] = []
        self._exports: list[Export] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store and what exports have read.

        Runs that are finished forget personal data, whether their workbook was written or not.
        """
        for export in self._exports:
            export.close()
        self._exports.clear()
        for result in self._unwritten:
            result.forget_personal_data()
        self._unwritten.clear()
        if self._store is not None:
            self._store.close()
            self._store = None
        self.forget_kept_records()

    def require_login(self) -> "Context":
        """Return the context with the login for ARM; the secret may come from a file or the keyring.

        Raises:
            SettingsError: A setting is missing; the message names it.
        """
        from armbulk.app.login_secret import add_login

        context = add_login(self.context)
        self.profile = context.profile
        return context

    def interrupt(self) -> None:
        """Request a run or an export to stop after its current call; a signal handler may call this."""
        self.clock.interrupt()

    # ── files in ────────────────────────────────────────────────────────────────────────────────────────────────

    def check(
        self,
        *files: str | Path,
        options: "ReadOptions | None" = None,
        update: bool | None = None,
        dialog: "Dialog | None" = None,
        allow_unrecognised: bool = False,
    ) -> "CheckResult":
        """Read files and find every problem. Needs no login; nothing leaves the machine.

        Args:
            files: Workbooks and CSV files: `FILE`, `FILE#Sheet` or `FILE#Sheet=RESOURCE`.
            options: How they are to be read: `armbulk.ReadOptions`.
            update: True: they change customers that ARM has, only the key is required. None: not decided yet.
            dialog: Answers about headers that only resemble a column; None: they are findings.
            allow_unrecognised: Whether files in which nothing is recognised are no error.

        Raises:
            FileError: A file cannot be read, or has neither customers nor documents.
            UsageError: A sheet is assigned a resource that does not exist.
        """
        from armbulk.app.check import build_inputs, check_inputs
        from armbulk.app.dialog import Dialog
        from armbulk.app.known_customers import find_known

        inputs, dialog = build_inputs(files, options, update=update), dialog or Dialog()
        known = find_known(self.context)
        return check_inputs(inputs, self.profile, dialog, allow_unrecognised=allow_unrecognised, **known)

    def correct(self, checked: "CheckResult") -> "Corrected":
        """Return the files with every finding corrected that has one sure remedy. No file is changed.

        `changes` lists the corrected cells, `write` writes a copy with them.
        """
        from armbulk.app.corrections import correct

        return correct(checked)

    def plan(self, checked: "CheckResult", **choices: "Unpack[PlanChoices]") -> "Plan":
        """Return what would be sent, its batches, its cost and when it would end. Sends nothing; needs no login.

        Args:
            checked: The files; checked with `update=True`, they are planned as a change of customers.
            choices: What of them is sent: `skip_invalid=True`, `limit=10` …; see `armbulk.app.plan.PlanChoices`.

        Raises:
            UsageError: The choices contradict each other or the files.
            Unfinished: A file is the result of a run that is not in the local store.
        """
        from armbulk.app.plan import plan_files

        return plan_files(self.context, self.store, checked, **choices)

    def send(self, plan: "Plan", *, wait: bool = True, progress: "ReportProgress | None" = None) -> "ImportResult":
        """Send a plan and wait for ARM's results. Call `write` on the result for the result workbook.

        With errors in the files (and no `skip_invalid`) nothing is sent: the state is `stopped`.

        Args:
            plan: What to send.
            wait: Whether to wait for ARM's limits; else the run is paused.
            progress: Called with each step (`armbulk.model.progress.Progress`, which prints as a sentence).

        Raises:
            SettingsError: It is not set how ARM is called.
            Unfinished: A result workbook beside the files has a run that is not in the local store.
            LoginError, LimitError, ServerError: The run is paused; `resume` continues it.
        """
        from armbulk.app.dialog import Dialog
        from armbulk.app.imports import send_plan

        result = send_plan(self.require_login(), self.store, plan, Dialog(progress), wait=wait)
        self._unwritten.append(result)
        return result

    def import_files(
        self,
        *files: str | Path,
        options: "ReadOptions | None" = None,
        update: bool = False,
        target: str | Path | None = None,
        dialog: "Dialog | None" = None,
        **choices: "Unpack[ImportChoices]",
    ) -> "ImportResult":
        """Check, plan, confirm, send and write the result workbook: `armbulk import` in one call.

        Args:
            files: As for `check`; so are `options` and `update`.
            options: How the files are to be read.
            update: Change customers that ARM has (only the values in the files) instead of creating records.
            target: The result workbook; None: NAME.result.xlsx beside the first file.
            dialog: Confirms the import; None: it is sent without confirmation.
            choices: As for `plan`, and `expect_count=10` …; see `armbulk.app.imports.ImportChoices`.

        Raises:
            ArmbulkError: As `armbulk.app.imports.import_files` lists them.
        """
        from armbulk.app.check import build_inputs
        from armbulk.app.dialog import Dialog
        from armbulk.app.imports import build_request, import_files

        request = build_request(build_inputs(files, options, update=update), target, **choices)
        return import_files(self.context, self.store, request, dialog or Dialog())

    def diff(
        self,
        *files: str | Path,
        options: "ReadOptions | None" = None,
        dialog: "Dialog | None" = None,
        **choices: "Unpack[DiffChoices]",
    ) -> "FileComparison | None":
        """Compare files with ARM: what an import would send, and which values of customers it would change.

        Args:
            files: As for `check`; so are `options`.
            options: How the files are to be read.
            dialog: Confirms a high price, and shows progress; None: any price is accepted.
            choices: `update=True`, `fresh=60` …; see `armbulk.app.diff.comparison.DiffChoices`.

        Returns:
            The comparison; None when the dialog did not accept the price.

        Raises:
            ArmbulkError: As `armbulk.app.diff.comparison.compare_files` lists them.
        """
        from armbulk.app.dialog import Dialog
        from armbulk.app.diff.comparison import build_diff_request, compare_files

        request = build_diff_request(files, options, **choices)
        return compare_files(self.context, self.store, request, dialog or Dialog())

    def resume(
        self,
        run: int | None = None,
        *,
        target: str | Path | None = None,
        look_up: bool = False,
        first_import: bool = False,
        wait: bool = True,
        dialog: "Dialog | None" = None,
    ) -> "ImportResult | None":
        """Continue an unfinished import and write its result workbook; None when the dialog did not confirm it.

        Args:
            run: Its number; None: the latest unfinished one.
            target: The result workbook; None: NAME.result.xlsx beside the first file.
            look_up: As for `plan`; so is `first_import`. With neither: as when the run was created.
            first_import: ARM has none of these documents.
            wait: Whether to wait for ARM's limits; else the run is paused again.
            dialog: Answers and progress.

        Raises:
            ArmbulkError: As `armbulk.app.resume.resume_import` lists them.
        """
        from armbulk.app.dialog import Dialog
        from armbulk.app.resume import ResumeRequest, resume_import

        request = ResumeRequest(run, str(target) if target is not None else None, look_up, first_import, wait)
        return resume_import(self.require_login(), self.store, request, dialog or Dialog())

    def resolve(
        self,
        run: int | None = None,
        *,
        decision: str | None = None,
        documents: Sequence[str] | None = None,
        keys_file: Path | None = None,
        expect_count: int | None = None,
        expect_total: str | None = None,
        look_up: bool = True,
        dialog: "Dialog | None" = None,
    ) -> "ResolveResult":
        """Look unconfirmed documents up in ARM again, and carry out a decision about those that are left.

        Args:
            run: Only the documents of this run; None: of every run of the client.
            decision: `mark-created`, `give-up` or `resend`; None: the dialog decides about each document.
            documents: The numbers of the documents that are meant; None: all.
            keys_file: A file with these numbers, one a line.
            expect_count: Stop unless so many documents are meant.
            expect_total: Stop unless they add up to this amount incl. VAT.
            look_up: Whether to look the documents up in ARM first.
            dialog: Answers.

        Raises:
            ArmbulkError: As `armbulk.app.resolve.resolve_documents` lists them.
        """
        from armbulk.app.dialog import Dialog
        from armbulk.app.resolve import ResolveRequest, resolve_documents

        numbers = tuple(documents) if documents is not None else None
        request = ResolveRequest(run, decision, numbers, keys_file, expect_count, expect_total, look_up)
        return resolve_documents(self.context, self.store, request, dialog or Dialog())

    def verify(
        self,
        run: int,
        *,
        target: str | Path | None = None,
        wait: bool = True,
        dialog: "Dialog | None" = None,
    ) -> "ImportResult":
        """Read the accepted records of a run back from ARM, compare them with what was sent, write the result workbook.

        Args:
            run: Its number.
            target: The result workbook; None: where it was written before.
            wait: Whether to wait for ARM's limits; else LimitError.
            dialog: Progress and notes.

        Raises:
            ArmbulkError: As `armbulk.app.verify.verify_run` lists them.
        """
        from armbulk.app.dialog import Dialog
        from armbulk.app.verify import verify_run

        return verify_run(self.require_login(), self.store, run, dialog or Dialog(), target=target, wait=wait)

    # ── data out ────────────────────────────────────────────────────────────────────────────────────────────────

    def export(
        self,
        resource: str,
        *,
        wait: bool = True,
        fresh: bool = False,
        progress: "ReportProgress | None" = None,
        **query: "Unpack[ExportQuery]",
    ) -> "Export":
        """Read a list of ARM completely, verify it, and reconcile postings with ARM's GL movements.

        Args:
            resource: `customers`, `documents`, `ar-items`, `gl-items` …, or `close` for the month-end pack.
            wait: Whether to wait for ARM's limits; else LimitError.
            fresh: Whether to start again and discard what an interrupted export has read.
            progress: Called with each step.
            query: Which part of the list: `period="2025-02"`, `where={"customerno": "543210"}` …; see
                `armbulk.app.exports.ExportQuery`.

        Raises:
            UsageError: ARM has no such query.
            SettingsError: It is not set how ARM is called.
            LimitError, LoginError, ServerError, Interrupted: What was read is kept; the same call continues.
            Unfinished: Another process, or an export of this session whose records were not taken, reads the list.
        """
        from armbulk.app.dialog import Dialog
        from armbulk.app.exports import build_export_request, read_export, retry_when_free

        request, dialog = build_export_request(resource, **query), Dialog(progress)
        context = self.require_login()
        export = retry_when_free(self._exports, lambda: read_export(context, request, dialog, wait=wait, fresh=fresh))
        self._exports.append(export)
        return export

    def export_file(
        self,
        resource: str,
        *,
        wait: bool = True,
        fresh: bool = False,
        dialog: "Dialog | None" = None,
        **query: "Unpack[ExportQuery]",
    ) -> "Export":
        """Export a list and write its file: `armbulk export` in one call.

        The export is closed; its figures and `to_json` remain. Arguments and exceptions are those of `export`; the
        dialog takes progress and notes.

        Raises:
            FileError: The file cannot be written.
        """
        from armbulk.app.dialog import Dialog
        from armbulk.app.exports import build_export_request, export_to_file, retry_when_free

        request, dialog = build_export_request(resource, **query), dialog or Dialog()
        context = self.require_login()
        return retry_when_free(self._exports, lambda: export_to_file(context, request, dialog, wait=wait, fresh=fresh))

    def plan_export(
        self,
        resource: str,
        *,
        fresh: bool = False,
        progress: "ReportProgress | None" = None,
        dialog: "Dialog | None" = None,
        **query: "Unpack[ExportQuery]",
    ) -> dict[str, Any]:
        """Return how large an export is and what it costs, as the JSON of `armbulk export --plan` has it.

        A few small calls fetch totals; no list is read completely. The arguments and exceptions are those of
        `export`; `dialog` replaces `progress`.
        """
        from armbulk.app.dialog import Dialog
        from armbulk.app.exports import build_export_request, price_export, retry_when_free

        request, dialog = build_export_request(resource, **query), dialog or Dialog(progress)
        context = self.require_login()
        return retry_when_free(self._exports, lambda: price_export(context, request, dialog, fresh=fresh))
