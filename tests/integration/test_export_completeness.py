"""Exports of large and unreliable lists are complete, or say what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from support.exports import FEBRUARY, bench, export, export_list, spread, voucher
from support.list_server import Json, Lists, gl_item

from armbulk.errors import Exit, Interrupted, LimitError, ServerError
from armbulk.export import value_partitions
from armbulk.export.request import ExportArguments, build_list_request
from armbulk.resources import EXPORTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from armbulk.model.fields import Resource
    from armbulk.model.progress import Progress


TENTH = {"cap": 1_000, "most": 100}
"""A tenth of what ARM serves of a list, and on a page: as many pages and parts with fewer records."""


def test_a_list_below_the_cap_is_read_in_the_largest_pages(tmp_path: Path) -> None:
    """2,345 postings are read with one small request for the total and three pages of a thousand."""
    lists = Lists({"glitems": spread(2_345)})
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"], said["windows"]) == (2_345, True, 1)
    assert records == lists.records["glitems"]
    assert said["cost"] == {"requests": 4, "reads": lists.reads, "writes": 0}
    assert [one.get("pagesize") for one in lists.asked] == ["5", "1000", None, None]


@pytest.mark.parametrize("clamped", [False, True])
def test_more_than_the_cap_is_read_in_parts(tmp_path: Path, clamped: bool) -> None:
    """Postings above the cap are read completely, each once, with a true or a clamped total."""
    lists = Lists({"glitems": spread(2_500)}, clamped=clamped, **TENTH)
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (2_500, True)
    assert said["windows"] > 2
    assert sorted(one["glItemId"] for one in records) == sorted(one["glItemId"] for one in lists.records["glitems"])
    assert lists.reads < 2_800


def test_a_total_that_equals_the_cap_may_be_cut_off(tmp_path: Path) -> None:
    """A total equal to the cap proves nothing, so the list is read in parts."""
    lists = Lists({"glitems": spread(1_000)}, **TENTH)
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (1_000, True)
    assert said["windows"] > 1


def test_postings_dated_outside_their_period_are_not_lost(tmp_path: Path) -> None:
    """Postings dated before or after their period are exported too: partitions by date are open at both ends."""
    odd = [gl_item(20_000 + n, "2025-01-31", glPeriod=2) for n in range(5)]
    odd += [gl_item(30_000 + n, "2026-03-09", glPeriod=2, glYear=2025) for n in range(5)]
    lists = Lists({"glitems": [*spread(1_200), *odd]}, **TENTH)
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (1_210, True)
    assert {one["voucherDate"] for one in records} >= {"2025-01-31", "2026-03-09"}


def test_more_than_the_cap_on_one_day_are_cut_by_account(tmp_path: Path) -> None:
    """1,200 postings on one day are partitioned by account and proven by the day's total."""
    lists = Lists({"glitems": [gl_item(n, account=1500 + n % 20) for n in range(1_200)]}, **TENTH)
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (1_200, True)
    assert len({one["glItemId"] for one in records}) == 1_200


def test_more_than_the_cap_on_one_account_are_cut_by_day(tmp_path: Path) -> None:
    """1,200 postings on one account are partitioned by date."""
    lists = Lists({"glitems": spread(1_200)}, **TENTH)
    said, _ = export(tmp_path, lists, where=("glaccountno=1500",), **FEBRUARY)
    assert (said["rows"], said["complete"]) == (1_200, True)


@pytest.fixture
def short_series(monkeypatch: pytest.MonkeyPatch) -> None:
    """A series of numbers ends after 20 that no one has, not after 100: fewer calls."""
    monkeypatch.setattr(value_partitions, "MAX_MISSES", 20)


@pytest.mark.proof
def test_more_than_the_cap_on_one_day_and_one_account(tmp_path: Path) -> None:
    """Vouchers missing in the first records are requested by the numbers that follow, until the total is reached."""
    numbers = [*range(150), *range(200, 250), *range(340, 400)]  # with holes, as ledgers have
    lists = Lists({"glitems": [voucher(n) for n in numbers]}, cap=200)
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (260, True)
    assert {one["glItemId"] for one in records} == {f"2218-{n}" for n in numbers}
    assert said["cost"]["reads"] == lists.reads
    assert len(lists.asked) < 400


