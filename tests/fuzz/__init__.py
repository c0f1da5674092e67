"""Fuzzers: random inputs generated from a seed, and the properties that must hold for each."""
