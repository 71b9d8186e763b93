"""Busybox applets: arm64's under xlate-run against amd64's, case by case.

  applets.py WORK-DIRECTORY NATIVE GUEST TABLE RUNNER...
  applets.py --coverage NATIVE GUEST TABLES RUNNER...     (TABLES: comma-separated)

A table has a line "APPLET: SHELL COMMANDS" per applet, continued by indented lines,
or "APPLET ! REASON" for one that can't be run here; of that one the help text is
compared. The commands run in busybox's own shell, where every command is an applet,
in a new directory with the files of samples.py. PORT is a free TCP port, MACHINE
what uname -m has to say.
"""
import difflib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

import samples


def read_table(path):
    """{applet: commands}, or {applet: None} for those that can't be run."""
    cases = {}
    for number, line in enumerate(open(path), 1):
        line = line.rstrip("\n")
        if line.startswith("    ") and cases:
            name = next(reversed(cases))
            cases[name] += "\n" + line[4:]
        elif line and not line.startswith("#"):
            match = re.fullmatch(r"(\S+)(?:: (.+)| ! (\S.+))", line)
            if not match:
                sys.exit(f"{path}:{number}: not an applet's line")
            if match[1] in cases:
                sys.exit(f"{path}:{number}: {match[1]} again")
            cases[match[1]] = match[2]
    return cases


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return str(s.getsockname()[1])


def run(busybox, machine, applet, commands, work):
    """Output and exit status of an applet's case; busybox is a command."""
    directory = tempfile.mkdtemp(dir=work)
    samples.write(directory)
    port = free_port()
    # No directories in PATH: what runs is an applet.
    env = {"PATH": "/nonexistent", "HOME": directory, "LANG": "C", "TZ": "UTC", "USER": "user",
           "PORT": port, "MACHINE": machine}
    argv = [*busybox, "sh", "-c", commands] if commands else [*busybox, applet, "--help"]
    p = subprocess.Popen(argv, cwd=directory, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, start_new_session=True)
    try:
        out = p.communicate(timeout=120)[0]
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, 9)
        out = p.communicate()[0] + b"\ntimed out"
    try:
        os.killpg(p.pid, 9)  # what a case leaves running
    except ProcessLookupError:
        pass
    shutil.rmtree(directory, ignore_errors=True)
    text = out.decode(errors="backslashreplace").replace(directory, "DIR").replace(busybox[-1], "BUSYBOX")
    text = re.sub(rf"(?<!\d){port}(?!\d)", "PORT", text)  # and not in a longer number
    return f"{text}\nexit status {p.returncode}"


def compare(native, guest, table, work):
    os.makedirs(work, exist_ok=True)
    bad = 0
    cases = read_table(table)
    for applet, commands in cases.items():
        want, got = (run(b, m, applet, commands, work) for b, m in ((native, "x86_64"), (guest, "aarch64")))
        if want != got:
            bad += 1
            print(f"{applet}:", *difflib.unified_diff(want.splitlines(), got.splitlines(), "amd64", "arm64", lineterm=""),
                  sep="\n")
        elif "\n" not in want.strip():
            bad += 1
            print(f"{applet}: prints nothing, so it tests nothing")
        elif "timed out" in want:
            bad += 1
            print(f"{applet}: hangs, on amd64 too")
    print(f"{len(cases) - bad} applets agree, {bad} do not")
    return bad != 0


def coverage(native, guest, tables):
    listed = {n: subprocess.run([*b, "--list"], capture_output=True, text=True, check=True).stdout.split()
              for n, b in (("amd64", native), ("arm64", guest))}
    known = {}
    for table in tables.split(","):
        for applet, commands in read_table(table).items():
            if applet in known:
                sys.exit(f"{applet} is in two tables")
            known[applet] = commands
    wrong = 0
    for arch, applets in listed.items():
        for applet in sorted(set(applets) - set(known)):
            wrong += 1
            print(f"{applet} ({arch}) is in no table: run it, or say why it can't be")
        for applet in sorted(set(known) - set(applets)):
            wrong += 1
            print(f"{applet} is no applet of busybox {arch}")
    print(f"{len(known)} applets, {sum(1 for c in known.values() if c)} run")
    return wrong != 0


if __name__ == "__main__":
    mode, native, guest, table, *runner = sys.argv[1:]
    native, guest = [native], [*runner, guest]
    sys.exit(coverage(native, guest, table) if mode == "--coverage" else compare(native, guest, table, mode))
