"""How pages that people sign name a client: by its name, where the settings have one, and always by its number."""


def name_client(client_no: str, client_name: str | None) -> str:
    """Return `Nordlys Regnskap AS (2218)`; only the number where no name is known."""
    return f"{client_name} ({client_no})" if client_name else client_no