@pytest.mark.usefixtures("short_series")
def test_numbers_before_and_between_are_asked_for_too(tmp_path: Path) -> None:
    """Missing vouchers are found whatever the order in which ARM serves them."""
    numbers = [*range(500, 675), *range(410, 485), *range(495, 500), *range(690, 710)]
    said, _ = export(tmp_path, Lists({"glitems": [voucher(n) for n in numbers]}, cap=250), **FEBRUARY)
    assert (said["rows"], said["complete"]) == (275, True)


@pytest.mark.usefixtures("short_series")
def test_what_cannot_be_cut_is_named(tmp_path: Path) -> None:
    """Vouchers with unpredictable numbers leave the export incomplete; it names the partition and both counts."""
    lists = Lists({"glitems": [voucher(n if n < 110 else n * 7_919) for n in range(120)]}, cap=110)
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (110, False)
    (gap,) = said["gaps"]
    assert (gap["expected"], gap["got"]) == (120, 110)
    assert "2025-02-14" in gap["window"]
    assert said["files"][0].endswith("gl-items.incomplete.jsonl")


@pytest.mark.proof
@pytest.mark.usefixtures("short_series")
def test_more_than_the_cap_on_one_day_by_customer(tmp_path: Path) -> None:
    """AR items of one day are partitioned by customer; missing customers come from the customer list."""
    same = {"voucherDate": "2025-02-14", "glYear": 2025, "glPeriod": 2, "currency": "NOK", "glAmount": 1}
    items = [
        {"arItemId": str(n), "customerNo": f"K{n * 17 % 140:03d}", "documentNo": f"{n * 31}", **same}
        for n in range(260)
    ]
    customers = [{"customerNo": f"K{n:03d}"} for n in range(140)]
    lists = Lists({"aritems": items, "customers": customers}, cap=200)
    said, records = export(tmp_path, lists, "ar-items", **FEBRUARY)
    assert (said["rows"], said["complete"]) == (260, True)
    assert {one["arItemId"] for one in records} == {str(n) for n in range(260)}


