# SPDX-License-Identifier: Apache-2.0
"""Datagrams that are dropped: to a port that nobody has, and to a socket whose buffer is full."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as full, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    full.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    full.bind(("127.0.0.1", 4242))
    for _ in range(200):
        sender.sendto(b"x" * 1000, ("127.0.0.1", 4242))
        sender.sendto(b"x", ("127.0.0.1", 4243))
