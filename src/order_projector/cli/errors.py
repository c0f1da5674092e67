"""Errors of commands, printed in one line on standard error."""

from order_projector.cli.progress import STATUS_LINE


def print_error(reason: object) -> None:
    """Print why a command failed, bounded in length and with the secrets of URIs masked."""
    from order_projector.settings import LONGEST_EVENT, masked, shown

    STATUS_LINE.print(f"order-projector: {shown(masked(str(reason)), LONGEST_EVENT)}")
