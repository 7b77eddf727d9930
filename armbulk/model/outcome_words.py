"""The words for outcomes and for states of runs, in each language: in result workbooks and on the screen."""

from functools import cache

from armbulk.i18n import _, list_languages
from armbulk.model.outcome import Outcome

OUTCOME_WORDS = {
    Outcome.CREATED: _("created"),
    Outcome.CREATED_WITH_WARNINGS: _("created with warnings"),
    Outcome.UPDATED: _("updated"),
    Outcome.UPDATED_WITH_WARNINGS: _("updated with warnings"),
    Outcome.UNCHANGED: _("unchanged"),
    Outcome.REJECTED: _("rejected"),
    Outcome.HELD_BACK: _("held back"),
    Outcome.NOT_SENT: _("not sent"),
    Outcome.ALREADY_SENT: _("already sent"),
    Outcome.IN_DOUBT: _("unconfirmed"),
    Outcome.CONFLICT: _("conflict"),
}

_STATES = {
    "running": _("running, or interrupted without notice"),
    "finished": _("finished"),
    "paused": _("paused"),
    "in_doubt": _("some records are unconfirmed"),
    "interrupted": _("interrupted"),
}

_SHORT_STATES = {**_STATES, "running": _("not ended"), "in_doubt": _("unconfirmed")}
"""States in a table."""


def translate_outcome(outcome: str, lang: str) -> str:
    """Return an outcome as people read it."""
    return OUTCOME_WORDS[Outcome(outcome)].text(lang)


def find_outcome(word: str) -> Outcome | None:
    """Return the outcome that a word in a result workbook means, in any language or as in JSON; None for others."""
    return _outcomes_by_word().get(" ".join(word.replace("_", " ").split()).casefold())


@cache
def _outcomes_by_word() -> dict[str, Outcome]:
    words = {outcome.value.replace("_", " "): outcome for outcome in Outcome}
    return words | {
        text.text(lang).casefold(): outcome for lang in list_languages() for outcome, text in OUTCOME_WORDS.items()
    }


def translate_state(state: str, lang: str) -> str:
    """Return the state of a run as people read it."""
    return _STATES[state].text(lang)


def shorten_state(state: str, lang: str) -> str:
    """Return the state of a run in one or two words, for a table."""
    return _SHORT_STATES[state].text(lang)
