# SPDX-License-Identifier: Apache-2.0
"""dnsmasq, unbound and kdig; avahi; llmnrd."""

import time

PROGRAMS = ["dnsmasq", "unbound", "kdig", "avahi-daemon", "llmnrd", "llmnr-query"]

UNBOUND = """
server:
  interface: 192.0.2.20@5300
  interface: 2001:db8::20@53
  interface: 192.0.2.20@853
  tls-port: 853
  tls-service-key: {folder}/key.pem
  tls-service-pem: {folder}/cert.pem
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  username: ""
  chroot: ""
  directory: {folder}
  pidfile: {folder}/unbound.pid
  use-syslog: no
  do-daemonize: no
  module-config: "iterator"
  local-zone: "example.org." static
  local-data: "www.example.org. 300 A 192.0.2.20"
  local-data: "www.example.org. 300 AAAA 2001:db8::20"
  {long}
  local-data: "_http._tcp.example.org. 300 SRV 0 5 80 www.example.org."
  local-data: "example.org. 300 CAA 0 issue ca.example.net"
remote-control:
  control-enable: no
"""
AVAHI = """
[server]
host-name=printer
use-ipv4=yes
use-ipv6=yes
allow-interfaces=veth0
enable-dbus=no
disallow-other-stacks=no
[publish]
publish-hinfo=no
publish-workstation=no
[reflector]
[rlimits]
"""
SERVICE = """<?xml version="1.0"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>Example Printer</name><service><type>_ipp._tcp</type><port>631</port>
<txt-record>product=(Example)</txt-record></service></service-group>
"""


def serve(stage):
    stage.certificate()
    stage.start("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
                "--pid-file=", "--listen-address=192.0.2.20", "--bind-interfaces", "--cache-size=0",
                "--local=/example.org/", "--local=/example.net/", "--local=/2.0.192.in-addr.arpa/",
                "--host-record=www.example.org,192.0.2.20,2001:db8::20", "--cname=web.example.org,www.example.org",
                "--mx-host=example.org,mail.example.org,10", "--txt-record=example.org,v=spf1 -all",
                "--ptr-record=20.2.0.192.in-addr.arpa,www.example.org", tcp=53, udp=53)
    text = UNBOUND.replace("{long}", "\n  ".join(
        f"local-data: \"example.org. 300 TXT '{i} of the answers that make it too long {'.' * 80}'\"" for i in range(6)))
    stage.start("unbound", "-d", "-p", "-c", stage.write("unbound.conf", text), udp=5300, tcp=853)
    services = stage.far.etc / "avahi" / "services"  # `ip netns exec` shows it as /etc/avahi
    services.mkdir(parents=True)
    (services.parent / "avahi-daemon.conf").write_text(AVAHI)
    (services / "ipp.service").write_text(SERVICE)
    stage.near.ip("route", "add", "224.0.0.0/4", "dev", "veth0")


def talk(stage):
    def ask(*words):
        stage.do("kdig", "+retry=0", *words, ok=None)

    ask("@192.0.2.20", "www.example.org", "A")
    ask("@192.0.2.20", "www.example.org", "AAAA", "+noedns")
    ask("@192.0.2.20", "web.example.org", "A")
    ask("@192.0.2.20", "example.org", "MX")
    ask("@192.0.2.20", "nosuch.example.org", "A")
    ask("@192.0.2.20", "example.org", "TXT", "+tcp")
    ask("@192.0.2.20", "-x", "192.0.2.20")
    ask("@192.0.2.20", "elsewhere.example.com", "A")  # refused
    ask("@2001:db8::20", "www.example.org", "AAAA", "+dnssec", "+nsid")
    ask("@2001:db8::20", "example.org", "TXT", "+bufsize=512")  # truncated, asked again over TCP
    ask("@192.0.2.20", "-p", "5300", "_http._tcp.example.org", "SRV")
    ask("@192.0.2.20", "example.org", "CAA", "+tls")
    ask("@192.0.2.20", "+quic", "www.example.org", "A")  # nobody answers
    ask("@2001:db8::20", "+tcp", "+keepopen", "www.example.org", "A", "example.org", "CAA")
    stage.start("avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits")
    time.sleep(3)
    # mDNS by one who is no responder itself
    ask("@224.0.0.251", "-p", "5353", "printer.local", "A")
    ask("@224.0.0.251", "-p", "5353", "_ipp._tcp.local", "PTR")
    stage.start("llmnrd", "-i", "veth0", "-H", "printer", "-6")
    time.sleep(0.5)
    for kind in ("A", "AAAA"):
        stage.do("llmnr-query", "-c", "1", "-I", "veth0", "-T", kind, "printer", ok=None)
    stage.do("llmnr-query", "-6", "-c", "1", "-I", "veth0", "-T", "ANY", "printer", ok=None)
