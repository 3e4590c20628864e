"""Two sources beside each other: the same script by other people, on other paper."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.data.store import Store
from core.scripts import script
from core.text import images, plain
from core.ui import charts, pictures
from core.ui.charts.style import RUNS
from core.ui.explore import derived
from core.ui.explore.filters import LISTED, UNKNOWN

_COLUMNS, _SHOWN = 6, 24
_SIDE = 116


def show(store: Store) -> None:
    """Ask for two sources; show their numbers, histograms and pictures side by side."""
    table = derived.counts(store.path, "collection")
    names = list(table.index)
    if len(names) < 2:
        st.info(
            "All images of this data set are of one collection. Make one of several, and they can "
            "be set side by side here.",
            icon=":material/info:",
        )
        return
    first, second = _best_pair(table)
    left, right = st.columns(2)
    one = left.selectbox("One collection", names, index=first, key="one", bind="query-params")
    other = right.selectbox("Another", names, index=second, key="other", bind="query-params")
    with st.spinner("Measuring a sample of both"):
        found = [derived.measures(store.path, each) for each in (one, other)]
    # above the table, whose tools would cover the box before it on a phone
    st.caption(
        f"Ink, stroke and grey are measured on {len(found[0])} and {images(len(found[1]))}, as on "
        "the view Ink; the rest on all."
    )
    st.dataframe(
        pd.DataFrame({"": list(_FACTS), **_facts(store, (one, other), found)}), hide_index=True
    )
    if one == other:
        st.info("Choose two different collections to see them beside each other.")
        return
    _histograms((one, other), found)
    _pictures(store, (one, other))


def _best_pair(table: pd.DataFrame) -> tuple[int, int]:
    """Return the places of the largest source, and of the largest other one of the same script."""
    same = table.to_numpy()[:, int(table.iloc[0].argmax())].copy()
    same[0] = 0
    return 0, int(same.argmax()) if same.any() else 1


_FACTS = (
    "Script",
    "Images",
    "Characters",
    "Writers",
    "Size of the originals, px",
    "Dark on light",
    "Ink share, middle",
    "Stroke width, middle",
    "Grey level, mean",
)


def _facts(
    store: Store, sources: tuple[str, str], found: list[pd.DataFrame]
) -> dict[str, list[str]]:
    return {
        # Two equal names would be one column.
        name + " " * place: _fact(store, name, each)
        for place, (name, each) in enumerate(zip(sources, found, strict=True))
    }


def _fact(store: Store, source: str, found: pd.DataFrame) -> list[str]:
    where = (("collection", source),)
    scripts = derived.counts(store.path, "script", where)
    characters, writers = (
        len(derived.counts(store.path, column, where).index.drop("", errors="ignore"))
        for column in ("character", "writer")
    )
    sides = derived.longer_sides(store.path, source)
    low, high = int(sides.min()), int(sides.max())
    return [
        ", ".join(script(name).title for name in scripts.index),
        f"{int(scripts.to_numpy().sum()):,}",
        f"{characters:,}" if characters else UNKNOWN,
        f"{writers:,}" if writers else UNKNOWN,
        f"{low:,}" if low == high else f"{low:,} to {high:,}",
        f"{found['dark_on_light'].mean():.0%}",
        f"{found['ink_share'].median():.1%}",
        f"{found['stroke'].median():.1%} of the character",
        f"{found['level'].mean():.0f} of 255",
    ]


def _histograms(sources: tuple[str, str], found: list[pd.DataFrame]) -> None:
    for place, (column, unit) in zip(
        st.columns(2, gap="large"),
        (
            ("ink_share", "ink, share of the picture"),
            ("stroke", "stroke width, share of the character"),
        ),
        strict=True,
    ):
        values = {name: each[column].to_numpy() for name, each in zip(sources, found, strict=True)}
        place.plotly_chart(
            charts.by_source(values, RUNS[:2], unit, ".1%"),
            config=charts.PLAIN,
            key=column,
            alt=f"how often each {unit} occurs, in both collections",
        )


def _pictures(store: Store, sources: tuple[str, str]) -> None:
    indices = [
        derived.counts(store.path, "character", (("collection", each),)).index for each in sources
    ]
    shared = indices[0].intersection(indices[1])[:LISTED]
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    character = left.selectbox(
        "Character", sorted(shared), index=None, placeholder="All", help="Those that both have."
    )
    look = right.segmented_control(
        "Show",
        [derived.CAME, derived.SEEN],
        default=derived.CAME,
        required=True,
        key="sources-look",
    )
    for place, name in zip(st.columns(2, gap="large"), sources, strict=True):
        where: derived.Where = (("collection", name),)
        if character is not None:
            where += (("character", character),)
        with place:
            _sheet(store, name, where, prepared=look == derived.SEEN)


def _sheet(store: Store, name: str, where: derived.Where, *, prepared: bool) -> None:
    rows = derived.rows(store.path, where, mixed=True)[:_SHOWN]
    st.markdown(f"**{plain(name)}**")
    picture = derived.sheet(store.path, tuple(rows.tolist()), _COLUMNS, prepared=prepared)
    st.image(picture, width="stretch", alt=f"{images(len(rows))} of {name}")
    if prepared:
        shown = pictures.tinted(derived.ink_map(store.path, where), RUNS[0], _SIDE)
    else:
        shown = np.asarray(pictures.enlarge(derived.average(store.path, where), _SIDE))
    said = "Where ink lies" if prepared else "On average"
    st.image(shown, width=_SIDE, caption=said, alt=f"{said.lower()}, in images of {name}")
