"""Events of orders under two names, and a plain model of what becomes of them."""
