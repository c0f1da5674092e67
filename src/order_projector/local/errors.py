"""Errors of the local stack, with messages that say what to do."""


class LocalStackError(Exception):
    """Base error of the local stack; its message is written for the user."""


class LocalStackUnavailable(LocalStackError):
    """A program that the stack needs is not installed."""


class ServerFailed(LocalStackError):
    """A server exited, or did not answer in time."""
