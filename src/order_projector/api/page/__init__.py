"""The page: orders to look at in a browser, rendered here and readable without scripts."""
