"""What a page says to do about a finding: a person in the browser has no command line."""

import re

import pytest

from armbulk.app.page_advice import ON_PAGES, advise, advise_on_record, is_about_columns
from armbulk.findings.catalogue import CATALOGUE
from armbulk.results.arm_problems import ASK_ARM

_COMMAND = re.compile(r"`armbulk|armbulk (map|codes|delete|fields|resume|resolve)|--\w")
_NOT_IN_AN_IMPORT = {"questions-damaged", "questions-missing", "question-removed", "hidden-open-rows"}
_WITHOUT_A_QUESTION = {"continuation-rows", "flat-disagrees", "customer-rows-differ", "title-row"}


def test_every_advice_belongs_to_a_finding() -> None:
    """No code is mistyped, and none is left over from a finding that is gone."""
    assert set(ON_PAGES) <= set(CATALOGUE)


@pytest.mark.parametrize("code", sorted(set(CATALOGUE) - _NOT_IN_AN_IMPORT - _WITHOUT_A_QUESTION))
def test_a_page_names_no_command_or_option(code: str) -> None:
    """Who has never opened a terminal can do what every page says."""
    assert not _COMMAND.search(advise(code, CATALOGUE[code].fix.text("en"), "en"))


def test_a_finding_without_advice_of_its_own_keeps_that_of_its_entry() -> None:
    """Only what names a command has its own."""
    assert advise("not-a-date", "Enter it as a date", "en") == "Enter it as a date"


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_an_unconfirmed_record_is_settled_without_a_command(lang: str) -> None:
    """The page has buttons for both; other advice is unchanged."""
    assert not _COMMAND.search(advise_on_record(ASK_ARM.text(lang), lang))
    assert advise_on_record("Correct the row", lang) == "Correct the row"


def test_findings_about_columns_lead_to_the_columns() -> None:
    """A link stands where the advice speaks of the columns."""
    assert is_about_columns("missing-column")
    assert is_about_columns("value-not-mapped")
    assert not is_about_columns("ambiguous-date")
