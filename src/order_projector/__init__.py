"""Keeps order documents exact from redemption and payment events."""

__version__ = "0.1.0"
