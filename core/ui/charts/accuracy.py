"""Figures of how often a model is right."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from core.scripts import OTHER, SCRIPTS, script
from core.ui.charts.style import GRID, SHARES, TEST, TEXT, finish

_DOTS = 0.6
"""How much of the height of a bar the dots in it take."""


def two_accuracies(known: Mapping[str, float], unseen: Mapping[str, float]) -> go.Figure:
    """Two bars a script: hatched, on collections learned from; full, on others.

    Both map script names to accuracy, 0-1; either may be empty, and a script be in one alone.
    """
    shown = [
        each for each in (*SCRIPTS, script(OTHER)) if each.name in known or each.name in unseen
    ]
    figure = go.Figure()
    parts = (("learned from", known, "/"), ("never seen", unseen, ""))
    for name, accuracy, pattern in parts:
        if not accuracy:
            continue
        values = [accuracy.get(each.name) for each in shown]
        figure.add_bar(
            x=values,
            y=[each.title for each in shown],
            orientation="h",
            name=name,
            text=["" if value is None else f"{value:.1%}" for value in values],
            textposition="outside",
            cliponaxis=False,
            marker={
                "color": [each.color for each in shown],
                "pattern": {"shape": pattern, "fillmode": "replace", "size": 6},
                "line": {"color": [each.color for each in shown], "width": 1.5},
            },
            hovertemplate="%{y}, " + name + ": %{x:.1%}<extra></extra>",
        )
    both = bool(known.keys() & unseen.keys())
    finish(figure, 66 + len(shown) * (46 if both else 32))
    figure.update_layout(barmode="group" if both else "overlay", showlegend=False)
    # on a phone the words beside a whole bar are a sixth of it
    figure.update_xaxes(title_text="images answered right", range=[0, 1.2], **SHARES)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def two_accuracies_in_words(known: Mapping[str, float], unseen: Mapping[str, float]) -> str:
    """Say what `two_accuracies` shows, for those who do not see it."""
    parts = [
        f"{where} " + ", ".join(f"{script(name).title} {x:.1%}" for name, x in accuracy.items())
        for where, accuracy in (("learned from", known), ("never seen", unseen))
        if accuracy
    ]
    return "accuracy by script on collections " + "; on those ".join(parts)


def told(stages: Sequence[tuple[str, pd.Series]], chance: float) -> go.Figure:
    """A bar a stage, the mean over scripts, with a dot for each script; and what chance gets.

    Args:
        stages: name, and share told right of each script, 0-1 (index: script), in order.
        chance: the share that guessing gets, 0-1.
    """
    places = list(range(len(stages)))
    means = [float(shares.mean()) for _, shares in stages]
    figure = go.Figure()
    figure.add_bar(
        x=means,
        y=places,
        orientation="h",
        name="mean",
        marker={"color": GRID, "line": {"color": TEST, "width": 1.5}},
        hovertemplate="mean over scripts: %{x:.1%}<extra></extra>",
        showlegend=False,
    )
    for place, mean in zip(places, means, strict=True):
        figure.add_annotation(
            x=1.04, y=place, text=f"<b>{mean:.1%}</b>", showarrow=False, xanchor="left"
        )
    scripts = list(stages[0][1].index)
    for lane, name in enumerate(scripts):
        # one below the other, or those that are all right would hide each other
        lower = _DOTS * ((lane + 0.5) / len(scripts) - 0.5)
        figure.add_scatter(
            x=[shares[name] for _, shares in stages],
            y=[place + lower for place in places],
            mode="markers",
            name=script(name).title,
            marker={"color": script(name).color, "size": 8},
            hovertemplate=script(name).title + ": %{x:.1%}<extra></extra>",
        )
    finish(figure, 130 + 44 * len(stages))
    figure.add_scatter(
        x=[chance, chance],
        y=[-0.5, len(stages) - 0.5],
        mode="lines",
        name="by chance",
        line={"color": TEXT, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )
    figure.update_xaxes(title_text="images told right", range=[0, 1.16], fixedrange=True, **SHARES)
    figure.update_yaxes(
        tickvals=places,
        ticktext=[html.escape(name) for name, _ in stages],
        range=[len(stages) - 0.5, -0.5],
        showgrid=False,
        fixedrange=True,
    )
    return figure
