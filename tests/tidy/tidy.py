#!/usr/bin/env python3
"""Checks what the compiler does not: the layers, headers that compile alone, limits, determinism, hygiene.

Usage: tidy.py [--root FOLDER] [--no-headers]

A finding that is right as it stands is allowed, with the reason, on its line or the line above (for a
function: its first line; for a file: the first lines):

    // tidy: allow <rule>: <reason>
"""
import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cpp_scan

LINE_MAX = 110
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 800
PARAMETERS_MAX = 5
NESTING_MAX = 3
FILE_HEAD_LINES = 20        # where an allowance for a whole file may stand

# `also` is a further line where an allowance may stand; 0 is the head of the file.
Finding = namedtuple("Finding", "path line rule message also", defaults=(None,))

CPP = (".cc", ".h")
TEXT = CPP + (".c", ".py", ".md", ".txt", ".cmake", ".json", ".sh", ".yml", ".yaml", ".toml")


class Tree:
    """The files of the repository that are, or could be, committed."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = sorted(path for path in self.list_files() if (self.root / path).is_file())
        self.texts = {}

    def list_files(self):
        if (self.root / ".git").exists():
            listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                    cwd=self.root, check=True, capture_output=True, text=True).stdout
            return {path for path in listed.split("\0") if path}
        skipped = {"build", ".git", "__pycache__"}
        return {os.path.relpath(os.path.join(folder, name), self.root)
                for folder, _, names in os.walk(self.root) for name in names
                if not skipped & set(Path(folder).relative_to(self.root).parts)}

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = (self.root / path).read_text(encoding="utf-8", errors="replace")
        return self.texts[path]

    def lines(self, path):
        return self.text(path).splitlines()

    def cpp(self, *tops):
        return [path for path in self.files if path.endswith(CPP) and path.split("/")[0] in tops]

    def is_text(self, path):
        if "corpus" in Path(path).parts or path == "LICENSE":
            return False
        return path.endswith(TEXT) or ("." not in Path(path).name and self.text(path).startswith("#!"))


def room_of(path):
    """The room a file belongs to, or None for files outside src and directly in it."""
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def is_test(path):
    return re.search(r"_test\.(cc|h)$", path) is not None


# --- layers ----------------------------------------------------------------------------------------

ROW = re.compile(r"^\|\s*`(\w+)`\s*\|\s*L(\d)\s*\|([^|]*)\|([^|]*)\|")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
ARCHITECTURE = "docs/architecture.md"

Room = namedtuple("Room", "floor uses line planned")


def layer_table(tree):
    """The rows of the table in docs/architecture.md: room, floor, what it may include, whether it exists."""
    rooms = {}
    for number, line in enumerate(tree.lines(ARCHITECTURE) if ARCHITECTURE in tree.files else [], 1):
        if row := ROW.match(line):
            rooms[row[1]] = Room(int(row[2]), re.findall(r"`(\w+)`", row[3]), number, "not yet" in row[4])
    return rooms


def check_layer_table(tree):
    """The table itself: no cycles, nothing upwards, no product uses sim, CMake and the tree agree with it."""
    rooms = layer_table(tree)
    if not rooms:
        yield Finding(ARCHITECTURE, 1, "layer-table", "no layer table found")
        return
    for name, room in rooms.items():
        for used in room.uses:
            if used not in rooms:
                yield Finding(ARCHITECTURE, room.line, "layer-table", f"{name} uses {used}, which has no row")
            elif rooms[used].floor > room.floor:
                yield Finding(ARCHITECTURE, room.line, "layer-table", f"{name} uses {used} on a higher floor")
            elif name in reachable(rooms, used):
                yield Finding(ARCHITECTURE, room.line, "layer-table", f"{name} and {used} use each other")
        if "sim" in room.uses:
            yield Finding(ARCHITECTURE, room.line, "layer-table", f"{name} uses sim, which is for tests only")
    present = {room_of(path) for path in tree.cpp("src")} - {None}
    for name in sorted(present):
        if name not in rooms:
            yield Finding(ARCHITECTURE, 1, "layer-table", f"src/{name} has no row")
        elif rooms[name].planned:
            yield Finding(ARCHITECTURE, rooms[name].line, "layer-table", f"{name} exists now: update its row")
    yield from compare_with_cmake(tree, rooms)


def reachable(rooms, start):
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name in rooms and name not in seen:
            seen.add(name)
            waiting += rooms[name].uses
    return seen


def compare_with_cmake(tree, rooms):
    path = "CMakeLists.txt"
    text = tree.text(path) if path in tree.files else ""
    lines = cpp_scan.Lines(text)
    for match in re.finditer(r"^firn_room\((\w+)(?:\s+DEPS([^)]*))?\)", text, re.MULTILINE):
        uses = {dep for dep in (match[2] or "").split() if "::" not in dep}
        expected = set(rooms[match[1]].uses) if match[1] in rooms else None
        if expected is None:
            yield Finding(path, lines.of(match.start()), "layer-table",
                          f"{match[1]} has no row in {ARCHITECTURE}")
        elif uses != expected:
            yield Finding(path, lines.of(match.start()), "layer-table",
                          f"{match[1]}: differs from {ARCHITECTURE} in {' '.join(sorted(uses ^ expected))}")


def check_layers(tree):
    """A file includes only its own room and those of its row; tests beside the runtime's users also sim."""
    rooms = layer_table(tree)
    for path in tree.cpp("src"):
        name = room_of(path)
        if name not in rooms:
            continue
        allowed = {name, *rooms[name].uses}
        if is_test(path) and "runtime" in allowed - {name}:
            allowed.add("sim")
        for number, line in enumerate(tree.lines(path), 1):
            include = INCLUDE.match(line)
            if not include or (include[1] == "<" and "src/" + include[2] not in tree.files):
                continue
            used = include[2].split("/")[0] if "/" in include[2] else None
            if used not in rooms:
                yield Finding(path, number, "layer", f'"{include[2]}" is not written as "room/file.h"')
            elif used not in allowed:
                yield Finding(path, number, "layer", f"{name} may not include {used}")


