"""A shop's year in one stream of records, and the producer that sends it.

The stream holds every envelope and event type, repeated, late and keyless records, and hostile
ones, each with its expected outcome. It is deterministic for a number of orders and a seed. The
shop calculates its orders itself and imports nothing of the product, so a mistake in either shows.
"""
