"""How is a server on the network asked?"""

import ssl
from functools import cache

import httpx


def http_client(base_url: str = "", timeout: float | httpx.Timeout = 5) -> httpx.AsyncClient:
    """Close it. What environment variables say of proxies and certificates is not followed.

    timeout: seconds.
    """
    return httpx.AsyncClient(base_url=base_url, timeout=timeout, trust_env=False, verify=_certificates())


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes 35 ms, in which an event loop does nothing else."""
    return httpx.create_ssl_context(trust_env=False)
