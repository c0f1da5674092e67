"""One order under two names: see docs/decisions/0020-one-order-two-names.md."""
