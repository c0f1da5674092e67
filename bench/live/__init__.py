"""Contenders on a live stream: events arrive at a fixed rate, and a batch has one of each order.

Run it with `make bench-live`. Its figures are informative: none of them passes or fails.
"""
