"""Verify what workers stored and published for a stream.

The expected orders are the offline fold of all records, checked against the totals that the shop
states. The stored documents, the last `order.updated` of each order and the dead letters are
compared with them.
"""
