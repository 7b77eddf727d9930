"""What ARM does not list is looked for in the order most likely to find it, and not at any price."""

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.exports import bench, export_list
from support.list_server import Json, Lists

from armbulk.errors import Exit, QuestionError
from armbulk.export.request import ExportArguments, build_list_request

DAY = date(2025, 2, 14)
CAP = {"cap": 400, "most": 200}


def documents(count: int, customers: int, *, gap: int = 1) -> list[Json]:
    """Documents of one day for customers at random."""
    chance = random.Random(1)
    return [
        {"documentNo": f"{70_000 + gap * n}", "documentType": "IN", "customerNo": f"{chance.randrange(customers):05d}",
         "documentDate": "2025-02-14", "currency": "NOK"} for n in range(count)
    ]  # fmt: skip


def customers(count: int) -> list[Json]:
    """Customers of two categories."""
    return [
        {"customerNo": f"{n:05d}", "accountNo": 500_000 + n, "customerCategory": "CONS" if n % 3 else "CORP"}
        for n in range(count)
    ]


def read(folder: Path, lists: Lists, resource: str, *, confirms: bool = False, size: str = "S", **more: Any) -> Any:
    """Export to csv: the report, and the prices that were asked about."""
    prices: list[tuple[int, ...]] = []

    def confirm(*price: int) -> bool:
        prices.append(price)
        return confirms

    context = replace(bench(folder, lists, size), confirm_requests=confirm)
    days = {} if resource == "customers" else {"first": DAY, "last": DAY}
    request = build_list_request(resource, ExportArguments(folder / "x.csv", **days, **more))
    done = export_list(context, request, "en", waits=True, fresh=False, on_progress=lambda _: None)
    return done.report, prices


@pytest.mark.proof
def test_documents_of_one_day_are_found_by_the_numbers_that_follow(tmp_path: Path) -> None:
    """440 documents of one day, 400 of them listed: a few calls of each kind, then those that find, then the end."""
    lists = Lists({"documents": documents(440, 330), "customers": customers(330)}, **CAP)
    report, prices = read(tmp_path, lists, "documents")
    assert (report["rows"], report["complete"], prices) == (440, True, [])
    assert len(lists.asked) < 150
    single = [query for query in lists.asked if "documentno" in query or "customerno" in query]
    assert single[-1]["documentno"] <= "70440"  # nothing is asked for once all are there


def test_nothing_is_asked_for_once_the_count_is_reached(tmp_path: Path) -> None:
    """Nine customers: the last documents are found with the first of them, and the others are not asked for."""
    listed = documents(400, 1) + [
        {**documents(1, 1)[0], "documentNo": f"9{n}", "customerNo": "00008"} for n in range(5)
    ]
    lists = Lists({"documents": listed, "customers": customers(9)}, **CAP)
    report, _ = read(tmp_path, lists, "documents")
    assert (report["rows"], report["complete"]) == (405, True)
    assert len([query for query in lists.asked if "customerno" in query]) <= 9


@pytest.mark.proof
def test_what_costs_much_is_asked_about_first(tmp_path: Path) -> None:
    """ARM ignores the filter by document number: the rest costs hundreds of calls, so it is not made unasked."""
    lists = Lists({"documents": documents(440, 330, gap=977), "customers": customers(330)},
                  unheeded=frozenset({"documentno"}), **CAP)  # fmt: skip
    with pytest.raises(QuestionError) as stopped:
        read(tmp_path, lists, "documents")
    assert (stopped.value.code, stopped.value.exit) == ("many-requests", Exit.USAGE)
    assert "--max-requests" in stopped.value.hint
    calls = len(lists.asked)
    assert calls < 188  # half of what an hour allows
    report, prices = read(tmp_path, lists, "documents", confirms=True)
    assert (report["rows"], report["complete"]) == (440, True)
    assert prices[0][0] <= 40
    assert prices[0][2] == 375
    whole = [query for query in lists.asked[calls:] if "customerno" not in query]
    assert len(whole) <= 4  # what was read before is not read again


@pytest.mark.proof
def test_a_limit_that_was_named_is_kept(tmp_path: Path) -> None:
    """--max-requests 60 makes 60 calls and stops; a larger one continues from there."""
    lists = Lists({"documents": documents(440, 330), "customers": customers(330)}, **CAP)
    with pytest.raises(QuestionError, match="60 requests"):
        read(tmp_path, lists, "documents", max_requests=60)
    assert len(lists.asked) == 60
    report, prices = read(tmp_path, lists, "documents", max_requests=400)
    assert (report["complete"], prices) == (True, [])
    assert len(lists.asked) < 160


@pytest.mark.proof
def test_a_filter_that_arm_ignores_costs_two_calls(tmp_path: Path) -> None:
    """ARM ignores the category: the customers are looked for by number, and the list is not read again."""
    lists = Lists({"customers": customers(440)}, unheeded=frozenset({"customercategory"}), **CAP)
    report, _ = read(tmp_path, lists, "customers", confirms=True)
    assert (report["rows"], report["complete"]) == (440, True)
    assert len(lists.asked) < 200
    assert len([query for query in lists.asked if len(query) == 2 and "pagesize" in query]) <= 2


def test_another_clients_records_end_an_export(tmp_path: Path) -> None:
    """A list with a record of another client is not written."""
    lists = Lists(
        {"customers": [{**record, "clientNo": 2218 if n else "2219"} for n, record in enumerate(customers(9))]}
    )
    with pytest.raises(Exception, match="client 2219") as refused:
        read(tmp_path, lists, "customers")
    assert getattr(refused.value, "exit", None) == Exit.SERVER
    assert not list(tmp_path.glob("*.csv"))
    ours = Lists({"customers": [{**record, "clientNo": "02218"} for record in customers(9)]})
    assert read(tmp_path, ours, "customers")[0]["rows"] == 9
