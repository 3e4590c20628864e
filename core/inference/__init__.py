"""From an image to ranked scripts, without TensorFlow."""
