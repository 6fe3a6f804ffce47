# SPDX-License-Identifier: Apache-2.0
"""nginx, nghttpd, tinyproxy, curl and nghttp: HTTP/1.1, HTTP/2 with and without TLS, a proxy."""

PROGRAMS = ["nginx", "nghttpd", "tinyproxy", "curl", "nghttp"]

NGINX = """
daemon off; master_process off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events { worker_connections 64; }
http {
  access_log off; types { } default_type text/html; root {folder}/www; server_tokens on;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
  server { listen 80; listen [::]:80; listen 443 ssl http2; listen [::]:443 ssl http2; listen 8080 http2;
           location = /post { return 204; } location = /old { return 301 https://www.example.org/; } }
}
"""
TINYPROXY = """
User root
Group root
Port 8888
Timeout 20
MaxClients 8
LogLevel Error
"""


def serve(stage):
    stage.certificate()
    stage.files(small=600, more=9000)
    stage.start("nginx", "-e", stage.folder / "nginx.err", "-c", stage.write("nginx.conf", NGINX), tcp=(80, 443, 8080))
    stage.start("nghttpd", "--no-tls", "-d", stage.folder / "www", 8081, tcp=8081)
    stage.start("tinyproxy", "-d", "-c", stage.write("tinyproxy.conf", TINYPROXY), tcp=8888)


def talk(stage):
    def curl(*words, ok=(0,)):
        stage.do("curl", "-sk", "-o", "/dev/null", "--max-time", "10", *words, ok=ok)

    curl("http://www.example.org/small")
    curl("-6", "-I", "http://www.example.org/more")
    curl("-A", "example/1.0", "-d", "a=b", "http://www.example.org/post", "http://www.example.org/missing")
    curl("--http1.0", "http://www.example.org/old")
    curl("http://www.example.org/small?" + "long&" * 700)  # Host stands in the third segment
    curl("--http2", "http://www.example.org/small")  # asks for an upgrade, and gets none
    curl("--http2-prior-knowledge", "http://www.example.org:8080/small")
    curl("--http2-prior-knowledge", "-6", "http://www.example.org:8081/more")
    stage.do("nghttp", "-n", "http://www.example.org:8081/small")
    curl("https://www.example.org/small")
    curl("-x", "http://server.example.org:8888", "https://www.example.org/small")
    curl("-x", "http://server.example.org:8888", "http://www.example.org/small")
