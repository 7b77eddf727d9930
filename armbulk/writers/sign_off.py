"""What the Sign-off sheet of a result workbook shows."""

from dataclasses import dataclass
from decimal import Decimal

from armbulk.i18n import _

VERSION_LABEL = _("armbulk version")
"""The label on the sheet of the version that sent the records."""

Amounts = tuple[int, Decimal | None]
"""A number of records and their sum."""


@dataclass(frozen=True, slots=True)
class SignOffRow:
    """The figures of one type, currency and period, or of a currency.

    Attributes:
        labels: type, currency and period.
        figures: for each stage, and each difference, in the order of `SignOff.stages`.
        is_total: whether it sums up the rows above.
    """

    labels: tuple[str, str, str]
    figures: tuple[Amounts, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, and whether it is good; None: neither."""

    text: str
    is_good: bool | None = None


@dataclass(frozen=True, slots=True)
class SignOff:
    """A page that an accountant signs.

    Attributes:
        title: the title.
        status: what it comes to.
        facts: label and value of what was done.
        stages: the headings above the figures, and whether they are a difference.
        headings: the headings of the labels; then of a number of records, and of a sum.
        rows: the control totals.
        notes: what the figures mean.
        explained: why records are not accepted: the sentence, the currency, their sum, the first numbers.
        explanation: the title and the last line of the explanations.
        read_back: the title; whether ARM has what was sent; each difference, as far as there is room.
        signatures: headings of the lines to sign on, and who signs.
    """

    title: str
    status: Statement
    facts: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, bool], ...]
    headings: tuple[str, ...]
    rows: tuple[SignOffRow, ...]
    notes: tuple[str, ...]
    explained: tuple[tuple[str, str, Decimal | None, str], ...]
    explanation: tuple[str, Statement]
    read_back: tuple[str, tuple[Statement, ...]]
    signatures: tuple[tuple[str, ...], tuple[str, ...]]
