"""What the form of a question demands of an answer."""

import pytest

from assist.demand import (
    Amount,
    Detail,
    Figure,
    Name,
    Offer,
    Option,
    People,
    Quality,
    Size,
    Subject,
    Thing,
)
from assist.draft.demands import met
from assist.question.demands import demands as read_demands
from assist.text.tokenize import Tokenizer

WORDS = Tokenizer().words


def demands(text):
    return read_demands(text, WORDS)


def wanted(text):
    return set(demands(text))


@pytest.mark.parametrize(
    ("text", "demand"),
    [
        ("核桃是云南的还是新疆的", Option(("云南", "新疆"))),
        ("用的是国产牛还是进口牛", Option(("国产", "进口"))),
        ("燕麦色偏黄还是偏灰", Option(("黄", "灰"))),
        ("有没有烟酰胺", Thing(("烟酰胺",))),
        ("后跟有反光条吗", Thing(("反光",))),
        ("是不伤珊瑚的那种么", Quality(("伤珊瑚",), 0.51)),
        ("拉链是ykk的么", Name(("ykk",))),
        ("屏幕跳个e4", Name(("e4",))),
        ("f01是啥毛病", Name(("f01",))),
        ("插座离多远", Amount(("length", ""))),
        ("接switch能投电视吗", Name(("switch",))),
        ("充电盒电池多少毫安", Figure("mah|毫安")),
        ("领围多少厘米", Amount(("length", ""))),
        ("领围多少厘米", Subject("领围")),
        ("神经酰胺浓度百分之几", Figure("\\d\\s*%|％|百分之|[一二三四五六七八九两\\d]成(?!分)")),
        ("购物津贴怎么用", Offer("津贴")),
    ],
)
def test_a_form_demands_what_it_names(text, demand):
    assert demand in wanted(text)


@pytest.mark.parametrize(
    "text", ["", "这个怎么样", "都三天了还不发", "我想换个大一码的", "什么时候发货", "x" * 200]
)
def test_other_forms_demand_nothing(text):
    assert demands(text) == ()


def test_somebody_it_is_for_is_to_be_spoken_of():
    (demand,) = demands("孕妇能用吗")
    assert isinstance(demand, People)
    assert "孕" in demand.pattern


def test_a_property_may_be_named_as_pages_name_it():
    (demand,) = [item for item in demands("这锅多重") if isinstance(item, Amount)]
    assert demand.measure == ("weight", "")
    assert any("重" in name for name in demand.names)


@pytest.mark.parametrize(
    ("text", "told", "near"),
    [
        ("白色s码还剩几件", "白色 s：库存12件", "白色现货"),
        ("电池充满要多久", "充电时间3小时", "续航3小时"),
        ("多久能充满", "约2小时充满", "充电口是type-c，续航3小时"),
        ("烘干得多长时间", "低温烘干40分钟", "静置12小时，之后低温烘干到干透"),
        ("优惠券什么时候过期", "领取后7天内有效", "满200减20"),
        ("黑色几号能有货", "预计11月25日到货", "库存是0"),
        ("内衬什么颜色", "内衬：深灰色", "有黑色和灰色"),
        ("纽扣是什么色", "金属扣银色", "有黑色和米色"),
        ("这灯多少流明", "光通量800流明", "色温4000k"),
        ("蹭衣服上怎么洗", "沾到衣物用皂液洗", "用温水冲净，再用洁面乳清洗一遍"),
        ("谷氨酸占几成", "占三成", "主要成分是谷氨酸"),
        ("滤芯多久换一次", "建议每3个月更换滤芯", "滤芯可水洗，晾干24小时再装回"),
        ("刷头几个月要换新的", "刷头3个月一换", "刷头×2"),
        ("猫砂盆几天洗一次", "每周清洗一次", "可水洗"),
        ("腰能撑大几厘米", "松紧可再撑开约4cm", "腰围70cm"),
        ("洗完缩几厘米", "水洗尺寸变化率-3%", "衣长70cm"),
        ("按一下出多少毫升", "每泵约1.2ml", "净含量120ml"),
        ("喷一下大概几克", "一喷约0.1g", "净重80g"),
        ("有qi2认证吗", "通过qi2认证", "3c认证：有"),
        ("茶叶是有机认证的吗", "有机产品认证证书", "质量认证：sc"),
        ("退货要什么证明", "需要医院的诊断记录", "在订单页申请退货"),
        ("说明书有英文吗", "说明书为中英文", "说明书1份"),
        ("退货险是哪家保险公司的", "由众安保险承保", "由保险公司承保"),
    ],
)
def test_a_figure_of_that_very_thing_is_wanted(text, told, near):
    (demand,) = [item for item in demands(text) if isinstance(item, Figure)]
    assert met(demand, told)
    assert not met(demand, near)


@pytest.mark.parametrize(
    ("text", "told", "near"),
    [
        ("炸篮有多深", "炸篮深9cm", "容量4l炸篮，产品尺寸265×325×310mm"),
        ("鞋底多厚", "鞋底材质：橡胶，底厚3cm", "鞋底材质：橡胶+md；鞋内长已比脚长多留约10mm"),
        ("电源线多长啊", "电源线长1.7米", "产品尺寸30cm"),
        ("大腿围多少", "大腿围56cm", "腰围70cm"),
        ("短袖的袖子有几公分长", "袖长22cm", "衣长70cm"),
        ("盖子多重", "盖子重120g", "净重1.2kg"),
        ("鞋垫什么料子", "鞋垫：eva发泡", "鞋面材质：网布；鞋垫可取出"),
        ("瓶子是什么材质的", "瓶身pet塑料", "卸妆油1瓶、化妆棉5片"),
        ("侧边的兜深不深", "侧袋深18cm", "2侧袋、2后袋"),
        ("里面那个口袋多大", "内袋18×12cm", "内侧1个拉链袋"),
        ("兜里能揣下手机不", "侧袋放得下6.7寸手机", "外侧2个拉链插袋"),
        ("茶滤的眼儿细不细", "滤孔细密", "不锈钢茶滤"),
        ("鞋底的纹深不深", "橡胶防滑大底，齿深3.5mm", "橡胶大底"),
    ],
)
def test_what_is_asked_of_a_part_stands_beside_the_part(text, told, near):
    (demand,) = [item for item in demands(text) if isinstance(item, Detail)]
    assert met(demand, told)
    assert not met(demand, near)


@pytest.mark.parametrize(
    "text", ["衣长多少", "这个多重", "穿上能高多少", "颜色深不深", "瓶子多久换一次", "价格多高"]
)
def test_what_is_asked_of_the_whole_is_no_detail(text):
    assert not [item for item in demands(text) if isinstance(item, Detail)]


def test_goods_that_are_such_a_part_themselves_are_the_whole():
    (demand,) = [item for item in demands("床垫多厚") if isinstance(item, Detail)]
    assert met(demand, "总厚20cm", "乳胶床垫")
    assert not met(demand, "总厚20cm", "双人床")


@pytest.mark.parametrize(
    ("said", "tells"),
    [
        ("单只重量约142g（26码）", False),
        ("单只重量约142g（30-32码）", True),
        ("单只重量约142g（31码）", True),
        ("单只重量约142g", True),
        ("约385g（l码）", False),
    ],
)
def test_of_a_size_tells_what_names_it_or_none(said, tells):
    (demand,) = [item for item in demands("31码一只有多重") if isinstance(item, Size)]
    assert met(demand, said) is tells


def test_a_number_that_is_chosen_is_no_day():
    assert demands("黄皮拍几号") == ()
    assert [item for item in demands("几号发货") if isinstance(item, Amount)]
