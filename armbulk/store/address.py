"""The address of the store: a SQLite file by its full path (`settings.load` refuses any other)."""

_PREFIX = "sqlite:///"


def database_file(url: str) -> str:
    """Return the path of the database's file; SQLAlchemy, which reads addresses too, takes long to load."""
    return url.removeprefix(_PREFIX)
