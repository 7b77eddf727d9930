"""Break lines of text at the width of a terminal; amounts and commands stay whole."""

import re

from armbulk.model.text_style import remove_marks

_UNBROKEN = re.compile(r"`[^`]*`|[A-Z]{3} -?\d[\d ]*\d(?:[.,]\d+)?|\d{1,3}(?: \d{3})+(?![\d])")
_HELD = "\ue1ff"  # in place of a space where no line may break


def wrap_line(text: str, width: int | None, hang: int = 0) -> str:
    """Return a line, broken where it is longer than `width` (None: never).

    Args:
        text: one line; marks of styles (`text_style`) take no room.
        width: characters of a line.
        hang: spaces before each line but the first.
    """
    if width is None or len(remove_marks(text)) <= width:
        return text
    room = width - hang
    kept = _UNBROKEN.sub(lambda match: match[0].replace(" ", _HELD) if len(match[0]) <= room else match[0], text)
    indent = len(kept) - len(kept.lstrip(" "))
    lines, line, free = [], " " * indent, width - indent
    is_empty = True
    for word in kept[indent:].split(" "):
        size = len(remove_marks(word))
        if not is_empty and size + 1 > free:
            lines.append(line)
            line, free, is_empty = " " * hang, width - hang, True
        line += word if is_empty else f" {word}"
        free -= size if is_empty else size + 1
        is_empty = False
    return "\n".join([*lines, line]).replace(_HELD, " ")
