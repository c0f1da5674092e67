"""Place the orders of a shop's till over HTTP."""
