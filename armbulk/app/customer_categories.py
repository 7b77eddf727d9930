"""Which category code of ARM the customers of a ledger get, by their type in SAF-T."""

from collections.abc import Mapping, Sequence

from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.resources.migration_questions import CATEGORIES, is_code

_TYPES = {name.casefold(): name for name in CATEGORIES.values()}


def read_categories(texts: Sequence[str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return type of customer → category code.

    Args:
        texts: As Private=CONS; they count more than the settings.
        settings: The section `[migration]` of the settings.

    Raises:
        UsageError: A text is not written TYPE=CODE.
    """
    categories = {name: settings[key] for key, name in CATEGORIES.items() if settings.get(key)}
    for text in texts:
        name, _equals, code = (part.strip() for part in text.partition("="))
        if name.casefold() not in _TYPES or not is_code(code):
            raise UsageError(
                "category-wrong",
                _("--category {text} is not a type of customer and a code", text=text),
                _("Use one of {types}, for example --category Private=CONS", types=", ".join(CATEGORIES.values())),
            )
        categories[_TYPES[name.casefold()]] = code
    return categories
