"""What findings say: every detail in the reader's language, other words where a detail is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.messages import list_untranslated
from support.sheets import check_texts

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import make_finding, name_place, render_findings
from armbulk.findings.titles import TITLES
from armbulk.i18n import pack_text, quote_names, unpack_text
from armbulk.mapping.expressions import ExpressionEngine, ExpressionError
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES, fields_by_name
from armbulk.validation.check import Checked, check_files
from armbulk.validation.pattern_hints import PATTERN_HINTS, PATTERN_RULES
from armbulk.writers.problem_sheet import ProblemLine

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = "Bilagstype;Kundenr;Fakturanr;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva"


def texts_of(checked: Checked, code: str, lang: str = "nb") -> tuple[str, str]:
    """The message and the fix of the first finding with a code."""
    found = checked.findings.filter(checked.findings["code"] == code)
    rendered = render_findings(found, checked.sheets, fields_by_name(), lang)[0]
    return rendered["message"], rendered["fix"]


def test_every_pattern_has_a_hint() -> None:
    """A value of a wrong form is answered with what it should look like."""
    patterns = {field.pattern for resource in RESOURCES.values() for field in resource.fields if field.pattern}
    assert patterns == set(PATTERN_HINTS) == set(PATTERN_RULES)


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_every_text_is_translated(code: str) -> None:
    """Title, message and fix of each code, and their variants, have Norwegian."""
    kind = CATALOGUE[code]
    texts = [TITLES[code], kind.message, kind.fix, *([kind.without_detail] if kind.without_detail else [])]
    texts += [text for pair in kind.by_value.values() for text in pair]
    assert [each for text in texts for each in list_untranslated(text)] == []


def test_headers_in_a_detail_are_those_of_the_language(tmp_path: Path) -> None:
    """A suggestion, the fields that a column may be, and the names to choose from."""
    checked = check_texts(tmp_path, f=[f"{DOCUMENTS};Restbeløp", "IN;1;F1;01.02.2026;15.02.2026;NOK;100;50"])
    assert texts_of(checked, "amount-header-unclear")[0] == (
        "Tallene i kolonnen «Restbeløp» kan være «Beløp inkl. mva», «Beløp eks. mva» eller «Mva». armbulk gjetter ikke."
    )
    assert '"Amount incl. VAT", "Amount excl. VAT" or "VAT"' in texts_of(checked, "amount-header-unclear", "en")[0]


def test_a_finding_without_a_detail_has_other_words() -> None:
    """An unknown header with and without a suggestion; one hidden row and several."""
    sheet = Sheet("f.csv", "f", None, (), "csv")  # type: ignore[arg-type] # the texts need no cells

    def render(code: str, **values: str | None) -> str:
        return render_findings(make_finding(0, code, **values), [sheet], fields_by_name(), "nb")[0]["message"]

    due = pack_text(quote_names([fields_by_name()["due_date"].header])[0])
    assert render("unknown-header", value="Forfall d") == "Kolonnen «Forfall d» er ukjent og blir ikke sendt"
    assert render("unknown-header", value="Forfall d", detail=due).endswith("Mente du «Forfallsdato»?")
    assert render("hidden-rows", value="1", detail="7") == "1 skjult eller filtrert rad inneholder data (rad 7)"
    assert render("hidden-rows", value="2", detail="7, 9").startswith("2 skjulte eller filtrerte rader")
    assert "bruker: anne" in render("open-in-excel", value="anne", detail="anne")
    assert "bruker" not in render("open-in-excel", value="", detail="")


def test_rows_and_numbers_in_a_detail_are_those_of_the_language(tmp_path: Path) -> None:
    """Currencies by row, products with a discount, keys without zeros, and lines of a narrow header."""
    other = check_texts(tmp_path, a=[f"{DOCUMENTS} (NOK)", "IN;1;F1;01.02.2026;15.02.2026;EUR;100"])
    assert "(rad 2: EUR)" in texts_of(other, "header-currency-differs")[0]
    zeros = check_texts(tmp_path, b=["Kundenr;Navn", "001;A", "1;B"])
    assert texts_of(zeros, "key-without-zeros")[0] == "Kundenr «1» er lik «001» i rad 2 bortsett fra nuller foran"
    narrow = check_texts(tmp_path, c=["Kundenr;Navn", *["1;A;x;y"] * 3])
    assert "(linje 2 har 4)" in texts_of(narrow, "narrow-header")[0]


@pytest.mark.parametrize(
    "template",
    [
        "{{ a + 1 }}", "{{ a | decimal }}", "{{ b | int }}", "{{ row['x'] }}",
        "{{ a.__class__ }}", "{{ x }}", "{{ 1 / 0 }}", "{{ a.split() }}",
        "{{ a.zfill('x') }}", "{{ '1.234' | decimal }}", "{{ a.ljust(99999999) }}",
    ],
)  # fmt: skip
def test_the_reason_of_an_expression_is_translated(template: str) -> None:
    """What an expression cannot do with a row is reported in the reader's language, without Jinja's own words."""
    result = ExpressionEngine().evaluate(template, [{"a": "text", "b": "1.5"}])[0]
    assert result.error
    assert list_untranslated(result.error) == []
    assert unpack_text(pack_text(result.error)) == result.error


@pytest.mark.parametrize("template", ["{% for x in a %}{% endfor %}", "{{ 1.5 }}", "{{ row }}", "{{", "x" * 3_000])
def test_the_reason_of_a_refused_template_is_translated(template: str) -> None:
    """A template that is refused has a reason in the reader's language."""
    with pytest.raises(ExpressionError) as refused:
        ExpressionEngine().check(template)
    assert list_untranslated(refused.value.reason) == []


def test_a_cell_that_looks_like_a_packed_message_is_a_text(tmp_path: Path) -> None:
    """A file cannot break the report by the character that marks a packed message."""
    assert [unpack_text(text) for text in ("\x1f", "\x1fx", "\x1f1", '\x1f{"en": 1}', "\x1f[1]")] == [
        "\x1f", "\x1fx", "\x1f1", '\x1f{"en": 1}', "\x1f[1]",
    ]  # fmt: skip
    path = tmp_path / "f.csv"
    path.write_text("Kundenr;Navn\n\x1fK1;A\n\x1fK1;B\n", encoding="utf-8")
    checked = check_files([str(path)])
    assert render_findings(checked.findings, checked.sheets, fields_by_name(), "nb")


def test_what_is_true_of_a_file_is_not_said_of_its_first_sheet() -> None:
    """The first sheet may be the user's own Summary: the file is named, or the sheet that the finding is about."""
    sheet = Sheet("april/faktura.xlsx", "Summary", None, (), "xlsx")  # type: ignore[arg-type] # no cells are needed
    values = {"hidden-sheet": ("Gammelt", None), "open-in-excel": ("Kari", "Kari")}
    places = {}
    for code in ("dates-1904", "signature-removed", "macros-ignored", "external-links", *values):
        value, detail = values.get(code, (None, None))
        (finding,) = render_findings(make_finding(0, code, value=value, detail=detail), [sheet], {}, "nb")
        places[code] = (finding["sheet"], name_place(finding), ProblemLine(finding).list_cells({}, "nb")[2:4])
    of_file = ("", "faktura.xlsx", ("", "faktura.xlsx"))
    assert places.pop("hidden-sheet") == ("Gammelt", "Gammelt", ("Gammelt", "Gammelt"))
    assert set(places.values()) == {of_file}
    (counted,) = render_findings(make_finding(0, "hidden-rows", value="2", detail="7, 9"), [sheet], {}, "nb")
    assert name_place(counted) == "Summary"
