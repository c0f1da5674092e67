"""A broker and a database on this machine's loopback, for trying the worker and testing it.

Both are other people's programs, run as separate processes and never imported. The worker knows
nothing of this package, and this package nothing of the rest.
"""
