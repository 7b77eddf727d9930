"""Commands as a person can type or paste them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

_PLAIN = re.compile(r"[\w./:\\=#@%+,-]+")


def write_command(name: str, files: Sequence[str] = (), flags: Mapping[str, object] | None = None) -> str:
    """Return a command of armbulk: `armbulk import "my invoices.xlsx" --update`.

    Args:
        name: of the command.
        files: its arguments; names with spaces or signs are quoted, as every shell takes it.
        flags: option → its value; True is a flag, several values are an option each. Options that are False or None
            are omitted.
    """
    words = ["armbulk", name, *map(quote_word, files)]
    for option, value in (flags or {}).items():
        for each in value if isinstance(value, list | tuple) else [value]:
            if each is not None and each is not False:
                words.append(f"--{option.replace('_', '-')}")
                words += [] if each is True else [quote_word(str(each))]
    return " ".join(words)


def quote_word(word: str) -> str:
    """Return a word in double quotes, if a shell would divide it."""
    return word if _PLAIN.fullmatch(word) else f'"{word}"'


def shorten_path(path: str, folder: str) -> str:
    """Return a path as it is called from `folder`: relative, if the file is in it or below."""
    try:
        return str(Path(path).relative_to(folder))
    except ValueError:
        return path
