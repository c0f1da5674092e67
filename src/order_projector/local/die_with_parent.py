"""Run a command that dies with its parent: `die_with_parent.py PARENT_PID PROGRAM ARGUMENT...`.

Started as a script, it asks Linux to kill this process when the parent ends, for whatever reason,
and then replaces itself by the program. A script, unlike `preexec_fn`, runs no Python code
between fork and exec, where a multi-threaded parent can deadlock.

Linux watches the parent's *thread*: start servers from a thread that lives as long as they should.
Other systems have no equivalent; there, servers stop only if the parent ends in an orderly way.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Ask for SIGKILL when the parent dies, then replace this process by the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before prctl: the signal would never come
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
