#!/usr/bin/env python3
"""The script `run` itself, with clients of our own that have the names of real ones: what passes, fails, and
is skipped, is said so and counted.

Usage: run_test.py BUILD_FOLDER"""
import subprocess
import sys
import tempfile
from pathlib import Path

RUN = Path(__file__).resolve().parent / "run"
# It finds the system by itself and leaves files in the check's container, as fio would.
GOOD = """#!/bin/sh
for argument; do case $argument in --cont=*) container=${{argument#--cont=}} ;; esac; done
exec {build}/examples/files tank "$container"
"""
# IOR ends well although the data was wrong.
LIAR = """#!/bin/sh
echo "WARNING: Incorrect data on write"
"""
BROKEN = """#!/bin/sh
echo "no such luck"
exit 3
"""


def make_clients(folder, build):
    for name, text in {"fio": GOOD.format(build=build), "bin/ior": LIAR, "bin/mdtest": BROKEN}.items():
        program = folder / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(text)
        program.chmod(0o755)


def run(build, *arguments):
    command = [sys.executable, RUN, "--build", build, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


def check(build, scratch):
    make_clients(scratch, build)
    chosen = ("--only", "embedded", "--only", "tcp fio: random")
    done = run(build, scratch, "--scratch", scratch, *chosen)
    lines = done.stdout.splitlines()
    expected = [("passed", "embedded fio: random"), ("passed", "tcp      fio: random"),
                ("FAILED", "embedded ior: 1 MiB"), ("FAILED", "embedded mdtest: files"),
                ("skipped", "dcp (it is not there)")]
    for outcome, what in expected:
        if not any(line.startswith(outcome) and what in line for line in lines):
            yield f"no line that {what} {outcome}"
    for told in ("Incorrect data", "mdtest ended with 3", "no such luck", "checks, 7 failed"):
        if told not in done.stdout:
            yield f"does not tell: {told}"
    if done.returncode != 1:
        yield f"ended with {done.returncode}, not 1"
    if left := [path for path in scratch.iterdir() if path.name.startswith("firn-clients-")]:
        yield f"left {left}"
    (scratch / "empty").mkdir()
    if run(build, scratch / "empty").returncode != 2:
        yield "a place without clients does not end it with 2"


def main():
    with tempfile.TemporaryDirectory() as name:
        done = list(check(Path(sys.argv[1]).resolve(), Path(name)))
    for failure in done:
        print(failure)
    return 1 if done else 0


if __name__ == "__main__":
    sys.exit(main())
