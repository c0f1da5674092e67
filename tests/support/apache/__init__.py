"""Apache Kafka on this machine's loopback interface, run from its jars: one broker or a cluster."""
