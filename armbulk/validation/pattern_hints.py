"""What a value with a wrong form should look like, by the pattern of its field."""

from armbulk.i18n import Text, _, pack_text
from armbulk.model.fields import Field

_LETTERS_AND_DIGITS = _(
    "a value that begins with a letter or a digit and has no special characters, for example {example}"
)
PATTERN_HINTS = {
    r"^[\p{L}\p{N}][\p{L}\p{N} ._/+:-]*$": _LETTERS_AND_DIGITS,
    r"(?i)^[a-z]{2}$": _("the two-letter code, for example {example}"),
    r"(?i)^[a-z]{3}$": _("the three-letter code, for example {example}"),
    r"^[\p{L}\p{N}_-]{1,20}$": _("a code of at most 20 letters and digits, for example {example}"),
    r"^\d{1,24}[\d-]$": _("2 to 25 digits, for example {example}"),
}
"""Pattern → what to use."""

PATTERN_RULES = {
    r"^[\p{L}\p{N}][\p{L}\p{N} ._/+:-]*$": _("letters, digits, spaces and . _ / + : -"),
    r"(?i)^[a-z]{2}$": _("two letters"),
    r"(?i)^[a-z]{3}$": _("three letters"),
    r"^[\p{L}\p{N}_-]{1,20}$": _("at most 20 letters and digits"),
    r"^\d{1,24}[\d-]$": _("2 to 25 digits"),
}
"""Pattern → the same as a rule of a column."""


def describe_pattern(field: Field) -> str | None:
    """Return what values of a field look like, packed for a finding; None for a field without a pattern."""
    return pack_text(PATTERN_HINTS[field.pattern].fill(example=field.example)) if field.pattern else None


def list_pattern_rules(field: Field) -> list[Text]:
    """Return which characters a field's values may have; no rule for a field without a pattern."""
    return [PATTERN_RULES[field.pattern]] if field.pattern else []
