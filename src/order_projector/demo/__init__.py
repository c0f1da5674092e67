"""The demonstration: a workload against a worker on this machine, or against running workers.

It shows the progress, prints figures, and verifies everything that the workers produce.
"""
