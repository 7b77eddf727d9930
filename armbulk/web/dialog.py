"""The answers of a page to the questions of use cases: what a person has answered about the files is in the draft."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from armbulk.app.asked_question import AskedQuestion
from armbulk.app.dialog import (
    ContinuationQuestion,
    CreditNoteQuestion,
    CustomerDifferences,
    Dialog,
    HeaderQuestion,
    ProposeAgain,
    ReportProgress,
    SupplierQuestion,
)
from armbulk.web.jobs import JobQuestion, WebJob

if TYPE_CHECKING:
    from armbulk.app.plan import Plan
    from armbulk.model.column_proposal import SheetDecision, SheetProposal


LEFT_OUT = "left-out"
"""The answer about a sheet whose columns are not matched."""


def name_sheet(file: str, sheet: str) -> str:
    """Return the key of the answer about a sheet."""
    return f"sheet:{PurePath(file).name}|{sheet}"


@dataclass
class FileDialog(Dialog):
    """Answers questions about files from a draft; those that it cannot answer are collected, and nothing is guessed.

    Attributes:
        answers: The draft's answers.
        questions: What was asked, with its answer if there is one.
        open_sheets: The sheets about whose columns a person has to decide, by `name_sheet`.
        notes: What use cases have noted.
    """

    answers: Mapping[str, Any]
    questions: list[AskedQuestion] = field(default_factory=list)
    open_sheets: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def asks_about_columns(self) -> bool:
        """A person can answer."""
        return True

    def accept_header(self, question: HeaderQuestion) -> bool:
        """Return the answer about a header; no until there is one."""
        return self._find("header", f"{question.sheet}|{question.column}|{question.text}", question) is True

    def match_columns(self, proposal: "SheetProposal", propose: ProposeAgain) -> "SheetDecision | None":
        """Take note that a person has to decide, unless they leave the sheet out: the page of columns asks."""
        del propose
        name = name_sheet(proposal.file, proposal.sheet)
        if self.answers.get(name) != LEFT_OUT:
            self.open_sheets.append(name)
        return None

    def accept_suppliers(self, question: SupplierQuestion) -> bool:
        """Return the answer about a list that may be one of suppliers; yes, with a warning, until there is one."""
        return self._find("suppliers", f"{question.sheet}|{question.text}", question) is not False

    def continue_documents(self, question: ContinuationQuestion) -> bool | None:
        """Return the answer about lines without a document number."""
        answer = self._find("continuation", question.sheet, question)
        return answer if isinstance(answer, bool) else None

    def fill_due_dates(self, question: CreditNoteQuestion) -> bool:
        """Return the answer about credit notes without a due date."""
        return self._find("credit-due-dates", question.sheet, question) is True

    def note(self, text: str) -> None:
        """Keep a note."""
        self.notes.append(text)

    def _find(self, kind: str, name: str, question: Any) -> Any:
        key = f"{kind}:{name}"
        answer = self.answers.get(key)
        self.questions.append(AskedQuestion(key, kind, asdict(question), answer))
        return answer


class JobDialog(Dialog):
    """Asks on the page of a job, and reports its progress there."""

    def __init__(
        self, job: WebJob, files: FileDialog | None = None, keep_run: Callable[[int], None] = lambda _: None
    ) -> None:
        """Nothing is asked yet.

        Args:
            job: What is being done.
            files: Answers about the files.
            keep_run: Called with the number of the run, before anything of it is sent.
        """
        super().__init__(job.report)
        self._job, self._files, self._keep_run = job, files or FileDialog({}), keep_run

    def reading(self) -> AbstractContextManager[object]:
        """Files are read."""
        return self._files.reading()

    @contextmanager
    def asking(self) -> Iterator[ReportProgress]:
        """Report retries."""
        yield self._job.report

    def accept_header(self, question: HeaderQuestion) -> bool:
        """As the draft has it."""
        return self._files.accept_header(question)

    def accept_suppliers(self, question: SupplierQuestion) -> bool:
        """As the draft has it."""
        return self._files.accept_suppliers(question)

    def continue_documents(self, question: ContinuationQuestion) -> bool | None:
        """As the draft has it."""
        return self._files.continue_documents(question)

    def fill_due_dates(self, question: CreditNoteQuestion) -> bool:
        """As the draft has it."""
        return self._files.fill_due_dates(question)

    def confirm_import(self, plan: "Plan") -> bool:
        """The person has confirmed exactly this plan: anything else does not get here (`approved`)."""
        del plan
        return not self._job.is_stopping

    def begin_run(self, run: int) -> None:
        """Keep the number of the run: the same files are not sent again."""
        self._keep_run(run)
        self._job.begin_run(run)

    @property
    def can_decide_about_customers(self) -> bool:
        """A person can answer on the page."""
        return True

    def confirm_overwrite(self, differences: CustomerDifferences) -> bool:
        """Ask whether the file's values overwrite those in ARM."""
        return self._job.ask(JobQuestion("overwrite", {"differences": differences})) is True

    def confirm_requests(self, missing: int, requests: int, hour: int) -> bool:
        """Ask whether an export may look for records one by one."""
        values = {"missing": missing, "requests": requests, "hour": hour}
        return self._job.ask(JobQuestion("requests", values)) is True

    def note(self, text: str) -> None:
        """Show a note on the page."""
        self._job.note(text)
