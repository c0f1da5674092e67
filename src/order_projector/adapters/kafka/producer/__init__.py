"""The producer: `order.updated` events and dead letters, acknowledged by all in-sync replicas."""
