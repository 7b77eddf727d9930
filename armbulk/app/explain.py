"""One entry of the catalogue of findings, explained."""

from typing import Any

from armbulk.errors import UsageError
from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.titles import TITLES
from armbulk.i18n import _, join_choices
from armbulk.model.similar_words import find_similar
from armbulk.validation.repairs import CORRECTABLE

_CODES_OF_FILE = _("`armbulk check FILE` shows the code of each problem")
_BLANKS = {"value": "…", "header": "…", "detail": "…", "row": "…"}


def explain_finding(code: str, lang: str) -> dict[str, Any]:
    """Return what a code means, as the JSON of `armbulk explain` has it.

    Raises:
        UsageError: There is no such code.
    """
    code = code.strip().lower()
    entry = CATALOGUE.get(code)
    if entry is None:
        similar = find_similar(code, {name: (name,) for name in CATALOGUE})
        raise UsageError(
            "no-such-code",
            _("There is no error or warning '{code}'", code=code),
            _("Did you mean {name}?", name=join_choices(similar))
            if similar
            else _("`armbulk check FILE` shows the code of each problem"),
        )
    count = {"count": 2} if entry.message.plural else {}
    return {
        "code": code,
        "title": TITLES[code].text(lang),
        "severity": str(entry.severity),
        "message": entry.message.fill(**_BLANKS, **count).text(lang),
        "fix": entry.fix.fill(**_BLANKS, **count).text(lang),
        "adjustable": entry.tunable,
        "correctable": code in CORRECTABLE,
        "page": f"docs/findings.md#{code}",
    }
