"""What each lamp head shows, as a debounced timeline: seen in the picture, or reported by the controller."""
