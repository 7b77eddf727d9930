"""Customers that are not in the files: no warning where ARM is known to have them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.exports import export_list
from support.journey import Journey, journey, sample_files, write_files

from armbulk.app.known_customers import load_known_customers
from armbulk.app.prose import render_prose
from armbulk.app.session import Session
from armbulk.export.request import ExportArguments, build_list_request

CODE = "customer-not-in-file"


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Journey]:
    """A user, and an ARM."""
    with journey(tmp_path) as made:
        yield made


def files(folder: Path, customer: str = "0002") -> list[str]:
    """A sheet of one customer, and documents of that one and others."""
    names = write_files(folder, customers=3, documents=3)
    (folder / "customers.csv").write_text(f"Customer no;Name\n{customer};Kunde\n", encoding="utf-8")
    return names


def unlisted(way: Journey, names: list[str], **rules: str) -> list[str]:
    """The customers that a check warns about."""
    with Session(replace(way.bench.profile, rules=rules), way.clock) as session:
        result = session.check(*names)
        found = result.findings.filter(result.findings["code"] == CODE)
        assert result.errors == (len(found) if rules else 0)
        return sorted(found["value"])


def test_without_a_store_every_other_customer_is_named(way: Journey, tmp_path: Path) -> None:
    """A check needs no store, and makes none."""
    names = files(tmp_path)
    way.store.close()
    for path in (tmp_path / "home").glob("*"):
        path.unlink()
    assert unlisted(way, names) == ["0001", "0003"]
    assert list((tmp_path / "home").iterdir()) == []
    way.store = way.bench.open_store()
    assert unlisted(way, names) == ["0001", "0003"]


def test_customers_that_were_sent_from_here_are_known(way: Journey, tmp_path: Path) -> None:
    """What this machine has created or changed is at ARM."""
    way.run(sample_files(customers=1, documents=1))
    assert unlisted(way, files(tmp_path)) == ["0003"]
    assert unlisted(way, files(tmp_path), **{CODE: "error"}) == ["0003"]


def test_customers_of_arms_list_are_known(way: Journey, tmp_path: Path) -> None:
    """A complete export of the customers says which there are; the check shows how old it is."""
    for number in ("0003", "0001", "0800"):
        way.sandbox.state.add_customer({"customerNo": number, "name": "Kunde"})
    request = build_list_request("customers", ExportArguments(tmp_path / "c.xlsx"))
    assert export_list(way.bench, request, "en", waits=True, fresh=False, on_progress=lambda _: None).complete
    assert unlisted(way, files(tmp_path)) == []
    assert unlisted(way, files(tmp_path, "0001")) == ["0002"]
    with Session(way.bench.profile, way.clock) as session:
        report = session.check(*files(tmp_path)).to_json()
    assert report["known_customers"] == {"sent": 0, "listed": 3, "listed_at": "2027-01-15T08:00:00+00:00"}
    assert "3 in ARM's list of 2027-01-15" in render_prose("check", report, "en")
    assert "3 i ARMs kundeliste fra" in render_prose("check", report, "nb")


def test_a_part_of_the_list_says_nothing(way: Journey, tmp_path: Path) -> None:
    """An export of some customers does not take the place of a list of all."""
    way.sandbox.state.add_customer({"customerNo": "0003", "name": "Kunde"})
    request = build_list_request("customers", ExportArguments(tmp_path / "c.xlsx", where=("customerno=0003",)))
    export_list(way.bench, request, "en", waits=True, fresh=False, on_progress=lambda _: None)
    assert load_known_customers(way.store, way.bench.profile) is None


def test_another_client_knows_nothing_of_it(way: Journey, tmp_path: Path) -> None:
    """What is known belongs to one client at one address."""
    way.run(sample_files(customers=1, documents=1))
    way.bench = replace(way.bench, profile=replace(way.bench.profile, client_no="9"))
    assert unlisted(way, files(tmp_path)) == ["0001", "0003"]


def test_an_import_warns_as_the_check_does(way: Journey, tmp_path: Path) -> None:
    """The same customers are known when the files are imported, and nothing of it is stored with the run."""
    way.run(sample_files(customers=1, documents=1))
    with Session(way.bench.profile, way.clock) as session:
        result = session.import_files(*files(tmp_path), target=tmp_path / "r.xlsx")
        assert result.checked is not None
        assert result.checked.findings.filter(result.checked.findings["code"] == CODE)["value"].to_list() == ["0003"]
        assert result.run is not None
        assert session.store.run(result.run).options["reading"]["known_customers"] is None
