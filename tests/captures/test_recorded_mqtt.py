"""The recorded MQTT captures with the shipped spec, against what mosquitto and its clients were told to send."""

from __future__ import annotations

from recorded import Line, alerts, dissected, flows, octets, payloads, streamed


def words(lines: list[Line]) -> list[str]:
    """The types of the packets of a flow; those of the server in lower case."""
    packets = [line for line in lines if line["event"] == "packet"]
    names = [(line["direction"], line["payload"]["type_name"]) for line in packets]
    return [name if direction == "up" else name.lower() for direction, name in names]


def publications(lines: list[Line]) -> list[Line]:
    return [packet for packet in payloads(lines, "packet") if packet["type_name"] == "PUBLISH"]


def test_the_qualities_of_service() -> None:
    """MQTT 3.1.1, section 4.3: what each costs in packets, at the publisher and at the subscriber."""
    first, subscriber, zero, one, two, _, refused = flows(dissected("mqtt-version3", "mqtt"))
    assert words(first) == ["CONNECT", "connack", "PUBLISH", "DISCONNECT"]
    assert words(zero) == ["CONNECT", "connack", "PUBLISH", "DISCONNECT"]
    assert words(one) == ["CONNECT", "connack", "PUBLISH", "puback", "DISCONNECT"]
    assert words(two) == ["CONNECT", "connack", "PUBLISH", "pubrec", "PUBREL", "pubcomp", "DISCONNECT"]
    assert words(refused) == ["CONNECT", "connack"]
    assert [(p["topic"], p["qos"], p["retain"]) for p in publications(subscriber)] == [
        ("rooms/kitchen", 0, True),
        ("rooms/hall/0", 0, False),
        ("rooms/hall/1", 1, False),
        ("rooms/hall/2", 2, False),
    ]
    assert streamed(subscriber, "payload") == [
        ("down", text.encode()) for text in ("21.5", "quality 0", "quality 1", "quality 2")
    ]


def test_what_a_client_says_of_itself() -> None:
    first, subscriber, *_, refused = flows(dissected("mqtt-version3", "mqtt"))
    old, new = (payloads(lines, "packet")[0] for lines in (first, subscriber))
    assert (old["protocol_name"], old["protocol_version"]) == ("MQIsdp", 3)
    assert (new["protocol_name"], new["protocol_version"]) == ("MQTT", 4)
    assert (new["user_name"], octets(new["password"])) == ("alice", b"secret")
    assert (new["will"]["topic"], octets(new["will"]["payload"]), new["will_qos"]) == ("rooms/gone", b"bye", 1)
    assert payloads(refused, "packet")[1]["return_code_name"] == "NOT_AUTHORIZED"
    assert [name for _, name in alerts(refused)] == ["clear_password", "refused"]


def test_the_properties_of_version_5() -> None:
    subscriber, publisher, _, nobody, stranger = flows(dissected("mqtt-version5", "mqtt"))

    def properties(packet: Line) -> dict[str, object]:
        found = {}
        for entry in packet["properties"]:
            value = next(entry[key] for key in ("value", "text", "data") if key in entry)
            found[entry["id_name"]] = (entry["name"], value) if "name" in entry else value
        return found

    connect, connack, publication, _, disconnect = payloads(publisher, "packet")
    given = {"SESSION_EXPIRY_INTERVAL": 60, "RECEIVE_MAXIMUM": 10, "USER_PROPERTY": ("from", "test")}
    assert properties(connect) == given
    assert properties(connack)["TOPIC_ALIAS_MAXIMUM"] == 4
    sent = properties(publication)
    assert octets(sent.pop("CORRELATION_DATA")) == b"0102"  # type: ignore[arg-type]
    passed_on = {
        "CONTENT_TYPE": "text/plain",
        "RESPONSE_TOPIC": "rooms/answer",
        "PAYLOAD_FORMAT_INDICATOR": 1,
        "USER_PROPERTY": ("unit", "celsius"),
    }
    assert sent == passed_on | {"MESSAGE_EXPIRY_INTERVAL": 30, "TOPIC_ALIAS": 1}
    assert properties(disconnect) == {"USER_PROPERTY": ("why", "done")}
    subscription, arrived = payloads(subscriber, "packet")[2], publications(subscriber)[0]
    assert properties(subscription) == {"SUBSCRIPTION_IDENTIFIER": 7, "USER_PROPERTY": ("a", "b")}
    assert properties(arrived).items() >= passed_on.items()
    assert properties(arrived)["SUBSCRIPTION_IDENTIFIER"] == 7
    assert payloads(nobody, "packet")[3]["reason_name"] == "NO_MATCHING_SUBSCRIBERS"
    assert payloads(stranger, "packet")[1]["reason_name"] == "NOT_AUTHORIZED"


def test_a_long_payload_and_a_packet_that_there_is_not() -> None:
    (lines,) = flows(dissected("mqtt-pieces", "mqtt"))
    assert words(lines) == ["CONNECT", "connack", "PUBLISH", "PINGREQ", "pingresp", "AUTH"]
    assert streamed(lines, "payload") == [("up", b"line\n" * 800)]
    assert [name for _, name in alerts(lines)] == ["clear_password", "reserved"]
