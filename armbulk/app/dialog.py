"""Questions and progress of use cases. Use cases print nothing; their caller passes a `Dialog`."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from armbulk.i18n import Text, Words

if TYPE_CHECKING:
    from armbulk.app.destination import Destination
    from armbulk.app.diff.price import ReadPrice
    from armbulk.app.plan import Plan
    from armbulk.model.column_proposal import SheetDecision, SheetProposal
    from armbulk.model.progress import Progress
    from armbulk.model.request_form import ExperimentalWrite

ReportProgress = Callable[["Progress"], None]
"""Called with each step of a run or an export."""

ProposeAgain = Callable[[str], "SheetProposal | None"]
"""Takes the name of a resource."""


@dataclass(frozen=True, slots=True)
class HeaderQuestion:
    """A header that only resembles one of armbulk's: `text` is the file's, `header` armbulk's."""

    sheet: str
    column: str
    text: str
    header: str


@dataclass(frozen=True, slots=True)
class ContinuationQuestion:
    """Lines without a document number: how many are in a sheet, and the first of them (`rows`, for people)."""

    sheet: str
    count: str
    rows: str


@dataclass(frozen=True, slots=True)
class CreditNoteQuestion:
    """Credit notes without a due date: how many are in a sheet, and the first of them (`rows`, for people)."""

    sheet: str
    count: str
    rows: str


@dataclass(frozen=True, slots=True)
class SupplierQuestion:
    """A sheet whose name or title (`text`) speaks of suppliers, which is read as `resource` by earlier answers."""

    sheet: str
    text: str
    resource: str


@dataclass(frozen=True, slots=True)
class ValueDifference:
    """A value that ARM has otherwise than the file; `is_secret` values are not shown."""

    field: Words
    at_arm: str
    in_file: str
    is_secret: bool


@dataclass(frozen=True, slots=True)
class CustomerDifferences:
    """Customers that ARM has with other values than the file, which were not sent from here.

    Attributes:
        customers: How many.
        values: How many values differ.
        fields: The headers of the fields that differ.
        shown: The first customers: the number, and each value that differs.
        kept: Headers of the parts of ARM's addresses that stay although other parts change: the file lacks them.
    """

    customers: int
    values: int
    fields: tuple[Words, ...]
    shown: tuple[tuple[str, tuple[ValueDifference, ...]], ...]
    kept: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteQuestion:
    """Where something would be written, and what of the files would not.

    Attributes:
        destination: where it would be written.
        left_out: (outcome, count) of the rows that are not sent, such as those with an error.
    """

    destination: "Destination"
    left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormQuestion(WriteQuestion):
    """Where something would be written, and whose word the form of the request rests on.

    Attributes:
        confirmed: who at Amili confirmed the form, and when.
        example: the body of the first request.
    """

    confirmed: "ExperimentalWrite"
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteQuestion(WriteQuestion):
    """Customers that would be deleted: (number, name in ARM) of each, and where.

    Attributes:
        customers: the customers.
    """

    customers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DueDateChange:
    """An AR item that would get a new due date: days are ISO dates, `balance` is None where ARM has none."""

    ar_item_id: str
    customer_no: str
    document_no: str
    before: str
    after: str
    currency: str
    balance: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateQuestion(FormQuestion):
    """AR items that would get a new due date, where, and whose word the form of the request rests on.

    Attributes:
        items: the items, as ARM has them now.
        past: how many of the new due dates are before today.
        paid: how many of the items have no balance.
    """

    items: tuple[DueDateChange, ...]
    past: int = 0
    paid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveQuestion(FormQuestion):
    """Payments that would be reserved, where, and whose word the form of the request rests on.

    Attributes:
        payments: (payment id, what it is for, amount, currency) of each.
        sums: (currency, exact sum) of each currency.
    """

    payments: tuple[tuple[str, str, str, str], ...]
    sums: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingsQuestion(FormQuestion):
    """A set of auto postings that would be validated, where, and whose word the form of the request rests on.

    Attributes:
        count: the postings.
        method: the auto posting method.
        sums: (currency, exact sum) of each currency.
        cost: what it uses of the limits.
    """

    count: int
    method: str
    sums: tuple[tuple[str, Decimal], ...]
    cost: Text


