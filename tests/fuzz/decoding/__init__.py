"""Mutated events in every envelope, against decoding."""
