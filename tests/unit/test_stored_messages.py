"""Messages stored with records, in English, are shown in the user's language: also those of earlier versions."""

import re
from datetime import date

import pytest

from armbulk.i18n import Text, list_languages
from armbulk.model.failure_reasons import FAILURE_REASONS
from armbulk.model.gap_reasons import GAP_REASONS
from armbulk.model.old_messages import OLD_MESSAGES
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import find_outcome, translate_outcome
from armbulk.model.partition import Partition
from armbulk.model.record_messages import CHANGED_IN_ARM, DIFFERENT_IN_ARM, MESSAGES
from armbulk.model.result_columns import OUTCOME_HEADERS, list_outcome_headers
from armbulk.stored_messages import read_stored_text, translate_message, translate_window

PLACEHOLDER = re.compile(r"\{(\w+)\}")
VALUES = {"run": "3", "count": "2", "status": "503", "field": "City"}
ACCOUNT = "Bank account: ARM has another value than the one exported"
ACCOUNT_NB = "Kontonr: ARM har en annen verdi enn den som ble eksportert"
OLD_START = "run 1 sent another document with this number"
NEW_START = "Kjøring 1 sendte et annet bilag med dette nummeret"
QUOTED = {"current", "exported", "new"}


def fill(template: str) -> tuple[str, dict[str, str]]:
    """A text made from a template, and the values in it."""
    names = PLACEHOLDER.findall(template)
    values = {name: VALUES.get(name, f'"{name}; x"' if name in QUOTED else f"V{name}") for name in names}
    return PLACEHOLDER.sub(lambda match: values[match[1]], template), values


def expect(text: Text, values: dict[str, str]) -> str:
    """The Norwegian message with these values."""
    shown = {name: f"«{value[1:-1]}»" if name in QUOTED else value for name, value in values.items()}
    return text.fill(**{**shown, "field": "Poststed"}).text("nb") if values else text.text("nb")


@pytest.mark.parametrize("template", [*MESSAGES, *GAP_REASONS, *FAILURE_REASONS])
def test_a_stored_message_is_translated(template: Text) -> None:
    """Each is recognised by its template, alone and after ARM's own words, and its values stay."""
    message, values = fill(template)
    assert translate_message(message, "nb") == expect(template, values)
    assert translate_message(f"ARM's own words. {message}", "nb") == f"ARM's own words. {expect(template, values)}"
    assert translate_message(message, "en") == message


@pytest.mark.parametrize("old", OLD_MESSAGES)
def test_a_message_of_an_earlier_version_is_translated(old: str) -> None:
    """What an older armbulk stored is shown with the words of today."""
    message, values = fill(old)
    assert set(PLACEHOLDER.findall(old)) == set(PLACEHOLDER.findall(OLD_MESSAGES[old]))
    assert translate_message(message, "nb") == expect(OLD_MESSAGES[old], values)


@pytest.mark.parametrize(
    ("message", "norwegian"),
    [
        (
            f"{DIFFERENT_IN_ARM}. Postal code, City",
            "Ikke sendt: ARM har denne kunden med andre verdier. Postnr, Poststed",
        ),
        (
            f'{DIFFERENT_IN_ARM}. City: ARM has "Moss; City", the file has "St. Olav"',
            "Ikke sendt: ARM har denne kunden med andre verdier. Poststed: ARM har «Moss; City», filen har «St. Olav»",
        ),
        (
            f'{CHANGED_IN_ARM}. Name: ARM has (blank), the export had "A: B", the file has "x; y"; {ACCOUNT}',
            (
                "Ikke sendt: endret i ARM etter eksporten. Navn: ARM har (tom), eksporten hadde «A: B», filen har "
                f"«x; y»; {ACCOUNT_NB}"
            ),
        ),
        (
            f"{OLD_START}: date 2026-11-01 then, 2026-11-02 in this file; at ARM: no document with this number",
            f"{NEW_START}: dato var 01.11.2026, er 02.11.2026 i denne filen; I ARM: ikke noe bilag med dette nummeret",
        ),
        (
            f"{OLD_START}: amount incl. VAT 1250 then, -1500.5 in this file",
            f"{NEW_START}: beløp inkl. mva var 1 250,00, er -1 500,50 i denne filen",
        ),
        ("ARM answered 500: Ugyldig. Not found; see log", "ARM svarte 500: Ugyldig. Not found; see log"),
    ],
)
def test_a_message_of_several_parts(message: str, norwegian: str) -> None:
    """Fields have their Norwegian headers, dates and amounts are written in Norwegian, other values stay."""
    assert translate_message(message, "nb") == norwegian


