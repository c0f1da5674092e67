"""Dead letters by hand: list, show, replay and discard them."""
