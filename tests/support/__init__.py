"""Shared by the tests: servers, clients, files and clocks."""
