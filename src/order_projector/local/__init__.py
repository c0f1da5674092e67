"""A broker and a database on this machine's loopback, to try out and test the worker.

Both are third-party programs, run as separate processes and never imported. The worker does not
depend on this package, nor does this package depend on the rest of the project.
"""
