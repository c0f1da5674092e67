"""What the API costs: reads beside a bare handler, writes beside a cycle of the worker, exports."""
