"""Fuzzers: random inputs, made from a seed, and what must hold of each."""
