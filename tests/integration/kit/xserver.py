# SPDX-License-Identifier: GPL-2.0-or-later
"""X servers that find a free display themselves."""

import os
import subprocess

TRIES = 5


def start_x(*words):
    """The display's name, and the process, which the caller ends.

    Two that start at the same moment can choose the same number; the later one gives up then, and is started again.
    """
    for _ in range(TRIES):
        read, write = os.pipe()
        process = subprocess.Popen([*map(str, words), "-displayfd", str(write), "-noreset"], pass_fds=(write,),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if number:
            return ":" + number, process
        process.terminate()
        process.wait()
    raise AssertionError(f"{words[0]} did not start, {TRIES} times")
