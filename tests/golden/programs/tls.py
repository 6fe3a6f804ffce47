# SPDX-License-Identifier: Apache-2.0
"""nginx with curl, OpenSSL and GnuTLS: versions and hellos of TLS, long and retried ones among them."""

PROGRAMS = ["nginx", "curl", "openssl", "gnutls-cli"]

NGINX = """
daemon off; master_process off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events { worker_connections 64; }
http {
  access_log off; types { } default_type text/html; root {folder}/www;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
  server { listen 443 ssl http2; listen [::]:443 ssl http2; listen 8443 ssl; ssl_ecdh_curve X25519:P-256; }
}
"""


def serve(stage):
    stage.certificate()
    stage.files(small=600)
    stage.start("nginx", "-e", stage.folder / "nginx.err", "-c", stage.write("nginx.conf", NGINX), tcp=(443, 8443))


def talk(stage):
    def curl(*words, ok=(0,)):
        stage.do("curl", "-sk", "-o", "/dev/null", "--max-time", "10", *words, ok=ok)

    curl("--http1.1", "-6", "https://www.example.org/small")
    curl("--tls-max", "1.2", "https://www.example.org/small")
    curl("--tls-max", "1.2", "--no-alpn", "--ciphers", "ECDHE-ECDSA-CHACHA20-POLY1305", "https://www.example.org/small")
    curl("--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", "https://www.example.org/", ok=(35,))  # refused
    curl("https://[2001:db8::20]/small")  # a name is not given for an address
    curl("--curves", "X448:P-256", "https://www.example.org/small")
    stage.do("gnutls-cli", "--insecure", "--port", "8443", "--alpn", "http/1.1", "www.example.org", ok=None)
    # So many protocols are offered that the hello takes several segments.
    s_client(stage, "-alpn", ",".join(["http/1.1", *(f"example/{i:03}" for i in range(170))]))
    # The server has no share of the first group, and asks for another hello.
    s_client(stage, "-groups", "X448:X25519")


def s_client(stage, *words):
    stage.do("openssl", "s_client", "-connect", "www.example.org:443", "-servername", "www.example.org", *words,
             input="GET /small HTTP/1.0\r\nHost: www.example.org\r\n\r\n")

