"""The cost of the API: reads against a bare handler, writes against a worker's cycle, exports."""
