# SPDX-License-Identifier: Apache-2.0
"""mosquitto, redis, memcached and their clients; AMQP 1.0 by qpid-proton."""

import time

PROGRAMS = ["mosquitto", "mosquitto_pub", "mosquitto_sub", "redis-server", "redis-cli", "memcached", "memcping", "memccp"]
WHOLE = 8  # redis-cli reads long documents first

MOSQUITTO = """
listener 1883
allow_anonymous true
listener 8883
certfile {folder}/cert.pem
keyfile {folder}/key.pem
listener 8083
protocol websockets
"""
AMQP_SERVER = """
from proton.handlers import MessagingHandler
from proton.reactor import Container
class Server(MessagingHandler):
    def on_start(self, event):
        event.container.listen("amqp://0.0.0.0:5672")
Container(Server()).run()
"""
AMQP_CLIENT = """
from proton import Message
from proton.utils import BlockingConnection
connection = BlockingConnection("amqp://server.example.org:5672", timeout=5)
connection.create_sender("examples").send(Message(body="example"))
connection.close()
"""


def serve(stage):
    stage.certificate()
    stage.start("mosquitto", "-c", stage.write("mosquitto.conf", MOSQUITTO), tcp=(1883, 8883))
    stage.start("redis-server", "--bind", "0.0.0.0", "::", "--protected-mode", "no", "--save", "", "--dir", stage.folder,
                "--tls-port", "6380", "--tls-cert-file", stage.folder / "cert.pem", "--tls-key-file",
                stage.folder / "key.pem", "--tls-auth-clients", "no", tcp=(6379, 6380))
    stage.start("memcached", "-u", "root", "-l", "0.0.0.0", "-U", "11211", "-m", "8", tcp=11211)
    stage.start("/usr/bin/python3", "-c", AMQP_SERVER, tcp=5672)


def talk(stage):
    for version in ("mqttv31", "mqttv311", "mqttv5"):
        subscriber = stage.start("mosquitto_sub", "-h", "server.example.org", "-V", version, "-i", f"sub-{version}",
                                 "-t", "example/" + version, "-C", "1", side=stage.near)
        time.sleep(0.3)
        stage.do("mosquitto_pub", "-h", "server.example.org", "-V", version, "-i", f"pub-{version}", "-u", "alice",
                 "-P", "secret", "-q", "1", "-r", "-t", "example/" + version, "-m", "hello")
        subscriber.wait(timeout=5)
    stage.do("mosquitto_pub", "-h", "server.example.org", "-p", "8883", "--insecure", "--cafile", stage.folder / "cert.pem",
             "-t", "example/tls", "-m", "hello")
    redis = ["redis-cli", "-h", "server.example.org"]
    stage.do(*redis, "ping")
    stage.do(*redis, "-3", "set", "key", "value")
    stage.do(*redis, input="lpush list a b c\nlrange list 0 -1\ninfo server\nnosuch\n")
    stage.do("redis-cli", "-h", "192.0.2.20", "-p", "6380", "--tls", "--insecure", "get", "key")
    memcached = "--servers=192.0.2.20:11211"
    source = stage.write("example.txt", "hello\n")
    stage.do("memcping", memcached)
    stage.do("memccp", memcached, source)
    stage.do("memccat", memcached, "example.txt")
    stage.do("memccat", memcached, "--binary", "example.txt", ok=None)
    stage.do("memcstat", memcached, ok=None)
    stage.do("memcping", "--udp", memcached, ok=None)
    stage.do("/usr/bin/python3", "-c", AMQP_CLIENT, ok=None)
