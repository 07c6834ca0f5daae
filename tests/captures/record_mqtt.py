"""Record the MQTT captures of this folder: mosquitto and its clients.

    sudo python record_mqtt.py [SCENARIO...]

README.md says what has to be installed and what each file holds.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from loopback import Scenario, record, run, running

HOST, PORT = "127.0.0.1", 1883

CONFIGURATION = """\
listener {port} {host}
allow_anonymous false
password_file {root}/passwords
max_topic_alias 4
"""


@contextlib.contextmanager
def mosquitto(root: Path) -> Iterator[None]:
    """mosquitto with one user and nothing of the machine's own configuration."""
    passwords, configuration = root / "passwords", root / "mosquitto.conf"
    run("mosquitto_passwd", "-b", "-c", str(passwords), "alice", "secret")
    passwords.chmod(0o644)
    configuration.write_text(CONFIGURATION.format(root=root, host=HOST, port=PORT))
    with running(["mosquitto", "-c", str(configuration)], HOST, PORT):
        yield


def publish(version: str, *arguments: str, user: str = "alice", password: str = "secret", expect: int = 0) -> None:
    command = ["mosquitto_pub", "-h", HOST, "-V", version, "-i", "publisher", "-u", user, "-P", password]
    run(*command, *arguments, expect=expect)


@contextlib.contextmanager
def subscribed(version: str, *arguments: str) -> Iterator[None]:
    """A second client, that ends once it has what it waits for (`-C`)."""
    command = ["mosquitto_sub", "-h", HOST, "-V", version, "-i", "subscriber", "-u", "alice", "-P", "secret"]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.3)
        yield
        process.wait(10)
    finally:
        process.kill()
        process.wait()


def version3() -> None:
    """MQTT 3.1 and 3.1.1: a will, each quality of service, a retained message, a wrong password."""
    publish("mqttv31", "-t", "rooms/kitchen", "-m", "21.5", "-r")
    will = ["--will-topic", "rooms/gone", "--will-payload", "bye", "--will-qos", "1"]
    with subscribed("mqttv311", "-t", "rooms/#", "-q", "2", "-C", "4", *will):
        for qos in "012":
            publish("mqttv311", "-t", f"rooms/hall/{qos}", "-q", qos, "-m", f"quality {qos}")
    publish("mqttv311", "-t", "rooms/kitchen", "-n", "-r")
    publish("mqttv311", "-t", "a", "-m", "b", password="wrong", expect=5)


def version5() -> None:
    """MQTT 5.0: properties of most packets, a topic alias, reason codes."""
    properties = {
        "connect": "session-expiry-interval 60, receive-maximum 10, user-property from test",
        "publish": "content-type text/plain, message-expiry-interval 30, response-topic rooms/answer, topic-alias 1, "
        "correlation-data 0102, payload-format-indicator 1, user-property unit celsius",
        "disconnect": "user-property why done",
    }
    given = [
        word
        for packet, found in properties.items()
        for one in found.split(", ")
        for word in ("-D", packet, *one.split())
    ]
    subscription = ["-D", "SUBSCRIBE", "subscription-identifier", "7", "-D", "SUBSCRIBE", "user-property", "a", "b"]
    with subscribed("mqttv5", "-t", "rooms/#", "-q", "2", "-C", "2", *subscription):
        publish("mqttv5", "-t", "rooms/hall", "-q", "1", "-m", "21.5", *given)
        publish("mqttv5", "-t", "rooms/hall", "-q", "2", "-m", "22.0")
    publish("mqttv5", "-t", "nobody/listens", "-q", "1", "-m", "x")
    publish("mqttv5", "-t", "a", "-m", "b", user="mallory", expect=135)


def pieces() -> None:
    """A payload longer than a segment, sent in pieces; PINGREQ; a packet of a type that there is not."""
    topic, payload = b"rooms/log", b"line\n" * 800
    connect = bytes.fromhex("00044d515454 04 c2 003c") + b"\0\x06pieces\0\x05alice\0\x06secret"
    publish_ = len(topic).to_bytes(2, "big") + topic + payload
    with socket.create_connection((HOST, PORT), timeout=10) as client:
        client.sendall(b"\x10" + length(len(connect)) + connect)
        client.recv(4)
        data = b"\x30" + length(len(publish_)) + publish_
        for begin in range(0, len(data), 1500):
            client.sendall(data[begin : begin + 1500])
            time.sleep(0.02)
        client.sendall(b"\xc0\0")
        client.recv(2)
        client.sendall(b"\xf1\0")
        client.recv(1)


def length(size: int) -> bytes:
    """A remaining length (MQTT 3.1.1, section 2.2.3)."""
    low, rest = size % 128, size // 128
    return bytes((low | 128,)) + length(rest) if rest else bytes((low,))


AT_MOSQUITTO = f"host {HOST} and tcp port {PORT}"
SCENARIOS: dict[str, Scenario] = {
    "version3": (AT_MOSQUITTO, version3),
    "version5": (AT_MOSQUITTO, version5),
    "pieces": (AT_MOSQUITTO, pieces),
}

if __name__ == "__main__":
    record("mqtt", SCENARIOS, mosquitto)
