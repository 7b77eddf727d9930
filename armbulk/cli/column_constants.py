"""Questions about required fields that no column of a sheet has: the value of every row."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from armbulk.app.column_answers import describe_expression, divide_by_sign, find_constant_error, list_negative_invoices
from armbulk.app.columns import may_be_constant
from armbulk.cli.prompts import confirm, prompt
from armbulk.i18n import _, ngettext

if TYPE_CHECKING:
    from armbulk.cli.command import CommandContext
    from armbulk.model.column_proposal import SheetProposal

_CONSTANT_AGAIN = _(
    "{title} is required, but no column has it. Press Enter for {value} as before, type another value of every row, or "
    "- to leave it open"
)
_CONSTANT = _(
    "{title} is required, but no column has it. Type the value of every row (for example {example}), or press "
    "Enter to leave it open"
)
_CONSTANT_LIKELY = _(
    "{title} is required, but no column has it. Press Enter for {value} ({reason}), type another value, or "
    "- to leave it open"
)
_NEGATIVE = ngettext(
    "{count:number} amount is negative (row {rows}): a credit note or a payment. With IN it is sent as an invoice. "
    "Use IN for all rows?",
    "{count:number} amounts are negative (rows {rows}): credit notes or payments. With IN they are sent as invoices. "
    "Use IN for all rows?",
)
_NEGATIVE_TYPE = _(
    "Type the document type of the rows with negative amounts (ask Amili for ARM's code of credit notes), or press "
    "Enter: these rows are held back then"
)
_EXPRESSION_AGAIN = _("{title}: {expression}. Use this as before?")
_MAX_ROWS_NAMED = 5
_EXAMPLES = {"document_type": "IN", "currency": "NOK", "document_date": "2026-10-01", "due_date": "2026-10-15"}
_LEAVE_OPEN = "-"


class ConstantQuestions:
    """Asks about the values that every row has."""

    def __init__(self, context: "CommandContext") -> None:
        self._context, self._lang = context, context.lang

    def ask(
        self, proposal: "SheetProposal", columns: Mapping[str, str], derived: Collection[str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the values of every row for required fields that have no column and are not `derived`; expressions.

        Args:
            proposal: The sheet.
            columns: Letter → field, as it was decided.
            derived: Fields that are made of columns or titles.
        """
        known = {*columns.values(), *derived}
        constants: dict[str, str] = {}
        expressions: dict[str, str] = {}
        before = proposal.earlier
        for name in proposal.required:
            if name in known or name not in proposal.targets or not may_be_constant(proposal.resource, name):
                continue
            expression = before.expressions.get(name, "") if before else ""
            again = _EXPRESSION_AGAIN.fill(title=proposal.targets[name], expression=describe_expression(expression))
            if expression and confirm(again.text(self._lang), self._lang, default=True):
                expressions[name] = expression
                continue
            answer = self._ask_constant(proposal, name, before.constants.get(name, "") if before else "", columns)
            (expressions if answer.startswith("{{") else constants).update({name: answer} if answer else {})
        return constants, expressions

    def _ask_constant(self, proposal: "SheetProposal", name: str, earlier: str, columns: Mapping[str, str]) -> str:
        """Return the value of every row for a field, or the expression that makes it; "" to leave it open."""
        title, example = proposal.targets[name], _EXAMPLES.get(name, "…")
        suggested = proposal.suggested.get(name)
        question = _CONSTANT.fill(title=title, example=example)
        if earlier:
            question = _CONSTANT_AGAIN.fill(title=title, value=earlier)
        elif suggested is not None:
            question = _CONSTANT_LIKELY.fill(title=title, value=suggested.value, reason=suggested.reason)
        likely = earlier or (suggested.value if suggested else "")
        while answer := prompt(question.text(self._lang), default=likely, show_default=False).strip():
            reason = find_constant_error(proposal.resource, name, answer)
            if answer == _LEAVE_OPEN:
                return ""
            if reason is not None:
                self._context.reporter.say(reason)
                continue
            negative = list_negative_invoices(proposal, columns, name, answer)
            if not negative or self._accept_negative(negative):
                return answer
            if expression := self._divide_by_sign(proposal, columns):
                return expression
        return ""

    def _accept_negative(self, negative: Sequence[int]) -> bool:
        """Return whether rows with negative amounts are invoices, too."""
        rows = ", ".join(map(str, negative[:_MAX_ROWS_NAMED])) + (" …" if len(negative) > _MAX_ROWS_NAMED else "")
        question = _NEGATIVE.fill(count=len(negative), rows=rows)
        return confirm(question.text(self._lang), self._lang, default=False)

    def _divide_by_sign(self, proposal: "SheetProposal", columns: Mapping[str, str]) -> str:
        """Return the expression of the document type, where rows with negative amounts have another or none.

        "" where no expression can read the amounts.
        """
        without_type = divide_by_sign(proposal, columns, "")
        if not without_type:
            return ""
        while answer := prompt(_NEGATIVE_TYPE.text(self._lang), default="", show_default=False).strip(
            _LEAVE_OPEN + " "
        ):
            reason = find_constant_error(proposal.resource, "document_type", answer)
            if reason is None:
                return divide_by_sign(proposal, columns, answer)
            self._context.reporter.say(reason)
        return without_type
