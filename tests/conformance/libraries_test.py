#!/usr/bin/env python3
"""The libraries of the DAOS API as link lines see them: each exports what src/capi/exports.txt lists, no
more, and a C program that names it alone links, runs and gets right answers.

Usage: libraries_test.py FOLDER_OF_THE_LIBRARIES"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A configure script's probe for each library, with what it expects.
PROBES = {
    "gurt": ('#include <gurt/common.h>\n'
             'int main(void) { return d_hash_string_u32("hello", 5) == 261238937u ? 0 : 1; }\n'),
}


def exported(library):
    command = ["nm", "-D", "--defined-only", library]
    listed = subprocess.run(command, check=True, capture_output=True, text=True)
    # Version nodes are absolute symbols.
    return {name.split("@")[0] for kind, name in re.findall(r"^\w* (\w) (\S+)$", listed.stdout, re.MULTILINE)
            if kind != "A"}


def expected(library):
    lines = (ROOT / "src/capi/exports.txt").read_text().splitlines()
    return {line.split()[1] for line in lines if line.split()[0] == library}


def check_exports(library, path):
    for name in sorted(expected(library) - exported(path)):
        yield f"lib{library}.so lacks {name}"
    for name in sorted(exported(path) - expected(library)):
        yield f"lib{library}.so exports {name}, which is not in exports.txt"


def check_probe(library, folder):
    with tempfile.TemporaryDirectory() as scratch:
        source, program = Path(scratch) / "probe.c", Path(scratch) / "probe"
        source.write_text(PROBES[library])
        command = ["gcc", "-std=c99", "-Werror", f"-I{ROOT / 'include'}", source, "-o", program,
                   f"-L{folder}", f"-l{library}", f"-Wl,-rpath,{folder}"]
        built = subprocess.run(command, capture_output=True, text=True)
        if built.returncode != 0:
            yield f"a program with -l{library} alone does not link: {built.stderr.strip()}"
        elif status := subprocess.run([program]).returncode:
            yield f"a program with -l{library} ends with {status}"


def main():
    folder = Path(sys.argv[1]).resolve()
    failures = []
    for library in PROBES:
        path = folder / f"lib{library}.so"
        if path.exists():
            failures += [*check_exports(library, path), *check_probe(library, folder)]
        else:
            failures.append(f"no {path}: build it first")
    for failure in failures:
        print(failure)
    print(f"libraries_test: {len(failures)} failures in {len(PROBES)} libraries")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
