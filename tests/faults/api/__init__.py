"""Clients of the API in a chaos run, and the check of the answers they received."""
