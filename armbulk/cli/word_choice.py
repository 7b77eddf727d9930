"""One of a few words: a wrong one is answered with all of them, as they are written."""

import click

from armbulk.cli.language import get_language
from armbulk.i18n import ENGLISH, _, join_choices

_SIGNS = ",.|"


class WordChoice(click.Choice[str]):
    """A `click.Choice` whose message names the words as help does: in their own spelling; only signs are in quotes."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """Return what is wrong, and what can be chosen."""
        context = ctx or click.get_current_context(silent=True)
        choices = [word if word.strip(_SIGNS) else _("'{value}'", value=word) for word in self.choices]
        text = _("'{value}' is not possible here. Use {choices}", value=value, choices=join_choices(choices))
        return text.text(get_language(context) if context else ENGLISH)
