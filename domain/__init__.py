"""What is true of portfolios, whoever asks: no clock, no dice, no environment, no I/O."""
