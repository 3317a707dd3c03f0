# Sockets: connections, datagrams, timeouts, ancillary data, errors.
import array
import os
import socket
import threading

server = socket.create_server(("127.0.0.1", 0))
address = server.getsockname()


def serve():
    connection, _ = server.accept()
    with connection:
        while data := connection.recv(1000):
            connection.sendall(data.upper())


thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(address) as client:
    client.sendall(b"hello")
    print(client.recv(100), client.getpeername() == address, client.family, client.type)
    buffer = bytearray(10)
    client.send(b"more")
    print(client.recv_into(buffer), buffer)
thread.join()
server.settimeout(0.05)
try:
    server.accept()
except TimeoutError as e:
    print(type(e).__name__, e)
server.close()
print(server)

a, b = socket.socketpair()
a.setblocking(False)
try:
    a.recv(1)
except BlockingIOError as e:
    print(e.errno == 11)
r, w = os.pipe()
b.sendmsg([b"x", b"yz"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [w]))])
data, ancillary, flags, source = a.recvmsg(100, socket.CMSG_SPACE(4))
fd = array.array("i", ancillary[0][2])[0]
os.write(fd, b"by another descriptor")
print(data, ancillary[0][:2], flags, source, os.read(r, 100))
b.close()
print(a.recv(1))
a.close()

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    receiver.bind(("127.0.0.1", 0))
    sender.sendto(b"datagram", receiver.getsockname())
    data, source = receiver.recvfrom(100)
    print(data, source[0])


def attempt(function, *args, **kwargs):
    try:
        print(function.__name__, function(*args, **kwargs))
    except BaseException as e:
        print(function.__name__, type(e).__name__, e)


with socket.socket() as s:
    attempt(s.bind, 1)
    attempt(s.bind, (1,))
    attempt(s.bind, ("127.0.0.1", 99999))
    attempt(s.connect, ("127.0.0.1", 1))
    attempt(s.settimeout, -1)
    attempt(s.recv, -1)
    attempt(s.recv_into, bytearray(3), 5)
    attempt(s.send, "a")
    attempt(s.sendto, b"a")
    attempt(s.getsockopt, 1, 2, -1)
    attempt(s.setsockopt, 1, 2, "a")
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    print(s.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR), s.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 4))
attempt(socket.getaddrinfo, "127.0.0.1", 80, type=socket.SOCK_STREAM)
attempt(socket.getaddrinfo, "::1", 80, type=socket.SOCK_STREAM)
attempt(socket.inet_aton, "1.2")
attempt(socket.inet_pton, socket.AF_INET6, "::1")
attempt(socket.inet_ntop, 99, b"a")
attempt(socket.htons, 70000)
attempt(socket.htonl, 1)
attempt(socket.gethostbyname, "127.0.0.1")
attempt(socket.if_nametoindex, "nope")
