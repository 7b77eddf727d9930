"""`armbulk codes`: ARM's code lists are kept with their age, used in checks and templates, and never required."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from support.commands import call, called

from armbulk.sandbox import Sandbox
from armbulk.sandbox.lists import ArmLists
from armbulk.sandbox.system import list_codes, list_configs

ROWS = (
    "Fakturanr;Kundenr;Bilagstype;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva;Distribusjonstype\n"
    "1;7;XY;2026-01-02;2026-02-02;NOK;100;h\n2;7;cn;2026-01-02;2026-02-02;NOK;100;Q\n"
)


LISTS = ArmLists(codes=list_codes(), configs=list_configs(2218))


@pytest.fixture(scope="module")
def arm() -> Iterator[Sandbox]:
    """A sandbox whose lists are only read."""
    with Sandbox(lists=LISTS) as sandbox:
        yield sandbox


def find_codes(path: Path, env: dict[str, str]) -> list[tuple[int, str]]:
    """Row and code of the warnings about codes."""
    _, report = called("check", str(path), env=env)
    return [
        (each["row"], each["code"])
        for each in report["findings"]
        if each["code"] in {"unknown-code", "code-not-listed"}
    ]


def test_the_lists_are_read_once_and_priced(arm: Sandbox) -> None:
    """Two lists, one request and a size query each at most; the second call reads nothing."""
    before = arm.state.usage()
    code, report = called("codes", env=arm.settings)
    used = arm.state.usage()
    assert code == 0
    assert report["cost"]["requests"] == used["hour.requests"] - before["hour.requests"]
    assert report["cost"]["reads"] == used["hour.reads"] - before["hour.reads"] > 0
    assert report["lists"]["codes"]["groups"]["documentType"][1] == {"code": "IN", "description": "Invoice"}
    assert report["lists"]["client-configs"]["groups"]["DueDays"][0]["code"] == "14"
    assert (report["lists"]["codes"]["age_seconds"] < 60, report["missing"]) == (True, {})
    again = called("codes", "--type", "DOCUMENTTYPE", env=arm.settings)[1]
    assert (again["cost"], list(again["lists"]["codes"]["groups"])) == (None, ["documentType"])
    assert arm.state.usage() == used
    text = call("codes", "--type", "lineType", env=arm.settings)[1]
    assert "PLH          Goods or service" in text
    code, error = called("codes", "--type", "colour", env=arm.settings)
    assert (code, error["error"]["code"]) == (2, "no-such-codes")


def test_checks_and_drop_downs_use_them(arm: Sandbox, tmp_path: Path) -> None:
    """Without the lists armbulk only says what it does not know; nothing is ever an error."""
    path = tmp_path / "Fakturaer.csv"
    path.write_text(ROWS, encoding="utf-8")
    env = {**arm.settings, "ARMBULK_HOME": str(tmp_path / "home")}
    assert find_codes(path, env) == [(2, "unknown-code")]
    assert called("codes", env=env)[0] == 0
    assert find_codes(path, env) == [(2, "code-not-listed"), (3, "code-not-listed")]
    target = tmp_path / "t.xlsx"
    assert called("template", "documents", "--full", "-o", str(target), env=env)[0] == 0
    codes = openpyxl.load_workbook(target)["Codes"]
    columns = {column[2].value: [cell.value for cell in column[3:] if cell.value] for column in codes.columns}
    assert (columns["Distribution type"], columns["Document type"]) == (["E", "H", "M", "P"], ["CN", "IN"])


def test_arm_without_such_lists_is_no_problem(tmp_path: Path) -> None:
    """What ARM does not offer is named, and what was read before stays."""
    with Sandbox(lists=ArmLists(configs=list_configs(2218))) as arm:
        code, report = called("codes", env={**arm.settings, "ARMBULK_HOME": str(tmp_path)})
    assert (code, list(report["missing"]), list(report["lists"])) == (0, ["Codes"], ["client-configs"])


def test_health_is_asked_only_on_request(arm: Sandbox) -> None:
    """Without the login; nothing depends on the answer."""
    checks = {each["check"]: each for each in called("doctor", "--health", env=arm.settings)[1]["checks"]}
    assert checks["health"]["message"] == 'HTTP 200: {"status": "UP"}'
    assert arm.state.requests[-1].path == "/arm/v1/health"
    assert "health" not in {each["check"] for each in called("doctor", env=arm.settings)[1]["checks"]}
