"""The worker compared with the bare minimum and with the most common way to do its job.

Run it with `make bench`, or `EVENTS=10000 ORDERS=1000 python -m bench`. Its figures are
informative: none of them passes or fails.
"""
