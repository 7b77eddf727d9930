"""Reading ARM's lists, complete."""
