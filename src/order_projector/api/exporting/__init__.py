"""Exports: which orders, which of their fields, and in which form."""
