"""Telling people that something happened in their case: by e-mail where they gave an address, with proof."""
