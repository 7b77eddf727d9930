"""ARM's code lists, as they were read the last time: which codes a field may have, as far as ARM says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from armbulk.model.fields import Field, Resource


@dataclass(frozen=True, slots=True)
class ListEntry:
    """An entry of one of ARM's lists: a code of a list (`kind`), or a value of a client's setting."""

    kind: str
    code: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class SavedList:
    """A list of ARM as it was read; `read_at` in epoch seconds."""

    read_at: float
    entries: tuple[ListEntry, ...]


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """ARM's codes: the name of a list in small letters → its codes.

    Attributes:
        lists: the lists.
        read_at: when they were read (epoch seconds).
    """

    lists: Mapping[str, tuple[str, ...]]
    read_at: float

    @classmethod
    def of(cls, saved: SavedList) -> "KnownCodes":
        """Return the codes of a list that was saved."""
        lists: dict[str, list[str]] = {}
        for entry in saved.entries:
            codes = lists.setdefault(_fold(entry.kind), [])
            if entry.code and entry.code not in codes:
                codes.append(entry.code)
        return cls({name: tuple(codes) for name, codes in lists.items()}, saved.read_at)

    def list_codes(self, field: Field) -> Sequence[str]:
        """Return the codes of the list that has a field's name, or that of its path; () when ARM has none.

        That a list is called like the field is inferred: ARM's documentation has only the title of its code lists.
        """
        for name in (field.name, field.path):
            codes = self.lists.get(_fold(name))
            if codes:
                return codes
        return ()

    def complete(self, resource: Resource) -> Resource:
        """Return a resource whose drop-downs have ARM's codes, where ARM has a list for the field."""
        fields = (
            replace(field, usual_values=tuple(self.list_codes(field)) or field.usual_values)
            for field in resource.fields
        )
        return replace(resource, fields=tuple(fields))


def _fold(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
