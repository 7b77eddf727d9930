"""What the columns of a file with other headers may be: proposals for a person, never a way to read a file."""
