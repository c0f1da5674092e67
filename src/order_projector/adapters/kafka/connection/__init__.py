"""The connection to the brokers: its options, and why it is refused."""
