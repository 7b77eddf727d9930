"""A change from a file whose numbers have lost their zeros never reaches ARM, whatever the file is."""

from pathlib import Path

import pytest
from support.journey import journey, outcomes

from armbulk.app.check import InputFiles
from armbulk.app.plan import build_plan
from armbulk.app.runs import create_run
from armbulk.model.read_options import ReadOptions
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import load_result
from armbulk.validation.check import check_files


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_csv_with_damaged_numbers_is_a_conflict(tmp_path: Path, overwrite: bool) -> None:
    """A file without the exported values is compared with ARM's own; `--overwrite` does not change that."""
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Telefon;Kundekategori\nK1;4799887766;CONS\nK2;90000002;7\nK3;12;CONS\n", encoding="utf-8")
    options = ReadOptions(update=True)
    with journey(tmp_path) as way:
        for number, phone, category in (("K1", "004799887766", "A"), ("K2", "1", "007"), ("K3", "1", "A")):
            way.sandbox.state.add_customer({"customerNo": number, "phoneNo": phone, "customerCategory": category})
        checked = check_files([str(path)], options)
        plan = build_plan(way.bench, way.store, checked, ImportOptions(update=True, overwrite=overwrite))
        run = create_run(way.bench, way.store, plan, InputFiles((str(path),), options))
        way.carry_on(run)
        result = load_result(way.store, run)
        customers = list(way.sandbox.state.customers.values())
        assert outcomes(result) == {"conflict": 2, "updated": 1}
        assert [customer["phoneNo"] for customer in customers] == ["004799887766", "1", "12"]
        assert [customer["customerCategory"] for customer in customers] == ["A", "007", "CONS"]
        assert "Phone: ARM has it with leading zeros" in result.items["message"].to_list()[0]
