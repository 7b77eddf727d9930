"""ARM: its client (`client`, over `http`), and its wire format in both directions, as pure functions."""
