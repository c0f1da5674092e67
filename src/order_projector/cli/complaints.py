"""What goes wrong, in one line on standard error."""

import typer


def complain(reason: object) -> None:
    """Print why a command cannot do what was asked: bounded, and without secrets of URIs."""
    from order_projector.settings import LONGEST_EVENT, masked, shown

    typer.echo(f"order-projector: {shown(masked(str(reason)), LONGEST_EVENT)}", err=True)
