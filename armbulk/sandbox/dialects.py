"""Where the documentation is silent ARM may behave in several ways: each a switch. The first is the default."""

from collections.abc import Mapping

DIALECTS: dict[str, tuple[str, ...]] = {
    "batch_post_status": ("202", "200", "201"),
    "batch_uuid_in": ("top", "data", "batch"),
    "extra_keys": ("no", "yes"),
    "batch_pending": ("202", "200", "404", "empty"),
    "items_key": ("documents", "items", "results", "responses"),
    "item_order": ("input", "reverse"),
    "item_identity": ("keys", "index", "none"),
    "warnings": ("list", "absent", "null"),
    "failures": ("206", "200", "206_first", "whole"),
    "visibility": ("0", "1", "5", "30", "600"),
    "duplicate": ("refuse", "accept"),
    "unknown_customer": ("item", "404"),
    "post_existing": ("200", "201"),
    "put_unknown": ("404", "422"),
    "error_body": ("default", "message", "problem", "text", "html", "empty"),
    "limit_answer": ("429", "429_bare", "429_date", "403", "503"),
    "document_cost": ("lines", "one"),
    "list_end": ("absent", "null", "empty", "same"),
    "list_empty": ("200", "404"),
    "token_numbers": ("int", "string", "no_expires_on"),
    "next_page_host": ("same", "other", "http"),
}


def dialect(chosen: Mapping[str, str]) -> dict[str, str]:
    """Every switch with its value; ValueError names what is allowed."""
    for name, value in chosen.items():
        if name not in DIALECTS:
            message = f"there is no dialect {name!r}; there are: {', '.join(DIALECTS)}"
            raise ValueError(message)
        if value not in DIALECTS[name]:
            message = f"{name} is one of {', '.join(DIALECTS[name])}"
            raise ValueError(message)
    return {name: chosen.get(name, values[0]) for name, values in DIALECTS.items()}
