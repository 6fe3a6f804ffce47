# SPDX-License-Identifier: Apache-2.0
"""vsftpd and curl, tftpd-hpa and its client, samba with smbclient and nmblookup."""

import time

PROGRAMS = ["vsftpd", "curl", "in.tftpd", "tftp", "smbd", "nmbd", "smbclient", "nmblookup"]

VSFTPD = """
listen=NO
listen_ipv6=YES
background=NO
anonymous_enable=YES
local_enable=NO
anon_root={folder}/www
no_anon_password=NO
ssl_enable=YES
allow_anon_ssl=YES
force_local_logins_ssl=NO
force_local_data_ssl=NO
require_ssl_reuse=NO
rsa_cert_file={folder}/cert.pem
rsa_private_key_file={folder}/key.pem
ssl_ciphers=HIGH
xferlog_enable=NO
secure_chroot_dir={folder}/empty
pasv_min_port=20000
pasv_max_port=20100
seccomp_sandbox=NO
isolate_network=NO
"""
SAMBA = """
[global]
workgroup = EXAMPLE
netbios name = SERVER
server string = Example
interfaces = 192.0.2.20/24
bind interfaces only = yes
lock directory = {folder}/samba
state directory = {folder}/samba
cache directory = {folder}/samba
private dir = {folder}/samba
pid directory = {folder}/samba
ncalrpc dir = {folder}/samba/rpc
log file = {folder}/samba/log
security = user
map to guest = Bad User
server min protocol = NT1
disable spoolss = yes
load printers = no
[files]
path = {folder}/www
guest ok = yes
"""


def serve(stage):
    stage.certificate()
    stage.files(small=600).chmod(0o755)
    for name in ("empty", "samba", "samba/rpc"):
        (stage.folder / name).mkdir()
    stage.start("vsftpd", stage.write("vsftpd.conf", VSFTPD), tcp=21)
    stage.start("in.tftpd", "-L", "--address", "192.0.2.20:69", "--secure", stage.folder / "www", udp=69)
    samba = stage.write("smb.conf", SAMBA)
    stage.start("smbd", "-F", "--no-process-group", "-s", samba, start_new_session=True, tcp=(445, 139))
    stage.start("nmbd", "-F", "--no-process-group", "-s", samba, start_new_session=True, udp=(137, 138))


def talk(stage):
    def curl(*words, ok=(0,)):
        stage.do("curl", "-sk", "-o", "/dev/null", "--max-time", "10", *words, ok=ok)

    curl("ftp://files.example.org/small")
    curl("-4", "--user", "alice:secret", "ftp://files.example.org/small", ok=(67,))  # refused
    curl("-4", "--disable-epsv", "ftp://files.example.org/")
    curl("--ssl-reqd", "ftp://files.example.org/small")
    stage.do("tftp", "-4", "-m", "binary", "192.0.2.20", "-c", "get", "small")
    stage.do("tftp", "-4", "-m", "ascii", "192.0.2.20", "-c", "get", "missing", ok=None)
    smb = ["smbclient", "-s", stage.folder / "smb.conf", "-N"]
    stage.do(*smb, "//192.0.2.20/files", "-c", "ls")
    stage.do(*smb, "-m", "NT1", "--option=client min protocol=NT1", "//192.0.2.20/files", "-c", "ls", ok=None)
    stage.do(*smb, "-p", "139", "-L", "192.0.2.20", ok=None)
    (stage.folder / "near.conf").write_text("[global]\nworkgroup = EXAMPLE\ninterfaces = veth0\n")
    lookup = ["nmblookup", "-s", stage.folder / "near.conf"]
    stage.do(*lookup, "SERVER", ok=None)
    stage.do(*lookup, "-A", "192.0.2.20", ok=None)
    time.sleep(3)  # the server says who it is
