"""Notifies people of events in their case by e-mail, if an address is known, with proof."""
