"""The operators' commands: a composition root like the worker, but outside its consumer group.

The commands themselves, which parse options and print, are in `cli/`.
"""
