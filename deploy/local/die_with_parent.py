"""Runs a command that the kernel kills when the process that started it dies: `die_with_parent.py PARENT COMMAND…`.

A script of its own rather than Popen's preexec_fn, which is unsafe once the parent has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent died before this process began")
os.execvp(sys.argv[2], sys.argv[2:])
