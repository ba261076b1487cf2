"""Rooms: read models that each answer one question, and the machinery that keeps them current."""
