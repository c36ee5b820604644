import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from services.validator import judge  # noqa: F401  sets OpenCV's threads
from services.validator.models import MODELS, Model, ModelError, build, check_model, open_model, require_models


def test_the_built_models_answer_as_they_were_measured(models_dir: Path) -> None:
    for model in MODELS:
        check_model(model, models_dir)


def test_building_again_changes_nothing(models_dir: Path) -> None:
    before = {model.path(models_dir).stat().st_mtime_ns for model in MODELS}
    build(models_dir)
    assert {model.path(models_dir).stat().st_mtime_ns for model in MODELS} == before


def test_one_thread_for_each_process_and_none_that_spins(models_dir: Path) -> None:
    """Two processes with the default threads did 150 inferences a second, with one each 282."""
    options = open_model(MODELS[0], models_dir).get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert cv2.getNumThreads() == 1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_no_model_has_the_layers_that_took_half_of_its_time(model: Model, models_dir: Path) -> None:
    assert b"PRelu" not in model.path(models_dir).read_bytes()


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"python -m services\.validator\.models"):
        require_models(tmp_path)


def test_another_model_under_the_name_is_found_out(models_dir: Path, tmp_path: Path) -> None:
    near, far = MODELS[0], MODELS[1]
    near.path(tmp_path).write_bytes(far.path(models_dir).read_bytes())
    with pytest.raises(ModelError, match="delete it"):
        check_model(near, tmp_path)


@pytest.mark.timeout(300)
def test_two_builds_at_once_leave_whole_models(models_dir: Path, tmp_path: Path) -> None:
    _, _, mesh, iris = MODELS
    for model in (mesh, iris):  # two are enough to build, two are found
        shutil.copy(model.path(models_dir), tmp_path)
    code = "import sys, pathlib; from services.validator.models import build; build(pathlib.Path(sys.argv[1]))"
    builds = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(2)]
    assert all(each.wait() == 0 for each in builds)
    for each in builds:
        assert each.stdout is not None
        each.stdout.close()
    for model in MODELS:
        check_model(model, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {model.path(tmp_path).name for model in MODELS}
