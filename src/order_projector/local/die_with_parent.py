"""Runs a command that dies with its parent: `die_with_parent.py PARENT_PID PROGRAM ARGUMENT...`.

Started as a script, it asks Linux to kill this very process when the parent ends, however the
parent ends, and then becomes the program. Doing this here and not in `preexec_fn` keeps Python
code out of the moment between fork and exec, where a threaded parent can deadlock.

Linux watches the parent's *thread*: start servers from one that lives as long as they should.
Other systems have no such request; there only an orderly end of the parent stops its servers.
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
    if os.getppid() != parent:  # it ended before the request was made: nobody would ever stop us
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
