"""How the sketchbook's strokes were made; only `scripts/trace-sketchbook` needs it."""
