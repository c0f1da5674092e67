"""Contenders on a live stream: events come at a pace, and each order has one in a batch.

Run it with `make bench-live`. Figures are for reading: none of them passes or fails.
"""
