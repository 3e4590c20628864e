"""What is said of columns and pixels is what pandas says of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import contents
from core.data.store import Store


def test_every_column_is_described(canonical_store: Path) -> None:
    store = Store.open(canonical_store)
    frame = store.labels()
    table = contents.columns(store, frame.drop(columns=["path", "digest"])).set_index("Column")
    assert list(table.index) == [*frame.columns, "image"]
    for name in frame:
        assert table.loc[name, "Distinct"] == frame.loc[frame[name] != "", name].nunique()
    assert table.loc["writer", "Missing"] == (frame["writer"] == "").sum() > 0
    assert table.loc["script", "Missing"] == 0
    assert table.loc["image", "Example"] == "1,600 values"
    assert table.loc["writer", "Example"] != ""


def test_pixels_are_described_as_pandas_does() -> None:
    images = np.random.default_rng(0).integers(0, 200, (5, 6, 7), dtype=np.uint8)
    found = contents.pixels(images)
    flat = pd.Series(images.ravel())
    assert found.images == 5
    assert found.table["mean"] == pytest.approx(flat.mean())
    assert found.table["standard deviation"] == pytest.approx(flat.std(ddof=0))
    for share in (0.25, 0.5, 0.75):
        wanted = np.quantile(flat, share, method="inverted_cdf")
        assert found.table[f"{share:.0%} are at most"] == wanted
    assert found.table["share of black pixels"] == (flat == 0).mean()
    assert found.mean == pytest.approx(images.mean(axis=0), rel=1e-5)
    assert found.deviation == pytest.approx(images.std(axis=0), rel=1e-4)
