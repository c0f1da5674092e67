"""The dashboard on a real Prometheus: `make observability`."""
