"""The arithmetic of ARM's rate limits (acceptable use policy), and of ARM's time."""
