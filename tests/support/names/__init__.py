"""Events of orders under two names, and a simple model of the orders they make."""
