#!/usr/bin/env python3
"""Kills programs that use the DAOS API through shared memory (endless.c) in the middle of their work: the
server is as it was before, and serves others.

Usage: killed_client_test.py BUILD_FOLDER"""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import programs
import systems

ROUNDS = 10
PATIENCE_S = 60


def holdings(process):
    """What a process holds of its clients: sockets, and mappings of shared memory."""
    folder = Path(f"/proc/{process}")
    sockets = 0
    for entry in (folder / "fd").iterdir():
        try:
            sockets += os.readlink(entry).startswith("socket:")
        except FileNotFoundError:
            pass
    return sockets, (folder / "maps").read_text().count("memfd:firn-channel")


def eventually(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.002)
    return condition()


def start(program, server):
    environment = dict(os.environ, FIRN_SYSTEM=server.address, FIRN_TRANSPORT="shm")
    return subprocess.Popen([program, "tank"], env=environment)


def kill_some(program, server, rng):
    """True if the server got rid of all that the killed ones had."""
    engine = server.process.pid
    before = holdings(engine)
    for _ in range(ROUNDS):
        clients = [start(program, server) for _ in range(2)]
        if not eventually(lambda: holdings(engine)[1] >= 2):
            print("nobody shares memory with the server")
            return False
        time.sleep(rng.random() * 0.1)
        for client in clients:
            if client.poll() is not None:
                print(f"a client ended by itself: {client.returncode}")
                return False
            client.send_signal(signal.SIGKILL)
            client.wait()
        if not eventually(lambda: holdings(engine) == before):
            print(f"left behind: {holdings(engine)}, before: {before}")
            return False
    return server.process.poll() is None


def main():
    folder = Path(sys.argv[1]).resolve()
    firn = folder / "bin/firn"
    seed = int(os.environ.get("FIRN_SEED", os.getpid()))
    print(f"FIRN_SEED={seed}")
    with tempfile.TemporaryDirectory() as scratch:
        program, directory = Path(scratch) / "endless", Path(scratch) / "system"
        programs.build(folder, program, ["daos"])
        systems.make_pool(firn, directory, "1GiB")
        with systems.served(firn, directory) as server:
            return 0 if kill_some(program, server, random.Random(seed)) else 1


if __name__ == "__main__":
    sys.exit(main())