def check_places(tree):
    """Each room has a README.md; headers stand beside sources, public ones in include/."""
    for name in sorted({room_of(path) for path in tree.cpp("src")} - {None}):
        if f"src/{name}/README.md" not in tree.files:
            yield Finding(f"src/{name}/README.md", 1, "room-readme",
                          "is missing: what the room does, where to start")
    for path in tree.files:
        if path.endswith(".h") and path.split("/")[0] not in ("src", "include", "tests", "bench", "examples"):
            yield Finding(path, 1, "header-place",
                          "headers stand in src/, include/ or beside the test or example that uses them")


# --- headers ---------------------------------------------------------------------------------------

def header_flags():
    flags = ["-std=c++23", "-Isrc", "-Iinclude", "-Wall", "-Wextra", "-Werror",
             "-Wno-missing-designated-field-initializers"]
    if platform.machine() == "x86_64":
        flags.append("-march=x86-64-v2")
    found = subprocess.run(["pkg-config", "--cflags", "spdlog", "fmt", "liburing", "libisal", "sqlite3"],
                           capture_output=True, text=True)
    return flags + found.stdout.split()


def check_headers(tree):
    """Every header under src compiles alone, and twice. Objects go through ccache: a repeat is cheap."""
    headers = [path for path in tree.cpp("src") if path.endswith(".h")]
    compiler = os.environ.get("FIRN_TIDY_CXX", "clang++-19")
    if headers and not shutil.which(compiler):
        yield Finding("tools/setup", 1, "header-alone", f"{compiler} is missing: run tools/setup")
        return
    command = ([shutil.which("ccache")] if shutil.which("ccache") else []) + [compiler, *header_flags()]

    def compile_alone(header):
        unit = tree.root / "build/tidy" / (header + ".cc")
        text = f'#include "{header.removeprefix("src/")}"\n' * 2
        if not unit.exists() or unit.read_text() != text:
            unit.parent.mkdir(parents=True, exist_ok=True)
            unit.write_text(text)
        relative = str(unit.relative_to(tree.root))
        done = subprocess.run([*command, "-c", relative, "-o", relative + ".o"],
                              cwd=tree.root, capture_output=True, text=True)
        return header, done.returncode, done.stderr

    with ThreadPoolExecutor(max_workers=2) as pool:
        for header, status, errors in pool.map(compile_alone, headers):
            if status:
                first = next((line for line in errors.splitlines() if "error:" in line), errors.strip())
                yield Finding(header, 1, "header-alone", f"does not compile alone: {first}", 0)


