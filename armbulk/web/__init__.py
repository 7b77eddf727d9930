"""armbulk in the browser of this computer: an entry point like the command line, with the same use cases.

Each page calls use cases of `app` and shows what they return; nothing is decided here. `armbulk web` starts it.
"""
