"""Where `specs/http.yaml` and tshark's oracle differ, and why.

(capture, flow, side) -> lines that only tshark (`-`) or only we (`+`) have, and the reason.
"""

from __future__ import annotations

DIFFERENCES: dict[tuple[str, int, str], tuple[list[str], str]] = {
    ("haka__modules__protocol__http__test__variation_http.pcap", 1, "request"): (
        ["+ GET / 1.1"],
        "tabs between method, target and version: RFC 9112, section 3, lets a recipient take them for the "
        "separator; tshark does not",
    ),
    ("haka__modules__protocol__http__test__variation_http.pcap", 2, "request"): (
        ["- GET / HTML/1.1"],
        "the version is `HTML/1.1`, which is not HTTP (RFC 9112, section 2.3): ours raises `invalid`",
    ),
    ("haka__modules__protocol__http__test__variation_http.pcap", 3, "request"): (
        ["- GET / "],
        "a request line without a version is HTTP/0.9, which RFC 9112 has given up: ours raises `invalid`",
    ),
    ("haka__modules__protocol__http__test__variation_http.pcap", 4, "request"): (
        [
            "- Long_header:This is just a relatively long header",
            "+ Long_header:This is just a relatively long header\n folded on two lines",
        ],
        "a folded field (RFC 9112, section 5.2); tshark shows its first line only",
    ),
    ("haka__modules__protocol__http__test__variation_http.pcap", 5, "request"): (
        ["+ BAD_METHOD / 1.1"],
        "any token is a method (RFC 9110, section 9.1); tshark knows a list of them",
    ),
    ("haka__modules__protocol__http__test__variation_http.pcap", 6, "request"): (
        ["+ GET% / 1.1"],
        "any token is a method (RFC 9110, section 9.1); tshark knows a list of them",
    ),
    ("haka__modules__protocol__http__test__variation_http.pcap", 8, "request"): (
        ["- GET / numeric.numeric"],
        "the version is `HTTP/numeric.numeric` (RFC 9112, section 2.3): ours raises `invalid`",
    ),
    ("suricata-verify__http-connect__http-connect-fragmented__input.pcap", 0, "request"): (
        ["- GET / 1.1"],
        "it stands inside of the tunnel that CONNECT opened (RFC 9110, section 9.3.6); ours hands the tunnel on",
    ),
    ("suricata-verify__http-evader__http-evader-069__input.pcap", 0, "response"): (
        ["- Transfer-Encoding:x", "+ Transfer-Encoding:x \r\n chunked", "+ Connection:close"],
        "a folded field (RFC 9112, section 5.2); tshark shows its first line only and not the field behind it",
    ),
    ("suricata-verify__http-evader__http-evader-123__input.pcap", 0, "response"): (
        ["- Content-Encoding:deflate", "+ Content-Encoding:deflate\r\n ,"],
        "a folded field (RFC 9112, section 5.2); tshark shows its first line only",
    ),
    ("suricata-verify__http-evader__http-evader-183__input.pcap", 0, "response"): (
        [
            '- Content-disposition:attachment; filename="eicar.txt"',
            "- Content-Encoding:deflate",
            '+ Content-disposition:attachment; filename="eicar.txt"\rContent-Encoding: deflate',
        ],
        "lines ended by a bare CR, which ends no line (RFC 9112, section 2.2): ours keeps it in the value, "
        "with `defect`",
    ),
    ("suricata-verify__http-evader__http-evader-212__input.pcap", 0, "response"): (
        ["- Content-Encoding:", "+ Content-Encoding:gzip"],
        "a folded value (RFC 9112, section 5.2) behind a bare CR; tshark shows the empty first line",
    ),
    ("suricata-verify__http-evader__http-evader-217__input.pcap", 0, "response"): (
        ["- Content-Encoding:", "+ Content-Encoding:gzip"],
        "a folded value (RFC 9112, section 5.2) behind a bare CR; tshark shows the empty first line",
    ),
    ("suricata-verify__http-evader__http-evader-223__input.pcap", 0, "response"): (
        ["- Content-Encoding:", "+ Content-Encoding:gzip"],
        "a folded value (RFC 9112, section 5.2) behind a bare CR; tshark shows the empty first line",
    ),
    ("suricata-verify__http-evader__http-evader-286__input.pcap", 0, "response"): (
        ["- 1.1 200"],
        "CR LF CR CR in the head: no field name begins with CR, so ours raises `invalid`; tshark takes it for"
        " the head's end",
    ),
    ("suricata-verify__http-evader__http-evader-298__input.pcap", 0, "response"): (
        ["+ Transfer-Encoding:chunked", "+ Yet-another-header:foo"],
        "a line break between a name and its colon: ours reads the field and notes the defect, tshark stops there",
    ),
    ("suricata-verify__http-evader__http-evader-480__input.pcap", 0, "response"): (
        ["+ 1.1 200"],
        "two empty lines before the status line; ours passes over up to four, as browsers do, tshark does not"
        " see the response",
    ),
    ("suricata-verify__http-pipeline-files-with-gap__input.pcap", 0, "response"): (
        ["+ 1.1 200", "+ 1.1 200"],
        "the gap is inside a body: ours finds the next two responses, tshark, without reassembly over gaps, does not",
    ),
    ("suricata-verify__http-range-file__input.pcap", 0, "response"): (
        ["+ 1.1 206"],
        "the first response is there as well (15 requests, 15 responses); its segments are out of order",
    ),
    ("zeek__http__http-09-content-length-confusion.pcap", 0, "request"): (
        ["- GET / "],
        "a request line without a version is HTTP/0.9, which RFC 9112 has given up: ours raises `invalid`",
    ),
}

_CONTROL = (
    "a control octet before each chunk size, which is digits alone (RFC 9112, section 7.1): ours raises `invalid`"
)

BODIES: dict[tuple[str, int, str, int], tuple[int, str]] = {
    ("suricata-verify__http-evader__http-evader-021__input.pcap", 0, "response", 0): (0, _CONTROL),
    ("suricata-verify__http-evader__http-evader-022__input.pcap", 0, "response", 0): (0, _CONTROL),
    ("suricata-verify__http-evader__http-evader-057__input.pcap", 0, "response", 0): (
        68,
        "`chUnked`: names of codings have no case (RFC 9112, section 7); tshark shows the chunks as they are",
    ),
    ("suricata-verify__http-evader__http-evader-069__input.pcap", 0, "response", 0): (
        143,
        "a folded field: tshark takes its second line, the field behind it and the empty line (31 octets) for content",
    ),
    ("suricata-verify__http-evader__http-evader-087__input.pcap", 0, "response", 0): (
        68,
        "a blank before the colon of Transfer-Encoding: ours reads the field and notes the defect, tshark does not",
    ),
    ("suricata-verify__http-evader__http-evader-298__input.pcap", 0, "response", 0): (
        68,
        "a line break before the colon of Transfer-Encoding: ours reads the field and notes the defect, tshark does not",
    ),
    ("suricata-verify__http-evader__http-evader-449__input.pcap", 0, "response", 0): (
        0,
        "status 102 has no content (RFC 9110, section 15.2), whatever its Content-Length says",
    ),
}
"""(capture, flow, side, number of the message that both have) -> octets of content that ours finds, and why they are others."""
