"""What a person can decide about documents whose outcome is unknown."""

from enum import StrEnum


class Decision(StrEnum):
    """A decision about unconfirmed documents, as the command line and the JSON name it."""

    MARK_CREATED = "mark-created"
    GIVE_UP = "give-up"
    RESEND = "resend"
