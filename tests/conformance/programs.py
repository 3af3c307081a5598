"""The C programs of this folder, built against the public headers and a build's libraries."""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def compiler(folder):
    """A user's; in a build with sanitizers the one that has their run-time library."""
    cache = (folder / "CMakeCache.txt").read_text()
    if "FIRN_SANITIZE:BOOL=ON" in cache:
        return ["clang-19", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    return ["gcc"]


def build(folder, program, libraries=("dfs", "daos")):
    """`program` is where it goes; its source has that name."""
    command = [*compiler(folder), "-std=gnu99", "-Wall", "-Werror", "-g", f"-I{ROOT / 'include'}",
               ROOT / f"tests/conformance/{program.name}.c", "-o", program, f"-L{folder / 'lib'}",
               *(f"-l{library}" for library in libraries), "-luuid", "-pthread",
               f"-Wl,-rpath,{folder / 'lib'}"]
    subprocess.run(command, check=True)
