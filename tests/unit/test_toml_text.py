"""What is wrong in a TOML file is reported in armbulk's words, with line and column, in each language."""

import pytest
from support.messages import list_untranslated

from armbulk.model.toml_text import TomlTextError, parse_toml


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a = 1\nb 2", 2, "there is no = after the name"),
        ("a = x", 1, "the value is not valid. A text must be in quotation marks"),
        ('a = "x', 1, "a closing quotation mark is missing"),
        ('a = "x\nb = 1', 1, "a closing quotation mark is missing"),
        ("\na = 1\na = 2", 3, "the same name is used twice"),
        ("[a]\n[a]", 2, "the same name is used twice"),
        ("a = {b = 1, b = 2}", 1, "the same name is used twice"),
        ("a = [1", 1, "a closing bracket is missing"),
        ("[a", 1, "a closing bracket is missing"),
        ("a = 1 2", 1, "there is something after the end of the value"),
        ("= 1", 1, "the line must have the form name = value"),
        ("a = 2026-13-45", 1, None),
        (r'path = "C:\Data"', 1, "a backslash needs single quotation marks around the text, for example 'C:\\Data'"),
        (r'path = "C:\Users"', 1, "a backslash needs single quotation marks around the text, for example 'C:\\Data'"),
        ("a = 1 # \x00", 1, "there is a character that is not allowed"),
        ("a = " + "[" * 100_000, None, "it is nested too deeply"),
    ],
)
def test_the_reason_names_the_place_and_what_is_wrong(text: str, line: int | None, words: str | None) -> None:
    """Whatever the parser's own words are, a person reads ours."""
    with pytest.raises(TomlTextError) as refused:
        parse_toml(text)
    reason = str(refused.value.reason)
    assert words is None or reason.endswith(words)
    assert line is None or reason.startswith(f"line {line}, column ")
    assert list_untranslated(refused.value.reason) == []
