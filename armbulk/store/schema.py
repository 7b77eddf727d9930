"""The store's tables: runs, batches, records, document numbers sent, events, and the usage ledger.

Names of tables and columns stay as they are: a store of an older armbulk must be readable. `item` is a record of a run.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
)

from armbulk.quota.limits import Account

VERSION = 10
"""The version of the tables below; a store of a newer version is refused and left as it is."""

_CLOCKS = ("high FLOAT", "wall FLOAT", "monotonic FLOAT", "boot TEXT")
_EXCHANGE = ("status INTEGER", "uuid TEXT", "arm_time FLOAT", "hashes BLOB")
_SENT_CONTENT = ("customer_norm", "date", "currency", "amount", "body", "content")

MIGRATIONS: dict[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE batch ADD COLUMN rounds INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE batch ADD COLUMN finished FLOAT",
    ),
    3: ("ALTER TABLE sent_key ADD COLUMN outcome TEXT",),
    4: (
        "ALTER TABLE usage_clock ADD COLUMN heard FLOAT",
        "ALTER TABLE usage_reservation RENAME TO reservation_before",
        (
            "CREATE TABLE usage_reservation (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, origin TEXT NOT NULL,"
            " client_no TEXT NOT NULL, opened FLOAT NOT NULL, requests INTEGER NOT NULL, reads INTEGER NOT NULL,"
            " writes INTEGER NOT NULL)"
        ),
        (
            "INSERT INTO usage_reservation SELECT id, origin, client_no, opened, requests, reads, writes"
            " FROM reservation_before"
        ),
        "DROP TABLE reservation_before",
    ),
    5: (
        (
            "CREATE TABLE IF NOT EXISTS client (origin TEXT NOT NULL, client_no TEXT NOT NULL, since FLOAT NOT NULL,"
            " PRIMARY KEY (origin, client_no))"
        ),
        "INSERT OR IGNORE INTO client SELECT origin, client_no, MIN(created) FROM run GROUP BY origin, client_no",
        "UPDATE OR IGNORE sent_key SET key_norm = normal_key(key_norm)",
        "UPDATE item SET key_norm = normal_key(key_norm), customer_norm = normal_key(customer_norm)",
    ),
    6: ("ALTER TABLE item ADD COLUMN base TEXT",),
    7: (
        *(f"ALTER TABLE usage_clock ADD COLUMN {name}" for name in _CLOCKS),
        "ALTER TABLE batch ADD COLUMN verdict TEXT",
        *(f"ALTER TABLE sent_key ADD COLUMN {name} TEXT" for name in _SENT_CONTENT),
        (
            "UPDATE sent_key SET (customer_norm, date, currency, amount) = (SELECT customer_norm, date, currency,"
            " amount FROM item WHERE item.run = sent_key.run AND item.no = sent_key.item)"
        ),
    ),
    8: ("ALTER TABLE batch ADD COLUMN clock_offset FLOAT", "ALTER TABLE batch ADD COLUMN boot TEXT"),
    9: (
        "ALTER TABLE run ADD COLUMN hash_key TEXT",
        *(f"ALTER TABLE event ADD COLUMN {name}" for name in _EXCHANGE),
    ),
    10: ("DROP INDEX IF EXISTS sent_key_date",),  # new: verification and read_back, sent_key_date_amount
}
"""Statements that bring a store from the version before to this one; new tables are created in addition."""

metadata = MetaData()

identity = Table(
    "identity",
    metadata,
    Column("id", Text, primary_key=True),
)
"""One row: the store's id. Result workbooks carry it."""

token = Table(
    "token",
    metadata,
    Column("id", Text, primary_key=True),
)
"""A random token for each result workbook: a store that has it knows all that was sent before the workbook was written.

A counter would not prove that: a store restored from an older copy counts past it, without the runs it has lost.
"""

sequence = Table(
    "sequence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("notice", Text),  # CopyNotice, until it was shown to a person
)
"""One row: the number of the last sending (`copies`)."""

