"""Questions about the values of a column with codes: what each of a ledger's own codes means in ARM."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from armbulk.app.column_answers import find_code, list_value_questions
from armbulk.app.column_starter import count_rows
from armbulk.cli.prompts import confirm, prompt
from armbulk.i18n import Text, _, join_texts
from armbulk.model.plain_text import to_one_line

if TYPE_CHECKING:
    from armbulk.cli.command import CommandContext
    from armbulk.model.column_proposal import SheetProposal, ValueQuestion

_COLUMN = _('Column {letter}, "{header}" ({title}): these values are not all codes of ARM.')
_UNDOCUMENTED = _("Before you send: ask Amili which codes your ARM takes. Its documentation names {code} alone.")
_USE_NAMES = _("Use these codes for the values?")
_VALUE = _('"{value}": {rows}')
_ACCEPT = _("Press Enter for {code}, type another code ({codes}), or - if you do not know: the rows are held back")
_TYPE = _("Type a code ({codes}), or press Enter if you do not know: the rows are held back")
_NO_SUCH = _('"{answer}" is not a valid code here')
_HOLD = "-"


class CodeQuestions:
    """Asks what the values of columns with codes mean."""

    def __init__(self, context: "CommandContext") -> None:
        self._context = context
        self._lang = context.lang

    def ask(
        self, proposal: "SheetProposal", columns: Mapping[str, str]
    ) -> tuple[dict[str, dict[str, str]], frozenset[str]]:
        """Return field → value → code, and the fields of which some values are left open.

        Args:
            proposal: The sheet.
            columns: Letter → field, as it was decided.
        """
        questions = list_value_questions(proposal, columns)
        values: dict[str, dict[str, str]] = {}
        open_fields = set()
        for letter in dict.fromkeys(question.letter for question in questions):
            of_column = [question for question in questions if question.letter == letter]
            target = of_column[0].target
            self._introduce(proposal, of_column)
            codes = self._ask_column(proposal.resource, of_column)
            values[target] = {text: code for text, code in codes.items() if code}
            documented = of_column[0].codes[0]
            if target == "document_type" and {*values[target].values()} - {documented}:
                self._context.reporter.say(_UNDOCUMENTED.fill(code=documented))
            if len(values[target]) < len(of_column):
                open_fields.add(target)
        return values, frozenset(open_fields)

    def _introduce(self, proposal: "SheetProposal", questions: Sequence["ValueQuestion"]) -> None:
        letter = questions[0].letter
        header = next(column.header for column in proposal.columns if column.letter == letter)
        title = proposal.targets[questions[0].target]
        self._context.reporter.say(_COLUMN.fill(letter=letter, header=to_one_line(header, 40), title=title))

    def _ask_column(self, resource: str, questions: Sequence["ValueQuestion"]) -> dict[str, str]:
        """Return value → code; "" where it is left open. Names of codes are one question."""
        named = [question for question in questions if question.is_sure and question.code != question.text]
        accepted = not named or self._confirm_names(named)
        codes = {}
        for question in questions:
            is_clear = question.is_sure and (accepted or question.code == question.text)
            codes[question.text] = question.code if is_clear else self._ask_value(resource, question)
        return codes

    def _confirm_names(self, named: Sequence["ValueQuestion"]) -> bool:
        for question in named:
            value, rows = to_one_line(question.text, 30), count_rows(question).text(self._lang)
            self._context.reporter.say(f"  {value} → {question.code} ({rows})")
        return confirm(_USE_NAMES.text(self._lang), self._lang, default=True)

    def _ask_value(self, resource: str, question: "ValueQuestion") -> str:
        """Return the code of a value; "" if its rows are held back."""
        self._context.reporter.say(_VALUE.fill(value=to_one_line(question.text, 40), rows=count_rows(question)))
        codes = ", ".join(code for code in question.codes if code != question.code)
        asks = _ACCEPT.fill(code=question.code, codes=codes) if question.code else _TYPE.fill(codes=codes)
        while True:
            answer = prompt(asks.text(self._lang), default="", show_default=False).strip()
            if answer == _HOLD or not (answer or question.code):
                return ""
            code = find_code(resource, question, answer or question.code)
            if code:
                return code
            self._context.reporter.say(self._refuse(resource, answer, question))

    def _refuse(self, resource: str, answer: str, question: "ValueQuestion") -> Text:
        reason: Text = _NO_SUCH.fill(answer=to_one_line(answer, 40))
        if not find_code(resource, question, question.text):
            return reason
        own = _('To send "{value}" as it is, type {value}.', value=question.text)
        return join_texts(reason, own, separator=". ")
