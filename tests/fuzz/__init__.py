"""Fuzzing of the readers by coverage, with atheris: `make fuzz`. Not part of the tests."""
