"""Figures for documents: bars as long as their numbers, 450 px from x = 210 are 100%."""

import xml.etree.ElementTree as ET

from core.evaluation.figures import of_collections, of_few, of_giveaways, of_parts


def shapes(figure: str, kind: str) -> list[dict[str, str]]:
    return [each.attrib for each in ET.fromstring(figure).iter() if each.tag.endswith(kind)]


def bars(figure: str) -> list[tuple[str, float]]:
    """The look and the width in px of each bar, from the top."""
    return [
        (each.get("class") or each["fill"], float(each["width"]))
        for each in shapes(figure, "rect")
        if each["x"] == "210"
    ]


def chance(figure: str) -> float:
    """How far from the left end of the bars the line of chance stands, in px."""
    [line] = [each["d"] for each in shapes(figure, "path") if each["class"] == "chance"]
    return float(line.removeprefix("M").partition(" ")[0]) - 210


def test_a_part_has_a_hatched_bar_on_its_own_images_and_a_full_one_on_unseen_ones() -> None:
    figure = of_parts([{"part": "the notebook", "accuracy": 0.8, "unseen": 0.2}])

    assert bars(figure) == [("known", 360), ("unseen", 90)]
    assert chance(figure) == 75  # a sixth


def test_each_way_keeps_its_look_and_chance_is_that_of_the_classes() -> None:
    rows = [
        {"images": images, "way": way, "accuracy": accuracy, "classes": 4}
        for images in (10, 100)
        for way, accuracy in (("one", 0.2), ("other", 0.4), ("last", 0.6))
    ]

    figure = of_few(rows)

    assert bars(figure) == [("known", 90), ("unseen", 180), ("third", 270)] * 2
    assert chance(figure) == 112.5  # a quarter


def test_a_collection_has_the_colour_of_its_script() -> None:
    figure = of_collections({"kannada-photos": 0.5, "arabic-one": 0.1}, 0.3)

    assert bars(figure) == [("#9A7AEB", 225), ("#5C9A7D", 45), ("unseen", 135)]
    assert chance(figure) == 75
    beside = of_collections({"kannada-photos": 0.5}, 0.3, own=0.9)
    assert bars(beside)[-2:] == [("unseen", 135), ("known", 405)]


def test_what_is_told_without_the_shape_stands_beside_the_chance_given() -> None:
    figure = of_giveaways([("as they are", 0.6), ("Grey", 0.4)], 0.3)

    assert bars(figure) == [("unseen", 270), ("unseen", 180)]
    assert chance(figure) == 135
