"""Errors of the local stack, with messages that say what to do."""


class LocalStackError(Exception):
    """The local stack cannot do what was asked; the message is meant for the user."""


class LocalStackUnavailable(LocalStackError):
    """A program the stack needs is not on this machine."""


class ServerFailed(LocalStackError):
    """A server ended, or stayed silent, where it should have answered."""
