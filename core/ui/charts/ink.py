"""Figures of ink: how pictures of several sources differ."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.ui.charts.style import LIGHT_ON_DARK, SHARES, TEST, finish

_BINS = 24
_LONGEST = 26  # characters of a name on an axis
_ACROSS = 24  # characters of what an axis says, in a line: all that a phone has room for
_WIDE = 8.0  # a range that the largest value exceeds the smallest so many times in is logarithmic


def by_source(
    values: Mapping[str, np.ndarray],
    colors: Sequence[str],
    unit: str,
    form: str = ",.0f",
    kinds: Sequence[str] = (),
) -> go.Figure:
    """Histograms below each other on one scale: how often each value occurs in each source.

    Args:
        values: floats by the name of the source, none of them empty.
        colors: one a source.
        unit: what the values are, for the axis.
        form: how a value is written (d3-format, which Python shares here).
        kinds: what each source is of, which stands below its name; none where empty.
    """
    every = np.concatenate(list(values.values()))
    low, high = float(every.min()), float(every.max())
    wide = low > 0 and high > _WIDE * low
    if wide:
        edges = np.geomspace(low, high * 1.001, _BINS + 1)
    else:
        edges = np.linspace(low, high if high > low else low + 1, _BINS + 1)
    figure = go.Figure()
    for place, ((name, found), color) in enumerate(zip(values.items(), colors, strict=True)):
        heights = np.histogram(found, edges)[0]
        tops = -place + 0.85 * heights / max(1, heights.max())
        figure.add_scatter(
            x=np.concatenate([np.repeat(edges, 2), edges[:1]]),
            y=np.concatenate([[-place], np.repeat(tops, 2), [-place], [-place]]),
            mode="lines",
            line={"color": color, "width": 1},
            fill="toself",
            hoverinfo="skip",
        )
        median = float(np.median(found))
        figure.add_scatter(
            x=[median],
            y=[-place],
            mode="markers",
            marker={"symbol": "triangle-up", "size": 10, "color": color},
            hovertemplate=f"{html.escape(name)}: middle value {median:{form}}<extra></extra>",
        )
    names = [_short(each) for each in values]
    if kinds:
        names = [f"{name}<br>{kind}" for name, kind in zip(names, kinds, strict=True)]
    finish(figure, 70 + 54 * len(values))
    figure.update_layout(showlegend=False)
    figure.update_xaxes(
        title_text="<br>".join(wrap(unit, _ACROSS)),
        type="log" if wide else "linear",
        tickformat=form,
        fixedrange=True,
    )
    if wide:
        ticks = [each * 10**power for power in range(-4, 5) for each in (1, 2, 5)]
        figure.update_xaxes(tickvals=[each for each in ticks if low <= each <= high])
    figure.update_yaxes(
        tickvals=[-place for place in range(len(values))],
        ticktext=names,
        showgrid=False,
        fixedrange=True,
    )
    return figure


def polarity(shares: pd.Series) -> go.Figure:
    """Bars: share of pictures with dark ink on light paper, and the other way, by source."""
    figure = go.Figure()
    places = list(range(len(shares)))
    names = [html.escape(each) for each in shares.index]
    for title, values, color in (
        ("dark on light", shares, TEST),
        ("light on dark", 1 - shares, LIGHT_ON_DARK),
    ):
        figure.add_bar(
            x=values.to_numpy(),
            y=places,
            customdata=names,
            orientation="h",
            name=title,
            marker_color=color,
            hovertemplate="%{customdata}: %{x:.0%} " + title + "<extra></extra>",
        )
    finish(figure, 90 + 30 * len(shares))
    figure.update_layout(barmode="stack", legend_traceorder="normal")
    figure.update_xaxes(
        title_text="share of the images", range=[0, 1.01], fixedrange=True, **SHARES
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=[_short(each) for each in shares.index],
        range=[len(shares) - 0.5, -0.5],
        showgrid=False,
        fixedrange=True,
    )
    return figure


def _short(name: str) -> str:
    """Return a name for an axis; of a long one the middle is left out, since ends tell apart."""
    half = (_LONGEST - 1) // 2
    return html.escape(name if len(name) <= _LONGEST else f"{name[:half]}…{name[-half:]}")
