"""Unconfirmed documents as people and scripts read them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from armbulk.clock import format_iso
from armbulk.redaction import redact_shown
from armbulk.store import Store, UnresolvedDocument


def redact_documents(documents: Sequence[UnresolvedDocument]) -> list[UnresolvedDocument]:
    """Return the documents as a terminal or a script's log may show them."""
    texts = {
        "message": [document.message for document in documents],
        "customer_norm": [document.customer for document in documents],
    }
    redacted = redact_shown(pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)))
    return [
        replace(document, message=message, customer=customer)
        for document, (message, customer) in zip(documents, redacted.iter_rows(), strict=True)
    ]


def describe_documents(store: Store, documents: Sequence[UnresolvedDocument]) -> list[dict[str, Any]]:
    """Return unconfirmed documents as the JSON of `armbulk resolve` lists them."""
    runs = {number: store.run(number) for number in {document.run for document in documents}}
    return [
        {
            "run": str(document.run),
            "sheet": _sheet_name(runs[document.run].options.get("sheets", []), document.sheet),
            "row": document.row,
            "document_no": document.key,
            "customer_no": document.customer,
            "amount": document.amount,
            "currency": document.currency,
            "attempted": format_iso(document.attempted),
            "state": document.state,
            "reason": document.message,
        }
        for document in redact_documents(documents)
    ]


def _sheet_name(sheets: Sequence[str], index: int) -> str:
    return sheets[index] if index < len(sheets) else f"sheet {index + 1}"
