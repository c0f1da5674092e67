"""`python -m order_projector`, the same as `order-projector`."""

from order_projector.cli import main

main()
