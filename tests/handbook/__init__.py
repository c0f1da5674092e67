"""The stories of the handbook, played with real servers: what its pages say is typed."""
