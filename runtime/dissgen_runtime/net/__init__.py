"""Captures to events: files, decapsulation, TCP reassembly, flows, sessions, output. Standard library only.

`capture` reads packets, `decapsulate` finds the TCP segment or UDP datagram in each, `tcp` and `flows` put them in
order, `dissect` drives the sessions of generated dissectors, `output` writes what they report, `command` is the whole
as one function. The core of the runtime never imports this package.
"""
