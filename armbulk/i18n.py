"""The languages of armbulk, and texts in each of them."""

from dataclasses import dataclass
from enum import StrEnum


class Lang(StrEnum):
    """The languages of armbulk."""

    EN = "en"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    en: str
    no: str

    def text(self, lang: str) -> str:
        """Return the text in `lang` (`en` or `no`)."""
        return self.no if lang == Lang.NO else self.en


YES, NO = Words("yes", "ja"), Words("no", "nei")
"""How a yes/no value is written in files."""
