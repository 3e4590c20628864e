"""Figures of how often a model is right."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from core.scripts import OTHER, SCRIPTS, script
from core.ui.charts.style import finish


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
    finish(figure, 40 + len(shown) * (46 if both else 32))
    figure.update_layout(barmode="group" if both else "overlay", showlegend=False)
    figure.update_xaxes(range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure
