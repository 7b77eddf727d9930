"""The header of a SAF-T file: whose ledger it is, for which period, and which program wrote it."""

import calendar
import re
from collections.abc import Callable
from datetime import date

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.model.ledger_export import LedgerHeader
from armbulk.readers.saft.refusals import EXPORT_AGAIN, quote_value
from armbulk.readers.saft.values import clean_name, clean_text, explain_day
from armbulk.readers.saft.xml_tree import NAMESPACE, Record, XmlNode, list_texts

_COUNTRY = "NO"
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T[0-9:.]+)?(Z|[+-]\d{2}:\d{2})?")
_USE_NORWEGIAN = _("Export a SAF-T Financial file (SAF-T Regnskap) for Norway from the ledger, and use that file")
_OTHER_KINDS = (
    (re.compile(r"CashRegister", re.IGNORECASE), _("a SAF-T file of a cash register")),
    (re.compile(r":PT(_|$)", re.IGNORECASE), _("a SAF-T file for Portugal")),
    (re.compile(r":DK(_|$)", re.IGNORECASE), _("a SAF-T file for Denmark")),
    (re.compile(r"StandardAuditFile", re.IGNORECASE), _("a SAF-T file of another country or kind")),
)

RaiseError = Callable[[Text, Text, str], FileError]
"""Returns the error for what is wrong in the line that is being read: what, advice, code."""


def describe_header(end: Callable[[], object]) -> XmlNode:
    """Return the elements of the header that are read; `end` is called after them."""
    texts = {
        "AuditFileVersion": "version", "AuditFileCountry": "country", "AuditFileDateCreated": "created",
        "SoftwareCompanyName": "software_company", "SoftwareID": "software", "SoftwareVersion": "software_version",
        "DefaultCurrencyCode": "currency",
    }  # fmt: skip
    selection = {
        "SelectionStartDate": "start", "SelectionEndDate": "end", "PeriodStart": "start_period",
        "PeriodStartYear": "start_year", "PeriodEnd": "end_period", "PeriodEndYear": "end_year",
    }  # fmt: skip
    company = {"RegistrationNumber": "company_no", "Name": "company_name"}
    groups = {
        "Company": XmlNode(list_texts(company)),
        "SelectionCriteria": XmlNode(list_texts(selection)),
    }
    return XmlNode({**list_texts(texts), **groups}, end=end)


def build_header(record: Record, error: RaiseError, *, has_namespace: bool) -> LedgerHeader:
    """Return the header from its texts.

    Args:
        record: The texts by the keys of `describe_header`.
        error: Returns the error for a wrong value.
        has_namespace: Whether the file uses the Norwegian namespace; then it may leave its country out.

    Raises:
        FileError: The file is for another country, or a date is not valid.
    """
    texts = {key: clean_text(value) or "" for key, value in record.items()}
    country = texts.get("country", "")
    if not country and not has_namespace:
        what = _("the file has neither the namespace of SAF-T Financial of Norway nor a country (AuditFileCountry)")
        raise error(what, _USE_NORWEGIAN, "not-saft")
    if country and country.upper() != _COUNTRY:
        what = _('the file is for the country "{country}" (AuditFileCountry), not for NO', country=quote_value(country))
        raise error(what, _USE_NORWEGIAN, "not-saft")
    days = {
        key: _parse_day(name, texts.get(key, ""), error)
        for key, name in (
            ("created", "AuditFileDateCreated"), ("start", "SelectionStartDate"), ("end", "SelectionEndDate")
        )
    }  # fmt: skip
    software = [texts.get(key, "") for key in ("software_company", "software", "software_version")]
    return LedgerHeader(
        company_no=texts.get("company_no", ""),
        company_name=clean_name(record.get("company_name")) or "",
        software=" ".join(dict.fromkeys(each for each in software if each)),
        stated_version=texts.get("version", ""),
        created=days["created"],
        currency=texts.get("currency", "").upper(),
        start=days["start"] or _find_period_day(texts, "start", error),
        end=days["end"] or _find_period_day(texts, "end", error),
    )


