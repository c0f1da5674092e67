"""Fuzzing of decoding: mutated events in every envelope."""
