from __future__ import annotations

import numpy as np
import pytest

from core.inference.decision import Decision, answers, fit_temperature, tempered
from core.scripts import NAMES, OTHER

LABELS = ("english", "kannada", OTHER)
OUTPUTS = np.array([[0.6, 0.3, 0.1], [0.1, 0.1, 0.8]], np.float32)


def test_probabilities_are_shared_among_the_known_scripts() -> None:
    said = answers(OUTPUTS, LABELS, Decision())

    np.testing.assert_allclose(said.probabilities, [[2 / 3, 1 / 3], [0.5, 0.5]], rtol=1e-5)
    np.testing.assert_allclose(said.novelty, [0.1, 0.8], rtol=1e-5)


def test_only_what_is_newer_than_the_threshold_is_rejected() -> None:
    assert answers(OUTPUTS, LABELS, Decision(threshold=0.5)).rejected.tolist() == [False, True]
    newest = float(answers(OUTPUTS, LABELS, Decision()).novelty.max())
    assert not answers(OUTPUTS, LABELS, Decision(threshold=newest)).rejected.any()
    # without one, what is likelier something else than any script
    assert answers(OUTPUTS, LABELS, Decision()).rejected.tolist() == [False, True]
    assert not answers(OUTPUTS, NAMES[:3], Decision()).rejected.any()  # and no such output


def test_without_an_output_for_others_novelty_is_what_the_likeliest_script_leaves() -> None:
    said = answers(OUTPUTS, ("english", "kannada", "arabic"), Decision())

    np.testing.assert_allclose(said.novelty, [0.4, 0.2], rtol=1e-5)
    np.testing.assert_allclose(said.probabilities, OUTPUTS, rtol=1e-5)


def test_no_images_give_no_answers() -> None:
    said = answers(OUTPUTS[:0], LABELS, Decision(threshold=0.5))

    assert (said.probabilities.shape, said.novelty.shape, said.rejected.shape) == (
        (0, 2),
        (0,),
        (0,),
    )


def test_a_higher_temperature_makes_less_sure_and_changes_no_order() -> None:
    cool, warm = tempered(OUTPUTS, 1.0), tempered(OUTPUTS, 2.0)

    np.testing.assert_allclose(cool, OUTPUTS, rtol=1e-5)
    # the square root of each share, shared out anew
    np.testing.assert_allclose(warm, np.sqrt(OUTPUTS) / np.sqrt(OUTPUTS).sum(1)[:, None], rtol=1e-5)


@pytest.mark.parametrize("true", [0.3, 1.0, 4.0])
def test_the_temperature_that_made_the_answers_is_found_again(true: float) -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (20_000, 3))
    likely = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    right = (likely.cumsum(1) > random.random((20_000, 1))).argmax(1)
    # a network that is too sure (or not sure enough) by that factor
    outputs = tempered(likely.astype(np.float32), 1 / true)

    assert fit_temperature(outputs, right) == pytest.approx(true, rel=0.05)


def test_a_decision_survives_being_written_down() -> None:
    decision = Decision(1.4, 0.3, 0.96, 0.8)

    assert Decision.from_json(decision.to_json()) == decision


def test_outputs_without_anything_known_stay_numbers() -> None:
    outputs = np.array([[0.0, 0.0, 1.0]], np.float32)
    found = answers(outputs, ("arabic", "kannada", "other"), Decision())
    assert np.isfinite(found.probabilities).all()
    assert found.novelty[0] == pytest.approx(1)


@pytest.mark.parametrize("temperature", [0.2, 0.5, 1.0, 5.0])
def test_shares_of_the_known_sum_to_1_however_little_is_left_of_them(temperature: float) -> None:
    outputs = np.array([[9e-5, 1e-5, 0.9999]], np.float32)
    said = answers(outputs, ["arabic", "kannada", OTHER], Decision(temperature)).probabilities
    odds = 9 ** (1 / temperature)
    np.testing.assert_allclose(said, [[odds / (1 + odds), 1 / (1 + odds)]], rtol=1e-4)


def test_a_low_temperature_stays_in_numbers() -> None:
    even = np.full((1, 6), 1 / 6, np.float32)
    np.testing.assert_allclose(tempered(even, 0.01), even, rtol=1e-5)
