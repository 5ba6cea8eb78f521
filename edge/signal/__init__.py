"""What each lamp head shows, as a timeline one may fine by: from the picture, or from the controller."""
