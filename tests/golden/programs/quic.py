# SPDX-License-Identifier: Apache-2.0
"""HTTP/3 between caddy (quic-go) and ngtcp2's client; DTLS of OpenSSL and of GnuTLS; DNS over QUIC asked for in vain."""

import subprocess
import time

PROGRAMS = ["caddy", "gtlsclient", "openssl", "gnutls-cli", "gnutls-serv"]

CADDY = """
{
	admin off
	auto_https off
}
https://www.example.org:443, https://server.example.org:8443 {
	tls {folder}/cert.pem {folder}/key.pem
	root * {folder}/www
	file_server
}
"""


def serve(stage):
    stage.certificate()
    stage.files(small=600, more=9000)
    stage.start("caddy", "run", "--adapter", "caddyfile", "--config", stage.write("Caddyfile", CADDY),
                env={"HOME": str(stage.folder), "PATH": "/usr/bin:/bin"}, udp=(443, 8443))
    key = ["-key", stage.folder / "key.pem", "-cert", stage.folder / "cert.pem"]
    stage.start("openssl", "s_server", "-dtls", "-accept", "4433", "-alpn", "coap", *key,
                stdin=subprocess.PIPE, udp=4433)


def talk(stage):
    def client(host, port, path, *words, ok=(0,)):
        stage.do("gtlsclient", "-q", "--exit-on-all-streams-close", "--timeout=3s", *words, host, port,
                 f"https://{host}{path}", ok=ok)

    client("www.example.org", 443, "/small")
    client("www.example.org", 443, "/more", "--ciphers=NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305")
    client("server.example.org", 8443, "/small")
    client("www.example.org", 443, "/small", "-v", "0x1a2a3a4a", ok=None)  # a version that asks for negotiation
    client("www.example.org", 443, "/small", "--groups=-GROUP-ALL:+GROUP-SECP521R1:+GROUP-X25519")  # retried hello
    for words in (["-alpn", "coap", "-servername", "server.example.org"], ["-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"]):
        dtls = stage.near.spawn(*stage.named(stage.near, [
            "sh", "-c", 'sleep 1.5 | openssl s_client -dtls -connect server.example.org:4433 "$@"', "sh", *words]))
        dtls.wait(timeout=10)
    gnutls = stage.start("gnutls-serv", "--udp", "--port", "4434", "--x509keyfile", stage.folder / "key.pem",
                         "--x509certfile", stage.folder / "cert.pem", "--disable-client-cert", udp=4434)
    time.sleep(0.2)
    stage.do("sh", "-c", "sleep 1 | gnutls-cli --udp --no-ca-verification --port 4434 server.example.org", ok=None)
    gnutls.terminate()
