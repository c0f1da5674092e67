"""A broker, a database and a worker on this machine's loopback, to try out and test the worker.

Each runs as a separate process. The broker and the database are third-party programs, and are never
imported. The worker does not depend on this package, nor does this package import the rest of the
project.
"""
