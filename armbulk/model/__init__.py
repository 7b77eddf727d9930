"""Value types that every part shares."""
