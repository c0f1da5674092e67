"""Contenders on a live stream: events arrive at a fixed rate, and each order has one per batch.

Run it with `make bench-live`. Its figures are informative: none of them passes or fails.
"""
