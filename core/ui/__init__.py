"""What the pages share: frame and menu, figures, pictures, caches, the drawing."""
