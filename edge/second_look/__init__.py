"""The second look: a finding is a suspicion until it was examined again, before anything is signed.

What live could not afford: the frames around the act at the camera's full rate and size, the vehicle's
neighbourhood enlarged for the detector, the vehicle followed forwards and backwards from the decisive frame.
Separate questions are asked of what was seen; their doubts stand in the manifest beside the finding.
"""
