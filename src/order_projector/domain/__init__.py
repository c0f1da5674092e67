"""The rules of an order: pure functions from its facts to what is served."""
