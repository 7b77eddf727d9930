"""The values that the command line offers come from the resources and the client sizes, never from a second list."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner
from support.paths import ROOT, SAMPLES

from armbulk.app import choices
from armbulk.app.resolve import DECISIONS
from armbulk.app.templates import create_template
from armbulk.cli import cli
from armbulk.cli.lazy_choice import ResourceChoice
from armbulk.errors import SettingsError
from armbulk.i18n import Words
from armbulk.model.read_options import DATE_ORDERS, DECIMAL_SEPARATORS
from armbulk.quota.tiers import TIERS
from armbulk.resources import EXPORTS, RESOURCES
from armbulk.settings.load import load_profile
from armbulk.writers.flat_files import CSV_DIALECTS

if TYPE_CHECKING:
    from pathlib import Path

RECEIPTS = replace(
    RESOURCES["customers"], name="receipts", title=Words("Receipts", "Innbetalinger"), sheet_names=("Receipts",)
)


def offered(command: str, option: str) -> list[str]:
    """The values of an option or argument, as a user of the command may choose them."""
    context = click.Context(cli)
    loaded = cli.get_command(context, command)
    assert loaded is not None
    parameter = next(one for one in loaded.params if option in {*one.opts, one.name})
    assert isinstance(parameter.type, click.Choice)
    return list(parameter.type.choices)


def test_every_list_can_be_exported() -> None:
    """`armbulk export` takes every resource with a list, and the month-end pack."""
    assert offered("export", "resource") == [*EXPORTS, "close"]


def test_every_resource_is_described() -> None:
    """`armbulk fields` takes what can be imported and what can be exported, each once."""
    assert offered("fields", "resource") == [*RESOURCES, *(name for name in EXPORTS if name not in RESOURCES)]


def test_every_resource_that_can_be_imported_has_a_template() -> None:
    """`armbulk template` takes every resource of a workbook, and all of them in one."""
    assert offered("template", "resource") == [*RESOURCES, "all"]


@pytest.mark.parametrize("command", ["check", "import", "login", "sandbox"])
def test_every_client_size_can_be_chosen(command: str) -> None:
    """`--size` takes the sizes of the published limits."""
    assert offered(command, "size") == list(TIERS)


def test_the_files_of_an_export_are_those_that_are_written() -> None:
    """`-o` names every format, `--csv-dialect` every dialect, the default first; so does their help."""
    assert offered("export", "csv_dialect") == list(CSV_DIALECTS)
    printed = " ".join(CliRunner().invoke(cli, ["export", "--help"]).output.split())
    assert "The file: .xlsx, .csv, .parquet or .jsonl." in printed
    assert "norwegian: ; between columns, decimal comma; rfc: , between columns, decimal point." in printed


def test_what_files_can_be_said_to_hold() -> None:
    """`--as` takes every resource that can be imported, and its help names them; another is refused, as JSON too."""
    *names, last = RESOURCES
    help_text = " ".join(CliRunner().invoke(cli, ["check", "--help"]).output.split())
    assert f"What the files contain: {', '.join(names)} or {last}." in help_text
    codes = {}
    for name in (*RESOURCES, "nothing"):
        result = CliRunner().invoke(cli, ["check", str(SAMPLES / "customers.csv"), "--as", name, "--json"])
        codes[name] = json.loads(result.stdout).get("error", {}).get("code")
    assert [name for name, code in codes.items() if code == "no-such-resource"] == ["nothing"]


def test_every_decision_can_be_made_on_the_command_line() -> None:
    """`armbulk resolve` has an option for each decision."""
    command = cli.get_command(click.Context(cli), "resolve")
    assert command is not None
    options = [option for parameter in command.params for option in parameter.opts]
    assert [option for option in options if option.removeprefix("--") in DECISIONS] == [f"--{one}" for one in DECISIONS]


def test_options_of_reading_offer_what_the_settings_take() -> None:
    """`--dates` and `--decimal` take the same values as the settings of a profile."""
    assert offered("check", "dates") == list(DATE_ORDERS)
    assert offered("check", "decimal") == list(DECIMAL_SEPARATORS)


def test_a_new_resource_is_offered_and_has_a_template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A resource that is added to the resources appears on the command line, with a template of its own."""
    monkeypatch.setitem(RESOURCES, "receipts", RECEIPTS)
    monkeypatch.setitem(EXPORTS, "receipts", RECEIPTS)
    assert [known.name for known in choices.name_exports()[-2:]] == ["receipts", "close"]
    assert "receipts" in [known.name for known in choices.name_described_resources()]
    names = ["customers", "documents", "lines", "receipts", "all"]
    assert [known.name for known in choices.name_templates()] == names
    monkeypatch.chdir(tmp_path)
    report = create_template("receipts", None, "nb", full=True, examples=True, replace=False)
    assert (report["file"], report["sheets"][1]) == ("innbetalinger-mal.xlsx", "Innbetalinger")
    everything = create_template("all", None, "en", full=False, examples=False, replace=False)
    assert everything["file"] == "customers-and-documents-and-receipts-template.xlsx"


