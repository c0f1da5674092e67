"""The worker measured against the least and the most common way to do its job.

Run it with `make bench`, or `EVENTS=10000 ORDERS=1000 python -m bench`. Figures are for
reading: none of them passes or fails.
"""