def _parse_day(element: str, text: str, error: RaiseError) -> date | None:
    """Return a day; a time zone is cut off, the day is not shifted."""
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        if match:
            return date.fromisoformat(match[1])
    except ValueError:
        pass
    raise error(explain_day(element, text), EXPORT_AGAIN, "damaged")


def _find_period_day(texts: Record, edge: str, error: RaiseError) -> date | None:
    """Return the first or last day of a selection by periods; a period after 12 is part of December."""
    period, year = texts.get(f"{edge}_period", ""), texts.get(f"{edge}_year", "")
    if not period or not year:
        return None
    if not (re.fullmatch(r"0*\d{1,3}", period) and re.fullmatch(r"[12]\d{3}", year)):
        what = _(
            'the selection "{period}" of "{year}" is not a period of a year',
            period=quote_value(period),
            year=quote_value(year),
        )
        raise error(what, EXPORT_AGAIN, "damaged")
    month = min(max(int(period), 1), 12)
    day = 1 if edge == "start" else calendar.monthrange(int(year), month)[1]
    return date(int(year), month, day)


def other_root_error(file: str, namespace: str, name: str) -> FileError:
    """Return the error for a file whose root element is not that of SAF-T Financial of Norway."""
    kind = next((kind for pattern, kind in _OTHER_KINDS if pattern.search(namespace)), None)
    if kind is None:
        what = _(
            '{file} is not a SAF-T file: its first element is "{element}" (namespace "{namespace}")',
            file=file,
            element=quote_value(name),
            namespace=quote_value(namespace),
        )
        return FileError("not-saft", what, _USE_NORWEGIAN)
    what = _(
        '{file} is {kind}. Its namespace is "{namespace}"; armbulk reads "{own}"',
        file=file,
        kind=kind,
        namespace=quote_value(namespace),
        own=NAMESPACE,
    )
    return FileError("not-saft", what, _USE_NORWEGIAN)


def refuse_mixed_parts(headers: dict[str, LedgerHeader]) -> None:
    """Refuse parts that are not of one export of one ledger.

    Args:
        headers: The name of each file → its header.

    Raises:
        FileError: Company, program, period, day or currency of two files differ.
    """
    (first_file, first), *others = headers.items()
    for file, header in others:
        for label, own, other in _list_differences(first, header):
            what = _(
                "{first} and {file} are parts of different exports: {label} is "
                "{own} in the first and {other} in the second",
                first=first_file,
                file=file,
                label=label,
                own=own,
                other=other,
            )
            raise FileError("mixed-exports", what, _choose_advice(first, header))


def _list_differences(first: LedgerHeader, other: LedgerHeader) -> list[tuple[Text, str, str]]:
    """Return in what two headers differ: label, value of the first, value of the other."""
    pairs = (
        (_("the company"), first.company_no, other.company_no),
        (_("the program"), first.software, other.software),
        (_("the period"), _show_period(first), _show_period(other)),
        (_("the date of the export"), str(first.created or "-"), str(other.created or "-")),
        (_("the currency"), first.currency, other.currency),
    )
    return [(label, quote_value(a) or "-", quote_value(b) or "-") for label, a, b in pairs if a != b]


def _show_period(header: LedgerHeader) -> str:
    return f"{header.start or '-'} - {header.end or '-'}"


def _choose_advice(first: LedgerHeader, other: LedgerHeader) -> Text:
    advice = _("Use the files of one export only: all its parts, for one period")
    if _show_period(first) == _show_period(other) or not (first.start and first.end and other.start and other.end):
        return advice
    if first.start <= other.end and other.start <= first.end:
        return _("The periods overlap. Use the files of one export only: all its parts, for one period.")
    return advice
