"""Keys of plain ASCII are compared in the same form as all others."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from armbulk.model.keys import normalise_key, normalise_with_care

_KEY = st.one_of(
    st.none(),
    st.text("Ab0 -./", max_size=8),
    st.text("Kß\u00a0\u200b\u0130 \t\u00adÅ１", max_size=6),
    st.text(max_size=6),
)


@given(st.lists(_KEY))
def test_a_column_of_keys_has_the_form_that_each_key_has_with_care(keys: list[str | None]) -> None:
    """Plain keys beside others, blanks at the ends and doubled, letters whose lower case is longer."""
    frame = pl.DataFrame({"key": keys}, schema={"key": pl.String})
    forms = frame.select(normalise_key(pl.col("key")))["key"]
    assert forms.to_list() == normalise_with_care(frame["key"]).to_list()


def test_each_ascii_character_has_the_form_it_has_with_care() -> None:
    """Alone, between others and at the end."""
    keys = pl.Series("key", [form.format(chr(code)) for code in range(128) for form in ("{}", "A{}B", "A{}", "A {} ")])
    assert keys.to_frame().select(normalise_key(pl.col("key")))["key"].equals(normalise_with_care(keys))
