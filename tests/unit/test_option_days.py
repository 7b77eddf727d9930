"""Days in options, as people write them; and wrong usage as JSON."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from armbulk.app.days import parse_day
from armbulk.cli import cli
from armbulk.errors import UsageError

FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%Y/%m/%d", "%d.%m.%y")


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(FORMS), st.sampled_from(["", "dmy", "mdy", "ymd"])
)
def test_a_day_is_read_in_any_form(day: date, form: str, order: str) -> None:
    """ISO, Norwegian and compact forms name the same day, whatever the order of other dates."""
    assert parse_day(day.strftime(form), order, "--from") == day


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_with_slashes_is_read_in_the_order_of_the_profile(day: date) -> None:
    """Without an order, a day that may be two is refused, and both are named."""
    assert parse_day(f"{day:%d/%m/%Y}", "dmy", "--from") == day
    assert parse_day(f"{day:%m/%d/%Y}", "mdy", "--from") == day
    if day.day <= 12 and day.day != day.month:
        with pytest.raises(UsageError, match=f"{day}") as unclear:
            parse_day(f"{day:%d/%m/%Y}", "", "--from")
        assert unclear.value.code == "day-unclear"
    else:
        assert parse_day(f"{day:%d/%m/%Y}", "", "--from") == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "no-such-day") for text in ("2025-02-29", "31.04.2025", "2025-13-01", "0001-01-01", "2025-00-10")),
        *((text, "day-wrong") for text in ("tomorrow", "2025-02", "1.2.20255", "")),
    ],
)
def test_what_is_no_day_is_named(text: str, code: str) -> None:
    """A day that the calendar does not have is called so; the option is named."""
    with pytest.raises(UsageError, match="--to") as wrong:
        parse_day(text, "dmy", "--to")
    assert wrong.value.code == code


@pytest.mark.parametrize(
    "words",
    [["export", "gl-items", "--nope"], ["export"], ["nosuch"], ["check"], ["export", "gl-items", "--since", "x"],
     ["import", "--limit", "many", "a.csv"], ["--nope"], ["export", "nolist", "-o", "x.csv"],
     ["export", "gl-items", "--from", "2025-02-29", "-o", "x.csv"], ["show", "1" + "0" * 25], ["results", "0"],
     ["export", "gl-items", "--from", ""], ["export", "gl-items", "--period", ""], ["sandbox", "--port", "70000"],
     ["export", "gl-items", "--period", "٢٠٢٥-٠٢"], ["purge", "--older-than", "٩d"], ["show", "7"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_one_json_object(words: list[str]) -> None:
    """Every kind of wrong usage gives the JSON error object on stdout, and exit code 2."""
    done = CliRunner().invoke(cli, [*words, "--json"])
    assert done.exit_code == 2
    answer = json.loads(done.stdout)
    assert answer["exit"] == 2
    assert answer["error"]["message"]
    assert answer["error"]["hint"]
    assert CliRunner().invoke(cli, words).exit_code == 2
