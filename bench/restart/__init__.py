"""How long a group stands still while its workers are restarted, one after the other.

Run it with `make bench-restart`. Figures are for reading: none of them passes or fails.
"""
