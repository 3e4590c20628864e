"""Xception (Chollet, 2017), which learned on ImageNet's photographs."""

from core.models.imagenet import family

# It takes no image smaller than 71x71.
FAMILY = family(
    "Xception",
    71,
    name="xception",
    title="Xception, frozen",
    summary="A large network that learned on photographs; only its last layer learns writing.",
    parameters=20_873_774,
)
