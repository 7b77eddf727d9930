"""A plan in a file that a person has changed: it is refused, or compared; it never ends as a bug."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from armbulk.app.approved_plan import compare_plans, is_plan

PLAN: dict[str, Any] = {
    "armbulk_plan": 1, "planned": "2026-11-30T12:00:00+00:00", "armbulk": "0.2.0",
    "destination": {"environment": "staging", "address": "https://x/arm/v1", "client_no": "2218", "profile": "anne"},
    "files": {"a.csv": "ab", "b.csv": "cd"}, "mapping": None,
    "choices": {"update": False, "overwrite": False, "skip_invalid": True, "limit": 5, "look_up": False,
                "first_import": False},
    "records": {"customers": 3, "documents": 6, "lines": 12},
    "totals": [{"currency": "NOK", "documents": 6, "excl_vat": "1200.00", "vat": "300.00", "incl_vat": "1500.00"}],
    "content": "ef",
}  # fmt: skip
OPEN = {("planned",), ("armbulk",), ("destination", "environment"), ("totals", 0, "documents"), ("totals", 0)}
"""Parts that may be missing: nothing is compared with them."""

DELETED = "\x00deleted"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["NaN", "1e999999"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def list_paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of each part of a JSON value."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from list_paths(part, (*path, key))


def change(path: tuple[str | int, ...], value: Any) -> Any:
    """Return the plan with another value at a path."""
    changed = copy.deepcopy(PLAN)
    parent: Any = changed
    for key in path[:-1]:
        parent = parent[key]
    if value == DELETED:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return changed


@given(st.sampled_from(list(list_paths(PLAN))), JSON)
def test_any_other_value_is_refused_or_compared(path: tuple[str | int, ...], value: Any) -> None:
    """Every part may be anything: the differences are sentences in both languages, or it is no plan."""
    changed = change(path, value)
    if is_plan(changed):
        differences = [text.text(lang) for text in compare_plans(PLAN, changed) for lang in ("en", "nb")]
        assert all(differences)
        assert bool(differences) or path in OPEN or not value or changed == PLAN


def test_each_part_that_is_compared_is_needed() -> None:
    """Without one of them it is no plan; of the list of files and of the totals, entries may be missing."""
    assert is_plan(PLAN)
    assert compare_plans(PLAN, PLAN) == []
    needed = [path for path in list_paths(PLAN) if is_plan(change(path, DELETED))]
    assert set(needed) == OPEN | {("files", "a.csv"), ("files", "b.csv")}
    assert not any(is_plan(value) for value in (None, [], "x", 1, {}, {"armbulk_plan": 1}))
