"""Texts of others as a terminal may show them: nothing moves the cursor, changes colours or turns the order round."""

import re

_ESCAPE = re.compile("\x1b\\[[0-9;?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)")
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
_REPLACEMENT = "\ufffd"
_AS_BREAKS = {ord(character): "\n" for character in "\r\x0b\x0c\x85\u2028\u2029"}


def show_safely(text: str) -> str:
    """Return a text for a terminal: control characters (but breaks and tabs) and marks of direction become U+FFFD."""
    return _CONTROLS.sub(_REPLACEMENT, text.replace("\r\n", "\n").translate(_AS_BREAKS))


def escape_controls(text: str) -> str:
    r"""Return a text with control characters (breaks and tabs, too) and marks of direction as `\uXXXX`, as in TOML."""
    return re.sub(
        r"[\t\n\r\x0b\x0c\x85\u2028\u2029]|" + _CONTROLS.pattern, lambda match: f"\\u{ord(match[0]):04x}", text
    )


def show_invisible(text: str) -> str:
    """Return a text with invisible characters as their code points, such as [U+200B]."""
    return "".join(
        character if character.isprintable() or character == "\n" else f"[U+{ord(character):04X}]" for character in text
    )


def cut_lines(text: str, max_chars: int) -> str:
    """Return a text whose lines are at most so long; a line that is cut gets its full length added."""
    return "\n".join(
        line if len(line) <= max_chars else f"{line[:max_chars]}… ({len(line):,} characters)"
        for line in text.split("\n")
    )


def to_one_line(text: str, max_chars: int | None = None) -> str:
    """Return a text on one line, without escape sequences and control characters.

    Args:
        text: any text.
        max_chars: a longer line is cut, and ends in `…`; None: none is.
    """
    text = _ESCAPE.sub("", text if max_chars is None else text[: 4 * max_chars])
    line = _CONTROLS.sub(_REPLACEMENT, _BREAKS.sub(" ", text)).strip()
    return line if max_chars is None or len(line) <= max_chars else f"{line[: max_chars - 1]}…"
