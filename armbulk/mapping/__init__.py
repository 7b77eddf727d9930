"""Headers and column mappings: which column of a file is which field."""
