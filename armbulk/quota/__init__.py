"""The arithmetic of ARM's acceptable use policy."""
