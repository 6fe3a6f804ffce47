# SPDX-License-Identifier: Apache-2.0
"""Talkers and boxes: telnet, IRC, XMPP, VNC, RDP, SOCKS, BGP, CoAP and Modbus."""

import os
import subprocess
import time

PROGRAMS = ["telnetd", "inetutils-telnet", "ngircd", "ii", "prosody", "Xvnc", "xtigervncviewer", "xrdp", "xfreerdp", "danted",
            "curl", "bird", "coap-server-notls", "coap-client-notls", "openssl"]
WHOLE = 10

NGIRCD = """
[Global]
Name = irc.example.org
Info = Example
Listen = 192.0.2.20
Ports = 6667
ServerUID = root
ServerGID = root
MotdPhrase = "Hello"
[Options]
DNS = no
Ident = no
PAM = no
[SSL]
CertFile = {folder}/cert.pem
KeyFile = {folder}/key.pem
Ports = 6697
"""
PROSODY = """
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/prosody"
run_as_root = true
daemonize = false
log = { error = "*console" }
modules_enabled = { "roster", "saslauth", "tls", "disco", "register" }
interfaces = { "192.0.2.20" }
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
VirtualHost "example.org"
ssl = { key = "{folder}/key.pem"; certificate = "{folder}/cert.pem" }
"""
DANTE = """
logoutput: {folder}/dante.out
internal: 192.0.2.20 port = 1080
external: 192.0.2.20
socksmethod: username none
user.privileged: root
user.unprivileged: root
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
"""
BIRD = """
router id {own};
protocol device { }
protocol static { ipv4; route {net} blackhole; }
protocol bgp { local {own} as {as}; neighbor {peer} as {other}; hold time 30; ipv4 { import all; export all; }; }
"""
MODBUS_SERVER = """
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartTcpServer
blocks = {key: ModbusSequentialDataBlock(0, [17] * 100) for key in ("di", "co", "hr", "ir")}
StartTcpServer(context=ModbusServerContext(ModbusSlaveContext(**blocks), single=True), address=("192.0.2.20", 502))
"""
MODBUS_CLIENT = """
from pymodbus.client import ModbusTcpClient
client = ModbusTcpClient("192.0.2.20")
client.connect()
client.read_holding_registers(1, 4, slave=1)
client.write_coil(1, True, slave=1)
client.read_input_registers(500, 4, slave=1)
client.close()
"""
XMPP_CLIENT = """
import asyncio, sys
import slixmpp
class Client(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__("alice@example.org/example", "secret")
        self.add_event_handler("session_start", lambda _: self.disconnect())
        self.add_event_handler("failed_auth", lambda _: self.disconnect())
client = Client()
client.connect(("192.0.2.20", 5222), use_ssl=False, force_starttls=sys.argv[1] == "tls", disable_starttls=sys.argv[1] != "tls")
client.loop.run_until_complete(asyncio.wait([client.disconnected], timeout=5))
"""
XRDP = """
[Globals]
port=tcp://192.0.2.20:3389
security_layer=negotiate
certificate={folder}/cert.pem
key_file={folder}/key.pem
crypt_level=low
bitmap_cache=no
max_bpp=16
fork=false
[Logging]
LogFile={folder}/xrdp.log
LogLevel=ERROR
EnableSyslog=false
[Xvnc]
name=Xvnc
lib=libvnc.so
ip=127.0.0.1
port=5901
username=alice
password=ask
"""


