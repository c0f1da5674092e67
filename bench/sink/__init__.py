"""MongoDB's Kafka sink connector as a contender: the usual way to bring records into MongoDB.

It stores the last event of each order as the order's document, without a fold, a check for
duplicates or an announcement.
"""
