#!/usr/bin/env python3
"""The programs of examples/, built by the line that their README gives, and by the build itself: each prints
what it should, with an embedded engine and with a server over TCP.

Usage: examples_test.py BUILD_FOLDER"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import systems

ROOT = Path(__file__).resolve().parents[2]
PRINTS = {
    "objects.c": """\
station glacier
station summit
glacier: Grindelwald, -2.5 C
summit: Zermatt, -11.5 C
unit is celsius
removed, it has 0 bytes
""",
    "arrays.c": """\
the array has 40000 cells
cells from 4095: 2047.5 2048 2048.5
cut, it has 100 cells
""",
    "files.c": """\
snow has 17 bytes
/notes/snow: Old snow is firn.
""",
    "counters.cc": """\
firn 2
ice 1
rain 0
snow 3
""",
}


def install(build, prefix):
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)


def compile_by_line(source, program, prefix):
    compiler = "c++" if source.suffix == ".cc" else "cc"
    line = f"{compiler} {source} -o {program} $(pkg-config --cflags --libs daos) -Wl,-rpath,{prefix}/lib64"
    environment = dict(os.environ, PKG_CONFIG_PATH=f"{prefix}/lib64/pkgconfig")
    subprocess.run(line, shell=True, check=True, env=environment)


def prints_as_it_should(program, source, system, container):
    return systems.succeeds([program, "tank", container], system, PRINTS[source])


def main():
    build = Path(sys.argv[1]).resolve()
    firn = build / "bin/firn"
    results = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        prefix, directory = scratch / "prefix", scratch / "system"
        install(build, prefix)
        systems.make_pool(firn, directory, "256MiB")
        for source in PRINTS:
            program = scratch / Path(source).stem
            compile_by_line(ROOT / "examples" / source, program, prefix)
            results.append(prints_as_it_should(program, source, directory, f"{program.name}-embedded"))
            built = build / "examples" / program.name
            results.append(prints_as_it_should(built, source, directory, f"{program.name}-built"))
        with systems.served(firn, directory) as server:
            for source in PRINTS:
                program = scratch / Path(source).stem
                results.append(prints_as_it_should(program, source, server.address, f"{program.name}-served"))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
