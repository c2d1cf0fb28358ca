"""The published validator of the looked-after return beside our own checks (`make test-903`)."""
