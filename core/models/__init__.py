"""The networks: one small file a family, and how a trained one is written down.

Nothing here imports TensorFlow or Keras before a model is built or saved.
"""

import os

# Read when TensorFlow and Keras are first imported, and all of that happens below here.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"
