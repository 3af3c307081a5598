#!/usr/bin/env python3
"""What `cmake --install` makes: the layout that configure scripts probe, and programs in C and C++ that
compile, link and run against it by the link lines of known programs (docs/daos-api.md).

Usage: install_test.py BUILD_FOLDER"""
import ctypes
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "tests/conformance/client.c"
LIBRARIES = ["daos", "gurt", "dfs", "duns", "ds3", "daos_common", "cart"]
PLACES = ["bin/firn", "include/daos.h", "include/daos_fs.h", "include/gurt/common.h", "include/cart/types.h",
          "include/daos/tse.h", "lib64/libdaos.so.2.8.0", "lib64/libdaos.so.2", "lib64/libgurt.so.4",
          "lib64/daos/API_VERSION", "lib64/pkgconfig/daos.pc", "lib/pkgconfig/daos.pc",
          *(f"{folder}/lib{name}.so" for folder in ("lib64", "lib") for name in LIBRARIES)]
LANGUAGES = {"C": ["gcc", "-std=gnu99", "-Werror=strict-prototypes", "-x", "c"],
             "C++": ["g++", "-std=c++14", "-x", "c++"]}
RPATH = "-Wl,--enable-new-dtags -Wl,-rpath,{prefix}/lib64"
# Who links so; {prefix} is where it is installed.
LINK_LINES = {
    "plain": "-L{prefix}/lib64 -ldaos " + RPATH,
    "IOR": "-L{prefix}/lib64 " + RPATH + " -lgurt -ldaos_common -ldaos -ldfs -luuid",
    "HDF5 VOL connector": "-L{prefix}/lib64 " + RPATH + " -ldaos -lduns -luuid",
    "ROMIO": "-L{prefix}/lib64 " + RPATH + " -lduns -ldfs -ldaos -luuid -lgurt",
    "ADIOS2": "{prefix}/lib64/libdaos.so {prefix}/lib64/libdfs.so " + RPATH,
    "FDB5": "{prefix}/lib64/libdaos.so {prefix}/lib64/libdaos_common.so {prefix}/lib64/libgurt.so " + RPATH,
    "SPDK": "-L{prefix}/lib64 -lgurt -ldaos -ldaos_common -ldfs " + RPATH,
    "mpifileutils": " ".join(f"{{prefix}}/lib/lib{name}.so" for name in
                             ["daos", "gurt", "cart", "duns", "dfs", "daos_common"]) +
                    " -luuid -Wl,-rpath,{prefix}/lib",
    "Hadoop": "-L{prefix}/lib64 -ldaos -ldaos_common -ldfs -lduns " + RPATH,
    "Ceph": "-L{prefix}/lib64 -ldaos -ldfs -lds3 -luuid " + RPATH,
}


def run(command, **environment):
    """The output of a program that fails, None if it succeeds."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode == 0:
        return None
    return f"{command[0]} ends with {done.returncode}: {(done.stdout + done.stderr).strip()[-800:]}"


def uses(line):
    """What of the client is compiled for a link line: only libraries that are named may be called."""
    named = [name for name in ("dfs", "duns") if f"-l{name}" in line or f"lib{name}.so" in line]
    return [f"-DCLIENT_USES_{name.upper()}" for name in named]


def build_and_run(language, flags, scratch, **environment):
    program = scratch / "client"
    command = [*LANGUAGES[language], "-Wall", "-Werror", CLIENT, "-x", "none", "-o", program, *flags]
    return run(command, **environment) or run([program], **environment)


def check_link_lines(prefix, scratch):
    for who, line in LINK_LINES.items():
        flags = [f"-I{prefix}/include", *uses(line), *line.format(prefix=prefix).split()]
        for language in LANGUAGES:
            if failure := build_and_run(language, flags, scratch):
                yield f"link line of {who}, {language}: {failure}"


def check_environment(prefix, scratch):
    """fio has no option for it: the compiler's and the loader's variables say where."""
    line = "-luuid -ldaos -ldfs"
    failure = build_and_run("C", [*uses(line), *line.split()], scratch, CPATH=f"{prefix}/include",
                            LIBRARY_PATH=f"{prefix}/lib64", LD_LIBRARY_PATH=f"{prefix}/lib64")
    if failure:
        yield f"link line of fio: {failure}"


def check_pkg_config(prefix, scratch):
    for folder in ("lib64", "lib"):
        environment = {**os.environ, "PKG_CONFIG_PATH": f"{prefix}/{folder}/pkgconfig"}
        asked = subprocess.run(["pkg-config", "--cflags", "--libs", "--print-errors", "daos"],
                               capture_output=True, text=True, env=environment)
        flags = asked.stdout.split()
        for language in LANGUAGES:
            failure = asked.stderr or build_and_run(language, [*uses(asked.stdout), *flags], scratch,
                                                    LD_LIBRARY_PATH=f"{prefix}/lib64")
            if failure:
                yield f"pkg-config with {folder}, {language}: {failure}"


def check_probes(prefix, scratch):
    """A configure script links a call with one library alone."""
    probes = {"gurt": "d_hash_murmur64", "daos": "daos_init", "dfs": "dfs_mkdir", "duns": "duns_resolve_path"}
    for library, function in probes.items():
        source = scratch / "probe.c"
        source.write_text(f"char {function}(void);\nint main(void) {{ return {function}(); }}\n")
        command = ["gcc", "-fno-builtin", "-o", scratch / "probe", source, f"-L{prefix}/lib64",
                   f"-l{library}"]
        if failure := run(command):
            yield f"probe of {function} in lib{library}: {failure}"


def check_loading(prefix):
    """By exact file name, as Python and TensorFlow do."""
    for name, function in [("libdaos.so.2.8.0", "daos_pool_connect2"), ("libdfs.so", "dfs_mount"),
                           ("libduns.so", "duns_resolve_path")]:
        try:
            getattr(ctypes.CDLL(f"{prefix}/lib64/{name}"), function)
        except (OSError, AttributeError) as error:
            yield f"dlopen of {name}: {error}"


def check_layout(prefix):
    for place in PLACES:
        if not (prefix / place).exists():
            yield f"nothing at PREFIX/{place}"
    if (prefix / "lib64/daos/API_VERSION").read_text() != "2.8.0\n":
        yield "API_VERSION is not 2.8.0"
    if failure := run([prefix / "bin/firn", "--version"]):
        yield f"bin/firn: {failure}"


def check(build, scratch):
    prefix = scratch / "prefix"
    if failure := run(["cmake", "--install", build, "--prefix", prefix]):
        yield failure
        return
    yield from check_layout(prefix)
    yield from check_link_lines(prefix, scratch)
    yield from check_environment(prefix, scratch)
    yield from check_pkg_config(prefix, scratch)
    yield from check_probes(prefix, scratch)
    yield from check_loading(prefix)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        failures = list(check(Path(sys.argv[1]).resolve(), Path(scratch)))
    for failure in failures:
        print(failure)
    print(f"install_test: {len(failures)} failures with {len(LINK_LINES) + 2} ways to link")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