# --- limits ----------------------------------------------------------------------------------------

def check_limits(tree):
    """Lines, files, functions, parameters and nesting stay within what a reader can hold."""
    for path in tree.files:
        if path.endswith(CPP + (".py",)):
            lines = tree.lines(path)
            if len(lines) > FILE_LINES_MAX:
                yield Finding(path, 1, "file-length", f"{len(lines)} lines, at most {FILE_LINES_MAX}", 0)
            for number, line in enumerate(lines, 1):
                # Counted in characters; a link cannot be broken.
                if len(line) > LINE_MAX and "://" not in line:
                    yield Finding(path, number, "line-length", f"{len(line)} characters, at most {LINE_MAX}")
    for path in tree.cpp("src", "tests", "bench"):
        yield from check_functions(path, cpp_scan.scan(tree.text(path)), tree.lines(path))


# Functions of the DAOS API have the parameters that they have.
API_FUNCTION = re.compile(r"\w+\*? (?:daos|dfs|duns|ds3)_\w+\(")


def check_functions(path, scan, lines):
    if not scan.balanced:
        yield Finding(path, 1, "braces",
                      "brackets do not match, perhaps across #if: write it so that they do", 0)
        return
    for function in scan.functions:
        length = function.end - function.begin + 1
        if length > FUNCTION_LINES_MAX:
            yield Finding(path, function.begin, "function-length",
                          f"{length} lines, at most {FUNCTION_LINES_MAX}")
        if function.nesting > NESTING_MAX:
            yield Finding(path, function.nesting_line, "nesting",
                          f"{function.nesting} blocks deep, at most {NESTING_MAX}", function.begin)
    for function in scan.functions + scan.declarations:
        given = path.startswith("src/capi/") and API_FUNCTION.match(lines[function.begin - 1])
        if function.parameters > PARAMETERS_MAX and not given:
            yield Finding(path, function.begin, "parameters",
                          f"{function.parameters} parameters, at most {PARAMETERS_MAX}: use a struct")


# --- determinism -----------------------------------------------------------------------------------

WALL = "time and chance come through the Runtime"
BANNED = [
    (re.compile(r"\bthread_local\b"), "a thread owns its targets: pass what is needed"),
    (re.compile(r"\bstd::(?:random_device|mt19937(?:_64)?|default_random_engine)\b"), WALL),
    (re.compile(r"\bstd::chrono::\w+_clock\b|\b\w+_clock::now\b"), WALL),
    (re.compile(r"\b(?:gettimeofday|clock_gettime|usleep|nanosleep|std::this_thread::sleep\w*)\s*\("), WALL),
    (re.compile(r"\b(?:secure_)?getenv\s*\("), "only main() reads the environment"),
    (re.compile(r"\bthrow\b"), "return a Result"),
    (re.compile(r"\bgoto\b"), "write a loop or a function"),
]
# Short names that are also good names for members: only calls of the free function count.
FREE_CALL = re.compile(r"(?P<before>[^\s\w]\s*|\b(?:return|co_return|co_await)\s+|^\s*)"
                       r"(?P<qualifier>std::|(?<!\w)::)?\b(?P<name>s?rand|time|sleep)\s*\(", re.MULTILINE)
# The runtime's real side, and the faces of a process.
NONDETERMINISTIC = re.compile(r"^src/(?:runtime/(?:uring|epoll|real)|(?:cli|capi|gurt)/)"
                              r"|_(?:main|test)\.cc$|_test\.h$")


# Memory that nothing but its own list can see.
THREAD_LOCAL_ALLOWED = "src/runtime/frame_pool.h"


def product_files(tree):
    return [path for path in tree.cpp("src") if not NONDETERMINISTIC.search(path)]


def check_banned(tree):
    """Rooms that run in the simulated world have no clock, chance or environment of their own."""
    for path in product_files(tree):
        code = cpp_scan.without_text(tree.text(path))
        lines = cpp_scan.Lines(code)
        for pattern, advice in BANNED:
            for match in pattern.finditer(code):
                name = match.group().strip("( ")
                if name == "thread_local" and path == THREAD_LOCAL_ALLOWED:
                    continue
                yield Finding(path, lines.of(match.start()), "banned", f"{name}: {advice}")
        for match in FREE_CALL.finditer(code):
            # A member (`.time(`), another's `x::time(` and a declaration (`Time& time(`) are fine.
            before = match["before"].strip()
            if match["qualifier"] or before not in (".", ">", ":", "&", "*", "~"):
                yield Finding(path, lines.of(match.start("name")), "banned", f"{match['name']}: {WALL}")


