"""The C programs of this folder, built against the public headers and a build's libraries."""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sanitized(folder):
    return "FIRN_SANITIZE:BOOL=ON" in (folder / "CMakeCache.txt").read_text()


def compiler(folder):
    """A user's; in a build with sanitizers the one that has their run-time library."""
    if sanitized(folder):
        return ["clang-19", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    return ["gcc"]


def runtime(folder):
    """What the sanitizers of the libraries' C++ want from the program."""
    return ["-fsanitize-link-c++-runtime", "-lstdc++"] if sanitized(folder) else []


def build(folder, program, libraries=("dfs", "daos")):
    """`program` is where it goes; its source has that name."""
    command = [*compiler(folder), "-std=gnu99", "-Wall", "-Werror", "-g", f"-I{ROOT / 'include'}",
               ROOT / f"tests/conformance/{program.name}.c", "-o", program, f"-L{folder / 'lib'}",
               *(f"-l{library}" for library in libraries), "-luuid", "-pthread", *runtime(folder),
               f"-Wl,-rpath,{folder / 'lib'}"]
    subprocess.run(command, check=True)
