"""The evidence bundle of a run: one file that shows what was sent, when, from which files, and what ARM answered.

`origin` is recorded when a run begins, `snapshot` is what the store knows of it, `parts` makes the files of the
bundle, `archive` packs and opens it, `consistency` and `verify` find whether anything was changed.
"""
