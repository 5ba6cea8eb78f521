"""Không đội mũ bảo hiểm: riding a motorbike without a helmet, or carrying somebody who has none."""

from pydantic import Field

from configs.rules.descriptor import RuleDescriptor
from configs.rules.parameters import RIDER_ZONE, OnARide, Part
from configs.wording import words


class NoHelmet(OnARide):
    """Không đội mũ bảo hiểm; the rider zones define where it is judged."""

    child: Part = Field(
        default=1.0,
        description="head heights by which a head must be lower than another to be possibly a small child's",
    )


RULE = RuleDescriptor(
    name="no_helmet",
    version=1,
    order=8,
    label=words("Không đội mũ bảo hiểm", "Riding without a helmet"),
    parameters=NoHelmet,
    looks=2.0,
    needs=(RIDER_ZONE,),
    riders=True,
    law_facts=("who",),
    reasons={
        "no_helmet.bare": words(
            "Không đội mũ bảo hiểm: {who}, thấy trong {bare_looks}/{looks} ảnh ({people} người trên xe, "
            "độ chắc chắn {probability})",
            "no helmet: {who}, seen in {bare_looks} of {looks} {looks:frame|frames} ({people} on the "
            "motorbike, certainty {probability})",
        ),
        "no_helmet.exceptions": words(
            "Người thẩm định phải loại trừ: chở người bệnh đi cấp cứu, trẻ em dưới 06 tuổi, "
            "áp giải người vi phạm (Nghị định 168/2024/NĐ-CP, Điều 7, khoản 2, điểm i)",
            "the reviewer must rule out: an emergency patient, a child under 6, an offender under escort "
            "(Decree 168/2024, Art. 7.2.i)",
        ),
        "no_helmet.who_is_unsure": words(
            "Không rõ người không đội mũ là người lái hay người được chở",
            "it is unclear whether it is the driver or a passenger",
        ),
        "no_helmet.may_be_a_child": words(
            "Có thể là trẻ em: đầu thấp hơn người khác {lower_heads} lần chiều cao đầu",
            "may be a child: its head is lower than another by {lower_heads} of a head",
        ),
    },
    moments={
        "before": words("Thấy lần đầu", "First seen"),
        "over": words("Không có mũ bảo hiểm", "Without a helmet"),
        "continuing": words("Vẫn không có mũ", "Still without"),
    },
)
