#!/usr/bin/env python3
"""kill -9 of the server under a program of the C API (restart.c), and a new server on the same directory: the
program goes on or tells of an error, and what was acknowledged is there afterwards, whole. The same with the
engine in the program, which dies itself.

Usage: restart_test.py BUILD_FOLDER"""
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import programs
import systems

BLOCKS = 200
KILLS = (20, 90, 150)  # the server dies when these blocks have been acknowledged
FAILED = 3


def write(program, system, container, kill):
    """How many blocks were acknowledged, and how the program ended; `kill` is called with it now and then."""
    environment = dict(os.environ, FIRN_SYSTEM=str(system))
    command = [program, "tank", container, "write", str(BLOCKS)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        acknowledged = 0
        for line in running.stdout:
            acknowledged = int(line) + 1
            if acknowledged in KILLS:
                kill(running)
        return acknowledged, running.wait(timeout=120)


def verify(program, system, container, acknowledged):
    done = systems.run([program, "tank", container, "verify", str(acknowledged)], system)
    if done.returncode != 0:
        yield f"{container}, after the restart: {done.stdout}{done.stderr}"


def check_served(program, server):
    def restart(_):
        server.kill()
        server.start()

    acknowledged, status = write(program, server.address, "served", restart)
    if status not in (0, FAILED):
        yield f"the program ended with {status} after {acknowledged} blocks"
    if acknowledged < KILLS[0] or (status == 0 and acknowledged != BLOCKS):
        yield f"only {acknowledged} blocks were acknowledged"
    print(f"restart_test: {acknowledged} of {BLOCKS} blocks, ended with {status}")
    yield from verify(program, server.address, "served", acknowledged)


def check_embedded(program, directory):
    acknowledged, status = write(program, directory, "embedded", subprocess.Popen.kill)
    if status != -signal.SIGKILL or acknowledged < KILLS[0]:
        yield f"the program ended with {status} after {acknowledged} blocks"
    yield from verify(program, directory, "embedded", acknowledged)


def main():
    folder = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        program, directory = Path(scratch) / "restart", Path(scratch) / "system"
        programs.build(folder, program)
        systems.make_pool(folder / "bin/firn", directory, "256MiB")
        failures = list(check_embedded(program, directory))
        with systems.served(folder / "bin/firn", directory) as server:
            failures += check_served(program, server)
    for failure in failures:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
