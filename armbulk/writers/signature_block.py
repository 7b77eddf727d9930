"""The lines at the end of a page on which people sign, the same on every page that is signed."""

from armbulk.i18n import _

_ROLES = (_("Prepared by"), _("Approved by"))
_HEADINGS = (_("Name"), _("Date"), _("Signature"))


def signature_headings(lang: str) -> tuple[str, ...]:
    """Return the headings above the lines: name, date, signature."""
    return tuple(heading.text(lang) for heading in _HEADINGS)


def signature_roles(lang: str) -> tuple[str, ...]:
    """Return who signs, one line each; the cells beside it are blank and underlined."""
    return tuple(role.text(lang) for role in _ROLES)
