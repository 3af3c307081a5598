"""What is done with programs that others have written for DAOS, when they are there (see `run`): each check
is a function that runs them in a new container of the pool `tank`, and raises Wrong when anything is not as
it should be. All data is verified by the programs themselves or by comparing trees."""
import filecmp
import random
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable


class Wrong(Exception):
    """What a program did that it should not."""


class Skip(Exception):
    """Why a check says nothing."""


@dataclass
class Check:
    program: str
    name: str
    processes: tuple
    interrupts: bool  # ends the server in the middle
    function: Callable


CHECKS = []
ALONE = (1,)
TOGETHER = (1, 2, 4)


def check(program, name, processes=TOGETHER, interrupts=False):
    def register(function):
        CHECKS.append(Check(program, name, processes, interrupts, function))
        return function
    return register


# --- IOR and mdtest: -W and -R of the one, -X of the other compare what is read ---------------------

def ior(place, *arguments):
    files = ("-a", "DFS", "--dfs.pool", "tank", "--dfs.cont", place.container)
    return place.run("ior", *files, *arguments, wrong="(?i)incorrect|data check error|ERROR")


@check("ior", "1 MiB transfers, one file")
def ior_large(place):
    ior(place, "-t", "1m", "-b", "32m", "-w", "-r", "-W", "-R", "-o", "/file")


@check("ior", "odd sizes, interleaved, read by another process")
def ior_odd(place):
    ior(place, "-t", "47008", "-b", "47008", "-s", "100", "-C", "-w", "-r", "-W", "-R", "-o", "/file")


@check("ior", "random 4 KiB transfers, a file each")
def ior_random(place):
    ior(place, "-t", "4k", "-b", "2m", "-z", "--random-offset-seed=7", "-F", "-w", "-r", "-R", "-o", "/file")


@check("ior", "written, and read by a second program")
def ior_twice(place):
    ior(place, "-t", "256k", "-b", "8m", "-G", "7", "-k", "-w", "-o", "/file")
    ior(place, "-t", "256k", "-b", "8m", "-G", "7", "-r", "-R", "-o", "/file")


def mdtest(place, *arguments):
    files = ("-a", "DFS", "--dfs.pool", "tank", "--dfs.cont", place.container, "-d", "/md")
    return place.run("mdtest", *files, *arguments, wrong="(?i)error|verification|warning")


@check("mdtest", "files with data, verified")
def mdtest_files(place):
    mdtest(place, "-n", "200", "-F", "-C", "-T", "-E", "-r", "-w", "3901", "-e", "3901", "-X")


@check("mdtest", "directories in a tree, renamed")
def mdtest_directories(place):
    mdtest(place, "-n", "100", "-D", "-z", "2", "-b", "3", "-U", "-C", "-T", "-r")


@check("mdtest", "a directory for each process, removed by another")
def mdtest_unique(place):
    mdtest(place, "-n", "200", "-u", "-N", "1", "-F", "-C", "-T", "-E", "-r", "-w", "100", "-e", "100")


# --- fio: a checksum in each block ------------------------------------------------------------------

def fio_arguments(place, *arguments):
    return ("--name=verify", "--ioengine=dfs", "--pool=tank", f"--cont={place.container}", "--thread=1",
            "--verify=crc32c", "--verify_fatal=1", *arguments)


@check("fio", "random writes, 16 at a time", ALONE)
def fio_writes(place):
    place.run("fio", *fio_arguments(place, "--rw=randwrite", "--bs=64k", "--size=32m", "--iodepth=16"))


@check("fio", "reads and writes of many sizes by 2 threads", ALONE)
def fio_mixed(place):
    sizes = ("--rw=randrw", "--bsrange=512-128k", "--bs_unaligned", "--size=8m")
    place.run("fio", *fio_arguments(place, *sizes, "--iodepth=8", "--numjobs=2"))


# --- mpifileutils: trees in and out -----------------------------------------------------------------

def make_tree(root):
    """Files of no, few and many bytes in directories and one below the other, and a link; always the same."""
    numbers = random.Random(7)
    for i in range(60):
        folder = root / f"d{i % 5}" / ("inner" if i % 2 else "")
        folder.mkdir(parents=True, exist_ok=True)
        size = [0, 1, 4096, 70_000, 1_500_000][i % 5]
        (folder / f"file{i}").write_bytes(numbers.randbytes(size))
    (root / "link").symlink_to("d0/file0")
    return root


def same_trees(one, other):
    names = [sorted(str(path.relative_to(root)) for path in root.rglob("*")) for root in (one, other)]
    if names[0] != names[1]:
        raise Wrong(f"{one} and {other} do not have the same names")
    files = [name for name in names[0] if (one / name).is_file()]
    _, differing, unreadable = filecmp.cmpfiles(one, other, files, shallow=False)
    if differing or unreadable:
        raise Wrong(f"not the same: {differing + unreadable}")


