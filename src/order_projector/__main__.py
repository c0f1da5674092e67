"""`python -m order_projector`: the same as the command `order-projector`."""

from order_projector.cli import main

main()
