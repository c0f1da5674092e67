"""Pure tests: no server, no clock, milliseconds."""
