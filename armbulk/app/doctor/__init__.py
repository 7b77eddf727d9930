"""Diagnosis: whether this computer, the settings, the login and the store are as armbulk needs them."""
