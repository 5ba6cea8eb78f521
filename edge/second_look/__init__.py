"""The second look: a finding is only a suspicion until it was examined again, before anything is signed.

It does what live analysis could not afford: the frames around the act at the camera's full rate and size, the
vehicle's surroundings enlarged for the detector, the vehicle tracked forwards and backwards from the decisive
frame. Separate questions are answered from the result; their doubts are recorded in the manifest with the
finding.
"""
