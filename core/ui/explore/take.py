"""Taking images away as files, made when they are asked for and not before."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO

import numpy as np
import streamlit as st

from core.data.selection import MOST_LINES, MOST_PICTURES, write_csv, write_zip
from core.data.store import Store
from core.text import images


def take_away(store: Store, rows: np.ndarray) -> None:
    """Offer the images of `rows` as a CSV of what is known of them, and as a zip of pictures."""
    st.header("Take them with you")
    st.caption(
        f"{images(len(rows))}: what is known of each as a table (CSV), or the pictures as PNG "
        "with the table beside them (zip, in folders `script/character/`, of which Scriptorium "
        "can make a data set again)."
    )
    with st.container(horizontal=True):
        _button(store, rows[:MOST_LINES], write_csv, "csv", "text/csv")
        _button(store, rows[:MOST_PICTURES], write_zip, "zip", "application/zip")
    if len(rows) > MOST_PICTURES:
        table = f", the table the first {MOST_LINES:,}" if len(rows) > MOST_LINES else ""
        st.caption(
            f"The zip takes the first {MOST_PICTURES:,} of them{table}; order them “Mixed” to "
            "have some of everything, or narrow down."
        )


def _button(
    store: Store,
    rows: np.ndarray,
    write: Callable[[Store, np.ndarray, IO[bytes]], None],
    kind: str,
    mime: str,
) -> None:
    def make() -> io.BytesIO:
        file = io.BytesIO()  # Streamlit serves files from memory; hence the limits
        write(store, rows, file)
        return file

    st.download_button(
        f"{kind.upper()}, {images(len(rows))}",
        make,
        f"{store.path.stem}-{len(rows)}.{kind}",
        mime,
        icon=":material/download:",
        on_click="ignore",
        key=f"take-{kind}",
    )
