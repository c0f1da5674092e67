"""Projects redemption and payment events into exact order documents."""

__version__ = "0.1.0"
