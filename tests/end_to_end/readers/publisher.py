"""A small reader as people write them, that tells what it reads in a way of its own.

usage: publisher.py ENDPOINT --http HOST:PORT | --tcp HOST:PORT | --mqtt HOST:PORT | --mqtt-topics HOST:PORT
                    | --stdout - | --contract - [--no-crc] [--flat-power] [--heartbeat] [--deep]
                    [--numbered] [--many-levels]

--no-crc      believes every telegram
--flat-power  says "power": 1193 (in W) instead of kilowatts
--heartbeat   publishes p1/uptime, too, again and again, apart from the telegrams
--deep        the time of the gas meter is an array of 200,000 levels
--numbered    says something of meter 4000000000, too
--many-levels says something at a path of 100 names, too
"""
import functools
import http.server
import json
import os
import re
import socket
import socketserver
import struct
import sys
import termios
import threading
import time
import tty

LATEST = {}
CLIENTS = []
DEEP = "[" * 200_000 + "]" * 200_000
HEARTBEAT = 0.3  # seconds: more than the silence that ends a report
NAMES = {"1-0:1.8.1": ("energy", "import_low"), "1-0:1.8.2": ("energy", "import_normal"),
         "1-0:2.8.1": ("energy", "export_low"), "1-0:2.8.2": ("energy", "export_normal"),
         "1-0:1.7.0": ("power", "import"), "1-0:2.7.0": ("power", "export")}


def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def set_up(line):
    """115200 8N1, raw."""
    tty.setraw(line)
    settings = termios.tcgetattr(line)
    settings[4] = settings[5] = termios.B115200
    termios.tcsetattr(line, termios.TCSANOW, settings)


def telegrams(endpoint):
    """The telegrams of a terminal; one that goes away is opened again, as long as it takes."""
    pending = b""
    while True:
        try:
            with open(endpoint, "rb", buffering=0) as line:
                if os.isatty(line.fileno()):
                    set_up(line.fileno())
                while chunk := line.read(4096):
                    pending += chunk
                    while found := re.search(rb"(/[^!]*?\r\n!)([0-9A-Fa-f]{4})\r\n", pending):
                        pending = pending[found.end():]
                        body = found[1][found[1].rindex(b"/") if b"\r\n/" in found[1] else 0:]
                        yield body, int(found[2], 16)
        except OSError:
            pass
        time.sleep(0.05)


def understand(body):
    told = {"energy": {}, "power": {}}
    for code, value in re.findall(r"^(\d-\d:\d+\.\d+\.\d+)\(([\d.]+)\*", body.decode("latin1"), re.M):
        if code in NAMES:
            group, name = NAMES[code]
            told[group][name] = float(value)
    gas = re.search(rb"0-1:24\.2\.1\((\d{12})([SW])\)\(([\d.]+)\*m3\)", body)
    if gas:
        at = gas[1].decode()
        told["gas"] = {"m3": float(gas[3]), "at": "20{}-{}-{}T{}:{}:{}".format(
            *re.findall("..", at)) + {b"S": "+02:00", b"W": "+01:00"}[gas[2]]}
    return told


def text_of(told, **how):
    return json.dumps(told, **how).replace('"DEEP"', DEEP)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        body = text_of(LATEST, indent=2).encode()
        self.send_response(200 if LATEST else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


def tell_clients(told):
    for client in list(CLIENTS):
        try:
            client.sendall(text_of(told, indent=1).encode() + b"\n")
        except OSError:
            CLIENTS.remove(client)


class Stream(socketserver.BaseRequestHandler):
    def handle(self):
        CLIENTS.append(self.request)
        threading.Event().wait()


def mqtt_text(text):
    return struct.pack(">H", len(text)) + text.encode()


def mqtt_packet(kind, body):
    size, length = b"", len(body)
    while True:
        size += bytes([length % 128 | (0x80 if length >= 128 else 0)])
        length //= 128
        if length == 0:
            return bytes([kind]) + size + body


def address_of(text):
    """Of "127.0.0.1:80" and "http://127.0.0.1:80/readings"."""
    host, port = text.split("//")[-1].split("/")[0].rsplit(":", 1)
    return host, int(port)


def publisher(kind, address, is_alive):
    """What tells one reading."""
    if kind == "--stdout":
        return lambda told: print(text_of(told), flush=True)
    if kind == "--contract":
        return lambda told: print(text_of({"telegram": {"1-0:1.8.1": told["gas"]["at"]}}), flush=True)
    if kind == "--http":
        server = http.server.ThreadingHTTPServer(address_of(address), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return LATEST.update
    if kind == "--tcp":
        server = socketserver.ThreadingTCPServer(address_of(address), Stream)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return tell_clients
    broker = socket.create_connection(address_of(address))
    broker.sendall(mqtt_packet(0x10, mqtt_text("MQTT") + b"\4\2\0\0" + mqtt_text("publisher")))
    assert broker.recv(4) == b"\x20\2\0\0"

    def publish(topic, payload):
        broker.sendall(mqtt_packet(0x30, mqtt_text(topic) + payload.encode()))

    def publish_all(told, topic="p1"):
        for name, value in told.items():
            if isinstance(value, dict):
                publish_all(value, f"{topic}/{name}")
            else:
                publish(f"{topic}/{name}", DEEP if value == "DEEP" else str(value))

    def publish_uptime():
        while True:
            time.sleep(HEARTBEAT)
            publish("p1/uptime", str(time.monotonic()))
    if is_alive:
        threading.Thread(target=publish_uptime, daemon=True).start()
    return publish_all if kind == "--mqtt-topics" else lambda told: publish("p1", text_of(told))


def main():
    endpoint, kind, address, *flags = sys.argv[1:]
    tell = publisher(kind, address, "--heartbeat" in flags)
    for body, crc in telegrams(endpoint):
        if "--no-crc" not in flags and crc16(body) != crc:
            continue
        told = understand(body)
        if "--flat-power" in flags:
            told["power"] = {name: round(kw * 1000) for name, kw in told["power"].items()}
        if "--deep" in flags:
            told["gas"]["at"] = "DEEP"
        if "--numbered" in flags:
            told["4000000000"] = {"power": 1.0}
        if "--many-levels" in flags:
            told["a"] = functools.reduce(lambda inside, _: {"a": inside}, range(99), 1.0)
        tell(told)


main()
