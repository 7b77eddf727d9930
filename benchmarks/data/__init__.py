"""The files and servers that are measured with. The same arguments give the same content."""
