"""What every process needs that serves HTTP: a listening server, and an orderly end on a signal."""
