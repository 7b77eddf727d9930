"""The columns of a sheet as a form: what each may be, what is still missing, and the decision that it makes.

Pure: the same answers as `armbulk map` asks for at the terminal, all at once. A page shows it again after each change.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from armbulk.app.column_answers import (
    describe_expression,
    divide_by_sign,
    find_code,
    find_constant_error,
    list_amount_meanings,
    list_date_meanings,
    list_misfits,
    list_negative_invoices,
    list_value_questions,
)
from armbulk.app.column_choices import CodeChoice, ColumnChoice, ConstantChoice, DerivedChoice, ReadingChoice
from armbulk.app.column_fields import CODE, HOLD_BACK, NEGATIVE_CHOICES, ColumnFields, find_earlier
from armbulk.app.column_starter import list_carried
from armbulk.app.columns import may_be_constant, offer_join
from armbulk.i18n import NO_TEXT, Text, _
from armbulk.model.column_proposal import ColumnProposal, SheetDecision, SheetProposal

_KEY = "customer_no"
_EXAMPLES = {"document_type": "IN", "currency": "NOK", "document_date": "2026-10-01", "due_date": "2026-10-15"}
_TWICE = _("{title}: the columns {letters} are both chosen for it. Choose one of them.")
_MISSING = _("{title} is required, but no column has it")
_NO_VALUE = _("{title} is required: choose its column, or enter one value for all rows")
_WRONG_CODE = _('{title}: "{answer}" is not a code here')
_MISFIT = _("{title}: most values of column {letter} are not valid. Choose another column, or tick that it is right.")
_DATES = _("Choose how the dates are read")
_AMOUNTS = _("Choose how the amounts are read")


@dataclass(frozen=True, slots=True)
class ColumnForm:
    """The form of one list of a sheet.

    Attributes:
        proposal: What was proposed.
        columns: Its columns.
        derived: What can be made of columns.
        codes: The values of columns with codes, by the column's letter.
        constants: Required fields without a column that every row may have.
        blocks: Field → the column that has it in the titles above blocks; empty where a column has it.
        uses_blocks: Whether these are used.
        dates: How unclear dates are read; None: no date is unclear.
        decimal: How unclear amounts are read; None: no amount is unclear.
        skips_other_rows: Whether rows that are no records are left out.
        problems: What has to be decided before the answers can be saved.
    """

    proposal: SheetProposal
    columns: Sequence[ColumnChoice]
    derived: Sequence[DerivedChoice]
    codes: Mapping[str, Sequence[CodeChoice]]
    constants: Sequence[ConstantChoice]
    blocks: Mapping[str, str]
    uses_blocks: bool
    dates: ReadingChoice | None
    decimal: ReadingChoice | None
    skips_other_rows: bool
    problems: Sequence[Text]

    @property
    def targets(self) -> dict[str, str]:
        """Letter → field, as it is chosen."""
        return {choice.column.letter: choice.target for choice in self.columns}

    def header(self, letter: str) -> str:
        """Return the header of a column."""
        return next(choice.column.header for choice in self.columns if choice.column.letter == letter)

    def decide(self) -> SheetDecision:
        """Return the decision that the form makes; only where it has no problems."""
        columns = self.targets
        used = [choice.derived for choice in self.derived if choice.is_used]
        expressions = {name: text for each in used for name, text in each.expressions.items()}
        expressions = {name: text for name, text in expressions.items() if name not in columns.values()}
        constants = {}
        for choice in self.constants:
            expression = _make_expression(self.proposal, columns, choice)
            if expression:
                expressions[choice.name] = expression
            elif choice.value:
                constants[choice.name] = choice.value
        values, strict = _decide_codes(self.codes)
        return SheetDecision(
            self.proposal.resource,
            self.proposal.header_row,
            columns,
            constants=constants,
            dates=self.dates.chosen if self.dates else "",
            decimal=self.decimal.chosen if self.decimal else "",
            skips_other_rows=self.skips_other_rows and bool(self.proposal.other_rows),
            expressions=expressions,
            values=values,
            strict=strict,
            from_title=self.blocks if self.uses_blocks else {},
            repeated=self.proposal.repeats,
        )


def build_form(proposal: SheetProposal, fields: ColumnFields) -> ColumnForm:
    """Return the form of a list with what a person has chosen so far.

    Args:
        proposal: What the columns may be.
        fields: What was chosen; without any, what is likely.
    """
    derived = _choose_derived(proposal, fields)
    made_of = {letter for each in derived if each.is_used for letter in each.derived.letters}
    targets = {
        column.letter: "" if column.letter in made_of else _read_target(proposal, column, fields)
        for column in proposal.columns
    }
    derived = _offer_joins(proposal, fields, derived, targets)
    for each in derived:
        if each.is_used:
            targets.update(dict.fromkeys(each.derived.letters, ""))
    columns = [_choose_column(proposal, column, targets, derived, fields) for column in proposal.columns]
    names = {name for each in derived if each.is_used for name in each.derived.expressions}
    read = {*targets.values(), *names}
    blocks = {name: letter for name, letter in list_carried(proposal).items() if name not in read}
    earlier = find_earlier(proposal)
    uses_blocks = bool(blocks) and fields.is_ticked(
        "blocks", default=proposal.earlier is None or bool(earlier.from_title)
    )
    known = {*read, *(blocks if uses_blocks else ())}
    form = ColumnForm(
        proposal,
        columns,
        derived,
        _choose_codes(proposal, targets, fields),
        _choose_constants(proposal, targets, known, fields),
        blocks,
        uses_blocks,
        _choose_dates(proposal, fields),
        _choose_decimal(proposal, fields),
        fields.is_ticked("skip", default=proposal.earlier is None or earlier.skips_other_rows),
        (),
    )
    return replace(form, problems=_list_problems(form, known))


def build_customer_form(documents: ColumnForm, fields: ColumnFields) -> ColumnForm | None:
    """Return the form of the customers beside documents: columns that the documents read are not theirs.

    None where the sheet has no customers.
    """
    proposal = documents.proposal.customers
    if proposal is None:
        return None
    read = {letter for letter, name in documents.targets.items() if name and name != _KEY}
    columns = tuple(column for column in proposal.columns if column.letter not in read)
    own = replace(proposal, columns=columns, rows=documents.proposal.rows, other_rows=(), blocks=None)
    return build_form(own, fields.of_customers())


def decide_both(documents: ColumnForm, customers: ColumnForm | None) -> SheetDecision:
    """Return the decision about a list, with its customers where these are read."""
    decision = documents.decide()
    if customers is None:
        return decision
    beside = replace(customers.decide(), skips_other_rows=decision.skips_other_rows)
    return replace(decision, customers=beside)


def _read_target(proposal: SheetProposal, column: ColumnProposal, fields: ColumnFields) -> str:
    target = fields.read(f"column:{column.letter}", column.target)
    return target if target in proposal.targets else ""


def _choose_derived(proposal: SheetProposal, fields: ColumnFields) -> list[DerivedChoice]:
    """Return what can be made of columns; what needs another one that is not used is not offered."""
    choices: list[DerivedChoice] = []
    earlier = proposal.earlier
    for position, derived in enumerate(proposal.derived):
        used = {name for each in choices if each.is_used for name in each.derived.expressions}
        if derived.needs and derived.needs not in used:
            continue
        is_known = earlier is not None and set(derived.expressions) <= set(earlier.expressions)
        is_likely = is_known or (earlier is None and not derived.needs)
        name = f"derived:{position}"
        choices.append(DerivedChoice(name, replace(derived, needs=""), fields.is_ticked(name, default=is_likely)))
    return choices


def _offer_joins(
    proposal: SheetProposal, fields: ColumnFields, choices: list[DerivedChoice], targets: Mapping[str, str]
) -> list[DerivedChoice]:
    """Return the choices with the offer to join columns that a person has chosen for the same name."""
    used = [each.derived for each in choices if each.is_used]
    for target, count in Counter(target for target in targets.values() if target).items():
        is_joined = any(target in each.expressions for each in used)
        letters = [letter for letter, other in targets.items() if other == target]
        join = offer_join(proposal, target, letters, used) if count > 1 or is_joined else None
        if join is None:
            continue
        joined = DerivedChoice("join", join, fields.is_ticked("join", default=False))
        others = [each for each in choices if not (joined.is_used and target in each.derived.expressions)]
        return [*others, joined]
    return choices


def _choose_column(
    proposal: SheetProposal,
    column: ColumnProposal,
    targets: Mapping[str, str],
    derived: Sequence[DerivedChoice],
    fields: ColumnFields,
) -> ColumnChoice:
    target, letter = targets[column.letter], column.letter
    parts = [
        proposal.targets[name]
        for each in derived
        if each.is_used and letter in each.derived.letters
        for name in each.derived.expressions
    ]
    is_changed = bool(target) and target != column.target
    return ColumnChoice(
        column,
        target,
        tuple(parts),
        _name_customer_fields(proposal, letter),
        list_misfits(proposal, letter, target) if is_changed else (),
        fields.is_ticked(f"accept:{letter}:{target}", default=False),
    )


def _name_customer_fields(proposal: SheetProposal, letter: str) -> tuple[Text, ...]:
    """Return the titles of the fields of the customer that a column of documents may be."""
    customers = proposal.customers
    if customers is None:
        return ()
    names = [column.target for column in customers.columns if column.letter == letter]
    names += [name for each in customers.derived if letter in each.letters for name in each.expressions]
    return tuple(customers.targets[name] for name in dict.fromkeys(names) if name and name != _KEY)


def _choose_codes(
    proposal: SheetProposal, targets: Mapping[str, str], fields: ColumnFields
) -> dict[str, list[CodeChoice]]:
    codes: dict[str, list[CodeChoice]] = {}
    for question in list_value_questions(proposal, targets):
        answer = fields.read(f"value:{question.letter}:{question.text}", question.code)
        code = find_code(proposal.resource, question, answer) if answer else ""
        codes.setdefault(question.letter, []).append(CodeChoice(question, code or answer))
    return codes


def _choose_constants(
    proposal: SheetProposal, targets: Mapping[str, str], known: set[str], fields: ColumnFields
) -> list[ConstantChoice]:
    return [
        _choose_constant(proposal, targets, name, fields)
        for name in proposal.required
        if name not in known and name in proposal.targets and may_be_constant(proposal.resource, name)
    ]


def _choose_constant(
    proposal: SheetProposal, targets: Mapping[str, str], name: str, fields: ColumnFields
) -> ConstantChoice:
    earlier, suggested = find_earlier(proposal), proposal.suggested.get(name)
    likely = earlier.constants.get(name) or (suggested.value if suggested else "")
    value = fields.read(f"constant:{name}", likely)
    error = find_constant_error(proposal.resource, name, value) if value else None
    before = earlier.expressions.get(name, "")
    negative, code = fields.read("negative", HOLD_BACK), fields.read("negative-code")
    rows = () if error else list_negative_invoices(proposal, targets, name, value)
    return ConstantChoice(
        name,
        proposal.targets[name],
        value,
        _EXAMPLES.get(name, ""),
        suggested.reason if suggested and not earlier.constants.get(name) else NO_TEXT,
        error,
        describe_expression(before) if before else NO_TEXT,
        bool(before) and fields.is_ticked(f"again:{name}", default=True),
        rows,
        negative if negative in NEGATIVE_CHOICES else HOLD_BACK,
        code,
        _find_negative_error(proposal, code) if rows and negative == CODE else None,
    )


def _find_negative_error(proposal: SheetProposal, code: str) -> Text | None:
    """Return why a text cannot be the document type of rows with negative amounts."""
    if not code:
        return _("Enter the document type of the rows with negative amounts")
    return find_constant_error(proposal.resource, "document_type", code)


def _make_expression(proposal: SheetProposal, columns: Mapping[str, str], choice: ConstantChoice) -> str:
    """Return the expression that makes a required field; "" where it is the same in every row."""
    if choice.is_again:
        return find_earlier(proposal).expressions[choice.name]
    if not choice.negative_rows or choice.negative not in {HOLD_BACK, CODE}:
        return ""
    return divide_by_sign(proposal, columns, choice.negative_code if choice.negative == CODE else "")


def _choose_dates(proposal: SheetProposal, fields: ColumnFields) -> ReadingChoice | None:
    if not proposal.dates:
        return None
    example, meanings = list_date_meanings(proposal.dates)
    order = proposal.date_order
    likely = find_earlier(proposal).dates or (order.order if order is not None else "")
    chosen = fields.read("dates", likely)
    reason = order.describe() if order is not None and order.is_proven else NO_TEXT
    return ReadingChoice(example, meanings, chosen if chosen in meanings else "", reason)


def _choose_decimal(proposal: SheetProposal, fields: ColumnFields) -> ReadingChoice | None:
    if not proposal.numbers:
        return None
    example, meanings = list_amount_meanings(proposal.numbers)
    chosen = fields.read("decimal", find_earlier(proposal).decimal)
    return ReadingChoice(example, meanings, chosen if chosen in meanings else "")


def _decide_codes(codes: Mapping[str, Sequence[CodeChoice]]) -> tuple[dict[str, dict[str, str]], frozenset[str]]:
    """Return field → value → code, and the fields of which some values are left open."""
    values: dict[str, dict[str, str]] = {}
    open_fields = set()
    for choices in codes.values():
        target = choices[0].question.target
        values[target] = {choice.question.text: choice.code for choice in choices if choice.code}
        if len(values[target]) < len(choices):
            open_fields.add(target)
    return values, frozenset(open_fields)


def _list_problems(form: ColumnForm, known: set[str]) -> list[Text]:
    """Return what has to be decided before the answers can be saved."""
    proposal = form.proposal
    problems = [*_list_problems_of_columns(form, known), *(text for each in form.constants for text in _judge(each))]
    for codes in form.codes.values():
        problems += _list_wrong_codes(proposal, codes)
    problems += [_DATES] if form.dates is not None and not form.dates.chosen else []
    return problems + ([_AMOUNTS] if form.decimal is not None and not form.decimal.chosen else [])


def _list_problems_of_columns(form: ColumnForm, known: set[str]) -> list[Text]:
    """Return the fields of two columns, required ones of none, and columns whose values are not valid."""
    titles, targets = form.proposal.targets, form.targets
    counts = Counter(target for target in targets.values() if target)
    problems: list[Text] = []
    for target in (target for target, count in counts.items() if count > 1):
        letters = ", ".join(letter for letter, other in targets.items() if other == target)
        problems.append(_TWICE.fill(title=titles[target], letters=letters))
    missing = [name for name in form.proposal.required if name not in known and name in titles]
    problems += [
        _MISSING.fill(title=titles[name]) for name in missing if not may_be_constant(form.proposal.resource, name)
    ]
    doubtful = (choice for choice in form.columns if choice.misfits and not choice.is_accepted)
    return problems + [_MISFIT.fill(title=titles[each.target], letter=each.column.letter) for each in doubtful]


def _judge(choice: ConstantChoice) -> list[Text]:
    """Return what is wrong with the value of every row."""
    if choice.is_again:
        return []
    if choice.error is not None:
        return [choice.error]
    if not choice.value:
        return [_NO_VALUE.fill(title=choice.title)]
    return [choice.negative_error] if choice.negative_error is not None else []


def _list_wrong_codes(proposal: SheetProposal, codes: Sequence[CodeChoice]) -> list[Text]:
    return [
        _WRONG_CODE.fill(title=proposal.targets[choice.question.target], answer=choice.code)
        for choice in codes
        if choice.code and not find_code(proposal.resource, choice.question, choice.code)
    ]
