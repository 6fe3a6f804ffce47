# SPDX-License-Identifier: Apache-2.0
"""Voice: SIP and RTP by sipp and sipsak, STUN and TURN by coturn, and SSDP by GSSDP."""

import subprocess
import time

PROGRAMS = ["sipp", "sipsak", "turnserver", "turnutils_stunclient", "turnutils_uclient", "turnutils_peer",
            "gssdp-discover"]
WHOLE = 7
TONE = "/usr/share/sip-tester/g711a.pcap"

PLAYER = """
import gi
gi.require_version("GSSDP", "1.6")
from gi.repository import GLib, GSSDP
client = GSSDP.Client.new_full("veth0", None, 0, GSSDP.UDAVersion.VERSION_1_0)
client.set_server_id("Linux/6 UPnP/1.0 Example/1.0")
group = GSSDP.ResourceGroup.new(client)
group.add_resource_simple("upnp:rootdevice", "uuid:2fac1234-31f8-11b4-a222-08002b34c003::upnp:rootdevice",
                          "http://192.0.2.20:8200/rootDesc.xml")
group.set_available(True)
GLib.MainLoop().run()
"""
CALL = """<?xml version="1.0"?>
<scenario name="a call with sound">
<send retrans="500"><![CDATA[
INVITE sip:bob@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: Alice <sip:alice@example.org>;tag=[call_number]
To: Bob <sip:bob@example.org>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: sip:alice@[local_ip]:[local_port]
User-Agent: example/1.0
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=alice 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="200"/>
<send><![CDATA[
ACK sip:bob@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: Alice <sip:alice@example.org>;tag=[call_number]
To: Bob <sip:bob@example.org>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<nop><action><exec play_pcap_audio="TONE"/></action></nop>
<pause milliseconds="1500"/>
<send retrans="500"><![CDATA[
BYE sip:bob@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: Alice <sip:alice@example.org>;tag=[call_number]
To: Bob <sip:bob@example.org>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""


def serve(stage):
    stage.certificate()
    stage.write("call.xml", CALL.replace("TONE", TONE))
    for transport, port in (("u1", 5060), ("t1", 5070)):
        stage.start("sipp", "-sn", "uas", "-i", "192.0.2.20", "-p", port, "-mp", port + 1000, "-t", transport, "-rtp_echo",
                    "-nostdin", **{"udp" if transport == "u1" else "tcp": port})
    stage.start("turnserver", "-n", "-L", "192.0.2.20", "-E", "192.0.2.20", "--lt-cred-mech", "--user", "alice:secret",
                "--realm", "example.org", "--no-cli", "--cert", stage.folder / "cert.pem", "--pkey",
                stage.folder / "key.pem", "--pidfile", stage.folder / "turn.pid", "--log-file", "stdout",
                "--userdb", stage.folder / "turndb", "--allow-loopback-peers", udp=(3478, 5349), tcp=(3478, 5349))
    stage.start("turnutils_peer", "-L", "192.0.2.20", "-p", "3480", udp=3480)


def talk(stage):
    sipp = ["sipp", "192.0.2.20:5060", "-i", "192.0.2.10", "-m", "1", "-nostdin", "-timeout", "10"]
    stage.do(*sipp, "-sf", stage.folder / "call.xml", "-mp", "7000", "-p", "5062", ok=None, stdout=subprocess.DEVNULL,
             stderr=subprocess.DEVNULL, capture_output=False)
    stage.do("sipp", "192.0.2.20:5070", "-sn", "uac", "-i", "192.0.2.10", "-m", "1", "-t", "t1", "-nostdin", "-timeout",
             "10", "-d", "200", ok=None)
    stage.do("timeout", "2", "sipsak", "-s", "sip:bob@192.0.2.20:5060", ok=None)
    stage.do("turnutils_stunclient", "-p", "3478", "192.0.2.20", ok=None)
    uclient = ["turnutils_uclient", "-u", "alice", "-w", "secret", "-e", "192.0.2.20", "-r", "3480", "-n", "1", "-m", "1",
               "-c"]
    for words in ([], ["-t"], ["-S", "-t"]):
        stage.do(*uclient, *words, "192.0.2.20", ok=None)
    stage.near.ip("route", "add", "224.0.0.0/4", "dev", "veth0")
    stage.far.ip("route", "add", "224.0.0.0/4", "dev", "veth0")
    stage.start("/usr/bin/python3", "-c", PLAYER)
    time.sleep(1)
    stage.do("gssdp-discover", "-i", "veth0", "-n", "2", ok=None)
