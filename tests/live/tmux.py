# SPDX-License-Identifier: Apache-2.0
"""A private tmux: a terminal that can be looked at. Its server ends with the `with` block."""

import re
import subprocess

import netlab


class Tmux:
    """with Tmux(folder, ["program", "arg"]) as screen: ... prefix: words before tmux (ip netns exec NAME)."""

    def __init__(self, folder, command, size=(140, 40), environment=None, prefix=()):
        self.base = [*prefix, "tmux", "-S", str(folder / "tmux.sock")]
        conf = folder / "tmux.conf"
        conf.write_text('set -g status off\nset -g default-terminal "tmux-256color"\nset -sg escape-time 0\n'
                        "set -g remain-on-exit on\nset -g history-limit 0\n")
        variables = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": None, **(environment or {})}
        settings = [word for name, value in variables.items() if value is not None
                    for word in ("-e", f"{name}={value}")]
        self.start = [*self.base, "-f", str(conf), "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]),
                      *settings, *map(str, command)]

    def __enter__(self):
        subprocess.run(self.start, check=True, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        subprocess.run([*self.base, "kill-server"], stderr=subprocess.DEVNULL, check=False)

    def tell(self, *words):
        return subprocess.run([*self.base, *words], check=True, capture_output=True, text=True).stdout

    def show(self, name):
        """The value of a tmux format: alternate_on, cursor_flag, mouse_any_flag, pane_pid ..."""
        return self.tell("display-message", "-p", f"#{{{name}}}").strip()

    def text(self):
        return self.tell("capture-pane", "-p")

    def lines(self, pattern):
        return [line for line in self.text().split("\n") if re.search(pattern, line)]

    def wait(self, pattern, seconds=10.0):
        """Until the pattern is on the screen; the screen."""
        seen = [""]

        def found():
            seen[0] = self.text()
            return re.search(pattern, seen[0])

        try:
            netlab.wait_for(pattern, found, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; the screen was:\n{seen[0]}") from None
        return seen[0]

    def keys(self, *names):
        for name in names:
            self.tell("send-keys", name)

    def type(self, text):
        self.tell("send-keys", "-l", text)

    def terminal_is_whole(self):
        """What is wrong with the terminal after a program left it; empty when nothing."""
        return [f"{name} is {self.show(name)}" for name, right in
                (("alternate_on", "0"), ("cursor_flag", "1"), ("mouse_any_flag", "0"), ("keypad_flag", "0"),
                 ("keypad_cursor_flag", "0")) if self.show(name) != right]
