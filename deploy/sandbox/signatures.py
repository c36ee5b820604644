"""WeChat Pay v3's signatures and encryption, from the platform's side, and Tencent Cloud's TC3 check.

RSA is PKCS#1 v1.5 with SHA-256, encryption AES-256-GCM with the merchant's APIv3 key (domain research §3.7).
"""

import hashlib
import hmac
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from deploy.sandbox.settings import Settings

CLOCK_SKEW_SECONDS = 300
"""Both gateways refuse a request whose timestamp is further off than this."""


class SignatureRefused(Exception):
    """The request is not signed as the protocol demands; the text says which part is wrong."""


@dataclass(frozen=True)
class PayKeys:
    """The platform's private key, the merchant's public key, and the names both go by."""

    mchid: str
    merchant_cert_serial: str
    merchant_key: RSAPublicKey
    platform_key: RSAPrivateKey
    platform_key_id: str
    apiv3_key: bytes

    @classmethod
    def read(cls, settings: Settings) -> Self:
        merchant = load_pem_public_key(settings.merchant_public_key_file.read_bytes())
        # Our own key: whether it is a good one takes 48 ms to find out, at each of the tests' many starts.
        platform = load_pem_private_key(
            settings.platform_private_key_file.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
        )
        assert isinstance(merchant, RSAPublicKey)
        assert isinstance(platform, RSAPrivateKey)
        return cls(
            settings.mchid,
            settings.merchant_cert_serial,
            merchant,
            platform,
            settings.platform_public_key_id,
            settings.apiv3_key.get_secret_value().encode(),
        )

    def check_request(self, method: str, path: str, body: str, authorization: str) -> None:
        """Raises SignatureRefused unless the merchant signed exactly this request within five minutes."""
        scheme, _, rest = authorization.partition(" ")
        given = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme != "WECHATPAY2-SHA256-RSA2048":
            raise SignatureRefused(f"Authorization scheme {scheme!r}")
        if given.get("mchid") != self.mchid or given.get("serial_no") != self.merchant_cert_serial:
            raise SignatureRefused("unknown mchid or certificate serial number")
        timestamp = given.get("timestamp", "")
        if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > CLOCK_SKEW_SECONDS:
            raise SignatureRefused(f"timestamp {timestamp!r} is more than 5 minutes off")
        signed = f"{method}\n{path}\n{timestamp}\n{given.get('nonce_str')}\n{body}\n"
        self.check_merchant(signed, given.get("signature", ""))

    def check_merchant(self, signed: str, signature: str) -> None:
        """Raises SignatureRefused unless `signature` is the merchant's over `signed`."""
        try:
            self.merchant_key.verify(b64decode(signature), signed.encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            raise SignatureRefused("the signature does not match") from None

    def sign(self, body: str, trigger: str = "") -> dict[str, str]:
        """The headers that WeChat Pay puts on every answer and notification; `trigger` spoils one of them."""
        timestamp = str(int(time.time()) - (86_400 if trigger == "day_old" else 0))
        nonce = uuid4().hex
        signed = f"{timestamp}\n{nonce}\n{body}\n".encode()
        signature = b64encode(self.platform_key.sign(signed, PKCS1v15(), SHA256())).decode()
        if trigger == "signature_bad":
            signature = signature[::-1].strip("=") + "=="
        if trigger == "signature_test":
            signature = "WECHATPAY/SIGNTEST/" + signature[19:]
        headers = {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": signature,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            "Wechatpay-Serial": "PUB_KEY_ID_OF_NOBODY" if trigger == "serial_unknown" else self.platform_key_id,
        }
        if trigger == "signature_missing":
            del headers["Wechatpay-Signature"]
        return headers

    def encrypt(self, text: str, associated_data: str) -> dict[str, str]:
        """The `resource` of a notification."""
        nonce = uuid4().hex[:12]
        ciphertext = AESGCM(self.apiv3_key).encrypt(nonce.encode(), text.encode(), associated_data.encode())
        return {
            "original_type": associated_data,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": b64encode(ciphertext).decode(),
            "associated_data": associated_data,
            "nonce": nonce,
        }


def check_tc3(secret_id: str, secret_key: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raises SignatureRefused unless Tencent Cloud would take this `POST /` to its sms service."""
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=([^/]+)/([\d-]+)/sms/tc3_request, ?SignedHeaders=([\w;-]+), ?Signature=(\w+)",
        headers.get("authorization", ""),
    )
    timestamp = headers.get("x-tc-timestamp", "")
    if found is None or found[1] != secret_id or not timestamp.isdigit():
        raise SignatureRefused("AuthFailure.SignatureFailure")
    day, signed_headers, signature = found[2], found[3], found[4]
    if abs(time.time() - int(timestamp)) > CLOCK_SKEW_SECONDS:
        raise SignatureRefused("AuthFailure.SignatureExpire")
    if day != datetime.fromtimestamp(int(timestamp), UTC).strftime("%Y-%m-%d"):
        raise SignatureRefused("AuthFailure.SignatureFailure")
    canonical = "".join(f"{name}:{headers.get(name, '')}\n" for name in signed_headers.split(";"))
    request = f"POST\n/\n\n{canonical}\n{signed_headers}\n{hashlib.sha256(body).hexdigest()}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"TC3{secret_key}".encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{day}/sms/tc3_request\n{digest}"
    if not hmac.compare_digest(hmac.digest(key, to_sign.encode(), "sha256").hex(), signature):
        raise SignatureRefused("AuthFailure.SignatureFailure")
