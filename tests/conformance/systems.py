"""Systems for tests that run programs: directories, whose engine is in the program, and servers."""
import contextlib
import os
import subprocess


class Server:
    """`firn serve` on a directory, at a port of its own, which it keeps when it is started again."""

    def __init__(self, firn, directory):
        self.firn, self.directory, self.address, self.process = firn, directory, "tcp://127.0.0.1:0", None
        self.start()

    def start(self):
        command = [self.firn, "serve", self.directory, "--listen", self.address]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        addresses = [word for word in words if word.startswith("tcp://")]
        if not addresses:
            self.stop()
            status = self.process.returncode
            raise RuntimeError(f"firn serve {self.directory} did not start (status {status})")
        self.address = addresses[0]

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def served(firn, directory):
    server = Server(firn, directory)
    try:
        yield server
    finally:
        server.stop()


def make_pool(firn, directory, size, pool="tank"):
    command = [firn, "--system", directory, "pool", "create", pool, "--size", size]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def run(command, system, timeout=240, **environment):
    """A program that finds `system` as its own; with its outputs."""
    environment = dict(os.environ, FIRN_SYSTEM=str(system), **environment)
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout)


def succeeds(command, system, prints=None, **environment):
    """Whether it ends with 0, and prints just that if it is given. What it said is shown if not."""
    done = run(command, system, **environment)
    if done.returncode == 0 and prints in (None, done.stdout):
        return True
    print(f"{command[0]}, {system}, {environment}: ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return False
