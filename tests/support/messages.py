"""What of a message is not translated."""

from __future__ import annotations

import re

from armbulk.i18n import Text, unpack_text

_PLACEHOLDER = re.compile(r"\{\w+(?::\w+)?\}")


def list_untranslated(text: str) -> list[str]:
    """The English messages in a text that have words of their own and no Norwegian; a plain text is one."""
    if not isinstance(text, Text):
        return [text] if text else []
    values = [unpack_text(value) if isinstance(value, str) else value for value in text.values.values()]
    nested = [each for value in values if isinstance(value, Text) for each in list_untranslated(value)]
    has_words = re.search(r"[A-Za-z]{2}", _PLACEHOLDER.sub("", text.message))
    template = Text(text.message, {}, text.plural)
    return [*([text.message] if has_words and template.text("nb") == text.message else []), *nested]
