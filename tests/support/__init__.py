"""Helpers shared by tests, among them those that run real servers and workers."""
