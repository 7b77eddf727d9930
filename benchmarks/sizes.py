"""How much is measured: `small` proves that all of it works, `medium` is the default, `full` has all sizes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of one run.

    Attributes:
        rounds: How often each command runs, by turns.
        at_once: How many commands run at the same time; more than one only where the figures do not matter.
        workbooks: Documents of the workbooks (H1).
        csv: Documents of the CSV files (H2).
        bad_rows: Documents of the files with bad rows.
        exports: GL items of the exports (H3, H4).
        results: Rows of the result workbook (H5).
        pages: Pages in which a list of 9,000 records is read, few and many.
        customers: Customers of `import --update`.
        batches: Batches that are sent.
        sandbox_batches: Batches and invoices for the sandbox alone.
        generated: Invoices of the generated ledger; an invoice has about 4.4 GL items.
        ledgers: Invoices of the SAF-T files; an invoice with its payment takes about 3.6 kB, 555,000 take 2 GB.
    """

    rounds: int
    workbooks: tuple[int, ...]
    csv: tuple[int, ...]
    bad_rows: int
    exports: tuple[int, ...]
    results: int
    pages: tuple[int, int]
    customers: int
    batches: int
    sandbox_batches: int
    generated: int
    ledgers: tuple[int, ...]
    at_once: int = 1


SIZES = {
    "small": Sizes(1, (100,), (100,), 100, (1_000,), 100, (3, 12), 20, 3, 3, 300, (100,), at_once=2),
    "medium": Sizes(
        3,
        (4_000, 20_000),
        (5_000, 33_000),
        33_000,
        (10_000, 50_000),
        20_000,
        (9, 450),
        5_000,
        200,
        100,
        50_000,
        (5_000, 25_000),
    ),
    "full": Sizes(
        3,
        (10_000, 100_000, 330_000),
        (10_000, 100_000, 330_000),
        100_000,
        (100_000, 500_000, 1_000_000),
        100_000,
        (9, 450),
        5_000,
        2_000,
        200,
        227_000,
        (55_500, 555_000),
    ),
}
