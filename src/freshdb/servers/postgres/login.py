"""Logging in: what a server may ask a client for before it serves it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import struct

from freshdb.errors import ServerError
from freshdb.servers.postgres.address import Address


class Login:
    """Answers the server's demands for a password."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._nonce = base64.b64encode(os.urandom(18)).decode()
        self._proof = b""

    def answer(self, demand: int, data: bytes) -> bytes | None:
        password = self._address.password.encode()
        if demand in (0, 12):
            return None
        if demand == 3:
            return password + b"\0"
        if demand == 5:
            inner = hashlib.md5(password + self._address.user.encode()).hexdigest()  # noqa: S324  # the protocol's
            digest = hashlib.md5(inner.encode() + data[:4]).hexdigest()  # noqa: S324  # the protocol's
            return b"md5" + digest.encode() + b"\0"
        if demand == 10 and b"SCRAM-SHA-256\0" in data:
            first = f"n,,n=,r={self._nonce}".encode()
            return b"SCRAM-SHA-256\0" + struct.pack("!I", len(first)) + first
        if demand == 11:
            return self._scram(password, data.decode())
        raise ServerError(
            f"the server at {self._address} asks for a way to log in (number {demand}) that "
            "freshdb does not know",
            hint="let the role log in with a password or `trust`, or use a private server",
        )

    def _scram(self, password: bytes, challenge: str) -> bytes:
        """Return the proof of the password; RFC 5802."""
        facts = dict(part.split("=", 1) for part in challenge.split(","))
        salted = hashlib.pbkdf2_hmac(
            "sha256", password, base64.b64decode(facts["s"]), int(facts["i"])
        )
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        unproved = f"c=biws,r={facts['r']}"
        signed = f"n=,r={self._nonce},{challenge},{unproved}".encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        return f"{unproved},p={base64.b64encode(proof).decode()}".encode()
