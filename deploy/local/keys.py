"""Development keys and passwords of one clone: made once, kept in .local/keys, worth nothing anywhere else."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from argon2 import PasswordHasher
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

STAFF = {"reviewer": "审核员", "final reviewer": "终审员", "school": "学校老师", "operator": "运营"}
SCHOOL_CODES = ["10007", "10010", "10054", "10998", "10999"]  # of deploy/campaigns


@dataclass(frozen=True)
class Keys:
    """Everything secret that the local stack needs. Files beside it hold the RSA pairs and the staff list."""

    folder: Path
    s3_access_key: str
    s3_secret_key: str
    postgres_password: str
    seal_key: str
    seal_lookup_key: str
    link_key: str
    staff_cookie_key: str
    intake_token_key: str
    wechat_secret: str
    apiv3_key: str
    sms_secret_id: str
    sms_secret_key: str
    receipt_secret: str
    staff_password: str

    @property
    def staff_file(self) -> Path:
        return self.folder / "staff.toml"

    def rsa_private(self, owner: str) -> Path:
        """PKCS#8 PEM of `merchant` or `wechatpay`."""
        return self.folder / f"{owner}.key.pem"

    def rsa_public(self, owner: str) -> Path:
        """SPKI PEM of `merchant` or `wechatpay`."""
        return self.folder / f"{owner}.pub.pem"


def load_keys(folder: Path) -> Keys:
    """The keys in `folder`, made on first use."""
    kept = folder / "keys.json"
    if not kept.exists():
        keys = _new_keys(folder)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for owner in ("merchant", "wechatpay"):
            _write_rsa_pair(keys, owner)
        # Last, so that an interrupted start begins anew.
        kept.write_text(json.dumps(asdict(keys), default=str, indent=1))
    values = json.loads(kept.read_text())
    keys = Keys(**{field.name: values[field.name] for field in fields(Keys)} | {"folder": folder})
    _keep_staff(keys)
    return keys


def _new_keys(folder: Path) -> Keys:
    return Keys(
        folder=folder,
        s3_access_key="gradphoto",
        s3_secret_key=secrets.token_urlsafe(24),
        postgres_password=secrets.token_hex(16),
        seal_key=_key_32(),
        seal_lookup_key=_key_32(),
        link_key=_key_32(),
        staff_cookie_key=_key_32(),
        intake_token_key=_key_32(),
        wechat_secret=secrets.token_hex(16),
        apiv3_key=secrets.token_hex(16),  # WeChat Pay's rule: 32 characters
        sms_secret_id="AKID" + secrets.token_hex(16),
        sms_secret_key=secrets.token_hex(16),
        receipt_secret=secrets.token_urlsafe(24),
        staff_password=secrets.token_urlsafe(9),
    )


def _key_32() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _write_rsa_pair(keys: Keys, owner: str) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    keys.rsa_private(owner).write_bytes(private.private_bytes(pem, serialization.PrivateFormat.PKCS8, no_password))
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    keys.rsa_public(owner).write_bytes(private.public_key().public_bytes(pem, spki))


def _keep_staff(keys: Keys) -> None:
    """The list follows this file; the password stays what it was."""
    made_of = f"# {', '.join(STAFF.values())} of {', '.join(SCHOOL_CODES)}\n"
    if keys.staff_file.exists() and keys.staff_file.read_text(encoding="utf-8").startswith(made_of):
        return
    hashed = PasswordHasher().hash(keys.staff_password)
    tables = (
        f'[[staff]]\nname = "{name}"\nroles = ["{role.split()[-1]}"]\n'
        f'schools = {json.dumps(SCHOOL_CODES if role == "school" else [])}\npassword_hash = "{hashed}"\n'
        for role, name in STAFF.items()
    )
    keys.staff_file.write_text(made_of + "\n".join(tables), encoding="utf-8")
