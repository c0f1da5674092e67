"""The API, on orders in memory."""
