"""How good a model is: on its own data, and on handwriting it has never seen."""
