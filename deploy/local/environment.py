"""What every process of the local stack is told: the one place that knows the names of the settings.

Every process gets all of it and reads its own prefix. In production each gets only its own (docker-compose.yml).
"""

import os
from pathlib import Path

from deploy.local.keys import Keys
from deploy.local.servers import Servers

SERVICES = ("intake", "matcher", "validator", "payment", "notifier", "exporter")
# The reviewers' desk is the validator's second process, on the same database.
WEB = (*SERVICES, "review")
ROOT = Path(__file__).parents[2]

WECHAT_APPID = "wx5a0d1f2e3c4b5a69"
MCHID = "1900000109"
MERCHANT_CERT_SERIAL = "444F4864EA9B34415D3A2E1C7B6F5A4938271605"
WECHATPAY_PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092026112000000000000001"
SMS_SDK_APP_ID = "1400006666"
CAPTURE_KEY = "key-of-the-local-sandbox"


def environment(
    servers: Servers, keys: Keys, urls: dict[str, str], prefix: str, clock_file: Path, own: dict[str, str]
) -> dict[str, str]:
    """The variables of one stack. `urls`: where each of WEB and the sandbox serves; `own` is added last and wins."""
    return {
        **_of_the_system(),
        **_of_the_servers(servers, prefix),
        **_of_the_services(servers, urls, prefix),
        **_of_the_sandbox(keys, urls),
        **_of_the_gateways(keys, urls["sandbox"]),
        "SEAL_KEYS": f"k1:{keys.seal_key}",
        "SEAL_LOOKUP_KEY": keys.seal_lookup_key,
        "LINK_KEY": keys.link_key,
        "STAFF_FILE": str(keys.staff_file),
        "STAFF_COOKIE_KEY": keys.staff_cookie_key,
        "INTAKE_TOKEN_KEY": keys.intake_token_key,
        "CLOCK_FILE": str(clock_file),
        "MODE": "development",
        **own,
    }


def _of_the_system() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _of_the_servers(servers: Servers, prefix: str) -> dict[str, str]:
    return {
        "KAFKA_BOOTSTRAP_SERVERS": servers.kafka_bootstrap,
        "KAFKA_TOPIC_PREFIX": prefix,
        "S3_ENDPOINT": servers.s3_endpoint,
        "S3_ACCESS_KEY": servers.s3_access_key,
        "S3_SECRET_KEY": servers.s3_secret_key,
        "S3_BUCKET_PREFIX": prefix,
    }


def _of_the_services(servers: Servers, urls: dict[str, str], prefix: str) -> dict[str, str]:
    variables: dict[str, str] = {}
    for name in WEB:
        database = "validator" if name == "review" else name
        variables |= {
            f"{name.upper()}_DATABASE_URL": servers.postgres_url(f"{prefix}{database}"),
            f"{name.upper()}_PORT": urls[name].rsplit(":", 1)[1],
            f"{name.upper()}_PUBLIC_URL": urls[name],
        }
    return variables


def _of_the_gateways(keys: Keys, sandbox_url: str) -> dict[str, str]:
    """Our side of WeChat, WeChat Pay and SMS: in production other addresses and credentials, nothing else."""
    return {
        "WECHAT_URL": sandbox_url,
        "WECHAT_APPID": WECHAT_APPID,
        "WECHAT_SECRET": keys.wechat_secret,
        "PAYMENT_WECHATPAY_URL": sandbox_url,
        "PAYMENT_APPID": WECHAT_APPID,
        "PAYMENT_MCHID": MCHID,
        "PAYMENT_PRIVATE_KEY_FILE": str(keys.rsa_private("merchant")),
        "PAYMENT_CERT_SERIAL": MERCHANT_CERT_SERIAL,
        "PAYMENT_APIV3_KEY": keys.apiv3_key,
        "PAYMENT_WECHATPAY_PUBLIC_KEY_FILE": str(keys.rsa_public("wechatpay")),
        "PAYMENT_WECHATPAY_PUBLIC_KEY_ID": WECHATPAY_PUBLIC_KEY_ID,
        "MATCHER_CAPTURE_URL": sandbox_url,
        "MATCHER_CAPTURE_KEY": CAPTURE_KEY,
        "NOTIFIER_SMS_URL": sandbox_url,
        "NOTIFIER_SMS_SECRET_ID": keys.sms_secret_id,
        "NOTIFIER_SMS_SECRET_KEY": keys.sms_secret_key,
        "NOTIFIER_SMS_SDK_APP_ID": SMS_SDK_APP_ID,
        "NOTIFIER_SMS_SIGN_NAME": "毕业照采集",
        "NOTIFIER_RECEIPT_SECRET": keys.receipt_secret,
    }


def _of_the_sandbox(keys: Keys, urls: dict[str, str]) -> dict[str, str]:
    """The gateways' side of the same accounts."""
    return {
        "SANDBOX_PORT": urls["sandbox"].rsplit(":", 1)[1],
        "SANDBOX_WECHAT_APPID": WECHAT_APPID,
        "SANDBOX_WECHAT_SECRET": keys.wechat_secret,
        "SANDBOX_MCHID": MCHID,
        "SANDBOX_MERCHANT_PUBLIC_KEY_FILE": str(keys.rsa_public("merchant")),
        "SANDBOX_MERCHANT_CERT_SERIAL": MERCHANT_CERT_SERIAL,
        "SANDBOX_PLATFORM_PRIVATE_KEY_FILE": str(keys.rsa_private("wechatpay")),
        "SANDBOX_PLATFORM_PUBLIC_KEY_ID": WECHATPAY_PUBLIC_KEY_ID,
        "SANDBOX_APIV3_KEY": keys.apiv3_key,
        "SANDBOX_SMS_SECRET_ID": keys.sms_secret_id,
        "SANDBOX_SMS_SECRET_KEY": keys.sms_secret_key,
        "SANDBOX_SMS_SDK_APP_ID": SMS_SDK_APP_ID,
        "SANDBOX_CAPTURE_KEY": CAPTURE_KEY,
        "SANDBOX_RECEIPT_URL": f"{urls['notifier']}/receipts/{keys.receipt_secret}",
    }
