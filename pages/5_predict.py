"""Predict: draw a character or bring a picture of one, and get an answer."""

import streamlit as st

from core.imaging import decode
from core.inference.predictor import available
from core.ui import caches
from core.ui.page import PREDICT, TRAIN, advice, begin_page
from core.ui.predict import draw_and_answer, open_link, show_answer, show_steps
from core.workspace import workspace

begin_page(PREDICT)

here = workspace()
models = available(here)
if not models:
    st.subheader("No model yet")
    st.markdown("There is nobody here to answer: train a model first, a minute is enough.")
    st.page_link(TRAIN.path, label="Train a model", icon=TRAIN.icon)
    st.stop()

first = open_link(models)
left, right = st.columns(2)
model = left.selectbox("Model", models, index=first, key="answering-model")
with right:
    how = st.segmented_control("Image", ["Draw", "Upload"], default="Draw", required=True)
with advice():
    predictor = caches.predictor(model, here.runs / model)

if how == "Draw":
    draw_and_answer(model, predictor)
    st.stop()

upload = st.file_uploader("A picture of one character", key="asked-image")
if upload is None:
    st.info("Choose a picture: PNG, JPEG, WebP, BMP, GIF or TIFF.", icon=":material/upload:")
    st.stop()
with advice():
    image = decode(upload.getvalue())
    prediction = predictor.predict(image)
left, right = st.columns([2, 3], gap="large")
left.image(image, width=280, alt="the picture you brought")
with right:
    show_answer(prediction)
show_steps(predictor, image)