def test_a_clamped_total_cut_by_account_is_never_called_complete(tmp_path: Path) -> None:
    """A clamped total of one day cannot prove that no account is missing, so the export is incomplete."""
    lists = Lists({"glitems": [gl_item(n, account=1500 + n // 70) for n in range(1_200)]}, clamped=True, **TENTH)
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert not said["complete"]


@pytest.mark.parametrize("unheeded", [{"fromdate", "todate"}, {"glyear", "glperiod"}, {"todate"}])
def test_a_filter_that_arm_ignores_is_found_out(tmp_path: Path, unheeded: set[str]) -> None:
    """If ARM ignores a filter, the whole list is read and filtered by armbulk."""
    records = [*spread(300), *(gl_item(1000 + n, f"2025-0{3 + n % 5}-10") for n in range(500))]
    lists = Lists({"glitems": records}, unheeded=frozenset(unheeded))
    given = FEBRUARY if "glyear" in unheeded else {"first": date(2025, 2, 1), "last": date(2025, 2, 28)}
    said, found = export(tmp_path, lists, **given)
    assert (said["rows"], said["complete"]) == (300, True)
    assert {one["glPeriod"] for one in found} == {2}
    assert said["applied_here"] == (["period"] if "glyear" in unheeded else ["dates"])


def test_an_ignored_filter_on_a_list_above_the_cap_is_a_gap(tmp_path: Path) -> None:
    """If ARM ignores every filter of a list above the cap, the export is incomplete."""
    names = frozenset({"fromdate", "todate", "glyear", "glperiod", "glaccountno", "voucherno"})
    lists = Lists({"glitems": spread(1_200)}, unheeded=names, **TENTH)
    said, _ = export(tmp_path, lists, first=date(2025, 2, 1))
    assert not said["complete"]
    assert said["gaps"][0]["expected"] == 1_200


def test_a_filter_of_a_column_arm_has_no_filter_for(tmp_path: Path) -> None:
    """`--where` works on any column: armbulk filters where ARM has no filter."""
    said, found = export(tmp_path, Lists({"glitems": spread(300)}), where=("Customer no=00003", "glaccountno=1500"))
    assert {one["customerNo"] for one in found} == {"00003"}
    assert said["complete"]


def test_an_expired_query_is_asked_again_where_it_was(tmp_path: Path) -> None:
    """An expired query costs one more call; pages that were read are not read again."""
    lists = Lists({"glitems": spread(5_500)}, life=3)
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (5_500, True)
    assert lists.reads < 5_700


def test_a_page_that_repeats_records_is_read_again(tmp_path: Path) -> None:
    """If records shift between pages once, the list is read again and is complete."""
    shifted = []

    def shift(_: int, asked: dict[str, str], page: Json) -> None:
        if asked.get("pageno") == "2" and not shifted:
            shifted.append(1)
            page["rows"] = [gl_item(0), *page["rows"][:-1]]

    said, records = export(tmp_path, Lists({"glitems": spread(2_500)}, change=shift), **FEBRUARY)
    assert (said["rows"], said["complete"]) == (2_500, True)
    assert len({one["glItemId"] for one in records}) == 2_500


@pytest.mark.proof
def test_a_list_that_keeps_shifting_is_never_called_complete(tmp_path: Path) -> None:
    """If records shift on every reading, the export is incomplete and has each record once."""

    def shift(_: int, asked: dict[str, str], page: Json) -> None:
        if asked.get("pageno") == "2":
            page["rows"] = [gl_item(0), *page["rows"][:-1]]

    said, records = export(tmp_path, Lists({"glitems": spread(2_500)}, change=shift), **FEBRUARY)
    assert (said["rows"], said["complete"]) == (2_499, False)
    assert len(records) == len({one["glItemId"] for one in records})
    assert (said["gaps"][0]["expected"], said["gaps"][0]["got"]) == (2_500, 2_499)


@pytest.mark.proof
def test_a_list_that_grows_all_the_time(tmp_path: Path) -> None:
    """Postings added during every call are exported too, wherever they are in the list."""
    records = spread(5_500)

    def grow(call: int, _: dict[str, str], page: Json) -> None:
        if call < 12:
            records.insert(0 if call % 2 else len(records), gl_item(90_000 + call))
        page["summary"]["totalCount"] = len(records)

    lists = Lists({"glitems": records}, change=grow)
    lists.live = True
    said, found = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (len(records), True)
    assert {one["glItemId"] for one in found} == {one["glItemId"] for one in records}


def test_a_list_that_shrinks_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    """After a posting was deleted during reading, the records that moved up are read too."""
    records = spread(2_500)

    def shrink(call: int, _: dict[str, str], page: Json) -> None:
        page["summary"]["totalCount"] = len(records)
        if call == 2:
            del records[10]

    lists = Lists({"glitems": records}, change=shrink)
    lists.live = True
    said, found = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (2_499, True)
    assert {one["glItemId"] for one in found} == {one["glItemId"] for one in records}


def test_a_list_that_grows_while_it_is_read(tmp_path: Path) -> None:
    """A record that is added during reading is exported too."""
    records = spread(2_500)

    def grow(call: int, _: dict[str, str], page: Json) -> None:
        if call == 3:
            records.append(gl_item(99_999))
        page["summary"]["totalCount"] = len(records)

    said, _ = export(tmp_path, Lists({"glitems": records}, change=grow), **FEBRUARY)
    assert (said["rows"], said["complete"]) == (2_501, True)


def test_the_same_page_for_ever_ends(tmp_path: Path) -> None:
    """If the server returns page 1 again and again, reading stops and the export is incomplete."""

    def stuck(_: int, asked: dict[str, str], page: Json) -> None:
        if "pageno" in asked:
            page["summary"]["pageNo"] = 1

    said, _ = export(tmp_path, Lists({"glitems": spread(2_500)}, change=stuck), **FEBRUARY)
    assert not said["complete"]


@pytest.mark.parametrize("total", [str, float, "{}.0".format])
def test_a_total_written_otherwise_is_a_total(tmp_path: Path, total: Callable[[int], object]) -> None:
    """Totals written as text or with decimals are understood: the list is still read in parts."""

    def written(_: int, __: dict[str, str], page: Json) -> None:
        page["summary"]["totalCount"] = total(page["summary"]["totalCount"])

    said, records = export(tmp_path, Lists({"glitems": spread(1_440)}, change=written, **TENTH), **FEBRUARY)
    assert (said["rows"], said["complete"]) == (1_440, True)
    assert len({one["glItemId"] for one in records}) == 1_440


def with_cap(resource: Resource, cap: int) -> Resource:
    """A resource whose list serves no more than `cap` records."""
    assert resource.listing is not None
    return replace(resource, listing=replace(resource.listing, max_records=cap))


@pytest.mark.parametrize("summary", [True, False])
@pytest.mark.parametrize(("most", "count"), [pytest.param(1_000, 14_400, marks=pytest.mark.proof), (100, 1_440)])
def test_no_total_and_more_than_the_cap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, count: int, *, summary: bool
) -> None:
    """Without a total, a list that reaches the cap is read day by day."""

    def silent(_: int, __: dict[str, str], page: Json) -> None:
        if summary:
            page["summary"] = {"queryId": page["summary"]["queryId"]}

    cap = most * 10
    monkeypatch.setitem(EXPORTS, "gl-items", with_cap(EXPORTS["gl-items"], cap))
    lists = Lists({"glitems": spread(count)}, change=silent, summary=summary, most=most, cap=cap)
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (count, True)
    assert len({one["glItemId"] for one in records}) == count


def test_ever_more_records_without_a_total_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that makes up records for ever is read no further than ten times what ARM gives at most."""

    def invent(call: int, _: dict[str, str], page: Json) -> None:
        page["rows"][:] = [gl_item(1_000 * call + n) for n in range(50)]

    monkeypatch.setitem(EXPORTS, "gl-items", with_cap(EXPORTS["gl-items"], 100))
    lists = Lists({"glitems": spread(50)}, change=invent, summary=False)
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert (said["complete"], said["gaps"][0]["why"][:9]) == (False, "ARM gives")
    assert len(lists.asked) <= 25


@pytest.mark.usefixtures("short_series")
def test_no_total_and_no_way_to_cut(tmp_path: Path) -> None:
    """Without a total, a day that reaches the cap is never called complete."""

    def only_cap(_: int, __: dict[str, str], page: Json) -> None:
        page["summary"] = {"maximumCount": 100}

    lists = Lists({"glitems": [voucher(n) for n in range(140)]}, cap=100, summary=False, change=only_cap)
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert not said["complete"]


@pytest.mark.parametrize("count", [37, 1_234])
def test_a_list_without_pages(tmp_path: Path, count: int) -> None:
    """A list returned whole for every page is complete, unless it may be one full page."""
    codes = [{"codeType": "voucherType", "code": str(n), "description": f"Kode {n}"} for n in range(count)]

    def whole(_: int, __: dict[str, str], page: Json) -> None:
        page["rows"] = codes[:1_000]

    said, _ = export(tmp_path, Lists({"codes": codes}, summary=False, change=whole), "codes")
    assert said["complete"] == (count < 1_000)


def test_arrays_beside_the_records(tmp_path: Path) -> None:
    """Other arrays beside the records, such as warnings and links, do not disturb the reading."""

    def more(_: int, __: dict[str, str], page: Json) -> None:
        page["glItems"] = page["rows"]
        page.update({"warnings": [], "links": [{"rel": "self"}], "more": [{"a": 1}]})

    said, _ = export(tmp_path, Lists({"glitems": spread(1_234)}, change=more), **FEBRUARY)
    assert (said["rows"], said["complete"]) == (1_234, True)


def test_a_page_that_is_gone_is_not_the_end(tmp_path: Path) -> None:
    """A 404 for a later page does not prove that the list ends there."""

    def gone(_: int, asked: dict[str, str], __: Json) -> int | None:
        return 404 if asked.get("pageno") == "2" else None

    said, _ = export(tmp_path, Lists({"glitems": spread(2_500)}, change=gone), **FEBRUARY)
    assert not said["complete"]


@pytest.mark.proof
@pytest.mark.usefixtures("short_series")
def test_customers_of_one_category_beyond_the_cap(tmp_path: Path) -> None:
    """Customers above the cap in one category are requested by account numbers next to known ones."""
    customers = [{"customerNo": f"K{n:05d}", "accountNo": 500_000 + n, "customerCategory": "CONS"} for n in range(140)]
    said, records = export(tmp_path, Lists({"customers": customers}, cap=110), "customers")
    assert (said["rows"], said["complete"]) == (140, True)
    assert len({one["customerNo"] for one in records}) == 140


@pytest.mark.proof
@pytest.mark.usefixtures("short_series")
def test_nothing_is_guessed_where_the_parts_add_up(tmp_path: Path) -> None:
    """A missing voucher is only searched in the account whose total is not reached."""
    strays = [voucher(n * 7_919 + 10**6) for n in range(1, 4)]
    others = [gl_item(90_000 + n, account=1900, voucherNo=50_000 + n) for n in range(40)]
    lists = Lists({"glitems": [*(voucher(n) for n in range(70)), *others, *strays]}, cap=65)
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert not said["complete"]
    assert {one.get("glaccountno") for one in lists.asked} <= {None, "1500", "1900"}
    assert len(lists.asked) < 230


def test_a_list_without_totals_is_read_to_its_end(tmp_path: Path) -> None:
    """Without totals, pages are read until there are no more."""
    codes = [{"codeType": "voucherType", "code": str(n), "description": f"Kode {n}"} for n in range(1_234)]
    said, records = export(tmp_path, Lists({"codes": codes}, summary=False), "codes")
    assert (said["rows"], said["complete"]) == (1_234, True)
    assert records == codes


@pytest.mark.parametrize("count", [100, 200, 250, 500, 1_000, 2_500])
def test_a_round_number_of_records_without_a_total_may_be_cut(tmp_path: Path, count: int) -> None:
    """A server may have a cap that no one knows: a list that nothing can split is not called complete."""
    codes = [{"codeType": "voucherType", "code": str(n), "description": f"Kode {n}"} for n in range(count + 50)]
    said, records = export(tmp_path, Lists({"codes": codes}, summary=False, cap=count), "codes")
    assert (said["complete"], len(records)) == (False, count)
    assert said["gaps"][0]["why"].startswith(f"ARM returned exactly {count} records")


@pytest.mark.parametrize(("count", "cap"), [(700, 500), (500, 10_000), (1_700, 1_000)])
def test_a_round_number_of_records_without_a_total_is_read_in_parts(tmp_path: Path, count: int, cap: int) -> None:
    """Where days can be asked for, fewer records of a part than ARM gave of the whole show that it is not cut."""
    lists = Lists({"glitems": spread(count)}, summary=False, cap=cap)
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (count, True)
    assert len({record["glItemId"] for record in records}) == count


@pytest.mark.usefixtures("short_series")
@pytest.mark.proof
def test_a_day_with_a_round_number_of_records_without_a_total(tmp_path: Path) -> None:
    """A day that the server cuts is never called complete."""
    lists = Lists({"glitems": [voucher(n) for n in range(620)]}, summary=False, cap=500)
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert not said["complete"]


@pytest.mark.parametrize("total", [10**9, 0, -1, "many", None, True])
def test_nonsense_totals_do_not_lead_anywhere(tmp_path: Path, total: object) -> None:
    """An impossible total makes the export incomplete or is ignored; it never causes endless calls."""

    def lie(_: int, asked: dict[str, str], page: Json) -> None:
        del asked
        page["summary"]["totalCount"] = total

    lists = Lists({"glitems": spread(50)}, change=lie)
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert said["complete"] == (total not in {10**9, 0} or total is True)
    assert said["rows"] == 50
    assert len(lists.asked) < 250
    assert all(one in lists.records["glitems"] for one in records)


def test_next_page_is_never_fetched(tmp_path: Path) -> None:
    """Every call goes to the configured address with ARM's queryId, whatever `nextPage` says."""
    lists = Lists({"glitems": spread(2_500)})
    export(tmp_path, lists, **FEBRUARY)
    assert all(url.startswith("http://127.0.0.1:1/arm/v1/clients/2218/glitems?") for url in lists.urls)
    assert not any("STOLEN" in url for url in lists.urls)


def test_without_a_query_id_the_address_is_only_read(tmp_path: Path) -> None:
    """Without a queryId the id is taken from `nextPage`, but not its host."""

    def hide(_: int, asked: dict[str, str], page: Json) -> None:
        del asked
        name = page["summary"].pop("queryId")
        page["summary"]["nextPage"] = f"https://user@127.0.0.1.evil.invalid\\x/?query={name}&pageno=2"

    lists = Lists({"glitems": spread(2_500)}, change=hide)
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert said["complete"]
    assert lists.asked[2]["query"] == "Q2"


def test_an_empty_list_is_complete(tmp_path: Path) -> None:
    """A period without postings gives no rows and a complete export."""
    said, _ = export(tmp_path, Lists({"glitems": spread(10)}), period="2024-05")
    assert (said["rows"], said["complete"]) == (0, True)


@pytest.mark.parametrize("status", [404, 410])
def test_404_for_an_empty_list_is_complete_where_the_list_is_known(tmp_path: Path, status: int) -> None:
    """A 404 for a documented list means that nothing was found."""
    said, _ = export(tmp_path, Lists({"glitems": []}, change=lambda *_: status), **FEBRUARY)
    assert (said["rows"], said["complete"]) == (0, True)


def test_404_for_a_list_nobody_has_seen_is_said(tmp_path: Path) -> None:
    """A 404 for an undocumented list is an error, not an empty export."""
    with pytest.raises(ServerError, match="no list 'glmovements'"):
        export(tmp_path, Lists({}), "gl-movements", **FEBRUARY)


def test_an_interrupted_export_goes_on_where_it_was(tmp_path: Path) -> None:
    """Pages read before Ctrl-C are not read again, and nothing of them is left on disk at the end."""
    lists = Lists({"glitems": spread(9_000)})
    made = bench(tmp_path, lists)
    want = build_list_request("gl-items", ExportArguments(tmp_path / "gl.jsonl", period="2025-02"))

    def stop(_: object) -> None:
        made.clock.interrupted = lists.reads > 4_000  # type: ignore[misc]

    with pytest.raises(Interrupted):
        export_list(made, want, "en", waits=True, fresh=False, on_progress=stop)
    kept = list((tmp_path / "home" / "exports").glob("*.db"))
    assert [path.stat().st_mode & 0o077 for path in kept] == [0]
    assert not (tmp_path / "gl.jsonl").exists()
    made.clock.interrupted = False  # type: ignore[misc]
    said = export_list(made, want, "en", waits=True, fresh=False, on_progress=lambda _: None).report
    assert (said["rows"], said["complete"]) == (9_000, True)
    assert lists.reads == 9_005
    assert list((tmp_path / "home" / "exports").glob("*.db*")) == []


@pytest.mark.proof
def test_an_export_larger_than_a_window_waits(tmp_path: Path) -> None:
    """25,000 records at 9,500 an hour take more than two hours and never exceed the limit."""
    lists = Lists({"glitems": spread(25_000)})
    made = bench(tmp_path, lists, "S")
    want = build_list_request("gl-items", ExportArguments(tmp_path / "gl.jsonl", period="2025-02"))
    said = export_list(made, want, "en", waits=True, fresh=False, on_progress=lambda _: None).report
    assert (said["rows"], said["complete"]) == (25_000, True)
    assert 2 * 3600 < made.clock.slept < 4 * 3600  # type: ignore[attr-defined]


def test_no_wait_stops_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """With --no-wait the export stops at the limit, shows the time, and continues with the same command."""
    lists = Lists({"glitems": spread(12_000)})
    made = bench(tmp_path, lists, "S")
    want = build_list_request("gl-items", ExportArguments(tmp_path / "gl.jsonl", period="2025-02"))
    with pytest.raises(LimitError, match="until 20"):
        export_list(made, want, "en", waits=False, fresh=False, on_progress=lambda _: None)
    made.clock.sleep(3700)
    said = export_list(made, want, "en", waits=False, fresh=False, on_progress=lambda _: None).report
    assert (said["rows"], said["complete"]) == (12_000, True)
    assert lists.reads < 13_000


@pytest.mark.proof
def test_what_was_read_a_week_ago_is_read_again(tmp_path: Path) -> None:
    """An export left unfinished for a week starts again, because its records may have changed."""
    lists = Lists({"glitems": spread(9_000)})
    made = bench(tmp_path, lists)
    want = build_list_request("gl-items", ExportArguments(tmp_path / "gl.jsonl", period="2025-02"))

    def stop(_: object) -> None:
        made.clock.interrupted = lists.reads > 4_000  # type: ignore[misc]

    with pytest.raises(Interrupted):
        export_list(made, want, "en", waits=True, fresh=False, on_progress=stop)
    made.clock.interrupted = False  # type: ignore[misc]
    made.clock.sleep(8 * 86_400)
    before = lists.reads
    said = export_list(made, want, "en", waits=True, fresh=False, on_progress=lambda _: None).report
    assert (said["rows"], lists.reads - before) == (9_000, 9_005)


@pytest.mark.proof
def test_a_gap_is_tried_again_by_the_same_command(tmp_path: Path) -> None:
    """The same command reads incomplete partitions again, and only those."""
    lists = Lists({"glitems": spread(2_000)}, **TENTH)

    def lose(_: int, asked: dict[str, str], page: Json) -> None:
        if "pagesize" in asked and asked["pagesize"] != "5" and asked.get("fromdate") == "2025-02-01":
            page["rows"] = page["rows"][1:]

    lists.change = lose
    said, _ = export(tmp_path, lists, **FEBRUARY)
    assert not said["complete"]
    before, lists.change = lists.reads, lambda *_: None
    again, _ = export(tmp_path, lists, **FEBRUARY)
    assert (again["rows"], again["complete"]) == (2_000, True)
    assert lists.reads - before < 1_200


@pytest.mark.proof
def test_a_proxy_that_hiccups(tmp_path: Path) -> None:
    """A single 503 is retried within seconds."""

    def tired(call: int, _: dict[str, str], __: Json) -> int | None:
        return 503 if call % 3 == 0 else None

    lists = Lists({"glitems": spread(12_000)}, change=tired)
    made = bench(tmp_path, lists)
    began = made.clock.now()
    want = build_list_request("gl-items", ExportArguments(tmp_path / "gl.csv", **FEBRUARY))
    done = export_list(made, want, "en", waits=True, fresh=False, on_progress=lambda _: None)
    assert (done.complete, done.report["rows"]) == (True, 12_000)
    assert made.clock.now() - began < 60


@pytest.mark.parametrize("poll_seconds", ["2", "60"])
def test_an_outage_ends_within_two_minutes_and_is_reported(tmp_path: Path, poll_seconds: str) -> None:
    """503 without a time, for good: the export says so while it waits and ends with exit code 6; what it read stays."""
    lists = Lists({"glitems": spread(2_500)}, change=lambda call, *_: 503 if call >= 3 else None)
    made = bench(tmp_path, lists, poll_seconds=poll_seconds)
    events: list[Progress] = []
    want = build_list_request("gl-items", ExportArguments(tmp_path / "gl.csv", **FEBRUARY))
    with pytest.raises(ServerError, match="503") as ended:
        export_list(made, want, "en", waits=True, fresh=False, on_progress=events.append)
    assert ended.value.exit == Exit.SERVER
    assert "What was read is kept" in ended.value.hint
    assert made.clock.slept <= 120
    retries = [event.text("en") for event in events if event.doing == "retrying"]
    assert len(retries) == 4
    assert all("503" in text for text in retries)
    lists.change = lambda *_: None
    assert export_list(made, want, "en", waits=True, fresh=False, on_progress=lambda _: None).complete
