"""New backgrounds on composed photos: the same person composed on the new colour from the start is the truth."""

import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import cv2
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.validator.cutout import BadCutout, Engine, replace_background
from services.validator.cutout.edges import own_colours
from services.validator.cutout.grabcut import GrabCut
from services.validator.cutout.network import bring, open_network
from services.validator.faces import FaceModels
from services.validator.models import MESH, ModelError
from services.validator.portrait import Portrait
from services.validator.settings import CutoutSettings
from tests.portraits.compose import STANDARD_BLUE, STUDIO_BLUE, Colour
from tests.portraits.recipes import compliant
from tests.validator.halo import HALO_MAX, WHITE, halo, portrait_of, true_alpha

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("faces")]

OLD: list[Colour] = [STUDIO_BLUE, (120, 160, 140), (90, 60, 110)]


@pytest.fixture(scope="module", params=["grabcut", "isnet"])
def engine(request: pytest.FixtureRequest, models_dir: Path) -> Engine:
    """ISNet comes once per user, 100 MB."""
    if request.param == "grabcut":
        return GrabCut()
    bring(CutoutSettings(), models_dir)
    return open_network(CutoutSettings(), models_dir)


@pytest.mark.parametrize(("number", "new"), [(0, WHITE), (2, STANDARD_BLUE)])
@pytest.mark.parametrize("old", OLD)
def test_no_halo_of_the_old_background_is_left(
    number: int, new: Colour, old: Colour, engine: Engine, models: FaceModels
) -> None:
    recipe = compliant(number, old)
    ring = halo(replace_background(portrait_of(recipe, models), new, engine), recipe, new)
    assert ring.mean() < HALO_MAX
    assert np.percentile(ring, 95) < HALO_MAX