client = Table(
    "client",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("client_no", Text, primary_key=True),
    Column("since", Float, nullable=False),
)
"""Since when this store knows all that this machine sends for a client; earlier documents may be unknown to it."""

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created", Float, nullable=False),
    Column("ended", Float),
    Column("state", Text, nullable=False),  # running, finished, paused, in_doubt, interrupted
    Column("resume_at", Float),
    Column("origin", Text, nullable=False),
    Column("client_no", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # JSON: file → hash of its bytes
    Column("options", Text, nullable=False),  # JSON: the files as named, and how they were read
    Column("result", Text),
    Column("requests", Integer, nullable=False, server_default="0"),
    Column("reads", Integer, nullable=False, server_default="0"),
    Column("writes", Integer, nullable=False, server_default="0"),
    Column("hash_key", Text),  # of the hashes of what it sends; null: an earlier version began it
    sqlite_autoincrement=True,
)

batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", ForeignKey("run.id"), nullable=False),
    Column("no", Integer, nullable=False),
    Column("resource", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("uuid", Text),  # verbatim: the one value ARM compares case-sensitively
    Column("intended", Float),
    Column("answered", Float),
    Column("status", Integer),
    Column("reservation", Integer),
    Column("rounds", Integer, nullable=False, server_default="0"),  # complete rounds of look-ups while in doubt
    Column("finished", Float),
    Column("verdict", Text),  # ARM's words when it says that the batch as a whole failed
    Column("clock_offset", Float),  # the wall clock less the seconds since the machine was started, by these times
    Column("boot", Text),  # which start that was
    UniqueConstraint("run", "no"),
)
Index("batch_state", batch.c.state)
Index("batch_uuid", batch.c.uuid)

