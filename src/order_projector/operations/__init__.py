"""The operators' commands: a composition root beside the worker, without its consumer group.

The commands themselves, which parse options and print, are in `cli/`.
"""
