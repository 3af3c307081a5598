#!/usr/bin/env python3
"""C programs that use the DAOS API (api.c, files.c, metadata.c), compiled with the public headers and linked
to a build's libraries. With an embedded engine, and with a server over TCP and through shared memory.

Usage: api_test.py BUILD_FOLDER"""
import sys
import tempfile
from pathlib import Path

import programs
import systems

PROGRAMS = {"api": ["daos"], "files": ["dfs", "daos"], "metadata": ["daos"]}


def run(program, system, transport="auto"):
    return systems.succeeds([program, "tank"], system, FIRN_TRANSPORT=transport)


def main():
    folder = Path(sys.argv[1]).resolve()
    firn = folder / "bin/firn"
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in PROGRAMS:
            program, directory = Path(scratch) / name, Path(scratch) / f"{name}-system"
            programs.build(folder, program, PROGRAMS[name])
            systems.make_pool(firn, directory, "256MiB")
            results.append(run(program, directory))
            with systems.served(firn, directory) as server:
                results += [run(program, server.address, transport) for transport in ("tcp", "shm")]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