def test_a_new_client_size_is_offered_and_has_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A size that is added to the tiers can be chosen and set; a size that does not exist is answered with it."""
    monkeypatch.setitem(TIERS, "XXL", TIERS["XL"])
    assert choices.list_client_sizes() == ["S", "M", "L", "XL", "XXL"]
    home = {"ARMBULK_HOME": str(tmp_path)}
    profile = load_profile({**home, "ARMBULK_CLIENT_SIZE": "xxl"})
    assert profile.client_size == "XXL"
    assert profile.limits == load_profile({**home, "ARMBULK_CLIENT_SIZE": "XL"}).limits
    with pytest.raises(SettingsError, match="huge") as raised:
        load_profile({**home, "ARMBULK_CLIENT_SIZE": "huge"})
    assert "S, M, L, XL or XXL" in raised.value.hint


@pytest.mark.parametrize(
    ("words", "similar"), [(["fields", "kundr"], "customers"), (["template", "gl-items"], ""), (["export", "x"], "")]
)
def test_a_wrong_choice_is_answered_with_the_right_ones(words: list[str], similar: str) -> None:
    """The similar resource, then all that the command takes, with their titles."""
    result = CliRunner().invoke(cli, [*words, "--json", "--lang", "no"])
    hint = json.loads(result.stdout)["error"]["hint"]
    assert (result.exit_code, hint.startswith("Mente du")) == (2, bool(similar))
    assert f"{similar} (Kunder)" in hint
    assert "documents (Fakturaer), " in hint


@pytest.mark.parametrize("command", ["export", "fields", "template"])
def test_every_word_for_a_resource_means_one(command: str) -> None:
    """The name, the titles in both languages and other words, however they are written; no word means two things."""
    loaded = cli.get_command(click.Context(cli), command)
    assert loaded is not None
    choice = next(param.type for param in loaded.params if isinstance(param.type, ResourceChoice))
    meanings: dict[str, set[str]] = {}
    for known in choice.names:
        for word in known.accepted:
            folded = re.sub(r"[\W_]", "", word).lower()
            meanings.setdefault(folded, set()).add(known.name)
            for spelling in (word, word.upper(), word.replace(" ", "_")):
                assert choice.convert(spelling, None, None) == known.name
    assert [word for word, names in meanings.items() if len(names) > 1] == []
    assert meanings["kunder"] == {"customers"}


def test_as_takes_the_norwegian_name() -> None:
    """`--as kunder` and `FILE#SHEET=fakturaer` are read as `customers` and `documents`."""
    result = CliRunner().invoke(cli, ["check", str(SAMPLES / "customers.csv"), "--as", "kunder", "--json"])
    assert json.loads(result.stdout)["sheets"][0]["resource"] == "customers"
    book = f"{SAMPLES / 'kunder-og-fakturaer.xlsx'}#Fakturaer=faktura"
    result = CliRunner().invoke(cli, ["check", book, "--json"])
    assert json.loads(result.stdout)["sheets"][0]["resource"] == "documents"


def test_no_choice_is_written_out_again() -> None:
    """No module of the command line names a resource or a client size in a list of its own."""
    names = [*TIERS, *(name for name in EXPORTS if name != "codes"), "lines"]
    listed = re.compile(rf'"(?:{"|".join(names)})",\s*"(?:{"|".join(names)})"')
    modules = [*(ROOT / "armbulk" / "cli").glob("*.py"), ROOT / "armbulk" / "app" / "choices.py"]
    assert [module.name for module in modules if listed.search(module.read_text(encoding="utf-8"))] == []
