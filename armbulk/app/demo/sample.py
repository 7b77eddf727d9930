"""The demo's workbook: the sample data in the language of the demo, with one error and one invoice that ARM rejects."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from armbulk.app.templates import build_template
from armbulk.i18n import _
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import index_headers
from armbulk.package_data import data_path
from armbulk.resources import RESOURCES
from armbulk.writers.template import TemplateTable
from armbulk.writers.workbooks import write_template

_WRONG_DATE_ROW, _UNKNOWN_CUSTOMER_ROW = 3, 11  # counted from 0
_UNKNOWN_CUSTOMER = "019999"
_WARNED_EMAIL = "faktura @eksempel.no"


@dataclass(frozen=True, slots=True)
class PlantedError:
    """The due date of an invoice, typed with the year before."""

    wrong: date
    right: date


class DemoSample:
    """The sample data, and the error that the demo corrects."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._tables = [_read_table(name) for name in RESOURCES]
        documents = next(table for table in self._tables if table.resource.name == "documents")
        self._rows = [dict(row) for row in documents.rows]
        self._rows[_UNKNOWN_CUSTOMER_ROW]["customer_no"] = _UNKNOWN_CUSTOMER
        right = date.fromisoformat(self._rows[_WRONG_DATE_ROW]["due_date"])
        self.error = PlantedError(right.replace(year=right.year - 1), right)

    def write(self, path: Path, *, corrected: bool) -> Path:
        """Write the workbook, with the error or without; return the path it got."""
        due_date = self.error.right if corrected else self.error.wrong
        self._rows[_WRONG_DATE_ROW]["due_date"] = due_date.isoformat()
        tables = [
            TemplateTable(table.resource, table.columns, self._rows) if table.resource.name == "documents" else table
            for table in self._tables
        ]
        notes = [_("The rows in this workbook are examples. Nothing of them is real.")]
        written, _sheets = write_template(path, build_template(tables, path.name, notes, self._lang), self._lang)
        return written


def _read_table(name: str) -> TemplateTable:
    """Return a table of the samples; its e-mail addresses are valid, except for one of the documents."""
    resource = RESOURCES[name]
    fields = index_headers(resource)
    with (data_path("samples") / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        headers, *rows = csv.reader(file, delimiter=";")
    columns = tuple(fields[fold_header(header)] for header in headers)
    names = [column.name for column in columns]
    return TemplateTable(resource, columns, [dict(zip(names, map(_clean, row), strict=True)) for row in rows])


def _clean(value: str) -> str:
    return value.replace("@ ", "@") if value != _WARNED_EMAIL else value
