"""A name server of the tests' own, over UDP and TCP on loopback, which misbehaves on demand."""

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zonefile

ROOT = '. 3600 IN SOA a.example. b.example. 1 2 3 4 5'
MOST_ALIASES = 8


class NameServer:
    """Answers from zone text. Change it while it runs: `drop`, `put`, and the sets below.

    What it says is signed by its word alone: it sets AD, except for the names in `unsigned`.
    """

    def __init__(self, zone: str) -> None:
        self._sets = {
            (found.name, found.rdtype): found
            for found in dns.zonefile.read_rrsets(f"{zone}\n{ROOT}\n", rdclass=None,
                                                  relativize=False)
        }
        self.unsigned: set[str] = set()
        self.faults: dict[str, str] = {}  # name: silent, servfail, garbage, short, truncated
        self.validates = True
        self.asked: list[tuple[str, str, str]] = []  # transport, name, type
        self.port = 0

    def drop(self, name: str, kind: str) -> None:
        """Take a record set away."""
        del self._sets[_key(name, kind)]

    def put(self, name: str, kind: str, *values: str) -> None:
        """Put a record set there, in the place of any that was."""
        made = dns.rrset.from_text(dns.name.from_text(name), 3600, "IN", kind, *values)
        self._sets[_key(name, kind)] = made

    def text(self, name: str) -> str:
        """The one TXT record of a name."""
        (record,) = self._sets[_key(name, "TXT")]
        return b"".join(record.strings).decode()

    def answer(self, wire: bytes, transport: str) -> bytes | None:
        """What it sends back; None for silence."""
        query = dns.message.from_wire(wire)
        (asked,) = query.question
        name = asked.name.to_text(omit_final_dot=True).lower()
        self.asked.append((transport, name, dns.rdatatype.to_text(asked.rdtype)))
        fault = self.faults.get(name, "")
        if fault == "silent":
            return None
        if fault == "garbage":
            return wire[:2] + b"\x81\x80" + b"\xff" * 40
        if fault == "short":
            return wire[:5]
        reply = dns.message.make_response(query, recursion_available=True)
        if fault == "servfail":
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply.to_wire()
        self._fill(reply, asked)
        if self.validates and name not in self.unsigned:
            reply.flags |= dns.flags.AD
        return self._wire(reply, udp_size=max(query.payload, 512), transport=transport,
                          is_cut=fault == "truncated")

    def _fill(self, reply: dns.message.Message, asked: dns.rrset.RRset) -> None:
        name = asked.name
        for _ in range(MOST_ALIASES):
            found = self._sets.get((name, asked.rdtype))
            alias = self._sets.get((name, dns.rdatatype.CNAME))
            if found is not None:
                reply.answer.append(found)
            if found is not None or alias is None:
                break
            reply.answer.append(alias)
            name = alias[0].target
        else:
            return
        if not any(held.is_subdomain(name) for held, _ in self._sets):
            reply.set_rcode(dns.rcode.NXDOMAIN)

    def _wire(
        self, reply: dns.message.Message, *, udp_size: int, transport: str, is_cut: bool
    ) -> bytes:
        if transport == "tcp" and not is_cut:
            return reply.to_wire(max_size=65_535)
        with contextlib.suppress(dns.exception.TooBig):
            if not is_cut:
                return reply.to_wire(max_size=udp_size)
        reply.answer = []
        reply.flags |= dns.flags.TC
        return reply.to_wire()

    @contextlib.contextmanager
    def running(self) -> Iterator["NameServer"]:
        """Listens on 127.0.0.1 at one port for both ways, until the end."""
        with _Tcp(("127.0.0.1", 0), _TcpHandler) as tcp:
            self.port = tcp.server_address[1]
            with _Udp(("127.0.0.1", self.port), _UdpHandler) as udp:
                tcp.names = udp.names = self
                threads = [threading.Thread(target=each.serve_forever, args=(0.02,), daemon=True)
                           for each in (tcp, udp)]
                for thread in threads:
                    thread.start()
                try:
                    yield self
                finally:
                    for each, thread in zip((tcp, udp), threads, strict=True):
                        each.shutdown()
                        thread.join()


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    names: NameServer


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    names: NameServer


class _UdpHandler(socketserver.BaseRequestHandler):
    server: Any
    request: tuple[bytes, socket.socket]

    def handle(self) -> None:
        reply = self.server.names.answer(self.request[0], "udp")
        if reply is not None:
            self.request[1].sendto(reply, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        (length,) = struct.unpack("!H", self.rfile.read(2))
        reply = self.server.names.answer(self.rfile.read(length), "tcp")
        if reply is not None:
            self.wfile.write(struct.pack("!H", len(reply)) + reply)


def _key(name: str, kind: str) -> tuple[dns.name.Name, dns.rdatatype.RdataType]:
    return dns.name.from_text(name), dns.rdatatype.from_text(kind)
