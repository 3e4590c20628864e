"""What the check lets pass works on any image; what it refuses stands in test_own.py."""

from collections.abc import Callable

import numpy as np
import pytest

from core.imaging import PRESETS, Pipeline, preset
from core.imaging.check import check
from core.imaging.steps import Binarise, Crop, Flatten, Grey, Resize, Thin


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_can_make_data_sets(name: str) -> None:
    check(preset(name))


def test_what_passes_the_check_leaves_any_image_in_its_size(draw_glyph: Callable) -> None:
    pipeline = Pipeline("mine", (Grey(), Crop(), Binarise(), Thin(), Resize(20), Flatten()))
    check(pipeline)
    page = np.repeat(draw_glyph("kannada", size=(50, 90))[..., None], 3, axis=2)
    assert pipeline.apply(page).shape == pipeline.shape == (20, 20)
