"""Words that the tokenizer always knows, and tokens that it never counts; plain data."""

from __future__ import annotations

_TRADE = """
包邮 运费险 退货运费 无理由 七天无理由 尺码表 偏小 均码 显瘦 显胖 到手价 满减 拼单 凑单 差评 返现 顺丰 中通 韵达 申通 极兔 德邦
揽收 催发货 改地址 退差价 补差价 价保 假一赔三 假一赔十 掉毛 跑绒 充绒量 含绒量 加绒 机洗 手洗 氮化镓 快充 无线充 充电宝 充电头
质量问题 确认收货 仅退款 极速退款 先用后付 以旧换新 天猫 花呗 普票 专票 电子发票 改价 拍错 漏发 错发 空气炸锅 敏感肌 脚长 脚宽 鞋内长
胸围 臀围 裤长 袖长 衣长 蓝牙耳机 防晒霜 洗面奶 保温杯 羽绒服 打底衫 针织衫 连衣裙 运动鞋 起球 掉色 缩水率 色差 买家秀
卖家秀 预售 定金 尾款 工作日 偏远地区 江浙沪 双十一 双十二 双11 双12 618 88vip 优惠券 店铺券 平台券 直播间 生产日期 保质期 赠品 吊牌
"""
# The dictionary spells these with capitals; normalised text is lower case.
_MIXED = """
t恤 t恤衫 b超 u盘 k歌 aa制 a字裙 a型 o型 x型 h型 v领 u领 v字领 x光 ic卡 sim卡 sd卡 usb线 c口 pu皮 pvc管 led灯 ph值
vc片 qq号 ip地址 4s店 维生素c 维生素e 卡拉ok
"""

BASE_WORDS = frozenset(_TRADE.split()) | frozenset(_MIXED.split())
"""Words of the trade that the general dictionary lacks; normalised."""

_UNCOUNTED = """
的 了 吗 呢 啊 吧 呀 哦 嘛 哈 啦 喔 噢 哎 诶 唉 嗯 呃 哟 咯 呗 嘞 哒 滴 么 嘻 嘿 呵 亲 亲亲 宝 宝子
"""
STOP_TOKENS = frozenset(_UNCOUNTED.split())
"""Particles and address: they carry no subject, so BM25 leaves them out; normalised."""
