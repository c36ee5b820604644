"""The RSA pairs of a development setup: each side has its own private key and the public key of the other."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def write_pairs(folder: Path) -> None:
    """Write {merchant,platform}_{private,public}.pem: PKCS#8 and SPKI, the only forms `wechatpayv3` reads."""
    for owner in ("merchant", "platform"):
        key = generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        private_file = folder / f"{owner}_private.pem"
        private_file.touch(mode=0o600)
        private_file.write_bytes(private)
        (folder / f"{owner}_public.pem").write_bytes(public)
