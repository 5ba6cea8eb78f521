"""Endurance test: every part is killed repeatedly; is there one case per violation, and is memory flat?

    python -m bench.endurance [--kills 200] [--quiet SECONDS] [--seed N]

From a checkout, since it is made of the parts that tests use: three cameras over RTSP that play the sample
clip, the node (all real but the networks, which know the clip), Mosquitto, PostgreSQL, ingest and worker of
the centre. Chance kills a capture process, camera, node, broker, database, ingest or worker, while a bad
network says half of all messages again, late and in another order. Then nothing is killed for so many
seconds, and the growth of memory is told.
"""
