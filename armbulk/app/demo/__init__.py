"""The demo: a guided tour of check, correct, plan, import and export, with a sandbox on this computer."""
