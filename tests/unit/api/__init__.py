"""The API, with orders in memory."""
