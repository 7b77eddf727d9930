"""Names as pages in the browser write them: types of records, environments, clients."""

from collections.abc import Callable, Mapping
from functools import partial

from armbulk.app.destination import Destination
from armbulk.app.page_advice import advise, advise_on_record
from armbulk.i18n import Words, _, translate
from armbulk.model.client_name import name_client
from armbulk.model.environment import name_environment
from armbulk.results.totals_words import TYPES
from armbulk.writers.signature_block import signature_headings, signature_roles

_KINDS = {
    "customers": _("Customer"),
    "invoices": _("Invoice"),
    "credit_notes": _("Credit note"),
    "documents": _("Other document"),
}


def build_page_filters(lang: str) -> Mapping[str, Callable[..., str]]:
    """Return what templates of pages can do with a value in addition to `prose.build_filters`, in a language."""
    return {
        "type_name": lambda kind: TYPES[kind].text(lang),
        "kind_name": lambda kind: _KINDS[kind].text(lang),
        "environment_title": lambda environment, address: name_environment(environment, address).text(lang),
        "client_title": _name_client,
        "in_words": partial(_write, lang=lang),
        "record_advice": partial(advise_on_record, lang=lang),
        "advice": partial(_advise, lang=lang),
    }


def _advise(fix: str, code: str, lang: str) -> str:
    return advise(code, fix, lang)


def describe_signatures(lang: str) -> dict[str, list[str]]:
    """Return the headings and the roles of the lines on which control totals are signed."""
    return {
        "headings": [translate(text, lang) for text in signature_headings(lang)],
        "roles": [translate(text, lang) for text in signature_roles(lang)],
    }


def _name_client(destination: Destination) -> str:
    return name_client(destination.client_no, destination.client_name)


def _write(value: object, lang: str) -> str:
    return value.text(lang) if isinstance(value, Words) else translate(str(value), lang)
