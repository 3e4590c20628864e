"""From the bytes of a file to what a model sees.

`decode` reads any common image safely; a `Pipeline` is an ordered tuple of small steps. Data sets,
uploads and the canvas all pass through the same pipeline object as the model was trained with.
"""

from core.imaging.files import BOUND, decode
from core.imaging.own import find_pipeline, pipelines
from core.imaging.pipeline import PRESETS, Pipeline, preset
from core.imaging.steps import STEPS, Step

__all__ = [
    "BOUND",
    "PRESETS",
    "STEPS",
    "Pipeline",
    "Step",
    "decode",
    "find_pipeline",
    "pipelines",
    "preset",
]
