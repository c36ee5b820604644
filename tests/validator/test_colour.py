import numpy as np
import pytest

from services.validator.colour import delta_e, lab_of_rgb

Triple = tuple[float, float, float]


# Pairs 1, 7, 11, 20, 25 and 34 of the table that Sharma, Wu and Dalal published with the formula.
@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distances_are_those_the_formula_was_published_with(one: Triple, other: Triple, distance: float) -> None:
    measured = delta_e(np.array(one, np.float32), np.array(other, np.float32))
    assert float(measured) == pytest.approx(distance, abs=2e-4)


def test_the_studios_blue_is_another_blue_than_the_standards() -> None:
    assert float(delta_e(lab_of_rgb((67, 142, 219)), lab_of_rgb((100, 197, 255)))) == pytest.approx(16.4, abs=0.2)
