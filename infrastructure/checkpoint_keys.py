"""The key that signs checkpoints and backups (Ed25519, RFC 8032), and those trusted besides."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from application.audit import Checkpoint

_PURPOSE = b"sigmasight checkpoints of the audit chain"


@dataclass(frozen=True)
class CheckpointKeys:
    """Implements `application.audit.Signer`. The seed has 32 bytes, a trusted public key too."""

    seed: bytes = field(repr=False)
    trusted: frozenset[bytes] = frozenset()

    @classmethod
    def of_secret(cls, secret: str, trusted: Iterable[bytes] = ()) -> Self:
        """The key that follows from the installation's secret, and from nothing else of it."""
        seed = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
        return cls(seed, frozenset(trusted))

    @property
    def public_key(self) -> bytes:
        """See `Signer.public_key`."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """See `Signer.sign`."""
        return self._private.sign(message)

    def is_signed(self, checkpoint: Checkpoint) -> bool:
        """See `Signer.is_signed`."""
        return self.has_signed(checkpoint.public_key, checkpoint.message, checkpoint.signature)

    def trusts(self, public_key: bytes) -> bool:
        """Whether a key is our own or trusted besides."""
        return public_key in self.trusted | {self.public_key}

    def has_signed(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether a key is trusted, and a signature is its own of a message."""
        if not self.trusts(public_key):
            return False
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)
