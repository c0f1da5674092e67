"""Clients of the API in a chaos run, and what their answers are held against."""