def serve(stage):
    stage.certificate()
    stage.files(small=300)
    telnet = "while True:\n s, _ = l.accept()\n subprocess.run(['telnetd', '-L', '/bin/true'], stdin=s, stdout=s)\n s.close()"
    stage.start("/usr/bin/python3", "-c", "import socket, subprocess\nl = socket.create_server(('192.0.2.20', 23))\n" + telnet,
                tcp=23)
    stage.start("ngircd", "-n", "-f", stage.write("ngircd.conf", NGIRCD), tcp=6667)
    (stage.folder / "prosody").mkdir()
    prosody = stage.write("prosody.cfg.lua", PROSODY)
    stage.start("prosody", "--root", "-F", "--config", prosody, tcp=5222)
    stage.do("prosodyctl", "--root", "--config", prosody, "register", "alice", "example.org", "secret", side=stage.far, ok=None)
    stage.start("Xvnc", ":1", "-SecurityTypes", "None,TLSNone", "-geometry", "200x150", "-depth", "16", "-interface",
                "192.0.2.20", "-rfbport", "5901", tcp=5901)
    stage.start("Xvnc", ":2", "-SecurityTypes", "None", "-geometry", "400x300", "-rfbport", "5902", "-localhost",
                side=stage.near)
    stage.start("xrdp", "--nodaemon", "--config", stage.write("xrdp.ini", XRDP), tcp=3389)
    stage.start("danted", "-f", stage.write("danted.conf", DANTE), tcp=1080)
    stage.start("/usr/bin/python3", "-m", "http.server", "8000", "--bind", "192.0.2.20", "--directory", stage.folder / "www",
                tcp=8000)
    stage.start("coap-server-notls", "-A", "192.0.2.20", udp=5683)
    stage.start("/usr/bin/python3", "-c", MODBUS_SERVER, tcp=502)


def bgp(stage):
    for side, own, peer, numbers in ((stage.far, "192.0.2.20", "192.0.2.10", ("64500", "64501")),
                                     (stage.near, "192.0.2.10", "192.0.2.20", ("64501", "64500"))):
        name = f"bird{numbers[0]}"
        text = BIRD.replace("{own}", own).replace("{peer}", peer).replace("{as}", numbers[0]).replace("{other}", numbers[1])
        net = "198.51.100.0/24" if side is stage.far else "203.0.113.0/24"
        stage.start("bird", "-f", "-c", stage.write(f"{name}.conf", text.replace("{net}", net)), "-s",
                    stage.folder / f"{name}.ctl", "-P", stage.folder / f"{name}.pid", side=side)


def talk(stage):
    bgp(stage)
    stage.do("sh", "-c", "(sleep 1) | inetutils-telnet -4 server.example.org", ok=None)
    irc(stage)
    for mode in ("plain", "tls"):
        stage.do("/usr/bin/python3", "-c", XMPP_CLIENT, mode, ok=None)
    stage.do("openssl", "s_client", "-quiet", "-starttls", "xmpp", "-xmpphost", "example.org", "-connect", "192.0.2.20:5222",
             input="</stream:stream>", ok=None)
    display = {**os.environ, "DISPLAY": ":2", "HOME": str(stage.folder)}
    for kind in ("None", "TLSNone"):
        stage.do("timeout", "2", "xtigervncviewer", f"-SecurityTypes={kind}", "192.0.2.20::5901", ok=None, env=display)
    for security in ("tls", "rdp"):
        stage.do("timeout", "3", "xfreerdp", "/v:192.0.2.20", "/u:alice", "/p:secret", f"/sec:{security}", "/cert:ignore",
                 "/size:200x150", ok=None, env=display)
    curl = ["curl", "-s", "-o", "/dev/null", "--max-time", "5"]
    stage.do(*curl, "--socks5", "192.0.2.20", "http://192.0.2.20:8000/small")
    stage.do(*curl, "--socks5-hostname", "alice:secret@192.0.2.20", "http://server.example.org:8000/small", ok=None)
    stage.do(*curl, "--socks4a", "192.0.2.20", "http://server.example.org:8000/small", ok=None)
    stage.do("coap-client-notls", "-m", "get", "coap://192.0.2.20/time")
    stage.do("coap-client-notls", "-m", "get", "coap://192.0.2.20/.well-known/core")
    stage.do("coap-client-notls", "-m", "put", "-e", "x", "coap://192.0.2.20/example", ok=None)
    stage.do("coap-client-notls", "-m", "get", "coap+tcp://192.0.2.20/time", ok=None)
    stage.do("/usr/bin/python3", "-c", MODBUS_CLIENT, ok=None)
    time.sleep(2)


def irc(stage):
    client = stage.start("ii", "-s", "192.0.2.20", "-n", "alice", "-i", stage.folder / "irc", side=stage.near)
    time.sleep(1)
    fifo = stage.folder / "irc" / "192.0.2.20" / "in"
    if fifo.exists():
        subprocess.run(["timeout", "2", "sh", "-c", f"printf '/j #example\\n' > {fifo}"], check=False)
    time.sleep(1)
    client.terminate()
