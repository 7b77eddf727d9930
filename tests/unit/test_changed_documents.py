"""A document that was sent and is different in the file now: its conflict is at the cells that were changed."""

import pytest

from armbulk.model.record_messages import (
    BLANK,
    FIELD_NAMES,
    IN_ARM,
    OLD_VALUE,
    OTHER_CONTENT,
    OTHER_IN_ARM,
    OTHER_SENT_IN_RUN,
)
from armbulk.results.arm_problems import split_by_change, was_sent_otherwise


def change(name: str, earlier: str, now: str, lang: str) -> str:
    """The text about one difference."""
    return OLD_VALUE.fill(field=FIELD_NAMES[name], earlier=earlier, now=now).text(lang)


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_each_change_is_at_its_field(lang: str) -> None:
    """Every field that is known of a sent document has a part of its own, also where a value has a semicolon."""
    names = {"type": "document_type", "customer": "customer_no", "date": "document_date", "amount": "incl_vat"}
    begin = OTHER_SENT_IN_RUN.fill(run=12).text(lang)
    changes = [change(name, "A; B", BLANK.text(lang), lang) for name in names]
    in_arm = f". {IN_ARM.text(lang)}: {OTHER_IN_ARM.text(lang)}: {change('date', 'A', 'B', lang)}; other"
    message = f"{begin}: {'; '.join(changes)}{in_arm}"
    assert was_sent_otherwise(message, lang)
    parts = [(text, field.name if field else None) for text, field in split_by_change(message, lang)]
    changes[0] += in_arm  # what ARM has is there once
    assert parts == [(f"{begin}: {text}", field) for text, field in zip(changes, names.values(), strict=True)]


def test_a_change_of_which_only_the_hash_is_known_is_at_the_record() -> None:
    """Lines, texts and dates are compared by a hash: the message says that they differ, and not where."""
    message = f"{OTHER_SENT_IN_RUN.fill(run=1)}: {OTHER_CONTENT}"
    assert list(split_by_change(message, "en")) == [(message, None)]
