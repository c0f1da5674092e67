"""Apache Kafka on this machine's loopback, run from its jars: one broker, or a cluster."""
