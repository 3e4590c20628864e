import json
import subprocess
import sys

import pytest

from core.models.zoo import FAMILIES, describe

# Worked out by hand: dense (784+1)*512 + (512+1)*512 + (512+1)*6; rnn twice 28*(28+28+1), and
# (28+1)*6; cnn (9+1)*32 + (9*32+1)*64 + (7*7*64+1)*6; glyph 25*32 + 9*(2*32*32 + 32*64 + 2*64*64
# + 64*128 + 2*128*128) without biases, 4 numbers a channel for normalising 672 of them, and
# (128+1)*6; lstm four gates of the rnn's size, 2*4*28*(28+28+1), and (28+1)*6; gru three, with
# two offsets each, 2*3*28*(28+28+2), and (28+1)*6. The bodies of xception and mobilenet have the
# 20,861,480 and 2,257,984 that Keras documents; the heads (2048+1)*6 and (1280+1)*6.
PARAMETERS = {
    "dense": 667_654,
    "rnn": 3_366,
    "cnn": 37_638,
    "lstm": 12_942,
    "gru": 9_918,
    "xception": 20_873_774,
    "mobilenet": 2_265_670,
    "glyph": 489_382,
    "pretrained": 489_382,
}


def test_every_family_says_how_many_parameters_it_has() -> None:
    assert {name: each.parameters for name, each in FAMILIES.items()} == PARAMETERS


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_has_the_parameters_it_says(name: str) -> None:
    assert FAMILIES[name].build((28, 28), 6).count_params() == PARAMETERS[name]


def test_describe_says_what_goes_in() -> None:
    rows = describe()
    assert [row["name"] for row in rows] == list(FAMILIES)
    assert {row["name"]: row["parameters"] for row in rows} == PARAMETERS
    json.dumps(rows)


def test_the_notebooks_default_epochs() -> None:
    assert [FAMILIES[name].epochs for name in ("dense", "rnn", "cnn")] == [25, 90, 85]


def test_the_zoo_comes_without_tensorflow() -> None:
    program = (
        "import sys, core.models.zoo, core.models.export, core.models.litert\n"
        "core.models.zoo.describe()\n"
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
