"""Publish the payments in a bank's statement."""
