"""The stories of the handbook, run on real servers: every command on its pages is executed."""
