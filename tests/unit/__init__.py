"""Pure tests: no server, no clock, a few milliseconds each."""
