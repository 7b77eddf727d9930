"""A workbook exported by armbulk, edited with another program, and imported again."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl

from armbulk.app.check import InputFiles
from armbulk.app.plan import build_plan
from armbulk.app.runs import create_run
from armbulk.export.request import ExportArguments, build_list_request
from armbulk.model.read_options import ReadOptions
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import RunResult, load_result
from armbulk.validation.check import check_files
from support.exports import export_list
from support.journey import Journey, journey, outcomes

if TYPE_CHECKING:
    from pathlib import Path


def customer(number: int, **more: Any) -> dict[str, Any]:
    """A customer as ARM lists one: zeros in front, an organisation number armbulk would warn of, a key no one knows."""
    address = {
        "addressLine1": f"Storgata {number}", "addressLine2": "", "addressLine3": "", "postalCode": "0150",
        "cityName": "Oslo", "countryText": "Norway", "countryCode": "NO",
    }  # fmt: skip
    return {
        "customerNo": f"{number:05d}", "name": f"Kunde {number} Æ", "postalAddress": address,
        "emailAddressDocument": [f"a{number}@eksempel.no", "b@eksempel.no"], "phoneNo": f"{90_000_000 + number}",
        "organizationNo": "123", "dateOfBirth": "1999-01-01", "vatLiable": True, "discountRate": Decimal("5.5"),
        "limitAmount": 2000, "dueDays": 10, "language": "no", "somethingNew": {"deep": "ja"}, **more,
    }  # fmt: skip


class Trip:
    """A user with a workbook that armbulk exported."""

    def __init__(self, made: Journey, folder: Path, count: int, lang: str = "en") -> None:
        self.made, self.file = made, folder / "c.xlsx"
        for number in range(1, count + 1):
            made.sandbox.state.add_customer(json.loads(json.dumps(customer(number), default=float)))
        want = build_list_request("customers", ExportArguments(self.file))
        done = export_list(made.bench, want, lang, waits=True, fresh=False, on_progress=lambda _: None)
        assert done.complete
        self.exported = len(made.sandbox.state.requests)

    def edit(self, *edits: tuple[int, str, Any], order: list[int] | None = None) -> None:
        """Change cells (customer, header, value) with another program, and put the rows in another order."""
        book = openpyxl.load_workbook(self.file)
        page = book.worksheets[0]
        at = {cell.value: cell.column for cell in page[1]}
        for number, header, value in edits:
            page.cell(number + 1, at[header]).value = value
        if order is not None:
            rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
            for place, number in enumerate(order, start=2):
                for column, value in enumerate(rows[number - 1], start=1):
                    page.cell(place, column).value = value
        book.save(self.file)

    def ready(self, **options: Any) -> tuple[Any, Any]:
        """Check and plan, as `armbulk import FILE --update` does."""
        reading = ReadOptions(update=True)
        checked = check_files([str(self.file)], reading)
        ready = build_plan(self.made.bench, self.made.store, checked, ImportOptions(update=True, **options))
        return ready, InputFiles((str(self.file),), reading)

    def back(self, **options: Any) -> RunResult:
        """Import the changes."""
        ready, said = self.ready(**options)
        assert not ready.stopped, ready.checked.findings
        run = create_run(self.made.bench, self.made.store, ready, said)
        self.made.carry_on(run)
        return load_result(self.made.store, run)

    def sent(self) -> list[dict[str, Any]]:
        """Every customer that left the machine, as it left."""
        calls = self.made.sandbox.state.requests[self.exported :]
        bodies = [json.loads(one.body, parse_float=Decimal) for one in calls if one.method in {"PUT", "POST"}]
        return [one for body in bodies for one in body["customers"]]

    def held(self, number: int) -> dict[str, Any]:
        """A customer as ARM has it."""
        return self.made.sandbox.state.customers[f"{number:05d}"]


def writes_what_was_edited(folder: Path, count: int) -> None:
    """Edit three of so many customers, and put the rows in another order: three records are written."""
    with journey(folder, size="XL") as made:
        trip = Trip(made, folder, count)
        order = list(range(1, count + 1))
        random.Random(3).shuffle(order)
        trip.edit(
            (17, "Phone", "11223344"),
            (count // 2, "Name", "Nytt navn"),
            (count - 1, "Discount rate", 7.25),
            order=order,
        )
        written = made.sandbox.state.usage()["hour.writes"]
        stood = trip.back()
        assert outcomes(stood) == {"updated": 3, "unchanged": count - 3}
        assert sorted(trip.sent(), key=lambda one: one["customerNo"]) == [
            {"customerNo": "00017", "phoneNo": "11223344"},
            {"customerNo": f"{count // 2:05d}", "name": "Nytt navn"},
            {"customerNo": f"{count - 1:05d}", "discountRate": Decimal("7.25")},
        ]
        assert made.sandbox.state.usage()["hour.writes"] - written == 3
