"""The adapters: the ports of the projection on one technology each, Kafka, MongoDB or memory."""
