"""A paper of every kind with invented people: forms are tried with them, and tests use them."""

from datetime import UTC, date, datetime
from typing import Any

from central.documents import values as v
from central.documents.phrases import article

OFFICE = v.Office(
    parent="CÔNG AN TỈNH BẮC NINH",
    name="PHÒNG CẢNH SÁT GIAO THÔNG",
    words="Phòng Cảnh sát giao thông Công an tỉnh Bắc Ninh",
    place="Bắc Ninh",
    address="số 1 đường Lý Thái Tổ, phường Kinh Bắc, tỉnh Bắc Ninh",
    phone="0222 3 000 000",
)
AN = v.Person(
    name="Nguyễn Văn An",
    identity="024090000001",
    identity_issued="cấp ngày 01/02/2022, nơi cấp: Bộ Công an",
    address="tổ dân phố số 5, phường Đa Mai, tỉnh Bắc Ninh",
    birth=date(1990, 5, 1),
    nationality="Việt Nam",
    occupation="lao động tự do",
    licence="số 240123456789, hạng B, do Công an tỉnh Bắc Ninh cấp",
)
FIRM = v.Person(
    organisation=True,
    name="Công ty TNHH Vận tải Sao Mai",
    identity="2400123456",
    address="Khu công nghiệp Quang Châu, phường Nếnh, tỉnh Bắc Ninh",
    representative="Trần Thị Bình",
    representative_title="Giám đốc",
)
CAR = v.Vehicle(
    kind="Ô tô con", plate="98A-518.63", plate_colour="trắng", brand="Toyota Vios", colour="trắng"
)
RED = v.Act(
    words="Không chấp hành hiệu lệnh của đèn tín hiệu giao thông",
    article=article("6.9.b"),
    at=datetime(2026, 11, 20, 7, 30, 12, tzinfo=UTC),
    place="nút giao Hùng Vương – Lê Lợi, phường Bắc Giang, tỉnh Bắc Ninh (hướng Bắc – Nam)",
    number="BN-2026-000001",
)
LANE = RED.model_copy(
    update={"words": "Đi không đúng phần đường hoặc làn đường quy định", "article": article("6.5.b")}
)
PORTAL = v.Portal(
    address="vipham.example.vn", code="7KQ4-M2XD", link="https://vipham.example.vn/t/0000123?c=7KQ4M2XD"
)
CLERK = v.Official(name="Trần Văn Hùng", title="Cán bộ", unit="Đội Cảnh sát giao thông số 1")
HEAD = v.Official(name="Đỗ Văn Thẩm", title="Trưởng phòng Cảnh sát giao thông", unit="Công an tỉnh Bắc Ninh")
SIGNED = v.Signature(titles=("TRƯỞNG PHÒNG",), name="Đại tá Đỗ Văn Thẩm")
FOR = v.Signature(titles=("KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"), name="Thượng tá Lê Văn Giang")
DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


def paper(number: str) -> dict[str, Any]:
    """What every paper has."""
    return {"office": OFFICE, "number": number, "dated": DAY}


PICTURES = tuple(
    v.Picture(name=f"{name}.jpg", caption=caption, sha256=digit * 64)
    for name, caption, digit in (
        ("before", "Trước vạch dừng khi đèn đỏ, 07:30:11,8", "a"),
        ("over", "Vượt vạch dừng khi đèn đỏ, 07:30:12,4", "b"),
        ("continuing", "Tiếp tục đi vào nút giao khi đèn đỏ, 07:30:13,6", "c"),
        ("plate", "Biển số 98A-518.63", "d"),
    )
)

