#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""live_alloc.py RUSTNET NOMALLOC.so TRACE: once the workers run, nobody asks the heap for memory.

Runs under a preloaded malloc that aborts: a replay, a trace on the screen, and (as root) a live run of
two namespaces with rows that come, are named, and go. The first case proves that the malloc does abort.
"""

import os
import pty
import subprocess
import sys
import tempfile
import time

import netlab


def environment(library, **more):
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color", "LD_PRELOAD": library, **more}


def run(words, variables, wanted=0):
    done = subprocess.run(words, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          timeout=60, check=False)
    assert done.returncode == wanted, f"{words} ended with {done.returncode}: {done.stderr}"
    return done.stderr


def probe(program, library, trace):
    said = run([program, "--headless", "--read", trace], environment(library, NOMALLOC_PROBE="1"), wanted=-6)
    assert "nomalloc: 1 bytes" in said, said


def replay(program, library, trace):
    said = run([program, "--headless", "--read", trace], environment(library))
    assert said == "nomalloc: watched\n", said


def screen(program, library, trace):
    """All threads but main, whose curses may do as it likes."""
    leader, follower = pty.openpty()
    child = subprocess.Popen([program, "--play", trace], stdin=follower, stdout=follower, stderr=subprocess.PIPE,
                             start_new_session=True, env=environment(library, NOMALLOC_SCREEN="1"))
    os.close(follower)
    time.sleep(3)
    os.write(leader, b"qq")
    said = child.communicate(timeout=20)[1].decode()
    os.close(leader)
    assert child.returncode == 0 and "nomalloc: watched" in said, f"{child.returncode} {said}"


def live(program, library):
    with netlab.Lab() as lab:
        near, far = lab.near, lab.far
        far.spawn(sys.executable, "-m", "http.server", 8000, "--bind", "::", "--directory", lab.folder)
        far.wait_listens(8000)
        monitor = near.spawn("env", f"LD_PRELOAD={library}", program, "--headless", "-i", "veth0", "--duration", 5,
                             stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        for _ in range(20):
            near.run("curl", "-s", "-o", "/dev/null", f"http://{netlab.FAR4}:8000/")
            near.run("ping", "-c", "1", "-W", "1", netlab.FAR4)
        near.ip("address", "add", "192.0.2.77/24", "dev", "veth0")  # the addresses are read anew
        near.run("ping", "-c", "1", "-W", "1", "-I", "192.0.2.77", netlab.FAR4)
        said = monitor.communicate(timeout=20)[1]
        assert monitor.returncode == 0 and "nomalloc: watched" in said, f"{monitor.returncode} {said}"


def main():
    program, library, trace = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        probe(program, library, trace)
        replay(program, library, trace)
        screen(program, library, trace)
        netlab.need("curl", "ping")
        live(program, library)


if __name__ == "__main__":
    main()
