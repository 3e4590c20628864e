"""Predict: draw a character or bring a picture of one, and get an answer."""

import streamlit as st

from core.inference.predictor import available, model_folder
from core.scripts import NAMES, script_of
from core.training.runs import list_runs
from core.ui import caches, predict, state
from core.ui.page import PREDICT, TRAIN, advice, begin_page, on_phone
from core.ui.runs import in_a_list
from core.workspace import workspace

_MODEL = "answering-model"

begin_page(PREDICT)

here = workspace()
models = available(here)
if not models:
    st.header("No model yet")
    st.markdown("There is nobody here to answer: train a model first, a minute is enough.")
    st.page_link(TRAIN.path, label="Train a model", icon=TRAIN.icon)
    st.stop()

first = predict.open_link(models)
bar = st.container(horizontal=True, gap="medium")
how = bar.segmented_control(
    "Bring a character", ["Draw", "Camera", "Paste", "Upload"], default="Draw", required=True
)
body = st.container()
runs = {run.id: run for run in list_runs(here)}
model = (st.container() if on_phone() else bar).selectbox(
    "Model",
    models,
    index=first,
    format_func=lambda name: in_a_list(runs[name]) if name in runs else predict.title(name),
    key=_MODEL,
    # at once: who leaves for another page ends the visit before the line below
    on_change=lambda: state.answer_with(st.session_state[_MODEL]),
)
state.answer_with(model)
predict.say_who_answers(models, model)
with advice():
    folder = model_folder(model, here)
    predictor = caches.predictor(model, folder)
beside = predict.asked_beside(models, model, runs)

if how == "Draw":
    helps = bool({script_of(each) for each in predictor.labels} & {*NAMES})
    with body:
        # before the sheet, which must not move once it is there; a phone has no room above it
        if helps and not on_phone():
            predict.show_letters()
        predict.draw_and_answer(models, model, predictor, beside, state.drawings().version)
    if helps and on_phone():
        predict.show_letters()
    predict.show_reliability(predictor, folder, runs.get(model))
    predict.show_hand(model, predictor, beside)
else:  # and no st.stop(): of widgets not drawn then, server and browser disagree
    with body, advice():
        brought = predict.bring(how)
        if len(brought) > 1:
            predict.answer_all(brought, models, model, folder, predictor, beside)
        elif brought:
            predict.answer_one(brought[0], models, model, folder, predictor, beside)
    predict.show_reliability(predictor, folder, runs.get(model))
predict.offer_trial(model, predictor, folder)
