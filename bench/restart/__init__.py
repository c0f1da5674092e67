"""How long a group stalls while its workers are restarted, one after the other.

Run it with `make bench-restart`. Its figures are informative: none of them passes or fails.
"""
