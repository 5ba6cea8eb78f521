"""Chở quá số người quy định: a motorbike with two passengers, or with three and more."""

from configs.rules.descriptor import RuleDescriptor
from configs.rules.parameters import RIDER_ZONE, OnARide
from configs.wording import words


class Passengers(OnARide):
    """Chở quá số người quy định; the rider zones define where it is judged."""


RULE = RuleDescriptor(
    name="passengers",
    version=1,
    order=9,
    label=words("Chở quá số người quy định", "Too many passengers"),
    parameters=Passengers,
    looks=2.0,
    needs=(RIDER_ZONE,),
    riders=True,
    law_facts=("passengers",),
    reasons={
        "passengers.counted": words(
            "Chở {passengers} người ngồi sau người lái, thấy trong {showing_looks}/{looks} ảnh "
            "(độ chắc chắn {probability})",
            "carries {passengers} {passengers:passenger|passengers}, seen in {showing_looks} of {looks} "
            "{looks:frame|frames} (certainty {probability})",
        ),
        "passengers.exceptions": words(
            "Người thẩm định phải loại trừ khi chở 02 người: người bệnh đi cấp cứu, trẻ em dưới 12 tuổi, "
            "người già yếu hoặc người khuyết tật, áp giải người vi phạm "
            "(Nghị định 168/2024/NĐ-CP, Điều 7, khoản 2, điểm g)",
            "with two passengers the reviewer must rule out: an emergency patient, a child under 12, "
            "a frail elderly or disabled person, an offender under escort (Decree 168/2024, Art. 7.2.g)",
        ),
    },
    moments={
        "before": words("Thấy lần đầu", "First seen"),
        "over": words("Chở quá số người", "Too many on it"),
        "continuing": words("Vẫn chở quá số người", "Still too many"),
    },
)