def test_the_person_keeps_their_colours_and_the_background_is_exact(engine: Engine, models: FaceModels) -> None:
    recipe = compliant(0)
    portrait = portrait_of(recipe, models)
    replaced = replace_background(portrait, STANDARD_BLUE, engine)
    inside = cv2.erode((true_alpha(recipe) > 0.99).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    changed = np.abs(replaced[inside].astype(int) - portrait.picture[inside])
    assert changed.mean() < 0.5
    assert (replaced[5, 5] == STANDARD_BLUE[::-1]).all()


def test_two_workers_cut_the_same(engine: Engine, models: FaceModels) -> None:
    portrait = portrait_of(compliant(1), models)
    assert np.array_equal(engine.alpha(portrait), engine.alpha(portrait))


def test_the_light_engine_refuses_what_it_cannot_tell(models: FaceModels) -> None:
    with pytest.raises(BadCutout, match="blind"):  # a white shirt and white hair before white
        replace_background(portrait_of(compliant(0, (245, 245, 245)), models), STANDARD_BLUE, GrabCut())
    uneven = replace(compliant(4, (120, 125, 130)), background2=(200, 205, 210))
    with pytest.raises(BadCutout, match="spread"):
        replace_background(portrait_of(uneven, models), STANDARD_BLUE, GrabCut())


def test_the_network_cuts_what_the_light_engine_refuses(models: FaceModels, models_dir: Path) -> None:
    bring(CutoutSettings(), models_dir)
    network = open_network(CutoutSettings(), models_dir)
    for recipe in (compliant(0, (245, 245, 245)), replace(compliant(4), background2="object")):
        replaced = replace_background(portrait_of(recipe, models), STANDARD_BLUE, network)
        assert np.percentile(halo(replaced, recipe, STANDARD_BLUE), 95) < HALO_MAX


class _Fog:
    """A network that knows nothing."""

    limits = GrabCut.limits

    def alpha(self, portrait: Portrait) -> np.ndarray:
        return np.full(portrait.picture.shape[:2], 0.6, np.float32)


def test_a_cut_out_that_is_unsure_everywhere_is_refused_with_its_value_and_limit(models: FaceModels) -> None:
    with pytest.raises(BadCutout, match=r"face_covered 0\.6, limit 0\.97"):
        replace_background(portrait_of(compliant(0), models), WHITE, _Fog())


def test_the_colour_under_the_edge_is_the_persons_own() -> None:
    """Half red, half blue between a red person and a blue background: the person there is red."""
    picture = np.zeros((640, 480, 3), np.uint8)
    picture[:, :240], picture[:, 240:] = (0, 0, 200), (200, 0, 0)
    picture[:, 238:242] = (100, 0, 100)
    alpha = np.zeros((640, 480), np.float32)
    alpha[:, :238], alpha[:, 238:242] = 1, 0.5
    blue, _, red = own_colours(picture, alpha)[300, 240] * 255
    assert red > 190
    assert blue < 10


def test_another_network_is_taken_from_a_path_when_its_sha256_is_right(models_dir: Path, tmp_path: Path) -> None:
    bring(CutoutSettings(), models_dir)
    other = tmp_path / "other.onnx"
    other.write_bytes((models_dir / "isnet_384x512.onnx").read_bytes())
    sha256 = hashlib.sha256(other.read_bytes()).hexdigest()
    open_network(CutoutSettings(network=str(other), sha256=sha256), models_dir)
    with pytest.raises(ModelError, match="SHA-256"):
        open_network(CutoutSettings(network=str(other), sha256="0" * 64), models_dir)


@pytest.fixture
def website(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str]]:
    """A folder and the https address that serves it, with a certificate that this process trusts."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(hours=1), now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "website.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    folder = tmp_path / "website"
    folder.mkdir()
    server = ThreadingHTTPServer(("localhost", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_another_network_comes_by_https_once_and_only_as_the_one_that_was_named(
    models_dir: Path, tmp_path: Path, website: tuple[Path, str]
) -> None:
    folder, address = website
    bring(CutoutSettings(), models_dir)
    network = (models_dir / "isnet_384x512.onnx").read_bytes()
    (folder / "other.onnx").write_bytes(network)
    kept = tmp_path / "models"
    right = CutoutSettings(network=f"{address}/other.onnx", sha256=hashlib.sha256(network).hexdigest())
    bring(right, kept)
    (folder / "other.onnx").unlink()
    bring(right, kept)  # it is there: nobody is asked again
    open_network(right, kept)
    with pytest.raises(ModelError, match="could not be fetched"):
        bring(CutoutSettings(network=f"{address}/other.onnx", sha256="1" * 64), kept)
    (folder / "other.onnx").write_bytes(network[:-1])
    with pytest.raises(ModelError, match="SHA-256"):
        bring(CutoutSettings(network=f"{address}/other.onnx", sha256="2" * 64), kept)
    assert [file.name for file in kept.iterdir()] == [f"cutout_{right.sha256[:12]}.onnx"]


def test_a_network_of_another_shape_is_found_out_before_it_costs_a_photo(
    models_dir: Path, tmp_path: Path, website: tuple[Path, str]
) -> None:
    folder, address = website
    mesh = MESH.path(models_dir)
    sha256 = hashlib.sha256(mesh.read_bytes()).hexdigest()
    with pytest.raises(ModelError, match="not one alpha for each pixel"):
        open_network(CutoutSettings(network=str(mesh), sha256=sha256), models_dir)
    (folder / "mesh.onnx").write_bytes(mesh.read_bytes())
    with pytest.raises(ModelError, match="not one alpha for each pixel"):
        bring(CutoutSettings(network=f"{address}/mesh.onnx", sha256=sha256), tmp_path / "models")
    (folder / "page.onnx").write_text("<html>")
    sha256 = hashlib.sha256(b"<html>").hexdigest()
    with pytest.raises(ModelError, match="no network"):
        bring(CutoutSettings(network=f"{address}/page.onnx", sha256=sha256), tmp_path / "models")


def test_only_https_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="neither a path nor an https address"):
        bring(CutoutSettings(network="http://localhost/other.onnx", sha256="0" * 64), tmp_path)


def test_a_network_that_was_not_brought_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"python -m services\.validator\.cutout"):
        open_network(CutoutSettings(), tmp_path)


def test_short_hair_before_a_background_as_dark_is_not_cut_off(models: FaceModels) -> None:
    recipe = compliant(2, (120, 160, 140))
    alpha = GrabCut().alpha(portrait_of(recipe, models))
    away = np.abs(alpha - true_alpha(recipe))
    assert away.mean() < 0.01


def test_a_cut_that_loses_what_surely_is_the_person_is_refused(models: FaceModels) -> None:
    portrait = portrait_of(compliant(2, STUDIO_BLUE), models)

    class Scalped(GrabCut):
        def alpha(self, portrait: Portrait) -> np.ndarray:
            alpha = super().alpha(portrait)
            alpha[: int(portrait.hairline.px), : int(portrait.centre_x_px)] = 0
            return alpha

    with pytest.raises(BadCutout, match="lost"):
        replace_background(portrait, STANDARD_BLUE, Scalped())
