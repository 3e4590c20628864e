"""Home: what this is, what is here, where to go."""

import streamlit as st

from core.scripts import SCRIPTS
from core.ui.home import accuracies, images_here
from core.ui.letter import letter
from core.ui.page import EXPLORE, HOME, PREDICT, PREPARE, TRAIN, advice, begin_page
from core.workspace import workspace

begin_page(HOME)

st.title("Which writing system is this?")
st.markdown(
    "Show Scriptorium a handwritten character, and it says whether it is Arabic, Baybayin, "
    "Chinese, Devanagari, English or Kannada, and how sure it is. Around that answer stands a "
    "workshop: look through the handwriting, see what a model is given to see, train one and "
    "watch it learn."
)
if st.button("Draw a character", type="primary", icon=PREDICT.icon):
    st.switch_page(PREDICT.path)

measured = accuracies()
if measured:
    seen, unseen = measured
    st.subheader("Two accuracies, always side by side")
    left, right = st.columns(2)
    left.metric("On handwriting like that it learned from", f"{seen.mean:.1%}", border=True)
    right.metric("On collections it never saw", f"{unseen.mean:.1%}", border=True)
    st.caption(
        "The first number is the one everybody reports: a slice of the same data, kept back. The "
        "second asks about other people's paper, pens and cropping, and is what you can expect."
    )

st.subheader("Six scripts")
with advice():
    here = images_here(workspace())
st.caption(f"Images in the data set “{here[0]}”." if here else "No images are loaded yet.")
cards = st.grid(6, min_column_width=110)
for script in SCRIPTS:
    with cards.container(
        border=True, horizontal_alignment="center", gap="xsmall", height="stretch"
    ):
        st.image(letter(script.name), width=72, alt=f"a letter of {script.title}")
        st.markdown(f"**{script.title}**", text_alignment="center")
        count = here[1].get(script.name, 0) if here else 0
        said = f"{count:,} images" if count else "no images yet"
        if measured:
            said += f"  \nseen {seen.of(script.name)}  \nunseen {unseen.of(script.name)}"
        st.caption(said, text_alignment="center")

st.subheader("What to do next")
steps = st.grid(4, min_column_width=180)
for entry in (PREDICT, EXPLORE, PREPARE, TRAIN):
    with steps.container(border=True, gap="xsmall", height="stretch"):
        st.page_link(entry.path, label=f"**{entry.title}**", icon=entry.icon)
        st.caption(entry.purpose)
