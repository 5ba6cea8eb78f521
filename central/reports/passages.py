"""Vehicle passages and violations relative to them: by place, per thousand, and by the owners' residence (J).
A passage is a vehicle that a node tracked; one it lost and found again counts twice.
"""

from sqlalchemy import and_

from central.db import table_of
from central.fleet.models import Camera
from central.parties.models import CaseParty, Party
from central.reports.counting import CASES as _CASE
from central.reports.counting import Counting, Share
from central.watching.drops import VEHICLES
from central.watching.models import CameraDrops

_TOLD, _CAMERA = table_of(CameraDrops), table_of(Camera)
_LINK, _PARTY = table_of(CaseParty), table_of(Party)
_AT_SITES = _TOLD.join(_CAMERA, and_(_TOLD.c.node_id == _CAMERA.c.node_id, _TOLD.c.camera_id == _CAMERA.c.id))
_OWNER = and_(_LINK.c.case_id == _CASE.c.id, _LINK.c.role == "owner", _LINK.c.ended_at.is_(None))
_OWNED = _CASE.join(_LINK, _OWNER).join(_PARTY, _LINK.c.party_id == _PARTY.c.id)
_UPHELD = _CASE.c.state.in_(("confirmed", "recorded"))
_VEHICLES = _TOLD.c.counts[VEHICLES].as_integer()

COUNTINGS = (
    Counting("B", "passages", _TOLD, _TOLD.c.day, amount=_VEHICLES),
    Counting(
        "B", "passages_by_site", _AT_SITES, _TOLD.c.day, (("site", _CAMERA.c.site_name),), amount=_VEHICLES
    ),
    Counting("J", "acts_by_residence", _OWNED, _CASE.c.occurred_at, (("area", _PARTY.c.area),), (_UPHELD,)),
)

SHARES = (Share("J", "acts_per_thousand", "acts_by_site", "passages_by_site", 1000, "per_thousand"),)
