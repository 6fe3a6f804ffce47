# SPDX-License-Identifier: Apache-2.0
"""OpenVPN over UDP and TCP, WireGuard in user space, IKEv2 by strongSwan."""

import subprocess
import time

import netlab

PROGRAMS = ["openvpn", "wireguard-go", "wg", "ping", "swanctl"]
FILTER = "tcp or udp or esp"
WHOLE = 40

CHARON = """
charon {
  plugins { vici { socket = {vici} } }
  load = aes sha1 sha2 hmac kdf nonce random pem pkcs1 pubkey x509 openssl gmp drbg socket-default kernel-libipsec kernel-netlink vici
}
"""
SWANCTL = """
connections { example {
  local_addrs = {own}
  remote_addrs = {peer}
  version = 2
  proposals = aes128-sha256-modp2048
  local { auth = psk
    id = {name}.example.org }
  remote { auth = psk }
  children { net { esp_proposals = aes128-sha256 } }
} }
secrets { ike-1 { secret = example } }
"""

def talk(stage):
    wireguard(stage)
    openvpn(stage)
    ike(stage)


def wireguard(stage):
    keys = {}
    for side, name in ((stage.near, "wgn0"), (stage.far, "wgf0")):
        private = stage.do("wg", "genkey").strip()
        keys[name] = (stage.write(f"{name}.key", private + "\n", 0o600), stage.do("wg", "pubkey", input=private).strip())
        stage.start("wireguard-go", "-f", name, side=side)
    time.sleep(0.5)
    for side, name, peer, address, far, allowed in (
            (stage.far, "wgf0", "wgn0", "198.51.100.1", [], "198.51.100.2"),
            (stage.near, "wgn0", "wgf0", "198.51.100.2", ["endpoint", "192.0.2.20:51820"], "198.51.100.1")):
        listen = ["listen-port", "51820"] if side is stage.far else []
        stage.do("wg", "set", name, *listen, "private-key", keys[name][0], "peer", keys[peer][1], *far, "allowed-ips",
                 f"{allowed}/32", side=side)
        side.ip("addr", "add", f"{address}/24", "dev", name)
        side.ip("link", "set", name, "up")
    stage.do("ping", "-n", "-c", "2", "-i", "0.3", "198.51.100.1")


def openvpn(stage):
    for name in ("server", "client"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
             "-keyout", stage.folder / f"{name}.key", "-out", stage.folder / f"{name}.crt", "-subj", f"/CN={name}"],
            check=True, capture_output=True)
    subprocess.run(["openvpn", "--genkey", "tls-crypt", stage.folder / "ta.key"], check=True)
    fingerprint = {}
    for name in ("server", "client"):
        out = subprocess.run(["openssl", "x509", "-in", stage.folder / f"{name}.crt", "-fingerprint", "-sha256", "-noout"],
                             check=True, capture_output=True, text=True).stdout
        fingerprint[name] = out.split("=")[1].strip()
    folder = stage.folder

    def words(name, peer, *more):
        return ["openvpn", "--dev", "tun", "--cert", folder / f"{name}.crt", "--key", folder / f"{name}.key",
                "--peer-fingerprint", fingerprint[peer], "--verb", "3", *more]

    for port, proto, extra in (("1194", "udp", []), ("1195", "tcp", []), ("1196", "udp", ["--tls-crypt", folder / "ta.key"]),
                               ("1197", "udp", ["--tls-auth", folder / "ta.key"])):
        kind = "tcp-server" if proto == "tcp" else proto
        server = stage.start(*words("server", "client", "--tls-server", "--dh", "none", "--proto", kind, "--port", port,
                                    "--local", "192.0.2.20", *extra), **{proto: int(port)})
        kind = "tcp-client" if proto == "tcp" else proto
        client = stage.start(*words("client", "server", "--tls-client", "--proto", kind, "--remote", "192.0.2.20", port,
                                    "--nobind", *extra), side=stage.near)
        time.sleep(2.5)
        for process in (client, server):
            process.terminate()
            process.wait(timeout=10)


def ike(stage):
    for side, own, peer in ((stage.far, "192.0.2.20", "192.0.2.10"), (stage.near, "192.0.2.10", "192.0.2.20")):
        name = "far" if side is stage.far else "near"
        vici = f"unix://{stage.folder}/{name}.vici"
        conf = stage.write(f"{name}.strongswan", CHARON.replace("{vici}", vici))
        swan = stage.write(f"{name}.swanctl", SWANCTL.replace("{own}", own).replace("{peer}", peer).replace("{name}", name))
        # Both would keep their process ids in the same file of /run.
        stage.start("sh", "-c", "mount -t tmpfs none /run && exec /usr/lib/ipsec/charon", side=side, udp=500,
                    env={"STRONGSWAN_CONF": str(conf), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        netlab.wait_for("charon", (stage.folder / f"{name}.vici").exists)
        stage.do("swanctl", "--load-all", "--file", swan, "--uri", vici, side=side)
    stage.do("swanctl", "--initiate", "--child", "net", "--timeout", "5", "--uri", vici, ok=(0, 1))
    stage.do("swanctl", "--terminate", "--ike", "example", "--timeout", "5", "--uri", vici)
