"""The Prepare page's parts: a pipeline in hand, what it does to pictures, what is made of it."""
