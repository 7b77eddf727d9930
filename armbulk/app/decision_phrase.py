"""What a person types to confirm a decision about unconfirmed documents: their number and total. Pure."""

from armbulk.i18n import format_amount
from armbulk.model.decision import Decision


def must_be_typed(decision: str, count: int) -> bool:
    """Return whether a decision is confirmed by typing the number of documents and their total.

    That is where documents may be created twice, and where it is about many at once: there is no way back.
    """
    return decision == Decision.RESEND or count > 1


def write_phrase(phrase: str, lang: str) -> str:
    """Return what a person types, as a language writes it: `6 1500.00`; in Norwegian `6 1500,00`."""
    count, _space, amount = phrase.partition(" ")
    return f"{count} {format_amount(amount, lang).replace(' ', '')}" if amount else phrase


def is_phrase(typed: str, phrase: str) -> bool:
    """Return whether a person has typed the phrase; a comma is a point."""
    return typed.replace(",", ".").split() == phrase.split()
