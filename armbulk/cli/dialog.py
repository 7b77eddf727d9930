"""The questions of use cases, asked at the terminal; and their progress."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import click

from armbulk.app.dialog import (
    ContinuationQuestion,
    CustomerDifferences,
    Dialog,
    HeaderQuestion,
    ReportProgress,
    ValueDifference,
)
from armbulk.cli.command import CommandContext, InterruptHandler
from armbulk.cli.progress import show_progress
from armbulk.cli.prompts import confirm, prompt
from armbulk.errors import QuestionError, UsageError
from armbulk.findings.frame import fill_template
from armbulk.i18n import Words
from armbulk.model.decision import Decision
from armbulk.model.plain_text import show_safely, to_one_line

if TYPE_CHECKING:
    from armbulk.app.plan import Plan

_ACCEPT_HEADER = Words(
    '{sheet}, column {column}: "{said}" looks like "{header}". Use it?',
    "{sheet}, kolonne {column}: «{said}» ligner på «{header}». Skal den brukes?",
)
_CONTINUE = Words(
    "{sheet}: {count} rows have no document number ({rows}). Do they belong to the document above?",
    "{sheet}: {count} rader har ikke bilagsnummer ({rows}). Hører de til bilaget over?",
)
_SEND = Words("Send {count} records to {where}, client {client}?", "Sende {count} poster til {where}, klient {client}?")
_SEND_DOCUMENTS = Words(
    "Send {count} records (documents {first} to {last}; {totals}) to {where}, client {client}?",
    "Sende {count} poster (bilag {first} til {last}; {totals}) til {where}, klient {client}?",
)
_FIRST_IMPORT = Words(
    "A first import looks nothing up at ARM: documents that ARM has already are created twice, and customers that ARM "
    "has already are overwritten. Are you certain that ARM has none of these records?",
    "En første import slår ikke opp noe hos ARM: bilag som ARM har fra før, blir opprettet to ganger, og kunder som "
    "ARM har fra før, blir overskrevet. Er du sikker på at ARM ikke har noen av disse postene?",
)
_DIFFERENT = Words(
    "{count} customers at ARM have other values than the file ({values} values: {fields}):",
    "{count} kunder hos ARM har andre verdier enn filen ({values} verdier: {fields}):",
)
_CUSTOMER = Words("customer {number}", "kunde {number}")
_VALUE = Words('  {field}: ARM "{at_arm}", file "{in_file}"', "  {field}: ARM «{at_arm}», filen «{in_file}»")
_SECRET_VALUE = Words("  {field}: ARM has another than the file", "  {field}: ARM har en annen enn filen")
_MORE_CUSTOMERS = Words("… and {count} more customers", "… og {count} kunder til")
_OVERWRITE = Words(
    "Overwrite ARM's values with those of the file? (No: these customers and their documents are not sent.)",
    "Overskrive verdiene hos ARM med dem i filen? (Nei: disse kundene og bilagene deres sendes ikke.)",
)
_REQUESTS = Words(
    "ARM does not list {missing} of the records. Looking for them one by one takes about {requests} requests; {hour} "
    "can be made in an hour. Continue?",
    "ARM lister ikke {missing} av postene. Å slå dem opp én for én krever omtrent {requests} kall; {hour} kan gjøres i "
    "timen. Fortsette?",
)
_CHOICES = Words(
    "(c) ARM has it, (g) give up, (s) send again, (l) later",
    "(c) ARM har det, (g) gi opp, (s) send på nytt, (l) senere",
)
_CONFIRM_PHRASE = Words(
    '{decision}: type the number of documents and their total, "{phrase}"',
    "{decision}: skriv antall bilag og summen av dem, «{phrase}»",
)
_NOT_THE_PHRASE = Words(
    'That is not "{phrase}". Nothing was decided about {number}.',
    "Det er ikke «{phrase}». Ingenting er bestemt om {number}.",
)
_MAX_VALUE_CHARS = 60
_DECISIONS = {"c": Decision.MARK_CREATED, "g": Decision.GIVE_UP, "s": Decision.RESEND, "l": ""}


class TerminalDialog(Dialog):
    """Asks at the terminal. With `yes` everything is confirmed, and no guess is taken for an answer.

    Raises:
        QuestionError: Something has to be confirmed, and there is no terminal and no `--yes`.
    """

    def __init__(self, context: CommandContext, *, yes: bool = False) -> None:
        super().__init__()
        self._context = context
        self._yes = yes

    def reading(self) -> AbstractContextManager[object]:
        """Show that files are read."""
        return self._context.reporter.working("reading and checking …")

    def asking(self) -> AbstractContextManager[ReportProgress]:
        """Show that ARM is asked."""
        return show_progress(self._context.reporter, "asking ARM …")

    @contextmanager
    def sending(self) -> Iterator[ReportProgress]:
        """Show progress; Ctrl-C stops after the call that is being made."""
        with InterruptHandler(self._context.session), show_progress(self._context.reporter) as progress:
            yield progress

    def accept_header(self, question: HeaderQuestion) -> bool:
        """Ask about a header, where somebody can answer."""
        if self._yes or not self._context.can_ask:
            return False
        values = {
            "sheet": question.sheet, "column": question.column, "said": question.text, "header": question.header,
        }  # fmt: skip
        text = fill_template(_ACCEPT_HEADER.text(self._context.lang), values)
        return confirm(show_safely(text))

    def continue_documents(self, question: ContinuationQuestion) -> bool:
        """Ask about lines without a document number, where somebody can answer."""
        if self._yes or not self._context.can_ask:
            return False
        values = {"sheet": question.sheet, "count": question.count, "rows": question.rows}
        text = fill_template(_CONTINUE.text(self._context.lang), values)
        return confirm(show_safely(text))

    def confirm_import(self, plan: "Plan") -> bool:
        """Show the plan, and ask for a yes where something would be sent."""
        if not self._context.reporter.as_json:
            self._context.reporter.show("plan", plan.to_json())
        summary, profile = plan.summarise(), self._context.session.profile
        if summary["count"] == "0":
            return True
        values = {**summary, "where": profile.account.origin, "client": profile.client_no}
        question = _SEND_DOCUMENTS if summary["last"] else _SEND
        return self._context.ask(fill_template(question.text(self._context.lang), values), yes=self._yes)

    def confirm_first_import(self) -> bool:
        """Ask whether the documents are certainly new to ARM; --yes answers it too."""
        return self._context.ask(_FIRST_IMPORT.text(self._context.lang), yes=self._yes)

    @property
    def can_decide_about_customers(self) -> bool:
        """Whether somebody sits at the terminal, and did not say --yes."""
        return self._context.can_ask and not self._yes

    def confirm_overwrite(self, differences: CustomerDifferences) -> bool:
        """Show the first customers that differ, and ask."""
        lang, lines = self._context.lang, []
        for number, values in differences.shown:
            lines += [_CUSTOMER.text(lang).format(number=number), *(_describe_value(value, lang) for value in values)]
        if differences.customers > len(differences.shown):
            lines.append(_MORE_CUSTOMERS.text(lang).format(count=differences.customers - len(differences.shown)))
        fields = ", ".join(header.text(lang) for header in differences.fields)
        heading = _DIFFERENT.text(lang).format(count=differences.customers, values=differences.values, fields=fields)
        click.echo(show_safely("\n".join([heading, *lines])), err=True)
        return confirm(_OVERWRITE.text(lang))

    def confirm_requests(self, missing: int, requests: int, hour: int) -> bool:
        """Ask, where somebody can answer, whether an export may cost so many requests."""
        if not self._context.can_ask:
            return False
        values = {"missing": str(missing), "requests": str(requests), "hour": str(hour)}
        return self._context.ask(fill_template(_REQUESTS.text(self._context.lang), values), yes=self._yes)

    def confirm_decision(self, decision: str, phrase: str) -> bool:
        """Ask for the count and the total; a script says --yes. UsageError when they are wrong."""
        return self._yes or self._confirm_phrase(decision, phrase)

    def _confirm_phrase(self, decision: str, phrase: str) -> bool:
        if not self._is_phrase_typed(decision, phrase):
            raise UsageError("not-confirmed", "That is not the count and the total", "Nothing was decided")
        return True

    def _is_phrase_typed(self, decision: str, phrase: str) -> bool:
        question = self._fill(_CONFIRM_PHRASE, decision=decision, phrase=phrase)
        if not self._context.can_ask:
            raise QuestionError("question", question, "Answer with --yes (and --expect-count, --expect-total)")
        answer = prompt(show_safely(question), default="", show_default=False)
        return answer.replace(",", ".").split() == phrase.split()

    def choose_decision(self, document: Mapping[str, Any], phrase: str) -> str:
        """Ask what shall become of a document, where somebody can answer; a resend that is not confirmed, once more."""
        if not self._context.can_ask:
            return ""
        from armbulk.app.prose import render_prose

        heading = render_prose("open-document", {"document": document}, self._context.lang).rstrip("\n")
        choices, question = click.Choice(list(_DECISIONS)), _CHOICES.text(self._context.lang)
        while True:
            self._context.reporter.say(heading)
            answer = prompt(question, type=choices, default="l", show_choices=False)
            decision = _DECISIONS[answer]
            if decision != Decision.RESEND or self._is_phrase_typed(decision, phrase):
                return decision
            self._context.reporter.say(self._fill(_NOT_THE_PHRASE, phrase=phrase, number=document["document_no"]))

    def _fill(self, words: Words, **values: str) -> str:
        return fill_template(words.text(self._context.lang), values)

    def ask_again(self, changes: str) -> bool:
        """Show the changes where somebody can answer the question anew."""
        if self._yes or not self._context.can_ask:
            return False
        self._context.reporter.say(changes)
        return True

    def note(self, text: str) -> None:
        """Show the note on stderr."""
        self._context.reporter.say(text)


def _describe_value(value: ValueDifference, lang: str) -> str:
    text = (_SECRET_VALUE if value.is_secret else _VALUE).text(lang)
    values = {
        "field": value.field.text(lang),
        "at_arm": to_one_line(value.at_arm, _MAX_VALUE_CHARS),
        "in_file": to_one_line(value.in_file, _MAX_VALUE_CHARS),
    }
    return fill_template(text, values)
