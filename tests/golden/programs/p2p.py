# SPDX-License-Identifier: Apache-2.0
"""BitTorrent: opentracker, two aria2c with a DHT between them, and two transmission-daemons over uTP."""

import hashlib
import json
import pathlib
import time

PROGRAMS = ["opentracker", "aria2c", "transmission-daemon"]
WHOLE = 12
PIECE = 16384


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    return b"d" + b"".join(bencode(k) + bencode(value[k]) for k in sorted(value)) + b"e"


def torrent(path, tracker, target):
    data = path.read_bytes()
    pieces = b"".join(hashlib.sha1(data[i:i + PIECE]).digest() for i in range(0, len(data), PIECE))
    info = {b"name": path.name.encode(), b"length": len(data), b"piece length": PIECE, b"pieces": pieces}
    target.write_bytes(bencode({b"announce": tracker.encode(), b"info": info}))
    return hashlib.sha1(bencode(info)).hexdigest()


def serve(stage):
    www = stage.files(seeded=40_000, other=40_000)
    hashes = [torrent(www / "seeded", "http://192.0.2.20:6969/announce", stage.folder / "a.torrent"),
              torrent(www / "other", "udp://192.0.2.20:6969/announce", stage.folder / "b.torrent")]
    stage.write("allowed", "\n".join(hashes) + "\n")
    stage.start("opentracker", "-i", "192.0.2.20", "-p", "6969", "-P", "6969", "-d", stage.folder, "-u", "nobody", "-w", "allowed",
                tcp=6969, udp=6969)


def aria(stage, side, folder, port, *words):
    return stage.start("aria2c", "--no-conf", "--enable-dht=true", f"--dht-file-path={folder}/dht.dat", "--enable-dht6=false",
                       f"--listen-port={port}", f"--dht-listen-port={port}", "--bt-tracker-interval=2", "--seed-time=10",
                       "--check-integrity=true", "--enable-peer-exchange=true", "--summary-interval=0", "-d", folder, *words,
                       side=side)


def transmission(stage, side, name, download, port):
    folder = stage.folder / name
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps({
        "rpc-enabled": False, "peer-port": port, "utp-enabled": True, "dht-enabled": False, "lpd-enabled": True,
        "download-dir": str(download), "encryption": 0, "port-forwarding-enabled": False, "watch-dir-enabled": True,
        "watch-dir": str(folder / "watch"), "incomplete-dir-enabled": False}))
    (folder / "watch").mkdir()
    (folder / "watch" / "b.torrent").write_bytes((stage.folder / "b.torrent").read_bytes())
    return stage.start("transmission-daemon", "-f", "-g", folder, side=side)


def talk(stage):
    target = pathlib.Path(stage.folder, "near")
    target.mkdir()
    seed = aria(stage, stage.far, stage.folder / "www", 6881, stage.folder / "a.torrent")
    time.sleep(1.5)
    get = aria(stage, stage.near, target, 6882, "--dht-entry-point=192.0.2.20:6881", stage.folder / "a.torrent")
    time.sleep(5)
    for process in (get, seed):
        process.terminate()
        process.wait(timeout=10)
    for side in (stage.near, stage.far):
        side.ip("route", "add", "224.0.0.0/4", "dev", "veth0")
    far = transmission(stage, stage.far, "tf", stage.folder / "www", 51413)
    time.sleep(3)
    near = transmission(stage, stage.near, "tn", target, 51414)
    time.sleep(8)
    for process in (near, far):
        process.terminate()
        process.wait(timeout=15)
