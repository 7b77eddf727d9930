"""TOML that people write: settings, limits and mappings; and what is wrong in it, in words for people."""

import re
import tomllib
from typing import Any

from armbulk.i18n import Text, _, join_texts

_POSITION = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)
_BACKSLASH = _("a backslash needs single quotation marks around the text, for example 'C:\\Data'")
_NO_BRACKET = _("a closing bracket is missing")
_TWICE = _("the same name is used twice")
_BAD_CHARACTER = _("there is a character that is not allowed")
_NOT_A_SETTING = _("the line must have the form name = value")
_REASONS = {
    "Unescaped": _BACKSLASH,
    "Invalid hex value": _BACKSLASH,
    "Escaped character": _BACKSLASH,
    "Unterminated string": _("a closing quotation mark is missing"),
    "Illegal character '\\n'": _("a closing quotation mark is missing"),
    "Illegal character": _BAD_CHARACTER,
    "Found invalid character": _BAD_CHARACTER,
    "Expected '='": _("there is no = after the name"),
    "Expected newline": _("there is something after the end of the value"),
    "Expected ']": _NO_BRACKET,
    "Unclosed": _NO_BRACKET,
    "Cannot": _TWICE,
    "Duplicate": _TWICE,
    "Invalid statement": _NOT_A_SETTING,
    "Invalid initial character": _NOT_A_SETTING,
    "Invalid value": _("the value is not valid. A text must be in quotation marks"),
    "Invalid date": _("the date is not valid"),
}
"""How the parser's message begins → the reason."""


class TomlTextError(ValueError):
    """A text is not TOML; the reason names line and column."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_toml(text: str) -> dict[str, Any]:
    """Return the content of a TOML text; TomlTextError when it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlTextError(_explain(str(error), text)) from None
    except RecursionError:
        raise TomlTextError(_("it is nested too deeply")) from None


def _explain(message: str, text: str) -> Text:
    match = _POSITION.fullmatch(message)
    what, line, column = match.group("what", "line", "column") if match else (message, None, None)
    lines = text.rstrip("\n").split("\n")
    where = _("line {line}, column {column}", line=line or len(lines), column=column or len(lines[-1]) + 1)
    reason = next((reason for start, reason in _REASONS.items() if what.startswith(start)), None)
    return where if reason is None else join_texts(where, reason, separator=": ")
