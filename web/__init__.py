"""What every page of Ngã Tư is served with, at the centre and at a node: files under one version,
pages from templates, the headers of safety, the tokens of design. Knows nothing of either half."""