def unordered_names(code):
    """Names of variables and members declared as unordered containers."""
    for match in re.finditer(r"\bunordered_(?:multi)?(?:map|set)\s*<", code):
        end = cpp_scan.closing(code, match.end() - 1)
        declared = re.match(r"[\s&]*(\w+)\s*[;={(,)]", code[end + 1:]) if end > 0 else None
        if declared:
            yield declared[1]


def check_unordered(tree):
    """Nothing walks an unordered container: its order differs from run to run."""
    for path in product_files(tree):
        code = cpp_scan.without_text(tree.text(path))
        header = re.sub(r"\.cc$", ".h", path)
        names = set(unordered_names(code))
        if header != path and header in tree.files:
            names |= set(unordered_names(cpp_scan.without_text(tree.text(header))))
        lines = cpp_scan.Lines(code)
        for match in re.finditer(r"\bfor\s*\(", code) if names else ():
            end = cpp_scan.closing(code, match.end() - 1)
            inside = code[match.end():end] if end > 0 else ""
            walked = re.search(r"(?<!:):(?!:)\s*\*?(?:\w+\s*(?:\.|->)\s*)*(\w+)\s*$", inside)
            iterator = re.search(r"\b(\w+)\s*(?:\.|->)\s*c?begin\s*\(", inside)
            for name in {found[1] for found in (walked, iterator) if found} & names:
                yield Finding(path, lines.of(match.start()), "unordered",
                              f"walks the unordered {name}: order it, or say why the order cannot matter")


# --- hygiene ---------------------------------------------------------------------------------------

# Written so that the patterns do not match themselves.
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:work|root)/")
MARKER = re.compile(r"\b(?:TO[D]O|FI[X]ME|X[X]X|HA[C]K)\b")


def check_hygiene(tree):
    """The repository speaks of the project alone, and leaves nothing for later in comments."""
    for path in tree.files:
        if not tree.is_text(path):
            continue
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if MACHINE_PATH.search(line):
                yield Finding(path, number, "machine-path", "names a folder of one machine")
            if MARKER.search(line):
                yield Finding(path, number, "marker", "do it, or say it in docs/status.md")
            if "\t" in line:
                yield Finding(path, number, "whitespace", "tab")
            if line != line.rstrip():
                yield Finding(path, number, "whitespace", "space at the end of the line")
    for path in tree.cpp("src"):
        if not tree.text(path).startswith(("//", "/*")):
            yield Finding(path, 1, "file-comment", "the first line says what the file is", 0)


# --- all of it -------------------------------------------------------------------------------------

CHECKS = [check_layer_table, check_layers, check_places, check_limits, check_banned, check_unordered,
          check_hygiene]


def is_allowed(tree, finding):
    if finding.path not in tree.files:
        return False
    lines = tree.lines(finding.path)
    places = {finding.line, finding.line - 1}
    if finding.also == 0:
        places |= set(range(1, FILE_HEAD_LINES + 1))
    elif finding.also:
        places |= {finding.also, finding.also - 1}
    wanted = re.compile(rf"tidy: allow {re.escape(finding.rule)}: \S")
    return any(wanted.search(lines[place - 1]) for place in places if 0 < place <= len(lines))


def findings(root, headers=True):
    tree = Tree(root)
    checks = CHECKS + ([check_headers] if headers else [])
    found = [finding for check in checks for finding in check(tree)]
    return [finding for finding in found if not is_allowed(tree, finding)], tree


def main():
    parser = argparse.ArgumentParser(description="Checks layers, headers, limits, determinism and hygiene.")
    parser.add_argument("--root", default=Path(__file__).resolve().parents[2])
    parser.add_argument("--no-headers", action="store_true", help="skip compiling each header alone")
    arguments = parser.parse_args()
    found, tree = findings(arguments.root, headers=not arguments.no_headers)
    for finding in found:
        print(f"{finding.path}:{finding.line}: [{finding.rule}] {finding.message}")
    print(f"tidy: {len(found)} findings in {len(tree.files)} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
