"""The routes of the API, a router for each part of it."""
