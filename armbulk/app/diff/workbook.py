"""A comparison as a workbook: a summary, the values that differ, and the customers without one."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from armbulk.app.diff.customers import CustomerState, Reason
from armbulk.app.diff.words import COLUMNS, explain_state, mark_state, name_state
from armbulk.i18n import Text, _, format_time
from armbulk.model.fields import FieldType
from armbulk.model.record_kinds import count_records
from armbulk.model.result_columns import SUMMARY
from armbulk.resources import RESOURCES
from armbulk.writers.report_sheets import ReportSheet, add_report_sheet
from armbulk.writers.report_summary import add_section_sheet
from armbulk.writers.section import Row, Section
from armbulk.writers.workbook_options import WORKBOOK_CREATED, text_options

if TYPE_CHECKING:
    from armbulk.app.diff.comparison import FileComparison

_TITLE = _("What differs from ARM")
_CHANGED_FIELDS, _NEW_CUSTOMERS, _OTHER_CUSTOMERS = _("Changed fields"), _("New customers"), _("Other customers")
_KEPT_PARTS = _("Address parts that stay")
_DOCUMENTS = _("Documents that differ")
_NOTHING_SENT = _("Nothing was sent.")
_BLANKS = _("Blank cells leave ARM's values as they are.")
_TWICE = _("Customers that ARM's list has more than once")
_BAD_REASONS = (Reason.ZEROS_LOST, Reason.MASKED, Reason.CHANGED_SINCE_EXPORT)
_WITHOUT_VALUES = (CustomerState.CONFLICT, CustomerState.CHANGED_IN_ARM, CustomerState.NOT_COMPARED)


def write_workbook(comparison: "FileComparison", target: Path) -> None:
    """Write the sheets Summary, Changed fields and New customers, and further ones where they are needed."""
    lang, report = comparison.check.lang, comparison.to_json(is_whole=True)
    with xlsxwriter.Workbook(str(target), text_options(target)) as book:
        book.set_properties({"created": WORKBOOK_CREATED})
        files = ", ".join(Path(name).name for name in report["files"])
        subject = f"{_TITLE.text(lang)}: {files}"
        add_section_sheet(book, SUMMARY.text(lang), _summarise(report, files, lang), lang, subject)
        sheets = [_list_kept(report, lang), _list_others(report, lang), _list_documents(report, lang)]
        if report["customers"] is not None:
            sheets = [_list_fields(report, lang), _list_new(comparison, report["records"], lang), *sheets]
        for sheet in sheets:
            if sheet.rows or sheet.name in (_CHANGED_FIELDS.text(lang), _NEW_CUSTOMERS.text(lang)):
                add_report_sheet(book, sheet, lang, subject)


def _summarise(report: dict[str, Any], files: str, lang: str) -> list[Section]:
    about = [
        (_("Files").text(lang), files),
        (_("Read from ARM").text(lang), format_time(report["read"]["at"], lang)),
        (_("How it is imported").text(lang), _describe_import(report).text(lang)),
    ]
    sections = [Section(f"{_TITLE.text(lang)}. {_NOTHING_SENT.text(lang)}", tuple(about))]
    for resource in ("customers", "documents"):
        if report[resource] is not None:
            title = RESOURCES[resource].title.text(lang)
            sections.append(Section(title, tuple(_count_states(resource, report, lang))))
    if report["twice_in_arm"]:
        numbers = ", ".join(report["twice_in_arm"])
        sections.append(Section(_("Twice in ARM").text(lang), ((_TWICE.text(lang), numbers),), is_good=False))
    if report["customers"] is not None:
        sections.append(Section(_("Fields that differ").text(lang), _count_fields(report["fields"], lang)))
    if report["blank_cells"]:
        sections.append(Section(_BLANKS.text(lang), _count_fields(report["blank_cells"], lang)))
    if report["kept_parts"]:
        sections.append(Section(_KEPT_PARTS.text(lang), _count_fields(report["kept_parts"], lang)))
    return sections


def _count_states(resource: str, report: dict[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """Yield each state with its count, and what an import does with its records."""
    for state, count in report[resource].items():
        if count is not None:
            text = explain_state(state, update=report["update"]).text(lang) if count else ""
            number = count_records(count, resource).text(lang)
            yield _name_state(state, report, lang), f"{number}. {text}" if text else number


def _describe_import(report: dict[str, Any]) -> Text:
    if report["update"]:
        return _("As changes of existing customers (--update)")
    return _("As new customers; those that ARM has already are updated")


def _count_fields(fields: Sequence[dict[str, Any]], lang: str) -> tuple[tuple[str, int], ...]:
    return tuple((field["header"], field["customers"]) for field in fields) or ((_("None").text(lang), 0),)


def _name_state(state: str, report: dict[str, Any], lang: str) -> str:
    name = name_state(state, update=report["update"]).text(lang)
    return f"{mark_state(state, update=report['update'])} {name}".strip()


def _list_fields(report: dict[str, Any], lang: str) -> ReportSheet:
    changes = report["changes"]
    names = ["state", "customer_no", "cell", "header", "at_arm", "in_file", "exported", "note"]
    if not any(change["exported"] for change in changes):
        names.remove("exported")
    rows = [
        tuple(_name_state(change["state"], report, lang) if name == "state" else change[name] for name in names)
        for change in changes
    ]
    bad = frozenset(number for number, change in enumerate(changes) if change["reason"] in _BAD_REASONS)
    return _build_sheet(_CHANGED_FIELDS, names, rows, (_BLANKS.text(lang),), lang, bad)


def _list_kept(report: dict[str, Any], lang: str) -> ReportSheet:
    names = ["state", "customer_no", "cell", "header", "at_arm", "note"]
    rows = [
        tuple(_name_state(part["state"], report, lang) if name == "state" else part[name] for name in names)
        for part in report["kept_values"]
    ]
    return _build_sheet(_KEPT_PARTS, names, rows, (), lang)


def _list_new(comparison: "FileComparison", records: Sequence[dict[str, Any]], lang: str) -> ReportSheet:
    checked = comparison.check.checked
    columns = checked.tables["customers"].rows.select("sheet", "row", "name").iter_rows()
    names = {(checked.sheets[sheet].file, checked.sheets[sheet].name, row): name for sheet, row, name in columns}
    rows = [
        (record["customer_no"], names.get((record["file"], record["sheet"], record["row"])), record["cell"])
        for record in records
        if record["state"] == CustomerState.NEW
    ]
    note = explain_state(CustomerState.NEW).text(lang)
    return _build_sheet(_NEW_CUSTOMERS, ["customer_no", "name", "cell"], rows, (note,), lang)


def _list_others(report: dict[str, Any], lang: str) -> ReportSheet:
    """The customers that an import does not send, and of which no value says why."""
    rows = [
        (_name_state(record["state"], report, lang), record["customer_no"], record["cell"], record["message"])
        for record in report["records"]
        if record["state"] in _WITHOUT_VALUES and record["message"]
    ]
    return _build_sheet(_OTHER_CUSTOMERS, ["state", "customer_no", "cell", "note"], rows, (), lang)


def _list_documents(report: dict[str, Any], lang: str) -> ReportSheet:
    names = ["state", "document_no", "customer_no", "amount", "currency", "cell", "note"]
    rows = [
        (_name_state(record["state"], report, lang), record["document_no"], record["customer_no"],
         Decimal(record["amount"]) if record["amount"] else None, record["currency"], record["cell"], record["message"])
        for record in report["document_records"]
    ]  # fmt: skip
    return _build_sheet(_DOCUMENTS, names, rows, (), lang)


def _build_sheet(
    title: Text,
    names: Sequence[str],
    rows: Sequence[Row],
    notes: tuple[str, ...],
    lang: str,
    bad_rows: frozenset[int] = frozenset(),
) -> ReportSheet:
    types = {"amount": FieldType.AMOUNT}
    headings = tuple((COLUMNS[name].text(lang), types.get(name, FieldType.TEXT)) for name in names)
    return ReportSheet(title.text(lang), title.text(lang), headings, rows, notes=notes, bad_rows=bad_rows)
