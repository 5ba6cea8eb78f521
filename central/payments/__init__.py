"""Fines paid through the collecting bank: messages are stored, then counted once; days are reconciled."""
