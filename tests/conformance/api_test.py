#!/usr/bin/env python3
"""C programs that use the DAOS API (api.c, files.c), compiled with the public headers and linked to a build's
libraries. With an embedded engine, and with a server over TCP.

Usage: api_test.py BUILD_FOLDER"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {"api": ["-ldaos"], "files": ["-ldfs", "-ldaos"]}


def build(folder, program):
    command = ["gcc", "-std=gnu99", "-Wall", "-Werror", "-g", f"-I{ROOT / 'include'}",
               ROOT / f"tests/conformance/{program.name}.c", "-o", program, f"-L{folder / 'lib'}",
               *PROGRAMS[program.name], "-luuid", "-pthread", f"-Wl,-rpath,{folder / 'lib'}"]
    subprocess.run(command, check=True)


def run(program, system):
    environment = dict(os.environ, FIRN_SYSTEM=system)
    done = subprocess.run([program, "tank"], env=environment, capture_output=True, text=True, timeout=240)
    if done.returncode == 0:
        return True
    print(f"{program.name}, {system}: ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return False


def run_served(firn, program, system):
    command = [firn, "serve", system, "--listen", "tcp://127.0.0.1:0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        words = server.stdout.readline().split()
        address = next(word for word in words if word.startswith("tcp://"))
        return run(program, address)
    finally:
        server.terminate()
        server.wait()


def main():
    folder = Path(sys.argv[1]).resolve()
    firn = folder / "bin/firn"
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in PROGRAMS:
            program, system = Path(scratch) / name, Path(scratch) / f"{name}-system"
            build(folder, program)
            create = [firn, "--system", system, "pool", "create", "tank", "--size", "256MiB"]
            subprocess.run(create, check=True, stdout=subprocess.DEVNULL)
            results += [run(program, str(system)), run_served(firn, program, str(system))]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