SAMPLES: dict[str, v.Paper] = {
    "notice": v.Notice(
        **paper("123/TB-PC08"),
        to=AN,
        owner=AN,
        detected_by="Phòng Cảnh sát giao thông Công an tỉnh Bắc Ninh",
        vehicle=CAR,
        act=RED,
        come_at=datetime(2026, 12, 10, 1, 30, tzinfo=UTC),
        portal=PORTAL,
        attached="kết quả thu thập được bằng phương tiện, thiết bị kỹ thuật nghiệp vụ số 98/KQ-PC08",
        recipients=("Như trên", "Công an phường Đa Mai", "Lưu: VT, PC08"),
        signature=FOR,
    ),
    "detection_result": v.DetectionResult(
        **paper("98/KQ-PC08"),
        device="Hệ thống camera giám sát, xử lý vi phạm nút giao Hùng Vương – Lê Lợi",
        serial="SN-2026-0042",
        approval="Quyết định số 1234/QĐ-BCA ngày 05/01/2026",
        certificate="Giấy chứng nhận KĐ-77/2026, có giá trị đến 31/12/2026",
        site_decision="Quyết định số 45/QĐ-CAT ngày 10/01/2026",
        user=CLERK,
        user_decision="Quyết định số 15/QĐ-CAT; chứng nhận tập huấn CC-001",
        vehicle=CAR,
        violator=AN,
        act=RED,
        measured=(("Thời gian đèn đỏ khi vượt vạch", "2,4 giây ± 0,04 giây"),),
        clock="đồng bộ NTP, sai số ± 20 ms",
        conclusion="Phương tiện đã vượt vạch dừng và tiếp tục đi vào nút giao khi đèn tín hiệu màu đỏ.",
        confirmed_by=("nhân viên trực Nguyễn Thị Lan", "cán bộ Trần Văn Hùng"),
        pictures=PICTURES,
        files=(("clip.mp4", "e" * 64), ("manifest.json", "f" * 64)),
    ),
    "record": v.Record(
        **paper("57/BB-VPHC"),
        made_at=AT,
        made_where="trụ sở Phòng Cảnh sát giao thông Công an tỉnh Bắc Ninh",
        why_here="Biên bản được lập tại trụ sở vì vi phạm được phát hiện bằng phương tiện, thiết bị "
        "kỹ thuật nghiệp vụ.",
        basis=(
            "kết quả thu thập được bằng phương tiện, thiết bị kỹ thuật nghiệp vụ số 98/KQ-PC08 ngày "
            "20/11/2026",
            "biên bản làm việc số 12/BB-LV ngày 24/11/2026",
        ),
        author=CLERK,
        violator=AN,
        vehicle=CAR,
        act=RED,
        pictures=("04 ảnh", "01 đoạn video 06 giây"),
        damage="không",
        statement="Tôi thừa nhận đã điều khiển xe vượt đèn đỏ do vội.",
        measures="Không áp dụng.",
        explain_to="Trưởng phòng Cảnh sát giao thông Công an tỉnh Bắc Ninh",
        explain_until=date(2026, 12, 1),
        hearing_until=date(2026, 11, 26),
        deliver_to="bưu chính công ích đến nơi ở nêu trên và tài khoản định danh điện tử",
    ),
    "session_record": v.SessionRecord(
        **paper("12/BB-LV"),
        kind="session_record",
        title="BIÊN BẢN LÀM VIỆC",
        held_at=AT,
        held_where="trụ sở Phòng Cảnh sát giao thông",
        officials=(CLERK,),
        person=AN,
        act=RED,
        content=(
            ("Hỏi", "Ông cho biết ai là người điều khiển xe vào thời gian nêu trên?"),
            ("Đáp", "Tôi là người điều khiển."),
        ),
        shown=("04 ảnh", "01 đoạn video"),
        ended_at=datetime(2026, 11, 24, 3, 10, tzinfo=UTC),
    ),
    "decision": v.DecisionPaper(
        **paper("0001/2026/QĐ-XPHC-PC08"),
        bases=(
            "Điều 57, Điều 68, Điều 70, Điều 78, Điều 85 Luật Xử lý vi phạm hành chính (sửa đổi, bổ sung "
            "năm 2020, 2025)",
            "Nghị định số 168/2024/NĐ-CP ngày 26/12/2024 của Chính phủ",
            "Biên bản vi phạm hành chính số 57/BB-VPHC lập hồi 09 giờ 30 phút ngày 24/11/2026",
            "văn bản giải trình ngày 25/11/2026",
        ),
        signer=HEAD,
        violator=FIRM,
        vehicle=CAR,
        acts=(
            v.DecidedAct(act=RED, low=36_000_000, high=40_000_000, fine=38_000_000),
            v.DecidedAct(act=LANE, low=8_000_000, high=12_000_000, fine=10_000_000),
        ),
        mitigating=(),
        aggravating=(),
        warning=False,
        fine=48_000_000,
        points=0,
        effective=DAY,
        pay_within=10,
        treasury="Kho bạc Nhà nước khu vực VI",
        account="3511.0.1234567.00000",
        portal=PORTAL,
        executed_by="Đội Cảnh sát giao thông số 1",
        complain_within="khiếu nại trong thời hạn 90 ngày, khởi kiện trong thời hạn 01 năm kể từ ngày "
        "nhận được quyết định",
        recipients=("Như Điều 3", "Lưu: Hồ sơ"),
        signature=SIGNED,
    ),
    "no_sanction": v.Order(
        **paper("3/QĐ-KXP"),
        kind="no_sanction",
        title="Về việc không ra quyết định xử phạt vi phạm hành chính",
        bases=("Điều 65 Luật Xử lý vi phạm hành chính", "kết quả xác minh số 7/BB-XM ngày 23/11/2026"),
        signer=HEAD,
        articles=(
            "Không ra quyết định xử phạt vi phạm hành chính đối với hồ sơ số BN-2026-000001, lý do: biển "
            "số bị làm giả.",
            "Gỡ thông báo, cảnh báo đối với phương tiện.",
            "Quyết định có hiệu lực kể từ ngày ký.",
        ),
        recipients=("Ông Nguyễn Văn An", "Lưu: Hồ sơ"),
        signature=SIGNED,
    ),
    "complaint_taken_up": v.Letter(
        **paper("1/TB-TLKN"),
        kind="complaint_taken_up",
        subject="Về việc thụ lý giải quyết khiếu nại",
        to=AN,
        paragraphs=(
            "Ngày 02/12/2026, Phòng Cảnh sát giao thông nhận được khiếu nại của Nguyễn Văn An.",
            "Khiếu nại được thụ lý kể từ ngày 04/12/2026. Thời hạn giải quyết không quá 30 ngày.",
        ),
        recipients=("Như trên", "Lưu: Hồ sơ"),
        signature=SIGNED,
    ),
    "transfer": v.Transfer(
        **paper("9/PC-PC08"),
        kind="transfer",
        title="PHIẾU CHUYỂN",
        to="Công an xã Tân Yên, tỉnh Bắc Ninh",
        reason="Chủ phương tiện cư trú tại địa bàn quý đơn vị.",
        cases=((CAR, RED),),
        attached=("01 kết quả thu thập", "04 ảnh", "01 đoạn video"),
        recipients=("Như trên", "Lưu: VT"),
        signature=SIGNED,
    ),
    "commune_slip": v.CommuneSlip(
        **paper("4/PC-CAX"),
        to="Công an phường Đa Mai",
        person=AN,
        vehicle=CAR,
        act=RED,
        notice="123/TB-PC08 ngày 24/11/2026",
        answer_until=date(2026, 12, 20),
        recipients=("Như trên", "Lưu: VT"),
        signature=SIGNED,
    ),
    "points_notice": v.PointsNotice(
        **paper("5/TB-TĐ"),
        to=AN,
        decision="số 0001/2026/QĐ-XPHC-PC08 ngày 24/11/2026",
        licence="số 240123456789, hạng B",
        before=12,
        deducted=4,
        recipients=("Như trên", "Lưu: VT"),
        signature=SIGNED,
    ),
    "reply": v.Reply(
        **paper("6/TB-TN"),
        to=AN,
        received="3/2026/TL-BN",
        received_on=date(2026, 12, 1),
        received_as="Tôi không đồng ý với hình ảnh",
        vehicle=CAR,
        act=RED,
        accepted=False,
        reason="thiếu giấy tờ kèm theo",
        words="Xin gửi kèm bản chụp hợp đồng thuê xe.",
        recipients=("Như trên", "Lưu: VT, hồ sơ"),
        signature=SIGNED,
    ),
    "withdrawal": v.WithdrawalNotice(
        **paper("2/TB-TH-PC08"),
        to=AN,
        withdrawn=("thông báo vi phạm số 123/TB-PC08 ngày 24/11/2026",),
        vehicle=CAR,
        act=RED,
        reason="vạch dừng trong cấu hình không trùng với vạch dừng trên mặt đường",
        money_back=19_000_000,
        points_back=4,
        recipients=("Như trên", "Lưu: VT"),
        signature=SIGNED,
    ),
    "case_file": v.CaseFile(
        **paper("1/2026/HS-PC08"),
        vehicle=CAR,
        act=RED,
        persons=(("Chủ phương tiện", AN),),
        contents=(
            v.Bound(
                document=1, words="Kết quả thu thập", number="98/KQ-PC08", dated=DAY, sha256="a" * 64, pages=2
            ),
        ),
        happened=(v.Happened(day=DAY, words="Ký kết quả thu thập bằng thiết bị", by="Trần Văn Hùng"),),
        pictures=PICTURES,
        files=(("clip.mp4", "e" * 64), ("manifest.json", "f" * 64)),
        author=CLERK,
    ),
    "receipt": v.ReceiptPaper(
        **paper("77/BL"),
        kind="receipt",
        title="BIÊN LAI THU TIỀN PHẠT",
        decision="số 0001/2026/QĐ-XPHC-PC08 ngày 24/11/2026",
        payer=AN,
        fine=19_000_000,
        fee=95_000,
        total=19_095_000,
        paid_on=date(2026, 12, 20),
        method="chuyển khoản VietQR",
        reference="FT26354000123",
        collected_by="Kho bạc Nhà nước khu vực VI",
        left=0,
        portal=PORTAL,
    ),
}
