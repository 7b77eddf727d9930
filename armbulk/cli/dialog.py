"""Questions and progress of use cases, at the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import click

from armbulk.app.decision_phrase import is_phrase, write_phrase
from armbulk.app.dialog import (
    ContinuationQuestion,
    CreditNoteQuestion,
    CustomerDifferences,
    DeleteQuestion,
    Dialog,
    DueDateQuestion,
    HeaderQuestion,
    PostingsQuestion,
    ProposeAgain,
    ReportProgress,
    ReserveQuestion,
    SupplierQuestion,
    ValueDifference,
    WriteQuestion,
)
from armbulk.app.price_words import describe_price
from armbulk.cli import form_questions
from armbulk.cli.command import CommandContext, InterruptHandler, question_error
from armbulk.cli.progress import REPEAT_HINT, show_check, show_progress
from armbulk.cli.prompts import confirm, prompt
from armbulk.cli.word_choice import WordChoice
from armbulk.errors import UsageError
from armbulk.i18n import NO_TEXT, Text, _, ngettext
from armbulk.model.client_name import name_client
from armbulk.model.decision import Decision
from armbulk.model.environment import Environment, colour_environment, name_environment
from armbulk.model.plain_text import to_one_line

if TYPE_CHECKING:
    from armbulk.app.diff.price import ReadPrice
    from armbulk.app.plan import Plan
    from armbulk.model.column_proposal import SheetDecision, SheetProposal

_NOT_SENT = _("Interrupted. Nothing was sent.")
_NOT_SAVED = _("Interrupted. The answers about this sheet were not saved.")
_ACCEPT_HEADER = _('Sheet {sheet}, column {column}: "{said}" is similar to "{header}". Use it as "{header}"?')
_SUPPLIERS = _(
    'Sheet {sheet}: "{text}" may refer to suppliers, but the headers are those of a file that you matched as '
    "{contents}. Read it this way?"
)
_CONTINUE = ngettext(
    "Sheet {sheet}: {count} row has no document number ({rows}). Does it belong to the document above?",
    "Sheet {sheet}: {count} rows have no document number ({rows}). Do they belong to the document above?",
)
_FILL_DUE_DATES = ngettext(
    "{sheet}: {count:number} credit note has no due date (row {rows}). Use its document date?",
    "{sheet}: {count:number} credit notes have no due date (rows {rows}). Use their document dates?",
)
_SEND = _("Send {records} to {environment}, client {client}?")
_UPDATE = _("Update {records} in {environment}, client {client}?")
_DELETE = ngettext(
    "Delete {count} customer in {environment}, client {client}? ARM has no undelete.",
    "Delete {count} customers in {environment}, client {client}? ARM has no undelete.",
)
_TYPE_COUNT = _("{question} Type the number of customers to confirm")
_FIRST_IMPORT = _(
    "--first-import skips the duplicate check. Documents that ARM already has would be "
    "created twice, and customers that ARM already has would be overwritten.\nAre you sure "
    "that none of these records has ever been sent to ARM, from any computer?"
)
_DIFFERENT = ngettext(
    "{count} customer in ARM differs from the file. Differences: {values} ({fields})",
    "{count} customers in ARM differ from the file. Differences: {values} ({fields})",
)
_CUSTOMER = _("customer {number}")
_VALUE = _('  {field}: ARM has "{at_arm}", the file has "{in_file}"')
_SECRET_VALUE = _("  {field}: differs (value not shown)")
_MORE_CUSTOMERS = ngettext("… and {count} more customer", "… and {count} more customers")
_KEPT = _("Not in the file, so ARM's values stay in the changed addresses: {fields}")
_OVERWRITE = _(
    "If you answer no, these customers and their documents are not sent.\nOverwrite ARM's "
    "values with those in the file?"
)
_REQUESTS = _(
    "ARM's list lacks {missing} records. Looking them up one by one takes about {requests} "
    "requests; your limit is {hour} per hour. Continue?"
)
_COMPARE = _("Read that much from ARM?")
_CHOICES = _("Type c (ARM has it), g (give up), s (send again) or l (decide later)")
_CONFIRM_PHRASE = _('To confirm --{decision}, type the number of documents and their total: "{phrase}"')
_NOT_THE_PHRASE = _('That does not match "{phrase}". Document {number} is unchanged.')
_REPEAT = ngettext("Do the same with the other document?", "Do the same with the other {count:number} documents?")
_MAX_VALUE_CHARS = 60
_DECISIONS = {"c": Decision.MARK_CREATED, "g": Decision.GIVE_UP, "s": Decision.RESEND, "l": ""}


class TerminalDialog(Dialog):
    """Asks at the terminal. With `yes` everything is confirmed, and no guess is taken for an answer.

    Raises:
        QuestionError: Something has to be confirmed, and there is no terminal and no `--yes`.
    """

    def __init__(
        self,
        context: CommandContext,
        *,
        yes: bool = False,
        details: bool = False,
        wants_columns: bool = False,
        hint: Text = NO_TEXT,
    ) -> None:
        """Ask and show nothing yet.

        Args:
            context: the command's.
            yes: everything is confirmed.
            details: the plan is shown with all its details.
            wants_columns: the person wants to match columns.
            hint: what Ctrl-C does while armbulk works; "": the command is over soon.
        """
        super().__init__()
        self._hint = hint
        self._wants_columns = wants_columns
        self._context = context
        self._yes = yes
        self._details = details

    def reading(self) -> AbstractContextManager[object]:
        """Show that files are read."""
        return show_check(self._context, as_phase=bool(self._hint))

    def asking(self) -> AbstractContextManager[ReportProgress]:
        """Show that armbulk waits for ARM; nothing is changed there meanwhile."""
        return show_progress(self._context, REPEAT_HINT)

    def comparing(self) -> AbstractContextManager[ReportProgress]:
        """Show progress; after Ctrl-C nothing is stored that could be resumed."""
        return self._work(REPEAT_HINT)

    def sending(self) -> AbstractContextManager[ReportProgress]:
        """Show progress; Ctrl-C stops after the call that is being made."""
        return self._work(self._hint)

    @contextmanager
    def _work(self, hint: Text) -> Iterator[ReportProgress]:
        with InterruptHandler(self._context.session), show_progress(self._context, hint) as progress:
            yield progress

    def accept_header(self, question: HeaderQuestion) -> bool:
        """Ask about a header, if a person can answer."""
        if self._yes or not self._context.can_ask:
            return False
        values = {
            "sheet": question.sheet, "column": question.column, "said": question.text, "header": question.header,
        }  # fmt: skip
        return self._confirm(_ACCEPT_HEADER.fill(**values))

    @property
    def asks_about_columns(self) -> bool:
        """Whether a person can answer."""
        return self._context.can_ask and not self._yes

    def match_columns(self, proposal: "SheetProposal", propose: ProposeAgain) -> "SheetDecision | None":
        """Ask what the columns of a sheet are, if a person can answer."""
        if not self.asks_about_columns:
            return None
        from armbulk.cli.columns import ColumnQuestions

        try:
            return ColumnQuestions(self._context, propose).ask(proposal, is_wanted=self._wants_columns)
        except click.Abort:
            self._context.reporter.say("")
            self._context.reporter.say(_NOT_SAVED)
            raise

    def accept_suppliers(self, question: SupplierQuestion) -> bool:
        """Ask whether a list that may be one of suppliers is read, if a person can answer."""
        if self._yes or not self._context.can_ask:
            return True
        from armbulk.app.column_starter import CONTENTS

        values = {
            "sheet": question.sheet,
            "text": to_one_line(question.text, 60),
            "contents": CONTENTS[question.resource],
        }
        return self._confirm(_SUPPLIERS.fill(**values))

    def continue_documents(self, question: ContinuationQuestion) -> bool | None:
        """Ask about lines without a document number; None if no person can answer."""
        if self._yes or not self._context.can_ask:
            return None
        values = {"sheet": question.sheet, "count": int(question.count), "rows": question.rows}
        return self._confirm(_CONTINUE.fill(**values))

    def fill_due_dates(self, question: CreditNoteQuestion) -> bool:
        """Ask about credit notes without a due date, if a person can answer."""
        if self._yes or not self._context.can_ask:
            return False
        values = {"sheet": question.sheet, "count": int(question.count), "rows": question.rows}
        return self._confirm(_FILL_DUE_DATES.fill(**values))

    def confirm_import(self, plan: "Plan") -> bool:
        """Show the plan, and ask for a yes where something would be sent."""
        if not self._context.reporter.as_json:
            asks = plan.records and self._context.can_ask and not self._yes
            control = plan.describe_totals()
            self._context.reporter.show("plan", plan.to_json(), details=self._details, control=control, asks=asks)
        if not plan.records:
            return True
        target = plan.destination
        name: str = name_environment(target.environment, target.address)
        if self._context.can_ask:
            name = colour_environment(target.environment, target.address, self._context.lang)
        client = name_client(target.client_no, target.client_name)
        question = _UPDATE if plan.has_updates_only else _SEND
        return self._ask_to_send(question.fill(records=plan.describe(), environment=name, client=client))

    def confirm_delete(self, question: DeleteQuestion) -> bool:
        """Show the first customers, and ask; where it may be production, the number of customers is typed."""
        lang, count = self._context.lang, len(question.customers)
        lines = [f"  {number}  {to_one_line(name, _MAX_VALUE_CHARS)}" for number, name in question.customers[:10]]
        if count > len(lines):
            lines.append(_MORE_CUSTOMERS.fill(count=count - len(lines)).text(lang))
        return self._confirm_count(question, lines, count, _DELETE, _TYPE_COUNT)

    def confirm_reserve(self, question: ReserveQuestion) -> bool:
        """Show the first payments, the sums and the first request, and ask; in production the number is typed."""
        lines, count = form_questions.list_payments(question, self._context.lang), len(question.payments)
        return self._confirm_count(question, lines, count, form_questions.RESERVE, form_questions.TYPE_PAYMENTS)

    def confirm_postings(self, question: PostingsQuestion) -> bool:
        """Show the cost, the sums and the request, and ask; in production the number is typed."""
        lines, count = form_questions.list_postings(question, self._context.lang), question.count
        return self._confirm_count(question, lines, count, form_questions.VALIDATE, form_questions.TYPE_POSTINGS)

    def confirm_due_dates(self, question: DueDateQuestion) -> bool:
        """Show the first items and the first request, and ask; in production the number is typed."""
        lines, count = form_questions.list_due_dates(question, self._context.lang), len(question.items)
        return self._confirm_count(question, lines, count, form_questions.CHANGE, form_questions.TYPE_ITEMS)

    def confirm_settled(self, question: Text) -> bool:
        """Show the rows and what would be recorded of them, and ask."""
        return self._context.ask(question, yes=self._yes)

    def _confirm_count(
        self,
        question: WriteQuestion,
        lines: Sequence[str],
        count: int,
        text: Text,
        typed: Text,
    ) -> bool:
        """Show lines, and ask; where it may be production, the number is typed."""
        target = question.destination
        environment = name_environment(target.environment, target.address)
        client = name_client(target.client_no, target.client_name)
        filled = text.fill(count=count, environment=environment, client=client)
        if self._yes:
            return True
        if not self._context.can_ask:
            raise question_error(filled, _("Use --yes, with --expect-count"))
        left_out = form_questions.describe_left_out(question, self._context.lang)
        self._context.reporter.say("\n".join([*lines, *left_out]))
        if target.environment in {Environment.SANDBOX, Environment.STAGING}:
            return self._confirm(filled)
        with self._context.reporter.suspended():
            shown = typed.fill(question=filled)
            return prompt(shown.text(self._context.lang), default="", show_default=False).strip() == str(count)

    def confirm_first_import(self) -> bool:
        """Ask whether all documents are new to ARM; `--yes` confirms it."""
        return self._ask_to_send(_FIRST_IMPORT)

    def _ask_to_send(self, question: Text) -> bool:
        """Ask before anything is sent; after Ctrl-C say that nothing was."""
        try:
            return self._context.ask(question, yes=self._yes)
        except click.Abort:
            self._context.reporter.say("")
            self._context.reporter.say(_NOT_SENT)
            raise

    @property
    def can_decide_about_customers(self) -> bool:
        """Whether a person can answer at the terminal, and did not use `--yes`."""
        return self._context.can_ask and not self._yes

    def confirm_overwrite(self, differences: CustomerDifferences) -> bool:
        """Show the first customers that differ, and ask."""
        lang, lines = self._context.lang, []
        for number, values in differences.shown:
            lines += [_CUSTOMER.fill(number=number).text(lang), *(_describe_value(value, lang) for value in values)]
        if differences.customers > len(differences.shown):
            lines.append(_MORE_CUSTOMERS.fill(count=differences.customers - len(differences.shown)).text(lang))
        if differences.kept:
            lines.append(_KEPT.fill(fields=", ".join(header.text(lang) for header in differences.kept)).text(lang))
        fields = ", ".join(header.text(lang) for header in differences.fields)
        heading = _DIFFERENT.fill(count=differences.customers, values=differences.values, fields=fields).text(lang)
        return confirm("\n".join([heading, *lines, _OVERWRITE.text(lang)]), lang)

    def _confirm(self, question: Text) -> bool:
        with self._context.reporter.suspended():
            return confirm(question.text(self._context.lang), self._context.lang)

    def confirm_requests(self, missing: int, requests: int, hour: int) -> bool:
        """Ask whether an export may use so many requests, if a person can answer."""
        if not self._context.can_ask:
            return False
        values = {"missing": str(missing), "requests": str(requests), "hour": str(hour)}
        return self._context.ask(_REQUESTS.fill(**values), yes=self._yes)

    def accept_price(self, price: "ReadPrice") -> bool:
        """Say what is read, and ask where that is much."""
        if price.method == "kept":
            return True
        lang = self._context.lang
        self._context.reporter.say(describe_price(price).text(lang))
        return not price.is_high or self._context.ask(_COMPARE, yes=self._yes)

    def confirm_decision(self, decision: str, phrase: str) -> bool:
        """Ask for the count and the total, unless `--yes` was used. UsageError when they are wrong."""
        return self._yes or self._confirm_phrase(decision, phrase)

    def _confirm_phrase(self, decision: str, phrase: str) -> bool:
        if not self._is_phrase_typed(decision, phrase):
            raise UsageError(
                "not-confirmed",
                _("What you typed does not match the number of documents and their total"),
                _("Nothing was changed. Run the command again."),
            )
        return True

    def _is_phrase_typed(self, decision: str, phrase: str) -> bool:
        question = _CONFIRM_PHRASE.fill(decision=decision, phrase=write_phrase(phrase, self._context.lang))
        if not self._context.can_ask:
            raise question_error(question, _("Use --yes, with --expect-count and --expect-total"))
        answer = prompt(question.text(self._context.lang), default="", show_default=False)
        return is_phrase(answer, phrase)

    def choose_decision(self, document: Mapping[str, Any], phrase: str) -> str:
        """Ask what to do with a document, if a person can answer; ask again when a resend is not confirmed."""
        if not self._context.can_ask:
            return ""
        from armbulk.app.prose import render_prose

        lang = self._context.lang
        heading = render_prose("open-document", {"document": document}, lang).rstrip("\n")
        choices, question = WordChoice(list(_DECISIONS)), _CHOICES.text(lang)
        while True:
            self._context.reporter.say(heading)
            answer = prompt(question, type=choices, default="l", show_choices=False)
            decision = _DECISIONS[answer]
            if decision != Decision.RESEND or self._is_phrase_typed(decision, phrase):
                return decision
            refusal = _NOT_THE_PHRASE.fill(phrase=write_phrase(phrase, lang), number=document["document_no"])
            self._context.reporter.say(refusal)

    def repeat_decision(self, decision: str, count: int, phrase: str) -> bool:
        """Ask whether the others are decided alike; that they are sent again is confirmed by their number and total."""
        return self._confirm(_REPEAT.fill(count=count)) and (
            decision != Decision.RESEND or self._is_phrase_typed(decision, phrase)
        )

    def ask_again(self, changes: str) -> bool:
        """Show the changes, if a person can answer the question again."""
        if self._yes or not self._context.can_ask:
            return False
        self._context.reporter.say(changes)
        return True

    def note(self, text: str) -> None:
        """Show the note on stderr."""
        self._context.reporter.say(text)


def _describe_value(value: ValueDifference, lang: str) -> str:
    text = _SECRET_VALUE if value.is_secret else _VALUE
    values = {
        "field": value.field.text(lang),
        "at_arm": to_one_line(value.at_arm, _MAX_VALUE_CHARS),
        "in_file": to_one_line(value.in_file, _MAX_VALUE_CHARS),
    }
    return text.fill(**values).text(lang)
