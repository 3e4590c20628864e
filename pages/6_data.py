"""Data: the data sets here, and three ways to more of them."""

import streamlit as st

from core.ui.builds import news
from core.ui.data import from_kaggle, from_own_files, from_sketchbook, sets_here
from core.ui.page import DATA, begin_page
from core.workspace import workspace

_KAGGLE, _OWN, _SKETCHBOOK = "From Kaggle", "Your own files", "The sketchbook"

begin_page(DATA)

here = workspace()
active = news(here, everybodys=True)

st.header("Data sets here")
sets_here(here)

st.header("Get more")
way = st.segmented_control(
    "Where from",
    [_KAGGLE, _OWN, _SKETCHBOOK],
    default=_KAGGLE,
    required=True,
    label_visibility="collapsed",
    key="data-from",
)
if way == _KAGGLE:
    from_kaggle(here, active)
elif way == _OWN:
    from_own_files(here)
else:
    from_sketchbook(here)
