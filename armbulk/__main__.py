"""`python -m armbulk`."""

from armbulk.cli import main

main()
