import os

import pytest

from shared.events import Contact, Payer
from shared.sealed import CannotOpen, Sealer

LOOKUP = os.urandom(32)
OLD, NEW = os.urandom(32), os.urandom(32)


def test_what_was_sealed_is_opened_and_says_nothing_meanwhile() -> None:
    sealer = Sealer({"k1": NEW}, LOOKUP)
    sealed = sealer.seal(Contact(openid="o-mao", phone="+8613800138000"))
    assert "mao" not in sealed.model_dump_json()
    assert sealer.open(sealed, Contact).phone == "+8613800138000"
    assert sealer.seal(Payer(openid="o-mao")).box != sealer.seal(Payer(openid="o-mao")).box


def test_the_first_key_seals_and_every_key_opens() -> None:
    before = Sealer({"k0": OLD}, LOOKUP).seal(Payer(openid="o"))
    rotated = Sealer({"k1": NEW, "k0": OLD}, LOOKUP)
    assert rotated.open(before, Payer).openid == "o"
    assert rotated.seal(Payer(openid="o")).key_id == "k1"


def test_a_box_for_another_purpose_or_altered_or_of_a_lost_key_stays_shut() -> None:
    sealer = Sealer({"k1": NEW}, LOOKUP)
    sealed = sealer.seal(Payer(openid="o"))
    with pytest.raises(CannotOpen, match="holds no Contact"):
        sealer.open(sealed, Contact)  # type: ignore[misc]  # the wrong class is the point
    altered = sealed.model_copy(update={"box": ("A" if sealed.box[0] != "A" else "B") + sealed.box[1:]})
    with pytest.raises(CannotOpen, match="altered"):
        sealer.open(altered, Payer)
    with pytest.raises(CannotOpen, match="no key 'k1'"):
        Sealer({"k2": OLD}, LOOKUP).open(sealed, Payer)


def test_equal_numbers_have_equal_fingerprints_and_parts_do_not_run_together() -> None:
    sealer = Sealer({"k1": NEW}, LOOKUP)
    assert sealer.fingerprint("id", "110") == sealer.fingerprint("id", "110")
    assert sealer.fingerprint("id", "110") != sealer.fingerprint("id1", "10")
    assert sealer.fingerprint("id", "110") != Sealer({"k1": NEW}, OLD).fingerprint("id", "110")
