"""Speed and memory, measured side by side in one run: `make bench`.

`jobs` lists what is measured, `measured` has the programs that armbulk is compared with, `data` makes the files.
`measure` runs the commands (`processes`), `goals` compares the `results` with the goals, `table` and `page` show them.
"""
