"""What the tests of xlate-aot have in common."""
import glob
import json
import os
import subprocess


class Tools:
    """The two programs under test, and a cache."""

    def __init__(self, aot, run, cache, sysroot=None):
        self.aot, self.run, self.cache, self.sysroot = aot, run, cache, sysroot

    def translate(self, *args, check=True, env=None, **kw):
        return subprocess.run([self.aot, "--cache-dir", self.cache, *args], check=check,
                              env=dict(os.environ, **(env or {})), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=300, text=True, **kw)

    def report(self, *args, check=True):
        """Translate, and return the JSON report by file name."""
        path = self.cache + ".report"
        self.translate("-q", "--report", path, *args, check=check)
        with open(path) as file:
            return {os.path.basename(r["file"]): r for r in json.load(file)}

    def execute(self, *command, options=(), cache=None, timeout=120, env=None):
        """(exit status, output) and statistics of a run."""
        words = [self.run, "--stats=json", "--cache-dir", cache or self.cache]
        if self.sysroot:
            words += ["-L", self.sysroot]
        done = subprocess.run([*words, *options, *command], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=timeout,
                              env=dict(os.environ, **(env or {})))
        lines = done.stderr.decode().splitlines()
        assert lines and lines[-1].startswith("{"), done.stderr
        return (done.returncode, done.stdout.decode()), json.loads(lines[-1])

    def images(self, cache=None):
        return sorted(glob.glob((cache or self.cache) + "/*/*.img"))
