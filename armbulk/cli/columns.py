"""Questions about a sheet with other headers: what it contains, and what each of its columns is."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from armbulk.app.choices import name_import_resources
from armbulk.app.column_answers import find_target, list_date_meanings, list_misfits
from armbulk.app.column_report import describe_proposal
from armbulk.app.column_starter import list_carried
from armbulk.app.columns import may_be_constant, offer_join
from armbulk.cli.column_codes import CodeQuestions
from armbulk.cli.column_constants import ConstantQuestions
from armbulk.cli.prompts import confirm, prompt
from armbulk.i18n import Text, _
from armbulk.model.column_proposal import ColumnProposal, DerivedFields, EarlierAnswers, SheetDecision, SheetProposal
from armbulk.model.plain_text import to_one_line
from armbulk.model.read_options import DECIMAL_SEPARATORS
from armbulk.model.resource_name import find_name

if TYPE_CHECKING:
    from armbulk.app.dialog import ProposeAgain
    from armbulk.cli.command import CommandContext

_MATCH = _("Some of these headers are unknown. Match the columns now?")
_RESOURCE = _("What is in the sheet? {choices}, or s to skip it")
_BOTH = _("both")
_BOTH_CHOICE = _("{both} (documents and their customers)")
_NOW_CUSTOMERS = _("Now the customers of these documents. Rows with the same customer number are one customer.")
_COLUMN = _('Column {letter}: "{header}" ({samples})')
_MAY_BE = _("May be: {title} ({reason})")
_ACCEPT = _("Press Enter to accept, type another field, l to choose from the list, or i to ignore the column")
_CHOOSE = _("Press Enter to ignore the column, type its field, or l to choose from the list")
_LEAVE = _(
    "It may be of the customer: {title}. armbulk asks about the columns of the customers afterwards. Press Enter to "
    "leave it to them, type a field of the documents, or l to choose from the list"
)
_FROM_LIST = _("Type a number, or a part of the name; press Enter to ignore the column")
_OVERVIEW = _("Press Enter to use these columns, type a letter to change a column, or {stop} to stop")
_STOP = _("stop")
_KEY = _(
    "{title} is required, and differs from row to row. Type the letter of its column, or press Enter to leave it open"
)
_DERIVED = _("{question} ({sample})")
_DATES = _("{example} can be read in more than one way:")
_DATE_ORDER = _("Type the order of your dates")
_PROVEN = _("  {reason}.")
_DATE_ORDERS = {"dmy": _("day first"), "mdy": _("month first"), "ymd": _("year first")}
_DECIMAL = _('{example} can be read in two ways. Type "," or ".", the one before the decimals')
_BLOCKS = _("Use the number in the title above each block as the customer number of its rows?")
_SKIP = _("Leave out the rows below that are no records? They are listed above.")
_SKIP_MANY = _("Leave out the {count:number} rows below that are not records? Type l to list all of them.")
_ROW = _("row {row}")
_MISFIT = _("Most values of column {letter} are not valid as {title}: {values}. Use the column all the same?")
_TAKEN = _("{title} was column {letter}. Column {letter} is now ignored.")
_NO_SUCH = _('There is no "{answer}" here')
_NO_FIELD = _('No single field is called "{answer}". Type l for the list of fields')
_LISTED = 12
_SHOWN_ROWS = 3
_CUSTOMER_NO = "customer_no"
_NO_ANSWERS = EarlierAnswers()


class ColumnQuestions:
    """Asks about one sheet at the terminal."""

    def __init__(self, context: "CommandContext", propose: "ProposeAgain") -> None:
        self._context, self._propose = context, propose
        self._lang = context.lang
        self._shown: tuple[object, ...] | None = None
        self._confirmed: set[str] = set()
        self._derived: list[DerivedFields] | None = None  # None: not asked about yet

    def ask(self, proposal: SheetProposal, *, is_wanted: bool = False) -> SheetDecision | None:
        """Return what a person decides; None where they skip the sheet or stop.

        Args:
            proposal: What the columns may be.
            is_wanted: Whether the person has said already that they want to match the columns.
        """
        self._show(proposal, {column.letter: column.target for column in proposal.columns})
        if not is_wanted and not confirm(_MATCH.text(self._lang), self._lang, default=True):
            return None
        chosen = self._ask_resource(proposal)
        documents = None if chosen is None else self._ask_list(chosen)
        if chosen is None or documents is None or chosen.customers is None:
            return documents
        self._context.reporter.say(_NOW_CUSTOMERS)
        self._confirmed.clear()
        read = {letter for letter, name in documents.columns.items() if name and name != _CUSTOMER_NO}
        columns = tuple(column for column in chosen.customers.columns if column.letter not in read)
        customers = self._ask_list(
            replace(chosen.customers, columns=columns, rows=chosen.rows, other_rows=(), blocks=None)
        )
        if customers is None:
            return None
        return replace(documents, customers=replace(customers, skips_other_rows=documents.skips_other_rows))

    def _ask_list(self, chosen: SheetProposal) -> SheetDecision | None:
        """Return what a person decides about one list of the sheet; None where they stop."""
        self._show(chosen, {column.letter: column.target for column in chosen.columns})
        self._derived = self._ask_derived(chosen)
        columns = self._ask_columns(chosen, self._derived)
        if columns is None:
            return None
        expressions = {name: text for each in self._derived for name, text in each.expressions.items()}
        expressions = {name: text for name, text in expressions.items() if name not in columns.values()}
        from_title = self._ask_about_blocks(chosen, {*columns.values(), *expressions})
        values, open_fields = CodeQuestions(self._context).ask(chosen, columns)
        derived = {*expressions, *from_title}
        constants, of_constants = ConstantQuestions(self._context).ask(chosen, columns, derived)
        return SheetDecision(
            chosen.resource,
            chosen.header_row,
            columns,
            values=values,
            strict=open_fields,
            from_title=from_title,
            constants=constants,
            expressions=expressions | of_constants,
            dates=self._ask_for_dates(chosen),
            decimal=self._ask_choice(_DECIMAL, chosen.numbers, DECIMAL_SEPARATORS, _answers_of(chosen).decimal),
            skips_other_rows=self._ask_to_skip(chosen),
            repeated=chosen.repeats,
        )

    # --- the sheet ----------------------------------------------------------------------------------

    def _show(self, proposal: SheetProposal, columns: dict[str, str]) -> None:
        """Show the sheet and its columns, unless that is what was shown last."""
        from armbulk.app.prose import render_prose

        derived = proposal.derived if self._derived is None else tuple(self._derived)
        shown = (proposal.resource, dict(columns), set(self._confirmed), derived)
        if self._shown == shown:
            return
        self._shown, proposal = shown, replace(proposal, derived=derived)
        report = describe_proposal(proposal.with_columns(columns, self._confirmed), self._lang)
        self._context.reporter.say(render_prose("columns", report, self._lang).rstrip("\n"))

    def _ask_resource(self, proposal: SheetProposal) -> SheetProposal | None:
        """Return the proposal for what the sheet contains; without its customers where only documents are read."""
        known = name_import_resources()
        names = {resource.name: resource.title.text(self._lang).lower() for resource in known}
        documents = proposal if proposal.resource == "documents" else self._propose("documents")
        both = _BOTH.text(self._lang) if documents is not None and documents.customers is not None else ""
        earlier = proposal.earlier
        is_both = bool(both) and proposal.resource == "documents" and (earlier is None or earlier.has_customers)
        choices = [*names.values(), *([_BOTH_CHOICE.fill(both=both).text(self._lang)] if both else [])]
        while True:
            question = _RESOURCE.fill(choices=", ".join(choices))
            default = both if is_both else names[proposal.resource]
            answer = self._prompt(question, default=default, show_default=True).lower()
            if answer in {"s", "q"}:
                return None
            if both and answer in {both, "both"}:
                return documents
            name = find_name(answer, known)
            if name is not None:
                chosen = proposal if name == proposal.resource else self._propose(name)
                return None if chosen is None else replace(chosen, customers=None)
            self._refuse(answer)

    # --- its columns --------------------------------------------------------------------------------

    def _ask_derived(self, proposal: SheetProposal) -> list[DerivedFields]:
        """Return what is made of columns, of what could be."""
        accepted: list[DerivedFields] = []
        earlier = proposal.earlier
        for derived in proposal.derived:
            if derived.needs and not any(derived.needs in each.expressions for each in accepted):
                continue
            is_known = earlier is not None and set(derived.expressions) <= set(earlier.expressions)
            if self._confirm_derived(derived, is_likely=is_known or (earlier is None and not derived.needs)):
                accepted.append(replace(derived, needs=""))
        return accepted

    def _confirm_derived(self, derived: DerivedFields, *, is_likely: bool) -> bool:
        question = _DERIVED.fill(question=derived.question, sample=", ".join(derived.samples))
        return confirm(question.text(self._lang), self._lang, default=is_likely)

    def _ask_columns(self, proposal: SheetProposal, derived: list[DerivedFields]) -> dict[str, str] | None:
        """Ask about each column that is not clear, then show them all until they are accepted; None to stop.

        Columns that `derived` fields are made of are not asked about, nor are these fields. Columns that the person
        joins are added to them.
        """
        made_of = {letter for each in derived for letter in each.letters}
        columns = {column.letter: "" if column.letter in made_of else column.target for column in proposal.columns}
        unclear = [column for column in proposal.columns if not (column.is_known or column.is_sure) and column.samples]
        unclear = [column for column in unclear if column.letter not in made_of]
        for column in unclear:
            if column.target or (column.choices and not self._find_customer_title(proposal, column)):
                self._decide(proposal, column, columns)
        by_letter = {column.letter: column for column in proposal.columns}
        stop = _STOP.text(self._lang) if "Q" in by_letter else "q"  # q is a column of a wide sheet
        while True:
            self._show(proposal, columns)
            answer = self._prompt(_OVERVIEW.fill(stop=stop), default="").upper()
            if not answer:
                names = {name for each in derived for name in each.expressions}
                target, letter = self._ask_for_required(proposal, columns, names)
                if not letter:
                    return columns
                self._enter(proposal, letter, target, columns)
            elif answer in by_letter:
                self._decide(proposal, by_letter[answer], columns)
            elif answer in {stop.upper(), "STOP", "Q"}:
                return None
            else:
                self._refuse(answer)

    def _decide(self, proposal: SheetProposal, column: ColumnProposal, columns: dict[str, str]) -> None:
        """Ask what one column is, and enter it. An answer that the values contradict is questioned."""
        while True:
            target = self._ask_column(proposal, column)
            if not target or target == column.target or self._accept_values(proposal, column.letter, target):
                break
        self._enter(proposal, column.letter, target, columns)
        self._confirmed.add(column.letter)

    def _accept_values(self, proposal: SheetProposal, letter: str, target: str) -> bool:
        """Return whether a column is a field although most of its values are not valid as it."""
        misfits = list_misfits(proposal, letter, target)
        shown = " · ".join(to_one_line(text, 24) for text in misfits)
        question = _MISFIT.fill(letter=letter, title=proposal.targets[target], values=shown)
        return not misfits or confirm(question.text(self._lang), self._lang, default=False)

    def _enter(self, proposal: SheetProposal, chosen: str, target: str, columns: dict[str, str]) -> None:
        """Enter the field of a column, and take it from the column that had it, unless they are joined to one name."""
        derived = [] if self._derived is None else self._derived
        others = [letter for letter, other in columns.items() if target and other == target and letter != chosen]
        join = offer_join(proposal, target, [*others, chosen], derived)
        if join is not None and self._confirm_derived(join, is_likely=False):
            derived[:] = [*(each for each in derived if target not in each.expressions), join]
            columns.update(dict.fromkeys(join.letters, ""))
            return
        for letter in others:
            columns[letter] = ""
            self._context.reporter.say(_TAKEN.fill(title=proposal.targets[target], letter=letter))
        columns[chosen] = target

    def _ask_for_required(
        self, proposal: SheetProposal, columns: dict[str, str], derived: Collection[str]
    ) -> tuple[str, str]:
        """Return a required field that no column has and that differs from row to row, and the letter of its column.

        The letter is "" if there is no such field, or if it is left open.
        """
        known = {*columns.values(), *derived, *list_carried(proposal)}
        for name in proposal.required:
            if name in known or name not in proposal.targets or may_be_constant(proposal.resource, name):
                continue
            question = _KEY.fill(title=proposal.targets[name])
            while (answer := self._prompt(question, default="").upper()) and answer not in columns:
                self._refuse(answer)
            if answer:
                return name, answer
        return "", ""

    def _ask_column(self, proposal: SheetProposal, column: ColumnProposal) -> str:
        samples = " · ".join(to_one_line(text, 24) for text in column.samples)
        values = {"letter": column.letter, "header": to_one_line(column.header, 40), "samples": samples}
        self._context.reporter.say(_COLUMN.fill(**values))
        if column.target:
            title = proposal.targets[column.target]
            self._context.reporter.say(_MAY_BE.fill(title=title, reason=column.reason))
        of_customer = self._find_customer_title(proposal, column)
        question = _LEAVE.fill(title=of_customer) if of_customer else _CHOOSE
        while True:
            answer = self._prompt(_ACCEPT if column.target else question, default="").lower()
            if not answer:
                return column.target
            if answer == "i":
                return ""
            if answer == "l":
                return self._ask_from_list(proposal, column)
            fields = self._find_fields(proposal, answer) if len(answer) > 1 else []
            if len(fields) == 1:
                return fields[0]
            self._refuse_field(answer)

    def _find_customer_title(self, proposal: SheetProposal, column: ColumnProposal) -> str:
        """Return what a column that the documents do not have may be of their customers; "" where it is nothing."""
        customers = proposal.customers
        if column.target or customers is None:
            return ""
        targets = [each.target for each in customers.columns if each.letter == column.letter]
        targets += [name for each in customers.derived if column.letter in each.letters for name in each.expressions]
        return ", ".join(self._title(customers, target) for target in dict.fromkeys(targets) if target)

    def _ask_from_list(self, proposal: SheetProposal, column: ColumnProposal) -> str:
        """Return the field that a person chooses: first of the likeliest ones, or by a part of its name."""
        others = [target for target in proposal.targets if target not in column.choices]
        listed = [*column.choices, *others]
        shown = listed[: max(_LISTED, len(column.choices))]
        while True:
            self._list_fields(proposal, listed, shown)
            answer = self._prompt(_FROM_LIST, default="").strip()
            if not answer:
                return ""
            if answer.isdigit() and 0 < int(answer) <= len(listed):
                return listed[int(answer) - 1]
            named = self._find_fields(proposal, answer)
            if len(named) == 1:
                return named[0]
            if not named:
                self._refuse(answer)
            shown = [target for target in listed if target in named] or listed

    def _find_fields(self, proposal: SheetProposal, text: str) -> list[str]:
        """Return the field with this name, or those whose names contain it."""
        titles = {target: self._title(proposal, target).lower() for target in proposal.targets}
        exact = [target for target, title in titles.items() if title == text.lower()]
        known = find_target(proposal, text)
        if known is not None and not exact:
            return [known]
        return exact or [target for target, title in titles.items() if text.lower() in title]

    def _list_fields(self, proposal: SheetProposal, listed: Sequence[str], shown: Sequence[str]) -> None:
        lines = [f"  {listed.index(target) + 1:>3}  {self._title(proposal, target)}" for target in shown]
        if len(shown) < len(listed):
            lines.append(_("  … {count:number} fields in all", count=len(listed)).text(self._lang))
        self._context.reporter.say("\n".join(lines))

    def _title(self, proposal: SheetProposal, target: str) -> str:
        return proposal.targets[target].text(self._lang)

    # --- what no column has -------------------------------------------------------------------------

    def _ask_about_blocks(self, proposal: SheetProposal, known: Collection[str]) -> dict[str, str]:
        """Return field → letter of the column that has its value in the titles above the blocks."""
        carried = {name: letter for name, letter in list_carried(proposal).items() if name not in known}
        is_likely = proposal.earlier is None or bool(proposal.earlier.from_title)
        return carried if carried and confirm(_BLOCKS.text(self._lang), self._lang, default=is_likely) else {}

    def _ask_to_skip(self, proposal: SheetProposal) -> bool:
        """Return whether the rows that are no records are left out; l lists all of them."""
        rows = proposal.other_rows
        if not rows:
            return False

        def list_rows() -> None:
            texts = [_ROW.fill(row=row).text(self._lang) + f": {to_one_line(text, 60)}" for row, text in rows]
            self._context.reporter.say("\n".join(f"    {text}" for text in texts))

        is_many = len(rows) > _SHOWN_ROWS
        question = _SKIP_MANY.fill(count=len(rows)) if is_many else _SKIP
        default = proposal.earlier is None or proposal.earlier.skips_other_rows
        return confirm(question.text(self._lang), self._lang, default=default, show_more=list_rows if is_many else None)

    def _ask_for_dates(self, proposal: SheetProposal) -> str:
        """Return the order of unclear dates; each order is shown with the date that it makes of the first one."""
        if not proposal.dates:
            return ""
        example, meanings = list_date_meanings(proposal.dates)
        self._context.reporter.say(_DATES.fill(example=example))
        for order, meaning in meanings.items():
            name = _DATE_ORDERS[order].text(self._lang)
            self._context.reporter.say(f"  {order}  {name}: {meaning.text(self._lang)}")
        shown = proposal.date_order
        if shown is not None and shown.is_proven:
            self._context.reporter.say(_PROVEN.fill(reason=shown.describe()))
        likely = _answers_of(proposal).dates or (shown.order if shown is not None else "")
        likely = likely if likely in meanings else ""
        return self._ask_choice(_DATE_ORDER, proposal.dates, tuple(meanings), likely)

    def _ask_choice(self, question: Text, texts: Sequence[str], choices: Sequence[str], likely: str) -> str:
        """Return how unclear values are read; "" where there are none."""
        if not texts:
            return ""
        while True:
            answer = self._prompt(question.fill(example=texts[0]), default=likely, show_default=bool(likely)).lower()
            if answer in choices:
                return answer
            self._refuse(answer)

    def _prompt(self, question: Text, *, default: str, show_default: bool = False) -> str:
        return prompt(question.text(self._lang), default=default, show_default=show_default).strip()

    def _refuse(self, answer: str) -> None:
        if not answer:
            return  # the question is asked again
        self._context.reporter.say(_NO_SUCH.fill(answer=to_one_line(answer, 40)))

    def _refuse_field(self, answer: str) -> None:
        self._context.reporter.say(_NO_FIELD.fill(answer=to_one_line(answer, 40)))


def _answers_of(proposal: SheetProposal) -> EarlierAnswers:
    return proposal.earlier or _NO_ANSWERS