look = Table(
    "look",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("item", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("result", Text, nullable=False),  # LookupResult
)
"""What each look-up of a record showed."""

item = Table(
    "item",
    metadata,
    Column("run", ForeignKey("run.id"), primary_key=True),
    Column("no", Integer, primary_key=True),  # the record's number in the run
    Column("resource", Text, nullable=False),
    Column("sheet", Integer, nullable=False),
    Column("row", Integer, nullable=False),
    Column("key", Text),
    Column("key_norm", Text),
    Column("doc_type", Text, nullable=False),
    Column("customer_norm", Text),
    Column("date", Text),
    Column("amount", Text),  # exact digits
    Column("currency", Text),
    Column("writes", Integer, nullable=False),
    Column("batch", ForeignKey("batch.id")),
    Column("payload", Text),  # the record's JSON, until it has an outcome
    Column("base", Text),  # JSON: what a change is compared with before it goes; until it has an outcome
    Column("outcome", Text),
    Column("message", Text),
    Column("warnings", Text),
    Column("reference", Text),
    Column("at", Float),
)
Index("item_batch", item.c.batch)

sent_key = Table(
    "sent_key",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("client_no", Text, primary_key=True),
    Column("doc_type", Text, primary_key=True),
    Column("key_norm", Text, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("item", Integer, nullable=False),
    Column("outcome", Text),  # its outcome, once its record has been purged
    *(Column(name, Text) for name in _SENT_CONTENT),
)
"""Document numbers that were sent, or may have been: no other run sends them; and what was sent (`sent_before`)."""

# older stores get these indexes when they are opened
Index("sent_key_key_norm", *(sent_key.c[name] for name in ("origin", "client_no", "key_norm")))
Index("sent_key_date_amount", *(sent_key.c[name] for name in ("origin", "client_no", "date", "amount")))
Index("sent_key_record", sent_key.c.run, sent_key.c.item)

sent_customer = Table(
    "sent_customer",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("client_no", Text, primary_key=True),
    Column("customer", Text, primary_key=True),  # hash of its number
    Column("content", Text, nullable=False),  # hash of what was last sent, or what ARM had already
    Column("fields", Text, nullable=False),  # JSON: path → short hash of the value that was last created from here
    Column("run", Integer, nullable=False),
    Column("at", Float, nullable=False),
)
"""Customers that ARM has as they were sent from here. Hashes only: no number, no value (`customer_hashes`)."""

listed_customer = Table(
    "listed_customer",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("client_no", Text, primary_key=True),
    Column("customer", Text, primary_key=True),  # hash of its number
    Column("at", Float, nullable=False),
)
"""Customers of ARM's list when it was last read completely, and when that was. Nothing is decided by it."""

customer_content = Table(
    "customer_content",
    metadata,
    Column("run", Integer, primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("customer", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("fields", Text),  # null for a change: it does not have the other fields
)
"""The same for customers of runs that are not finished: they go to `sent_customer` with their outcome."""

list_check = Table(
    "list_check",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("resource", Text, nullable=False),
    Column("records", Integer),  # of the list; null: it was not read
    Column("known", Integer, nullable=False),  # records that ARM has, as this store knows
    Column("missing", Integer, nullable=False),  # of these, how many the list lacks
    Column("reason", Text),  # why the list was not trusted; null: it was
)
"""Whether a list of ARM replaced single look-ups in a run, and what proved it."""

verification = Table(
    "verification",
    metadata,
    Column("run", ForeignKey("run.id"), primary_key=True),
    Column("started", Float, nullable=False),
    Column("ended", Float),  # null: it was interrupted, and can be continued
    Column("requests", Integer, nullable=False, server_default="0"),
    Column("reads", Integer, nullable=False, server_default="0"),
)
"""The latest reading of a run's accepted records from ARM."""

read_back = Table(
    "read_back",
    metadata,
    Column("run", ForeignKey("run.id"), primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("result", Text, nullable=False),  # LookupResult
    Column("documents", Integer, nullable=False),  # how many ARM has with this number
    Column("message", Text),
    # as ARM has them: the value that was sent where it is the same; null where ARM shows none
    Column("number", Text),
    Column("doc_type", Text),
    Column("customer", Text),
    Column("date", Text),
    Column("currency", Text),
    Column("amount", Text),  # exact digits; the sum where ARM has several
)
"""What ARM has of each record that it accepted."""

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("run", Integer, nullable=False),
    Column("batch", Integer),
    Column("before", Text),
    Column("after", Text),
    Column("why", Text, nullable=False),
    Column("status", Integer),  # of the answer to a submit: its HTTP status (0: there was none)
    Column("uuid", Text),  # the number that ARM gave the batch in it
    Column("arm_time", Float),  # the time that ARM's own clock showed in it
    Column("hashes", LargeBinary),  # of an intent: what is sent (`payload_hashes`); null: an earlier version sent it
)
Index("event_why", event.c.why)

slot = Table(
    "usage_slot",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("client_no", Text, primary_key=True),
    Column("window", Text, primary_key=True),
    Column("meter", Text, primary_key=True),
    Column("start", Float, primary_key=True),
    Column("amount", Integer, nullable=False),
)

foreign = Table(
    "usage_foreign",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("origin", "client_no", "window", "meter")),
    Column("start", Float, primary_key=True),
    Column("amount", Integer, nullable=False),
)
"""What the client's other integrations are estimated to have used."""

reservation = Table(
    "usage_reservation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("client_no", Text, nullable=False),
    Column("opened", Float, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("reads", Integer, nullable=False),
    Column("writes", Integer, nullable=False),
    sqlite_autoincrement=True,  # an id is never used twice: another process may still have it
)

meter_clock = Table(
    "usage_clock",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("client_no", Text, primary_key=True),
    Column("last_now", Float, nullable=False),
    Column("blocked_until", Float, nullable=False),
    Column("heard", Float),  # the latest time that ARM's own Date proved
    Column("high", Float),  # the upper bound; last_now is the lower one
    Column("wall", Float),  # this machine's wall clock then
    Column("monotonic", Float),  # seconds since the machine was started, and which start that was
    Column("boot", Text),
)


def belongs_to(table: Table, account: Account) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that rows belong to a client."""
    return (table.c.origin == account.origin, table.c.client_no == account.client_no)


def is_of_client(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Return the same conditions for a statement that is built once: `client_parameters` are its parameters."""
    return (table.c.origin == bindparam("of_origin"), table.c.client_no == bindparam("of_client"))


def client_parameters(account: Account) -> dict[str, Any]:
    """Return the parameters of `is_of_client`."""
    return {"of_origin": account.origin, "of_client": account.client_no}
