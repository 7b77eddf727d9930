"""What a resource is called on the command line: its name, its titles, and other words for it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from armbulk.i18n import Text, Words, _, join_choices, join_texts
from armbulk.model.similar_words import find_similar

_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class ResourceName:
    """A word of the command line, and what else people call it.

    Attributes:
        name: The word, as JSON and the documentation have it.
        title: The title in each language.
        other_names: More words for it, in any language.
    """

    name: str
    title: Words
    other_names: tuple[str, ...] = ()

    @property
    def accepted(self) -> tuple[str, ...]:
        """Every word that means it, the name first."""
        return (self.name, *self.title.all(), *self.other_names)

    @property
    def described(self) -> Text:
        """The name with its title: `customers (Kunder)`; the name alone in a language where both are the same."""
        by_lang = {lang: self._describe(title) for lang, title in self.title.by_lang.items()}
        return Text("{name}", {"name": Words(**by_lang)})

    def _describe(self, title: str) -> str:
        return self.name if _fold(title) == _fold(self.name) else f"{self.name} ({title})"


def find_name(word: str, names: Iterable[ResourceName]) -> str | None:
    """Return the name that a word means; None if it means none. Case, spaces, hyphens and underscores are ignored."""
    folded = _fold(word)
    return next((known.name for known in names if folded in map(_fold, known.accepted)), None)


def unknown_name_hint(word: str, names: Sequence[ResourceName]) -> Text:
    """Return what to do about a word that means no name: the similar ones, then all."""
    everything = _("Use one of {names}.", names=join_texts(*(known.described for known in names), separator=", "))
    similar = find_similar(word, {known.name: known.accepted for known in names})
    by_name = {known.name: known.described for known in names}
    suggestion = _("Did you mean {name}?", name=join_choices([by_name[name] for name in similar]))
    return join_texts(suggestion, everything) if similar else everything


def _fold(word: str) -> str:
    return _SEPARATORS.sub("", word.casefold())
