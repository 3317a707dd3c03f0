"""Loads a server over many connections from one thread, and checks every byte that comes back.

    client.py PROTOCOL PORT CONNECTIONS

Every line `SECONDS` on standard input starts a run on connections that stay open between runs; a line of JSON tells what it
did.  The end of the input closes them.
"""
import json
import random
import resource
import select
import socket
import sys
import time
import zlib

#: Requests after which an HTTP connection is opened anew.
KEPT_ALIVE = 50


class Echo:
    """A line of 20 to 2,000 letters; the same must come back."""

    def __init__(self, number):
        letters = random.Random(number)
        self.lines = [bytes(letters.choices(b"abcdefghij", k=letters.randrange(20, 2000))) + b"\n" for _ in range(8)]
        self.count = 0
        self.sent = b""

    def next_request(self):
        self.sent = self.lines[self.count % len(self.lines)]
        self.count += 1
        return self.sent

    def check(self, received):
        """None: more must come. Else whether it is what must come."""
        if len(received) < len(self.sent):
            return None
        return received == self.sent

    def is_last(self):
        return False


class Http(Echo):
    """A posted body; it must come back, with its checksum."""

    def next_request(self):
        body = super().next_request()
        closing = b"Connection: close\r\n" if self.is_last() else b""
        return b"POST / HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s" % (closing, len(body), body)

    def check(self, received):
        head, separator, body = received.partition(b"\r\n\r\n")
        if not separator or len(body) < len(self.sent):
            return None
        checksum = b"X-Checksum: %d" % zlib.crc32(self.sent)
        return head.startswith(b"HTTP/1.1 200") and checksum in head.split(b"\r\n") and body == self.sent

    def is_last(self):
        return self.count % KEPT_ALIVE == 0


class Client:
    def __init__(self, protocol, port, connections):
        self.port = port
        self.poll = select.epoll()
        self.connections = {}
        self.done = self.bytes = self.errors = 0
        for number in range(connections):
            self.connect(protocol(number))

    def connect(self, protocol):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.connections[connection.fileno()] = connection, protocol, bytearray()
        self.poll.register(connection, select.EPOLLIN)

    def drop(self, descriptor):
        connection, protocol, _ = self.connections.pop(descriptor)
        self.poll.unregister(connection)
        connection.close()
        return protocol

    def read(self, descriptor):
        """Whether the connection is free for its next request."""
        connection, protocol, received = self.connections[descriptor]
        data = connection.recv(65536)
        received += data
        verdict = protocol.check(received) if data else False
        if verdict is None:
            return False
        self.done += verdict
        self.errors += not verdict
        self.bytes += len(received)
        received.clear()
        if not verdict or protocol.is_last():
            self.connect(self.drop(descriptor))
            return False
        return True

    def send(self, descriptor):
        connection, protocol, _ = self.connections[descriptor]
        connection.sendall(protocol.next_request())

    def run(self, seconds):
        self.done = self.bytes = self.errors = 0
        began = time.perf_counter()
        waiting = set()
        while (now := time.perf_counter()) < began + seconds or waiting:
            if now < began + seconds:
                for descriptor in self.connections.keys() - waiting:
                    self.send(descriptor)
                    waiting.add(descriptor)
            if now > began + seconds + 30:
                self.errors += len(waiting)
                break
            for descriptor, _ in self.poll.poll(1):
                try:
                    if self.read(descriptor) and now < began + seconds:
                        self.send(descriptor)
                    else:
                        self.settle(descriptor, waiting)
                except OSError:
                    self.errors += 1
                    waiting.discard(descriptor)
                    self.connect(self.drop(descriptor))
        return {"done": self.done, "bytes": self.bytes, "errors": self.errors, "seconds": time.perf_counter() - began}

    def settle(self, descriptor, waiting):
        """Takes a connection that has its answer, or is a new one, off the list of those that wait for one."""
        entry = self.connections.get(descriptor)
        if entry is None or not entry[2]:
            waiting.discard(descriptor)


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    protocol, port, connections = sys.argv[1:]
    client = Client({"echo": Echo, "http": Http}[protocol], int(port), int(connections))
    print("open", flush=True)
    for line in sys.stdin:
        print(json.dumps(client.run(float(line))), flush=True)


main()
