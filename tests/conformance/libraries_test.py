#!/usr/bin/env python3
"""The libraries of the DAOS API as link lines see them: each exports what src/capi/exports.txt lists, no
more, and a C program that names it alone links, runs and gets right answers. What is not supported yet says
so, and is listed in docs/daos-api.md.

Usage: libraries_test.py BUILD_FOLDER"""
import ctypes
import errno
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DER_NOTSUPPORTED = 2037


def linked(name):
    """What AC_CHECK_LIB compiles: the name and nothing else; here it is not called."""
    return f"char {name}(void);\nint main(int argc, char **argv) {{ return argv[argc] ? {name}() : 0; }}\n"


# The libraries whose functions are jumps to libdaos.
FACES = ["dfs", "duns", "ds3"]
PRIVATE_NODE = "FIRN_PRIVATE_2_8_0"
# Only for link lines: no functions, but libdaos comes with them.
SHIMS = ["daos_common", "cart"]
# A configure script's probe for each library, with what it expects.
PROBES = {
    "gurt": ('#include <gurt/common.h>\n'
             'int main(void) { return d_hash_string_u32("hello", 5) == 261238937u ? 0 : 1; }\n'),
    "daos": ('#include <daos.h>\n#include <gurt/common.h>\n'
             'int main(void) {\n'
             '  return daos_oclass_name2id("S1") == OC_S1 && d_errstr(0)[0] == \'D\' ? 0 : 1;\n'
             '}\n'),
    "dfs": linked("dfs_mkdir"),
    "duns": linked("duns_resolve_path"),
    "ds3": linked("ds3_init"),
    "daos_common": "int main(void) { return 0; }\n",
    "cart": "int main(void) { return 0; }\n",
}


def exported(library):
    command = ["nm", "-D", "--defined-only", "--with-symbol-versions", library]
    listed = subprocess.run(command, check=True, capture_output=True, text=True)
    names = re.findall(r"^\w* (\w) (\S+)$", listed.stdout, re.MULTILINE)
    return {name.replace("@@", "@") for kind, name in names if kind != "A"}  # A: a version node


def listed(library):
    lines = (ROOT / "src/capi/exports.txt").read_text().splitlines()
    return {line.split()[1] for line in lines if line.split()[0] == library}


def expected(library):
    """Names with their versions."""
    gurt = {f"{name}@FIRN_GURT_4" for name in listed("gurt")}
    if library == "gurt":
        return gurt
    if library == "daos":
        private = {f"firn_{name}@{PRIVATE_NODE}" for face in FACES for name in listed(face)}
        return gurt | private | {f"{name}@FIRN_DAOS_2" for name in listed("daos")}
    return {f"{name}@FIRN_{library.upper()}" for name in listed(library)}


def check_exports(library, path):
    for name in sorted(expected(library) - exported(path)):
        yield f"lib{library}.so lacks {name}"
    for name in sorted(exported(path) - expected(library)):
        yield f"lib{library}.so exports {name}, which is not in exports.txt"


def not_supported():
    """(name, whether it returns a pointer) of all that not_supported.inc lists."""
    text = (ROOT / "src/capi/not_supported.inc").read_text()
    lines = re.findall(r"^NOT_SUPPORTED(_POINTER)?\((\w+)\)$", text, re.MULTILINE)
    return [(name, bool(pointer)) for pointer, name in lines]


def library_of(name):
    return next((library for library in ["daos", *FACES] if name in listed(library)), None)


def check_not_supported_list():
    names = [name for name, _ in not_supported()]
    section = (ROOT / "docs/daos-api.md").read_text().split("## Not supported yet")[1]
    documented = section.split("```")[1].split()
    for name in sorted(set(names) ^ set(documented)):
        yield f"{name} is in only one of not_supported.inc and docs/daos-api.md"
    for name in names:
        if library_of(name) is None:
            yield f"not_supported.inc: {name} is not in exports.txt"


def check_not_supported_answers(folder):
    """Calls each without arguments; one that is there after all may crash."""
    libraries = {name: ctypes.CDLL(folder / f"lib{name}.so") for name in ["daos", *FACES]}
    for name, pointer in not_supported():
        library = library_of(name)
        function = libraries[library][name]
        function.restype = ctypes.c_void_p if pointer else ctypes.c_int
        right = {"daos": -DER_NOTSUPPORTED, "ds3": -errno.ENOTSUP}.get(library, errno.ENOTSUP)
        if (answer := function()) != (None if pointer else right):
            yield f"{name} answers {answer}"


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


def check_answers_apart(folder):
    command = [sys.executable, __file__, folder.parent, "--answers"]
    done = subprocess.run(command, capture_output=True, text=True)
    yield from done.stdout.splitlines()
    if done.returncode != 0:
        yield f"calling what is not supported ends with {done.returncode}: {done.stderr.strip()}"


def main():
    folder = Path(sys.argv[1]).resolve() / "lib"
    if "--answers" in sys.argv:
        for failure in check_not_supported_answers(folder):
            print(failure)
        return 0
    failures = [*check_not_supported_list(), *check_answers_apart(folder)]
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
