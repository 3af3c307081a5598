#!/usr/bin/env python3
"""The public headers: each compiles alone as C99 and C++14 to C++20, declares what src/capi/exports.txt lists
and nothing else, and has the numbers of abi.txt. Nothing is linked."""
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
INCLUDE = ROOT / "include"
HEADERS = sorted(str(path.relative_to(INCLUDE)) for path in INCLUDE.rglob("*.h"))

C_FLAGS = "-x c -Wall -Wextra -Werror -Werror=strict-prototypes"
CPP_FLAGS = "-x c++ -Wall -Wextra -Werror"
MODES = ([f"gcc -std={std} {C_FLAGS}" for std in ("c99", "gnu99", "gnu17")] +
         [f"clang-19 -std={std} {C_FLAGS}" for std in ("c99", "gnu11")] +
         [f"g++ -std={std} {CPP_FLAGS}" for std in ("c++14", "c++17", "c++20")] +
         [f"clang++-19 -std={std} {CPP_FLAGS}" for std in ("c++14", "c++20")])
# Names that programs own: a header that is included after them leaves them as they are.
OWNED = ["likely", "unlikely", "container_of", "min", "max", "MIN", "MAX", "ARRAY_SIZE", "prefetch",
         "NSEC_PER_SEC", "DF_RC"]
# Names that other libraries define as well: no header defines them.
FOREIGN = ["DO_PRAGMA"]


def compile_text(mode, text):
    """The first errors, or an empty text."""
    command = [*mode.split(), "-fsyntax-only", f"-I{INCLUDE}", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    return "\n".join([line for line in done.stderr.splitlines() if "error" in line][:5])


def data_lines(path):
    return [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]


def alone_twice(header):
    return f"#include <{header}>\n" * 2


def among_owned(header):
    """A program's own macros, the header, the same macros again: any other definition between is an error."""
    own = "".join(f"#define {name} program_{name}\n" for name in OWNED)
    foreign = "".join(f"#ifdef {name}\n#error {name} is defined\n#endif\n" for name in FOREIGN)
    system = "#include <stdlib.h>\n#include <sys/param.h>\n#undef MIN\n#undef MAX\n"
    return f"{system}{own}#include <{header}>\n{own}{foreign}"


def numbers():
    """abi.txt as static asserts."""
    lines = ["#if defined(__cplusplus)", "#define CHECK(c) static_assert(c, #c)", "#else",
             "#define CHECK(c) _Static_assert(c, #c)", "#endif",
             *(f"#include <{header}>" for header in HEADERS)]
    for kind, name, *rest in data_lines(HERE / "abi.txt"):
        name = name.replace("struct:", "struct ")
        if kind == "value":
            lines.append(f"CHECK((long long)({name}) == {rest[0]}LL);")
        elif kind == "size":
            lines.append(f"CHECK(sizeof({name}) == {rest[0]});")
        elif kind == "member":
            member, offset, size = rest
            lines.append(f"CHECK(offsetof({name}, {member}) == {offset});")
            if size != "-":
                lines.append(f"CHECK(sizeof((({name} *)0)->{member}) == {size});")
        else:
            sys.exit(f"abi.txt: unknown line '{kind} {name}'")
    return "\n".join(lines) + "\n"


def declared_in(header):
    """Names of the functions and variables that a header itself declares to be elsewhere."""
    done = subprocess.run(["gcc", "-E", "-x", "c", f"-I{INCLUDE}", "-"], input=f"#include <{header}>\n",
                          capture_output=True, text=True, check=True)
    text, current = [], ""
    for line in done.stdout.splitlines():
        if marker := re.match(r'# \d+ "([^"]+)"', line):
            current = marker[1]
        elif current == str(INCLUDE / header):
            text.append(line)
    code = re.sub(r"__attribute__\s*\(\(.*?\)\)(?=;|\s*static|\s*$)", "", "\n".join(text), flags=re.MULTILINE)
    while "{" in code:
        code = re.sub(r"\{[^{}]*\}", ";", code)
    for statement in code.split(";"):
        statement = " ".join(statement.split())
        if statement.startswith("extern"):
            yield re.search(r"\(\*(\w+)\)|(\w+)$", statement)[1]
        elif not re.match(r"typedef|static|enum \w*$|struct \w*$|union \w*$|$", statement):
            if found := re.match(r"[\w\* ]+?[\* ](\w+) ?\(", statement):
                yield found[1]


def check_exports():
    listed = data_lines(ROOT / "src/capi/exports.txt")
    expected = {(name, header) for _, name, header in listed}
    if len(expected) != len(listed):
        yield "exports.txt: a name is there twice"
    actual = {(name, header) for header in HEADERS for name in declared_in(header)}
    for name, header in sorted(expected - actual):
        yield f"exports.txt: {header} does not declare {name}"
    for name, header in sorted(actual - expected):
        yield f"exports.txt: lacks {name} of {header}"


def compilations():
    for mode in MODES:
        for header in HEADERS:
            yield f"{header} alone", mode, alone_twice(header)
        yield "numbers of abi.txt", mode, numbers()
        # Strict C99 has no pthread types for all the locks that a program may ask for.
        if "-std=c99" not in mode:
            yield "usage.c", mode, (HERE / "usage.c").read_text()
    for header in HEADERS:
        yield f"{header} among a program's own macros", MODES[1], among_owned(header)


def main():
    missing = sorted({mode.split()[0] for mode in MODES if not shutil.which(mode.split()[0])})
    if missing:
        print(f"headers_test: no {' '.join(missing)}: run tools/setup")
        return 1
    failures = list(check_exports())
    work = list(compilations())
    with ThreadPoolExecutor(max_workers=2) as pool:
        for (what, mode, _), errors in zip(work, pool.map(lambda item: compile_text(item[1], item[2]), work)):
            if errors:
                failures.append(f"{what} [{' '.join(mode.split()[:2])}]: {errors}")
    for failure in failures:
        print(failure)
    print(f"headers_test: {len(failures)} failures in {len(work)} compilations of {len(HEADERS)} headers")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
