"""What can go wrong with servers of this machine, told so that a reader knows what to do."""


class LocalStackError(Exception):
    """The local stack cannot do what was asked; the message is meant for the user."""


class LocalStackUnavailable(LocalStackError):  # noqa: N818 - the state is the name: nothing failed
    """A program the stack needs is not on this machine."""


class ServerFailed(LocalStackError):  # noqa: N818 - reads as the event it is
    """A server ended, or stayed silent, where it should have answered."""
