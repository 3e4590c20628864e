"""MobileNetV2 (Sandler et al., 2018), which learned on ImageNet's photographs."""

from core.models.imagenet import family

# Of the sizes its weights were learned for, the smallest.
FAMILY = family(
    "MobileNetV2",
    96,
    name="mobilenet",
    title="MobileNetV2, frozen",
    summary="A network made for phones that learned on photographs; only its last layer learns "
    "writing.",
    parameters=2_265_670,
)
