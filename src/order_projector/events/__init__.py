"""The wire: the envelopes and shapes of inbound events, decoded into facts, and of what is sent."""
