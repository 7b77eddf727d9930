"""ARM: its HTTP client, and its wire format in both directions."""
