"""Exports from the list server and from the sandbox."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from armbulk.cli import cli
from armbulk.context import Context
from armbulk.export.request import ExportArguments, ExportRequest, build_list_request
from armbulk.export.run import ListExport, open_list
from armbulk.month_end.close import ClosingExport, open_month_end
from armbulk.settings.load import load_profile
from support.journey import FakeClock
from support.list_server import Json, Lists, gl_item

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from armbulk.export.session import OnProgress
    from armbulk.month_end.request import MonthEndRequest
    from armbulk.sandbox import Sandbox


FEBRUARY = {"period": "2025-02"}


def bench(folder: Path, lists: httpx.BaseTransport, size: str = "XL", poll_seconds: str = "2") -> Context:
    """A bench at these lists."""
    settings = {
        "ARMBULK_HOME": str(folder / "home"), "ARMBULK_BASE_URL": "http://127.0.0.1:1/arm/v1", "ARMBULK_TOKEN": "t",
        "ARMBULK_CLIENT_NO": "2218", "ARMBULK_CLIENT_SIZE": size, "ARMBULK_LANG": "en",
        "ARMBULK_POLL_SECONDS": poll_seconds,
    }  # fmt: skip
    return Context(load_profile(settings), FakeClock(), lists)


@dataclass(frozen=True, slots=True)
class WrittenExport:
    """How an export ended whose file is written: its JSON with the files, and whether it is complete and agrees."""

    report: dict[str, Any]
    complete: bool
    agrees: bool


def export_list(
    context: Context, request: ExportRequest, lang: str, *, waits: bool, fresh: bool, on_progress: OnProgress
) -> WrittenExport:
    """Read a list, verify it and write its file."""
    with ExitStack() as stack:
        source = open_list(stack, context, request, lang, waits=waits, fresh=fresh, on_progress=on_progress)
        return _write(source, request, lang)


def export_month_end(context: Context, request: MonthEndRequest, lang: str) -> WrittenExport:
    """Read the postings, tie them out and write the file."""
    with ExitStack() as stack:
        source = open_month_end(stack, context, request, lang, waits=True, fresh=False, on_progress=lambda _: None)
        return _write(source, request.request, lang)


def _write(source: ListExport | ClosingExport, request: ExportRequest, lang: str) -> WrittenExport:
    paths = source.write(request.target, request.dialect, lang)
    return WrittenExport({**source.report, "files": [str(path) for path in paths]}, source.complete, source.agrees)


def export(
    folder: Path, lists: Lists, resource: str = "gl-items", *, size: str = "XL", waits: bool = True, **given: Any
) -> tuple[dict[str, Any], list[Json]]:
    """Export to jsonl: what was printed, and the records in the file."""
    target = folder / f"{resource}.jsonl"
    want = build_list_request(resource, ExportArguments(target, **given))
    done = export_list(bench(folder, lists, size), want, "en", waits=waits, fresh=False, on_progress=lambda _: None)
    assert done.complete == done.report["complete"]
    assert done.complete == ("incomplete" not in done.report["files"][0])
    lines = (folder / done.report["files"][0]).read_text(encoding="utf-8").splitlines()
    assert len(lines) == done.report["rows"]
    return done.report, [json.loads(line) for line in lines]


def days(count: int) -> list[str]:
    """`count` days of February, over and over."""
    return [f"2025-02-{1 + number % 28:02d}" for number in range(count)]


def spread(count: int, accounts: int = 1) -> list[Json]:
    """Postings over all days of February."""
    return [gl_item(number, day, 1500 + number % accounts) for number, day in enumerate(days(count))]


def voucher(number: int) -> Json:
    """A posting on one day and one account, in a voucher of its own."""
    return gl_item(number, voucherNo=50_000 + number)


def export_to_file(folder: Path, lists: Lists, name: str, resource: str = "gl-items", **given: Any) -> dict[str, Any]:
    """Export into a file of this name."""
    lang = given.pop("lang", "en")
    want = build_list_request(resource, ExportArguments(folder / name, **given))
    return export_list(bench(folder, lists), want, lang, waits=True, fresh=False, on_progress=lambda _: None).report


def export_by_command(sandbox: Sandbox, folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Run `armbulk export … --json` against a sandbox."""
    env = {**sandbox.settings, "ARMBULK_HOME": str(folder / "home"), "ARMBULK_POLL_SECONDS": "0"}
    done = CliRunner().invoke(cli, ["export", *words, "--json"], env=env)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def people(count: int) -> list[dict[str, object]]:
    """Customers."""
    return [{"customerNo": f"{n:05d}", "name": f"Kunde {n} Æ"} for n in range(count)]
