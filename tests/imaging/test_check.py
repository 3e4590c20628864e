"""What the check lets pass works on any image; what it refuses stands in test_own.py."""

from collections.abc import Callable

import numpy as np
import pytest

from core.errors import PipelineError
from core.imaging import PRESETS, Pipeline, preset
from core.imaging.check import check
from core.imaging.steps import Binarise, Crop, Fit, Flatten, Grey, Redraw, Resize, Thin


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_can_make_data_sets(name: str) -> None:
    check(preset(name))


def test_a_step_that_takes_flat_colour_only_does_not_pass() -> None:
    with pytest.raises(PipelineError, match=r"a colour image: switch .* Grey on"):
        check(Pipeline("mine", (Redraw(pen=9), Flatten(), Grey(), Resize())))


def test_what_passes_the_check_leaves_any_image_in_its_size(draw_glyph: Callable) -> None:
    pipeline = Pipeline("mine", (Grey(), Crop(), Binarise(), Thin(), Resize(20), Flatten()))
    check(pipeline)
    page = np.repeat(draw_glyph("kannada", size=(50, 90))[..., None], 3, axis=2)
    assert pipeline.apply(page).shape == pipeline.shape == (20, 20)


def test_a_margin_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(PipelineError, match="leaves nothing of 20 px"):
        check(Pipeline("x", (Grey(), Fit(20, margin=10))))
