"""What is measured: each module is a process of its own, and prints one JSON object with what it did.

`*_limit` is the fastest exact way we know with polars and fastexcel, without messages for people, recovery or proofs.
`*_naive` is a short script as one usually writes it.
"""
