"""What the first pages offer: runs that need a person, profiles, and days in words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from armbulk.app.asked_question import AskedQuestion
from armbulk.app.column_fields import ColumnFields
from armbulk.app.day_words import write_day
from armbulk.app.file_questions import answer_question, list_questions
from armbulk.app.profile_choice import list_profile_choices
from armbulk.app.run_choice import group_runs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("is_sending", "expected"), [(False, ["4", "3", "2"]), (True, ["3", "2"])])
def test_runs_that_are_not_finished_need_a_person(*, is_sending: bool, expected: list[str]) -> None:
    """A run that has not ended may be the one that is being sent at this moment."""
    states = {"4": "running", "3": "in_doubt", "2": "paused", "1": "finished"}
    runs = [{"run": number, "state": state} for number, state in states.items()]
    groups = group_runs(runs, is_sending=is_sending)
    assert [run["run"] for run in groups.open] == expected
    assert groups.recent == runs


def test_a_day_has_the_name_of_its_month() -> None:
    """In both languages, so that no one takes May for April."""
    assert write_day(date(2026, 5, 4)) == "4 May 2026"
    assert write_day(date(2026, 5, 4)).text("nb") == "4. mai 2026"


def test_profiles_are_named_with_client_and_environment(tmp_path: Path) -> None:
    """In the order of config.toml; without the file there are none."""
    assert list_profile_choices(tmp_path) == []
    text = '[profiles.b]\nclient_no = "2"\nbase_url = "https://api.amili.no"\n[profiles.a]\nclient_no = "1"\n'
    (tmp_path / "config.toml").write_text(text)
    choices = list_profile_choices(tmp_path)
    assert [(each.name, each.client, each.environment) for each in choices] == [
        ("b", "2", "production"),
        ("a", "1", "other"),
    ]


def test_a_checkbox_that_is_not_sent_is_not_ticked() -> None:
    """Only where the page had it; otherwise what is likely counts."""
    assert ColumnFields({}).is_ticked("skip", default=True)
    assert not ColumnFields({"shown:skip": "1"}).is_ticked("skip", default=True)
    assert ColumnFields({"shown:skip": "1", "skip": "1"}).is_ticked("skip", default=False)


def test_a_column_that_is_not_read_can_be_read_again() -> None:
    """The question stays after the answer no, though the check does not ask it any more."""
    values = {"sheet": "Documents", "column": "E", "text": "Seller refrence", "header": "Seller reference"}
    options: dict[str, object] = {}
    answers: dict[str, object] = {}
    question = list_questions(None, [AskedQuestion("header:x", "header", values)], options, answers)[0]
    assert not answer_question(question, "maybe", options, answers)
    assert answer_question(question, "no", options, answers)
    assert options == {"unread_columns": ["Seller refrence"]}
    again = list_questions(None, [], options, answers)[0]
    assert (again.key, again.chosen) == ("header:x", "no")
    assert answer_question(again, "yes", options, answers)
    assert options == {"unread_columns": []}


def test_a_file_in_an_unknown_encoding_can_be_read_in_a_known_one() -> None:
    """The error that stops the check is a question, too."""
    assert [each.key for each in list_questions(None, [], {}, {}, "wrong-encoding")] == ["option:encoding"]
    assert list_questions(None, [], {}, {}, "no-data") == []
