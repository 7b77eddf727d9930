"""An outcome for every row."""