def mfu(place, program, *arguments):
    """Programs that look for a tree that is not there yet say so, as an error."""
    wrong = "ERROR(?!: Failed to stat)|different contents: [1-9]|only in one.*: [1-9]"
    return place.run(program, *arguments, wrong=wrong)


@check("dcp", "a tree in and out")
def dcp(place):
    tree, back = make_tree(place.scratch / "tree"), place.scratch / "back"
    mfu(place, "dcp", "-p", tree, place.url("copy"))
    mfu(place, "dcp", place.url("copy"), back)
    same_trees(tree, back)


@check("dcmp", "a tree with its copy")
def dcmp(place):
    tree = make_tree(place.scratch / "tree")
    # Of links dcmp compares what follows the target in memory, if one side is no container.
    (tree / "link").unlink()
    mfu(place, "dcp", tree, place.url("copy"))
    mfu(place, "dcmp", tree, place.url("copy"))


@check("dsync", "a tree in, changed, in again, and out")
def dsync(place):
    tree, back = make_tree(place.scratch / "tree"), place.scratch / "back"
    mfu(place, "dsync", tree, place.url("copy"))
    (tree / "d1/new").write_text("new")
    (tree / "d0/file0").write_text("longer than before")
    mfu(place, "dsync", "--delete", tree, place.url("copy"))
    mfu(place, "dsync", place.url("copy"), back)
    same_trees(tree, back)


@check("dwalk", "a tree")
def dwalk(place):
    mfu(place, "dcp", make_tree(place.scratch / "tree"), place.url("copy"))
    if "Walked 72 items" not in mfu(place, "dwalk", place.url("copy")):
        raise Wrong("dwalk did not find 72 items")


@check("drm", "a tree")
def drm(place):
    mfu(place, "dcp", make_tree(place.scratch / "tree"), place.url("copy"))
    mfu(place, "drm", place.url("copy"))


# --- io500: all phases but find, which wants a mount point. If IOR's is the last, io500 ends badly -----

IO500 = """\
[global]
datadir = /io500
timestamp-datadir = FALSE
resultdir = {scratch}/results
timestamp-resultdir = FALSE
api = DFS --dfs.pool=tank --dfs.cont={container}
[debug]
stonewall-time = 1
[ior-easy]
blockSize = 16m
[mdtest-easy]
n = 200
[ior-hard]
segmentCount = 200
[mdtest-hard]
n = 200
[find-easy]
run = FALSE
[find]
run = FALSE
[find-hard]
run = FALSE
[ior-rnd4K-easy-read]
run = FALSE
"""
IO500_PHASES = [f"{kind}-{step}" for kind in ("ior-easy", "ior-hard") for step in ("write", "read")] + [
    f"{kind}-{step}" for kind in ("mdtest-easy", "mdtest-hard") for step in ("write", "stat", "delete")]


@check("io500", "all phases but find")
def io500(place):
    configuration = place.scratch / "io500.ini"
    configuration.write_text(IO500.format(scratch=place.scratch, container=place.container))
    said = place.run("io500", configuration, wrong="(?i)incorrect|ERROR(?! INVALID)|Abort")
    for phase in IO500_PHASES:
        if phase not in said:
            raise Wrong(f"nothing of the phase {phase}:\n{said[-2000:]}")


# --- kill -9 of the server in the middle ------------------------------------------------------------

def interrupted(place, program, *arguments):
    """Starts it, ends and restarts the server; True: the program went on to a good end, False: it told of an
    error."""
    running = place.start(program, *arguments)
    time.sleep(1)
    if running.poll() is not None:
        said = running.communicate()[0]
        raise Skip("it had ended before the server did") if running.returncode == 0 else Wrong(said[-2000:])
    place.server.kill()
    time.sleep(0.3)
    place.server.start()
    try:
        said = running.communicate(timeout=place.timeout)[0]
    except subprocess.TimeoutExpired:
        running.kill()
        raise Wrong(f"{program} neither goes on nor tells of an error") from None
    if running.returncode < 0:
        raise Wrong(f"{program} died of signal {-running.returncode}:\n{said[-2000:]}")
    return running.returncode == 0


@check("ior", "kill -9 of the server while it writes", (1, 2), interrupts=True)
def ior_interrupted(place):
    arguments = ("-a", "DFS", "--dfs.pool", "tank", "--dfs.cont", place.container, "-t", "4k", "-b", "200m")
    if interrupted(place, "ior", *arguments, "-G", "7", "-k", "-w", "-o", "/file"):
        ior(place, "-t", "4k", "-b", "200m", "-G", "7", "-r", "-R", "-o", "/file")
        return "it went on"
    return "it told of an error"


@check("fio", "kill -9 of the server while it writes", ALONE, interrupts=True)
def fio_interrupted(place):
    rate = ("--rw=randwrite", "--bs=16k", "--size=32m", "--iodepth=8", "--rate_iops=700")
    return "it went on" if interrupted(place, "fio", *fio_arguments(place, *rate)) else "it told of an error"
