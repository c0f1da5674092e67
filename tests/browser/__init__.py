"""The page in a real browser: Chromium, driven over its DevTools protocol, with axe-core."""
