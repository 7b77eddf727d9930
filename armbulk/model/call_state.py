"""How far a single call that writes is: the delete of a customer, a payment reservation, a new due date."""

from enum import StrEnum


class CallState(StrEnum):
    """How far a call is. The values are stored."""

    PLANNED = "planned"
    CALLING = "deleting"  # the call may have left; the word is that of the first kind of call
    UNCONFIRMED = "unconfirmed"  # it may have been carried out
    DONE = "done"  # there is an outcome
