"""Scriptorium: which writing system does a handwritten character belong to?"""
