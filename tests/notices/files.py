"""The five campaign files, by the short names the tests call them."""

from pathlib import Path

from shared.campaign import Campaign, read_campaign


def _file(name: str) -> Campaign:
    return read_campaign(Path("deploy/campaigns") / f"{name}.toml")


BUCT, BIT = _file("buct-2020-summer"), _file("bit-2020-graduate")
NCEPU, XINHUA = _file("ncepu-2021-parttime"), _file("xinhua-2022-spring")
CAPTURE = _file("capture-code-2026")
NOTICES = (BUCT, NCEPU, XINHUA, BIT)
ALL = (*NOTICES, CAPTURE)
