"""Which field a message of ARM is about: ARM names it in another way than the file and armbulk do."""

import re
from collections.abc import Iterator
from functools import cache

from armbulk.model.fields import Field, Resource
from armbulk.resources import RESOURCES

_NAME = r"(?:\$\.)?[A-Za-z_][A-Za-z0-9_]*(?:\[[0-9]*\])?(?:\.[A-Za-z_][A-Za-z0-9_]*(?:\[[0-9]*\])?)*"
_NAMED = re.compile(rf"({_NAME}): ?\S")
_PART = re.compile(rf"; (?={_NAME}: ?\S)")
_INDEX = re.compile(r"\[[0-9]*\]|\$\.")
_NAMES_OF_CUSTOMERS = {"emailaddressdocument": "email_address"}  # ARM's warning about a document names the customer's


def split_by_field(resource: str, message: str) -> Iterator[tuple[str, Field | None]]:
    """Yield the parts of a message, each with the field that it is about; None for the record as a whole.

    Only a part that begins with the name of a field is a part of its own; other words belong to the part before, and
    those at the beginning to the first.
    """
    for line in message.split("\n"):
        parts: list[tuple[str, Field | None]] = []
        for text in _PART.split(line):
            field = find_named_field(resource, text)
            if parts and (field is None or parts[-1][1] is None):
                parts[-1] = f"{parts[-1][0]}; {text}", parts[-1][1] or field
            else:
                parts.append((text, field))
        yield from parts


def find_named_field(resource: str, text: str) -> Field | None:
    """Return the field whose name a message begins with; None without one, or where it is not clear."""
    match = _NAMED.match(text)
    if match is None:
        return None
    segments = [segment.lower().replace("_", "") for segment in _INDEX.sub("", match[1]).split(".")]
    described = RESOURCES[resource]
    if described.lines_path and described.lines_path.lower() in segments:
        return None  # it is about a line of the document
    names = _names_of(described)
    for start in range(len(segments)):
        field = names.get("".join(segments[start:]))
        if field is not None:
            return field
    return None


@cache
def _names_of(resource: Resource) -> dict[str, Field | None]:
    """The fields by their path and by its last name, in small letters; None for a name of several fields."""
    of_arm = [field for field in resource.fields if field.path]
    by_path: dict[str, Field | None] = {field.path.replace(".", "").lower(): field for field in of_arm}
    by_name: dict[str, Field | None] = {}
    for field in of_arm:
        name = field.path.rpartition(".")[2].lower()
        by_name[name] = None if name in by_name else field
    known = {field.name: field for field in resource.fields}
    others = {name: known[own] for name, own in _NAMES_OF_CUSTOMERS.items() if own in known and name not in by_path}
    return by_name | others | by_path