class Dialog:
    """Answers for a program: confirms what was called for, accepts no guesses, shows nothing.

    The command line overrides it with questions on the terminal.
    """

    def __init__(self, report_progress: ReportProgress | None = None) -> None:
        self._report_progress = report_progress or (lambda _: None)

    def reading(self) -> AbstractContextManager[object]:
        """Surround the reading and checking of files."""
        return nullcontext()

    def asking(self) -> AbstractContextManager[ReportProgress]:
        """Surround a few short calls to ARM; yields the function that reports retries."""
        return nullcontext(self._report_progress)

    def comparing(self) -> AbstractContextManager[ReportProgress]:
        """Surround the comparison of records with ARM before anything is stored; yields what reports each step."""
        return self.sending()

    def sending(self) -> AbstractContextManager[ReportProgress]:
        """Surround work in ARM that may take long; yields the function that reports each step."""
        return nullcontext(self._report_progress)

    def accept_header(self, question: HeaderQuestion) -> bool:
        """Return whether a header that only resembles one of armbulk's is that column."""
        del question
        return False

    @property
    def asks_about_columns(self) -> bool:
        """Whether a person is asked about columns: their answers must not be lost."""
        return False

    def match_columns(self, proposal: "SheetProposal", propose: ProposeAgain) -> "SheetDecision | None":
        """Return what the columns of a sheet with other headers are; None where there is no decision.

        Args:
            proposal: What they may be.
            propose: Returns the proposal for the same sheet as another resource.
        """
        del proposal, propose
        return None

    def accept_suppliers(self, question: SupplierQuestion) -> bool:
        """Return whether a sheet that speaks of suppliers is read as customers or documents, with a warning."""
        del question
        return True

    def continue_documents(self, question: ContinuationQuestion) -> bool | None:
        """Return whether lines without a document number are lines of the document above; None: not asked."""
        del question
        return None

    def fill_due_dates(self, question: CreditNoteQuestion) -> bool:
        """Return whether credit notes without a due date are due on their document dates."""
        del question
        return False

    def confirm_import(self, plan: "Plan") -> bool:
        """Return whether to send the plan."""
        del plan
        return True

    def begin_run(self, run: int) -> None:
        """Take note of the run that was stored; nothing has been sent of it yet."""
        del run

    def confirm_delete(self, question: DeleteQuestion) -> bool:
        """Return whether to delete customers; there is no undelete."""
        del question
        return False

    def confirm_reserve(self, question: ReserveQuestion) -> bool:
        """Return whether to reserve payments, in a form that is not public."""
        del question
        return False

    def confirm_postings(self, question: PostingsQuestion) -> bool:
        """Return whether to have auto postings validated, in a form that is not public."""
        del question
        return False

    def confirm_due_dates(self, question: DueDateQuestion) -> bool:
        """Return whether to change due dates, in a form that is not public."""
        del question
        return False

    def confirm_settled(self, question: Text) -> bool:
        """Return whether a person has found this out about unconfirmed calls."""
        del question
        return False

    def confirm_first_import(self) -> bool:
        """Return whether the user is sure that none of the documents was sent before."""
        return True

    def confirm_requests(self, missing: int, requests: int, hour: int) -> bool:
        """Return whether an export may look for records one by one; a program allows it by `max_requests`.

        Args:
            missing: Records that ARM counts and does not list.
            requests: What it costs, by an estimate.
            hour: How many requests fit in an hour.
        """
        del missing, requests, hour
        return False

    def accept_price(self, price: "ReadPrice") -> bool:
        """Return whether a comparison may read that much of ARM."""
        del price
        return True

    @property
    def can_decide_about_customers(self) -> bool:
        """Whether a person can decide about customers that differ; otherwise none of them is sent."""
        return False

    def confirm_overwrite(self, differences: CustomerDifferences) -> bool:
        """Return whether the file's values overwrite those in ARM."""
        del differences
        return False

    def confirm_decision(self, decision: str, phrase: str) -> bool:
        """Return whether to carry out a decision about unconfirmed documents.

        Args:
            decision: `mark-created`, `give-up` or `resend`.
            phrase: Their count and the sum of their amounts: what a person types to confirm.
        """
        del decision, phrase
        return True

    def choose_decision(self, document: Mapping[str, Any], phrase: str) -> str:
        """Return the decision for one unconfirmed document (`mark-created`, `give-up`, `resend`), or "" for later.

        Args:
            document: As the JSON of `armbulk resolve` lists it.
            phrase: What a person types to confirm that it is sent again.
        """
        del document, phrase
        return ""

    def repeat_decision(self, decision: str, count: int, phrase: str) -> bool:
        """Return whether the decision about one unconfirmed document is the same for all others.

        Args:
            decision: `mark-created`, `give-up` or `resend`.
            count: How many others there are.
            phrase: What a person types to confirm that they are sent again.
        """
        del decision, count, phrase
        return False

    def ask_again(self, changes: str) -> bool:
        """Return whether to ask again after `changes` by another process; otherwise the command stops."""
        del changes
        return False

    def note(self, text: str) -> None:
        """Show a note before the work continues."""