def test_a_very_long_message_is_read() -> None:
    """ARM's own words may be long, and have as many parts as they like."""
    words = "; ".join(f"field{number}: is wrong. Fix it" for number in range(3_000))
    assert translate_message(f"ARM answered 400: {words}", "nb") == f"ARM svarte 400: {words}"


@pytest.mark.parametrize("lang", list_languages())
@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_recognised_in_any_language(outcome: Outcome, lang: str) -> None:
    """In a result workbook that is imported again, in either language, in capitals, or with JSON's word as before."""
    word = translate_outcome(outcome, lang)
    assert find_outcome(word) is find_outcome(f" {word.upper()} ") is outcome
    assert find_outcome(outcome.value) is find_outcome(outcome.value.replace("_", " ")) is outcome
    assert find_outcome("something else") is None


def test_outcomes_have_a_word_of_their_own() -> None:
    """No word means two outcomes, in any language. The Norwegian words and headers are those of the contract."""
    for lang in list_languages():
        assert len({translate_outcome(outcome, lang) for outcome in Outcome}) == len(Outcome)
    assert {outcome.value: translate_outcome(outcome, "nb") for outcome in Outcome} == {
        "created": "opprettet",
        "created_with_warnings": "opprettet med varsel",
        "updated": "oppdatert",
        "updated_with_warnings": "oppdatert med varsel",
        "unchanged": "uendret",
        "rejected": "avvist",
        "held_back": "holdt tilbake",
        "not_sent": "ikke sendt",
        "already_sent": "allerede sendt",
        "in_doubt": "ubekreftet",
        "conflict": "konflikt",
    }
    headers = ["ARM utfall", "ARM melding", "ARM varsler", "ARM referanse", "ARM batch", "ARM tid"]
    assert [words.text("nb") for words in OUTCOME_HEADERS.values()] == headers
    assert "ARM pulje" in list_outcome_headers("batch")


def test_a_stored_message_is_a_message_again() -> None:
    """The reason of a gap is part of another message, in its language."""
    reason = read_stored_text("ARM counts 7 records, but its parts have 5")
    assert (str(reason), reason.text("nb")) == (
        "ARM counts 7 records, but its parts have 5",
        "ARM teller 7 poster, men delene har 5",
    )
    assert read_stored_text("ARM's own words").text("nb") == "ARM's own words"


@pytest.mark.parametrize(
    ("partition", "norwegian"),
    [
        (Partition(), "alle"),
        (Partition(year=2025, period=2), "2025-02"),
        (Partition(first=date(2025, 2, 1), last=date(2025, 2, 14)), "01.02.2025 til 14.02.2025"),
        (Partition(first=date(2025, 2, 1), last=date(2025, 2, 1)), "01.02.2025"),
        (Partition(2025, 2, date(2025, 2, 1), None, (("a", "1"),)), "2025-02 · 01.02.2025 til … · a=1"),
    ],
)
def test_a_partition_is_named_in_norwegian(partition: Partition, norwegian: str) -> None:
    """Its days are written as Norwegian dates."""
    assert translate_window(partition.describe(), "nb") == norwegian
    assert translate_window(partition.describe(), "en") == partition.describe()
    assert translate_window(f"ar-items: {partition.describe()}", "nb") == f"Reskontroposter: {norwegian}"
