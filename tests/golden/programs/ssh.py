# SPDX-License-Identifier: Apache-2.0
"""OpenSSH's server with OpenSSH's and dropbear's clients."""

import pathlib
import subprocess

PROGRAMS = ["ssh", "sshd", "ssh-keygen", "ssh-keyscan", "dbclient"]

SSHD = """
Port 22
Port 2222
HostKey {folder}/host_ed25519
HostKey {folder}/host_ecdsa
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/user.pub
PermitRootLogin yes
PasswordAuthentication no
UsePAM no
StrictModes no
DebianBanner no
"""


def serve(stage):
    for kind, name in (("ed25519", "host_ed25519"), ("ecdsa", "host_ecdsa"), ("ed25519", "user")):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "example", "-f", stage.folder / name], check=True)
    pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    stage.start("/usr/sbin/sshd", "-D", "-e", "-f", stage.write("sshd.conf", SSHD), tcp=(22, 2222))


def talk(stage):
    ssh = ["ssh", "-F", "/dev/null", "-i", stage.folder / "user", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
           "-o", f"UserKnownHostsFile={stage.folder}/known"]
    stage.do(*ssh, "root@git.example.org", "true")
    stage.do(*ssh, "-p", "2222", "-6", "-o", "KexAlgorithms=ecdh-sha2-nistp256", "-o", "Ciphers=aes128-ctr",
             "-o", "HostKeyAlgorithms=ecdsa-sha2-nistp256", "root@git.example.org", "true")
    stage.do("ssh-keyscan", "-t", "ed25519", "git.example.org", ok=None)
    stage.do("dbclient", "-y", "git.example.org", "true", ok=None, env={"HOME": str(stage.folder), "PATH": "/usr/bin:/bin"})
