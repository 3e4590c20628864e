"""Home: what this is, the four things to do, what is here."""

import streamlit as st

from core.ui.builds import first_data, news, write_first
from core.ui.home import (
    accuracies,
    four_things,
    look_around,
    show_accuracies,
    six_scripts,
    what_is_here,
)
from core.ui.page import HOME, begin_page
from core.ui.story import offer_story
from core.workspace import workspace

begin_page(HOME)

st.title("Which writing system is this?")
st.markdown(
    "Show Scriptorium a handwritten character, and it says whether it is Arabic, Baybayin, "
    "Chinese, Devanagari, English or Kannada, and how sure it is. Around that answer stands a "
    "workshop: look through the handwriting, see what a model is given to see, train one and "
    "watch it learn."
)

seen, unseen = accuracies()
if seen or unseen:
    st.header("Two accuracies, always side by side")
    show_accuracies(seen, unseen)
    offer_story("Why 99% means nothing: the whole story")

st.header("Four things to do")
here = workspace()
first_data(here)
active = [job for job in news(here) if job.kind != "fetch"]
found = look_around(here, active=bool(active))
with st.container():  # a place of its own, with or without the button
    if not found.sets and not active:
        write_first(here, "Write a first data set from the sketchbook")
four_things(here, found)

st.header("Six scripts")
six_scripts(found, seen, unseen)

st.header("What is here")
what_is_here(found)
